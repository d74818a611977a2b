"""Measures how time and memory of `uniroute route` grow with prompts, models and clusters, and draws the plots.

    pip install -r benches/growth/requirements.txt
    cargo build --release --package uniroute-cli
    python benches/growth/growth.py --program target/release/uniroute --work target/growth --results growth.json
    python benches/growth/growth.py --draw growth.json --plot docs/bulk-growth.svg

Prompts are made of the words of knowledge/topics, from a seed; the models have an accuracy and a price, also from a seed. A run is a
process of its own; its memory is the most that it had in use (maximum resident set size). Each point is the median of several runs.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import random
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).parents[2]
PROMPTS = [10_000, 100_000, 1_000_000, 10_000_000]
MODELS = [10, 50, 100, 250, 500, 1000, 2000]
CLUSTERS = [16, 64, 128, 256, 512, 1024]
# What stays the same while another number grows.
USUAL = {"prompts": 200_000, "models": 100, "clusters": 128}
# Most prompts that are made; longer files repeat them.
DISTINCT = 1_000_000
# Labels of a model that joins.
LABELS = [100, 1000, 10_000]


def words():
    """The words of each topic."""
    texts = [path.read_text() for path in sorted((ROOT / "knowledge/topics").iterdir())]
    return [sorted({word for word in text.split() if word.isalpha()}) for text in texts]


def write_prompts(path, number):
    if path.exists():
        return
    chance, topics = random.Random(1), words()
    lines = []
    for _ in range(min(number, DISTINCT)):
        topic = chance.choice(topics)
        text = " ".join(chance.choices(topic, k=chance.randint(4, 40)))
        lines.append(json.dumps({"prompt": text}) + "\n")
    text = "".join(lines)
    with open(path, "w") as file:
        for _ in range(number // len(lines)):
            file.write(text)


def write_parquet(path, lines):
    """The prompts of the JSON lines, in row groups of 100,000."""
    if path.exists():
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open(lines) as file, pq.ParquetWriter(path, pa.schema([("prompt", pa.string())])) as writer:
        while some := [json.loads(line)["prompt"] for _, line in zip(range(100_000), file)]:
            writer.write_table(pa.table({"prompt": some}))


def write_pool(path, number):
    chance = random.Random(2)
    models = []
    for i in range(number):
        price = 10 ** chance.uniform(-2, 1.5)
        models.append(
            {
                "id": f"model-{i}",
                "accuracy": round(chance.uniform(0.3, 0.95), 3),
                "labels_count": 500,
                "cost": {"input": price, "output": 4 * price},
            }
        )
    pool = {"schema_version": 1, "name": f"{number} models", "as_of": "2026-12-01", "models": models}
    path.write_text(json.dumps(pool))


def write_labels(path, prompts, number):
    chance = random.Random(3)
    with open(prompts) as lines, open(path, "w") as out:
        for line, _ in zip(lines, range(number)):
            row = {"prompt": json.loads(line)["prompt"], "model": "joining", "score": chance.randint(0, 1)}
            out.write(json.dumps(row) + "\n")


def apart(function, *arguments):
    """Calls it in a process of its own: Linux counts the memory of the one that starts a run as memory of the run."""
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    if process.exitcode != 0:
        raise SystemExit(f"{function.__name__} failed")


def measured(command, runs):
    """Medians of seconds, seconds of a processor and MB of memory."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = child.stderr.read().decode()
        _, status, used = os.wait4(child.pid, 0)
        if status != 0:
            raise SystemExit(f"{' '.join(command)}: {said}")
        taken.append((time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    seconds, processor, memory = (statistics.median(values) for values in zip(*taken))
    return {"seconds": round(seconds, 3), "processor": round(processor, 3), "megabytes": round(memory, 1)}


def measure(program, work, runs, most):
    work.mkdir(parents=True, exist_ok=True)
    file = lambda number, ending="jsonl": work / f"prompts-{number}.{ending}"
    pool = lambda number: work / f"pool-{number}.json"
    router = lambda number: work / f"{number}.router"
    for number in [*(n for n in PROMPTS if n <= most), USUAL["prompts"]]:
        apart(write_prompts, file(number), number)
    for number in MODELS:
        write_pool(pool(number), number)
    for number in CLUSTERS:
        if not router(number).exists():
            sample = ["--sample", "30000", "--passes", "1"]  # time does not depend on how good the clusters are
            fit = ["fit", "--prompts", str(file(USUAL["prompts"])), "--clusters", str(number), *sample, "-o", str(router(number))]
            subprocess.run([program, *fit], check=True, stderr=subprocess.DEVNULL)

    def route(prompts, models, clusters, ending="jsonl"):
        of = ["--router", str(router(clusters)), "--pool", str(pool(models))]
        target = ["-o", str(work / f"routed.{ending}")]
        command = [program, "route", "--prompts", str(file(prompts, ending)), *of, *target]
        found = measured(command, 1 if prompts > DISTINCT else runs)
        print(ending, prompts, "prompts,", models, "models,", clusters, "clusters:", found, flush=True)
        return {"prompts": prompts, "models": models, "clusters": clusters, **found}

    usual = lambda **other: route(**{**USUAL, **other})
    results = {"prompts": [usual(prompts=n) for n in PROMPTS if n <= most]}
    largest = max(n for n in PROMPTS if n <= most)
    apart(write_parquet, file(largest, "parquet"), file(largest))
    results["parquet"] = [usual(prompts=largest, ending="parquet")]
    results["models"] = [usual(models=n) for n in MODELS]
    results["clusters"] = [usual(clusters=n) for n in CLUSTERS]
    results["joining"] = []
    for number in LABELS:
        labels = work / f"labels-{number}.jsonl"
        write_labels(labels, file(USUAL["prompts"]), number)
        for clusters in CLUSTERS:
            command = [program, "profile", "--router", str(router(clusters)), "--labels", str(labels)]
            found = measured([*command, "-o", str(work / "joined.json")], runs)
            print(number, "labels,", clusters, "clusters:", found, flush=True)
            results["joining"].append({"labels": number, "clusters": clusters, **found})
    return results


def draw(results, path):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "uniroute", "svg.fonttype": "none", "font.size": 9})
    import matplotlib.pyplot as plt

    figure, rows = plt.subplots(2, 3, figsize=(10, 5.6), layout="constrained")
    for column, (name, others) in enumerate(
        [
            ("prompts", f"{USUAL['models']} models, {USUAL['clusters']} clusters"),
            ("models", f"{USUAL['prompts']:,} prompts, {USUAL['clusters']} clusters"),
            ("clusters", f"{USUAL['prompts']:,} prompts, {USUAL['models']} models"),
        ]
    ):
        points = results[name]
        sizes = [point[name] for point in points]
        speed, memory = rows[0][column], rows[1][column]
        speeds = [point["prompts"] / point["seconds"] / 1000 for point in points]
        megabytes = [point["megabytes"] for point in points]
        speed.plot(sizes, speeds, "o-", color="#0072b2")
        memory.plot(sizes, megabytes, "o-", color="#d55e00")
        speed.set_title(others, fontsize=9)
        speed.set_ylabel("thousand prompts a second" if column == 0 else "")
        memory.set_ylabel("MB at most" if column == 0 else "")
        for plot, values in ((speed, speeds), (memory, megabytes)):
            plot.set_xscale("log")
            plot.set_ylim(0, 1.1 * max(values))
            plot.set_xlabel(name)
            plot.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the built uniroute")
    parser.add_argument("--work", type=pathlib.Path, help="folder of the files that are made, which need 4 GB")
    parser.add_argument("--results", type=pathlib.Path, help="file of the results to write")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=PROMPTS[-1], help="most prompts")
    parser.add_argument("--draw", type=pathlib.Path, help="file of the results to draw")
    parser.add_argument("--plot", type=pathlib.Path, help="file of the plot to write, .svg")
    given = parser.parse_args()
    if given.draw:
        return draw(json.loads(given.draw.read_text()), given.plot)
    results = measure(given.program, given.work, given.runs, given.most)
    given.results.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
