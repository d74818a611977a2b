"""Writes the Parquet files beside it, with pyarrow; the tests compare what is read of them with these formulas.

    pip install pyarrow && python tests/golden/parquet/make.py
"""

import datetime
import decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 60
HERE = Path(__file__).parent


def table():
    rows = range(ROWS)
    return pa.table(
        {
            "id": pa.array([i * 7 - 50 for i in rows], pa.int64()),
            "prompt": [f"Add {i} and {i % 7}." if i % 11 else f"Grüße {i} 世界" for i in rows],
            "model": pa.array(["small" if i % 3 else None for i in rows], pa.string()).dictionary_encode(),
            "score": pa.array([None if i % 10 == 9 else (i % 5) / 4 for i in rows], pa.float32()),
            "half": pa.array([i / 8 for i in rows], pa.float64()),
            "correct": [i % 2 == 0 for i in rows],
            "byte": pa.array([i % 200 for i in rows], pa.uint8()),
            "large": pa.array([2**63 + i for i in rows], pa.uint64()),
            "price": pa.array([decimal.Decimal(i - 5) / 100 for i in rows], pa.decimal128(9, 2)),
            "wide": pa.array([decimal.Decimal(-i) / 1000 for i in rows], pa.decimal128(30, 3)),
            "day": pa.array([datetime.date(2026, 1, 1)] * ROWS, pa.date32()),
            "tags": [["a", "b"]] * ROWS,
            "metadata": [{"rank": i, "note": None if i % 2 else "n"} for i in rows],
        }
    )


def write(name, **options):
    small = {"row_group_size": 25, "write_statistics": False, "store_schema": False}
    pq.write_table(table(), HERE / f"{name}.parquet", **small, **options)


write("snappy", compression="snappy")
write("zstd", compression="zstd", data_page_version="2.0", data_page_size=512, use_dictionary=False)
write("gzip", compression="gzip", use_dictionary=["prompt"])
write(
    "delta",
    compression="none",
    use_dictionary=False,
    column_encoding={
        "id": "DELTA_BINARY_PACKED",
        "prompt": "DELTA_BYTE_ARRAY",
        "model": "DELTA_LENGTH_BYTE_ARRAY",
        "score": "BYTE_STREAM_SPLIT",
    },
)
write("brotli", compression="brotli")
