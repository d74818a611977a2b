"""Writes the packed logs beside it as Inspect does: a zip archive whose files are packed with Zstandard, or with
deflate as before 2026. Only the fields that are read are kept.

    pip install inspect_ai && python tests/golden/inspect/make.py
"""

import json
import zipfile
from pathlib import Path

import zipfile_zstd  # noqa: F401  teaches zipfile the method 93

HERE = Path(__file__).parent
LONG = "Which of these numbers is prime? " + "Think about it. " * 10
SAMPLES = [
    {"id": 1, "epoch": 1, "input": "attachment://5f1c", "target": "7", "scores": {"match": {"value": "C"}},
     "attachments": {"5f1c": LONG}},
    {"id": 1, "epoch": 2, "input": "attachment://5f1c", "target": "7", "scores": {"match": {"value": "I"}},
     "attachments": {"5f1c": LONG}},
    {"id": "two", "epoch": 1, "input": [{"role": "user", "content": "Name a river."}], "target": "Nile",
     "scores": {"match": {"value": "P"}}},
    {"id": "three", "epoch": 1, "input": "Never answered", "target": "", "scores": {"match": {"value": float("nan")}}},
]
HEADER = {
    "version": 2, "status": "success", "plan": {}, "results": {}, "stats": {},
    "eval": {"task": "small", "model": "mockllm/model", "created": "2026-01-01T00:00:00+00:00"},
}


def write(name, method):
    with zipfile.ZipFile(HERE / f"{name}.eval", "w", compression=method) as archive:
        def add(path, value):
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), json.dumps(value), compress_type=method)

        add("_journal/start.json", {"version": 2, "eval": HEADER["eval"], "plan": {}})
        for sample in SAMPLES:
            add(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", sample)
        add("summaries.json", [])
        add("header.json", HEADER)


write("zstd", 93)
write("deflate", zipfile.ZIP_DEFLATED)
