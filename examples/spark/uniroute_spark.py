"""Routes and profiles prompts on Apache Spark with the program `uniroute`.

Spark sends the program, the router and the pool to each executor. A partition is one run of the program: rows go
in and out as Arrow, so nothing is converted, and a partition that is lost with its executor is run again.

    spark-submit uniroute_spark.py --program uniroute --pool pool.json route prompts.parquet routed.parquet
    spark-submit uniroute_spark.py --program uniroute --pool prices.json profile labels.parquet new-pool.json
"""

import argparse
import pathlib
import subprocess
import tempfile
import threading

import pyarrow as pa
import pyarrow.parquet
from pyspark import SparkFiles
from pyspark.sql import SparkSession

ROUTED = "id string, model string, quality double, cost double, field string, error string, row long"
PROFILED = "statistics binary"


def run(command, **arguments):
    """Runs the program; its own message is the error."""
    done = subprocess.run(command, stderr=subprocess.PIPE, **arguments)
    if done.returncode != 0:
        raise RuntimeError(f"uniroute failed ({done.returncode}): {done.stderr.decode(errors='replace')}")
    return done


def files_of(names):
    """Where an executor has the program and its files. A file that Spark sends may not be run by itself."""
    program, *others = (SparkFiles.get(name) for name in names)
    pathlib.Path(program).chmod(0o755)
    return program, others


def routed(names, options):
    """A function for `mapInArrow` that routes rows with the columns `id` and `prompt`."""

    def partition(batches):
        batches = iter(batches)
        first = next(batches, None)
        if first is None:
            return
        program, files = files_of(names)
        given = [part for flag, file in zip(("--pool", "--router"), files) for part in (flag, file)]
        command = [program, "route", "--input", "arrow", "--format", "arrow", "--allow-errors", "--threads", "1"]
        with tempfile.TemporaryFile() as messages:
            process = subprocess.Popen(
                [*command, *given, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages
            )

            failures = []

            def send():
                try:
                    with process.stdin, pa.ipc.new_stream(process.stdin, first.schema) as stream:
                        stream.write_batch(first)
                        for batch in batches:
                            stream.write_batch(batch)
                except BrokenPipeError:
                    pass  # The program ended early; its exit status says why.
                except BaseException as failure:  # Of the rows, which Spark reads here; nothing may be lost.
                    failures.append(failure)

            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            try:
                with pa.ipc.open_stream(process.stdout) as stream:
                    yield from stream
            except pa.ArrowInvalid as failure:
                failures.append(failure)
            finally:
                process.stdout.close()
                status = process.wait()
            sender.join()
            if status != 0:
                messages.seek(0)
                raise RuntimeError(f"uniroute failed ({status}): {messages.read().decode(errors='replace')}")
            if failures:
                raise failures[0]

    return partition


def profiled(names):
    """A function for `mapInArrow` that makes statistics of labels: the columns `prompt`, `model` and `score`."""

    def partition(batches):
        batches = list(batches)
        if not any(batch.num_rows for batch in batches):
            return
        program, files = files_of(names)
        given = ["--router", files[1]] if len(files) > 1 else []
        with tempfile.TemporaryDirectory() as folder:
            labels, statistics = f"{folder}/labels.parquet", f"{folder}/labels.stats"
            pa.parquet.write_table(pa.Table.from_batches(batches), labels)
            run([program, "profile", "--partial", "--labels", labels, *given, "-o", statistics])
            content = pathlib.Path(statistics).read_bytes()
        yield pa.RecordBatch.from_pydict({"statistics": [content]})

    return partition


def merged(program, router, rows, prices, output):
    """Merges the statistics of all partitions and makes a pool of them, on the driver."""
    given = ["--router", router] if router else []
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, row in enumerate(rows):
            parts.append(f"{folder}/{number}.stats")
            pathlib.Path(parts[-1]).write_bytes(row.statistics)
        run([program, "merge", *parts, "-o", f"{folder}/all.stats"])
        statistics = ["--statistics", f"{folder}/all.stats"]
        run([program, "profile", *statistics, *given, "--prices", prices, "-o", output])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the program `uniroute`, built for the executors")
    parser.add_argument("--pool", required=True, help="pool to route with, or to take prices from")
    parser.add_argument("--router", help="router [default: the one in the program]")
    parser.add_argument("--option", action="append", default=[], help="further option of `uniroute route`")
    parser.add_argument("task", choices=("route", "profile"))
    parser.add_argument("input", help="Parquet with the columns id and prompt, or prompt, model and score")
    parser.add_argument("output", help="folder of Parquet to write, or the pool")
    given = parser.parse_args()

    spark = SparkSession.builder.appName("uniroute").getOrCreate()
    files = [file for file in (given.program, given.pool, given.router) if file]
    for file in files:
        spark.sparkContext.addFile(file)
    names = [pathlib.Path(file).name for file in files]
    rows = spark.read.parquet(given.input)
    if given.task == "route":
        answers = rows.select("id", "prompt").mapInArrow(routed(names, given.option), ROUTED)
        answers.write.mode("errorifexists").parquet(given.output)
    else:
        partial = rows.select("prompt", "model", "score").mapInArrow(profiled(names), PROFILED)
        merged(given.program, given.router, partial.toLocalIterator(), given.pool, given.output)
    spark.stop()


if __name__ == "__main__":
    main()
