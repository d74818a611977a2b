"""Routes the same prompts with the program `uniroute` and with Python (tokenizers and numpy), one after the other.

    python bulk.py --program uniroute --prompts 200000 --runs 5

The peer does what `uniroute route` does with a static table: WordPiece tokens of `tokenizers`, the mean of the rows of a
table of the same shape, memberships of as many clusters, errors and costs of as many models, the best one. Its numbers
are random, since only time is compared. It reads and writes JSON lines, in batches, as fast as was found. Both are
given the number of threads that `--threads` says.
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--vocabulary", type=pathlib.Path, required=True, help="vocab.txt of MiniLM")
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

        def program(threads):
            command = [given.program, "route", "--prompts", source, "-o", target, "--threads", str(threads)]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

        runs = {
            "uniroute, one thread": lambda: program(1),
            f"uniroute, {given.threads} threads": lambda: program(given.threads),
            f"tokenizers and numpy, {given.threads} threads": lambda: route(source, target),
        }
        seconds = {name: [] for name in runs}
        for _ in range(given.runs):
            for name, run in runs.items():
                started = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - started)
        for name, taken in seconds.items():
            middle = statistics.median(taken)
            print(f"{name}: {given.prompts / middle:,.0f} prompts a second (median of {given.runs}: {middle:.2f} s, {min(taken):.2f} to {max(taken):.2f})")


if __name__ == "__main__":
    main()
