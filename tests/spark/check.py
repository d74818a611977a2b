"""Runs the Spark job of the examples in local-cluster mode and compares it with a single run of the program.

    python check.py --program uniroute --prompts 1000000

Checked: routing gives the same rows, also when an executor is killed while it works; statistics of partitions give
the pool of all labels at once; Parquet that Spark and DuckDB write is read.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).resolve().parent
JOB = HERE.parent.parent / "examples" / "spark" / "uniroute_spark.py"
# Bytes of a partition: many more partitions than executors.
PARTITION = 256 * 1024
EXECUTORS = "local-cluster[2,1,1024]"
# The class whose process is an executor.
EXECUTOR = b"CoarseGrainedExecutorBackend"
WORDS = (
    "write a short poem about the sea prove that the sum of two integers is even python function that sorts a list "
    "explain quantum physics to a child translate this e-mail summarise the report plan a trip query table index"
).split()
MODELS = ("small", "large")


def prompts(number, path, rows_a_group):
    chance = random.Random(16)
    text = lambda: " ".join(chance.choices(WORDS, k=chance.randint(5, 24)))
    table = {"id": [f"p{i}" for i in range(number)], "prompt": [text() for _ in range(number)]}
    pq.write_table(pa.table(table), path, row_group_size=rows_a_group)
    return table


def labels(table, path):
    chance = random.Random(17)
    rows = [(prompt, model) for prompt in table["prompt"][:4000] for model in MODELS]
    score = lambda model, prompt: float(chance.random() < (0.4 if model == "small" else 0.7) + 0.1 * ("poem" in prompt))
    columns = {
        "prompt": [prompt for prompt, _ in rows],
        "model": [model for _, model in rows],
        "score": [score(model, prompt) for prompt, model in rows],
    }
    pq.write_table(pa.table(columns), path, row_group_size=1000)


def uniroute(program, *arguments):
    return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE).stdout


def executors():
    """Processes of executors: their numbers."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"java") and any(EXECUTOR in word for word in words):
                found.append(int(folder.name))
    return found


def spark(program, work, *arguments, kills=None):
    """Runs the job. Kills one executor when the first part of the output `kills` is being written."""
    environment = {
        **os.environ,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(work / "worker"),
    }
    settings = {
        "spark.master": EXECUTORS,
        "spark.ui.enabled": "false",
        "spark.sql.files.maxPartitionBytes": str(PARTITION),
        "spark.local.dir": str(work / "local"),
        "spark.task.maxFailures": "8",
    }
    flags = [part for key, value in settings.items() for part in ("--conf", f"{key}={value}")]
    submit = pathlib.Path(sys.executable).parent / "spark-submit"
    started = time.monotonic()
    log = (work / "spark.log").open("ab")
    process = subprocess.Popen(
        [submit, *flags, JOB, "--program", program, *arguments], env=environment, stdout=log, stderr=log
    )
    killed = threading.Event()
    if kills is not None:
        threading.Thread(target=kill, args=(process, kills, killed), daemon=True).start()
    status = process.wait()
    if status != 0:
        sys.exit(f"the job failed ({status}):\n{(work / 'spark.log').read_text(errors='replace')[-6000:]}")
    if kills is not None and not killed.is_set():
        sys.exit("no executor was killed before the job ended; give more prompts")
    return time.monotonic() - started


def kill(process, output, killed):
    while process.poll() is None:
        found = executors()
        if len(found) >= 2 and any(output.rglob("part-*")):
            with contextlib.suppress(ProcessLookupError):
                os.kill(found[0], signal.SIGKILL)
                killed.set()
            return
        time.sleep(0.02)


def rows(path):
    """The rows of a table in the order of their ids, and their number."""
    return pq.read_table(path, columns=["id", "model", "quality", "cost", "field"]).sort_by("id")


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: the results differ")
    print(f"{what}: equal")


def errors(pool):
    models = json.loads(pathlib.Path(pool).read_text())["models"]
    return {model["id"]: model["errors"] for model in models if model["id"] in MODELS}


def close(a, b, most=1e-9):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key], most) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(close(x, y, most) for x, y in zip(a, b))
    return a == b if isinstance(a, str) or a is None else abs(a - b) <= most


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--prompts", type=int, default=50_000)
    given = parser.parse_args()
    program = str(pathlib.Path(given.program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        source, pool = work / "prompts.parquet", work / "prices.json"
        table = prompts(given.prompts, source, max(given.prompts // 40, 1000))
        price = lambda model, usd: {"id": model, "accuracy": 0.5, "cost": {"input": usd, "output": 4 * usd}}
        pool.write_text(json.dumps({"models": [price("small", 0.1), price("large", 3.0)]}))

        started = time.monotonic()
        uniroute(program, "route", "--pool", pool, "--lambda", "20", "--prompts", source, "-o", work / "one.parquet")
        print(f"one run: {given.prompts} prompts in {time.monotonic() - started:.1f} s")
        expected = rows(work / "one.parquet")
        route = ("--pool", pool, "--option=--lambda=20", "route", source)
        seconds = spark(program, work, *route, work / "spark.parquet")
        print(f"Spark with two executors: {seconds:.1f} s, start included")
        same("routed on Spark", rows(work / "spark.parquet"), expected)
        seconds = spark(program, work, *route, work / "killed.parquet", kills=work / "killed.parquet")
        print(f"Spark with an executor killed: {seconds:.1f} s")
        same("routed with an executor killed", rows(work / "killed.parquet"), expected)

        labels(table, work / "labels.parquet")
        statistics = work / "one.stats"
        uniroute(program, "profile", "--partial", "--labels", work / "labels.parquet", "-o", statistics)
        uniroute(program, "profile", "--statistics", statistics, "--prices", pool, "-o", work / "one.json")
        spark(program, work, "--pool", pool, "profile", work / "labels.parquet", work / "spark.json")
        if not close(errors(work / "spark.json"), errors(work / "one.json")):
            sys.exit("profiles of partitions differ from the one of all labels")
        print("profiles of partitions: equal to 1e-9")

        part = next((work / "spark.parquet").glob("*.parquet"))
        assigned = uniroute(program, "assign", "--prompts", part, "--prompt-field", "model")
        same("Parquet of Spark", assigned.count(b"\n"), pq.read_metadata(part).num_rows)
        copy = work / "duckdb.parquet"
        duckdb.sql(f"copy (select * from '{source}') to '{copy}' (format parquet, compression zstd)")
        uniroute(program, "route", "--pool", pool, "--lambda", "20", "--prompts", copy, "-o", work / "again.parquet")
        same("Parquet of DuckDB", rows(work / "again.parquet"), expected)
        counted = duckdb.sql(f"select count(*), sum(cost) from '{work / 'one.parquet'}'").fetchall()[0]
        same("rows that DuckDB reads", counted[0], given.prompts)


if __name__ == "__main__":
    main()
