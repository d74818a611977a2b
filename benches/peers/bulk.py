"""Routes the same prompts with the program `uniroute` and with Python (tokenizers and numpy), one after the other.

    pip install -r benches/peers/requirements.txt
    cargo build --release --package uniroute-cli
    CARGO_TARGET_DIR=target/peers cargo build --release --manifest-path benches/peers/model2vec/Cargo.toml
    python benches/peers/bulk.py --program target/release/uniroute --vocabulary target/minilm/vocab.txt \\
        --model2vec target/peers/release/peer-model2vec

The peer does what `uniroute route` does with a static table: WordPiece tokens of `tokenizers`, the mean of the rows of a
table of the same shape, memberships of as many clusters, errors and costs of as many models, the best one. Its numbers
are random, since only time is compared. It reads and writes JSON lines, in batches, as fast as was found. Both are
given the number of threads that `--threads` says.

model2vec-rs embeds the same prompts with a table of the same shape, which is that of its smallest model, and does nothing else.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

WORDS = (
    "write a short poem about the sea prove that the sum of two integers is even python function that sorts a list "
    "explain quantum physics to a child translate this e-mail summarise the report plan a trip query table index"
).split()
DIM, CLUSTERS, MODELS, BATCH = 64, 227, 44, 2048


def prompts(number, path):
    chance = random.Random(16)
    with open(path, "w") as file:
        for i in range(number):
            text = " ".join(chance.choices(WORDS, k=chance.randint(5, 24)))
            file.write(json.dumps({"id": i, "prompt": text}) + "\n")


def peer(vocabulary, threads):
    """A function that routes a file into another one."""
    import numpy as np
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
    chance = np.random.default_rng(1)
    table = chance.standard_normal((len(vocabulary.read_text().splitlines()), DIM), dtype=np.float32)
    centroids = chance.standard_normal((CLUSTERS, DIM), dtype=np.float32)
    squared = (centroids**2).sum(1)
    errors = chance.random((CLUSTERS, MODELS), dtype=np.float32)
    prices = chance.random((2, MODELS), dtype=np.float32)

    def batch(lines):
        rows = [json.loads(line) for line in lines]
        encoded = tokenizer.encode_batch([row["prompt"] for row in rows], add_special_tokens=False)
        lengths = np.fromiter((len(e) for e in encoded), dtype=np.int64, count=len(encoded))
        tokens = np.concatenate([np.asarray(e.ids) for e in encoded])
        sums = np.add.reduceat(table[tokens], np.concatenate(([0], lengths.cumsum()[:-1])))
        points = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        distances = squared - 2 * points @ centroids.T
        weights = np.exp((distances.min(1, keepdims=True) - distances) / 0.07)
        weights /= weights.sum(1, keepdims=True)
        quality = 1 - weights @ errors
        costs = lengths[:, None] * prices[0] + 600 * prices[1]
        best = (quality - 1e-3 * costs).argmax(1)
        each = np.arange(len(rows))
        found = zip(rows, best.tolist(), quality[each, best].tolist(), costs[each, best].tolist(), weights.argmax(1).tolist())
        return "".join(
            json.dumps({"id": row["id"], "model": m, "quality": q, "cost": c, "field": f}) + "\n"
            for row, m, q, c, f in found
        )

    def run(source, target):
        with open(source) as lines, open(target, "w") as out:
            while some := [line for _, line in zip(range(BATCH), lines)]:
                out.write(batch(some))

    return run


def model_folder(vocabulary, folder):
    """A model of model2vec with a table of random numbers."""
    import numpy as np
    from safetensors.numpy import save_file
    from tokenizers import BertWordPieceTokenizer

    folder.mkdir()
    BertWordPieceTokenizer(str(vocabulary), lowercase=True).save(str(folder / "tokenizer.json"))
    rows = len(vocabulary.read_text().splitlines())
    table = np.random.default_rng(1).standard_normal((rows, DIM), dtype=np.float32)
    save_file({"embeddings": table}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"normalize": True}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--vocabulary", type=pathlib.Path, required=True, help="vocab.txt of MiniLM")
    parser.add_argument("--model2vec", help="the program of benches/peers/model2vec")
    parser.add_argument("--prompts", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(given.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if given.threads > 1 else "false"
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/prompts.jsonl", f"{folder}/out.jsonl"
        prompts(given.prompts, source)
        route = peer(given.vocabulary, given.threads)

        def timed(run):
            def seconds():
                started = time.perf_counter()
                run()
                return time.perf_counter() - started

            return seconds

        def program(threads, cores=None):
            command = [given.program, "route", "--prompts", source, "-o", target, "--threads", str(threads)]
            pin = cores and (lambda: os.sched_setaffinity(0, cores))
            return timed(lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL, preexec_fn=pin))

        def embedding():
            printed = subprocess.run([given.model2vec, model, source], check=True, capture_output=True, text=True)
            return float(printed.stdout.split()[0])

        runs = {
            # With one thread for the answers, reading and writing still run beside it.
            "uniroute, one core": program(1, {0}),
            "uniroute, one thread": program(1),
            f"uniroute, {given.threads} threads": program(given.threads),
            f"tokenizers and numpy, {given.threads} threads": timed(lambda: route(source, target)),
        }
        if given.model2vec:
            model = pathlib.Path(folder) / "model"
            model_folder(given.vocabulary, model)
            runs[f"model2vec-rs, embeddings alone, {given.threads} threads"] = embedding
        seconds = {name: [] for name in runs}
        for _ in range(given.runs):
            for name, run in runs.items():
                seconds[name].append(run())
        fastest = statistics.median(seconds[f"uniroute, {given.threads} threads"])
        for name, taken in seconds.items():
            middle = statistics.median(taken)
            print(
                f"{name}: {given.prompts / middle:,.0f} prompts a second (median of {given.runs}: {middle:.2f} s, "
                f"{min(taken):.2f} to {max(taken):.2f}), {middle / fastest:.2f} times the time of uniroute"
            )


if __name__ == "__main__":
    main()
