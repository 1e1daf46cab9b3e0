"""The Adult census extract at any size, the same rows for the same size and seed.

Rows are drawn with replacement, ages moved by up to ``JITTER`` years within the range that is
there, and 5 % of the other cells drawn anew from their column. Written batch by batch, so size
costs no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

__all__ = ["QI8", "adult", "batches", "hierarchy_rows", "write_enlarged"]

QI8 = (
    "sex", "age", "race", "marital-status", "education", "native-country", "workclass",
    "salary-class",
)  # fmt: skip
JITTER = 2
REDRAWN = 0.05
_BATCH = 250_000
_FILE = 1_000_000


def adult(folder: Path) -> pa.Table:
    """The extract itself."""
    options = pyarrow.csv.ParseOptions(delimiter=";")
    return pyarrow.csv.read_csv(folder / "adult.csv", parse_options=options)


def hierarchy_rows(folder: Path, column: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a column's hierarchy."""
    lines = (folder / f"adult_hierarchy_{column}.csv").read_text().splitlines()
    return tuple(tuple(line.split(";")) for line in lines if line)


def write_enlarged(source: pa.Table, rows: int, target: Path, seed: int = 0) -> None:
    """Write ``rows`` rows made of ``source`` to ``target``, a million to a Parquet file."""
    target.mkdir(parents=True)
    made = batches(source, rows, seed)
    for number in range(-(-rows // _FILE)):
        with pq.ParquetWriter(target / f"part-{number:04}.parquet", source.schema) as file:
            left = min(_FILE, rows - number * _FILE)
            while left > 0:
                batch = next(made)
                file.write_table(batch)
                left -= batch.num_rows


def batches(source: pa.Table, rows: int, seed: int) -> Iterator[pa.Table]:
    """``rows`` rows made of ``source``, some at a time."""
    for number, start in enumerate(range(0, rows, _BATCH)):
        draw = np.random.default_rng([seed, number])
        size = min(_BATCH, rows - start)
        drawn = draw.integers(0, source.num_rows, size)
        columns = {}
        for name in source.column_names:
            if name == "age":
                ages = source.column(name).to_numpy()
                moved = ages[drawn] + draw.integers(-JITTER, JITTER + 1, size)
                columns[name] = pa.array(np.clip(moved, ages.min(), ages.max()))
                continue
            again = draw.random(size) < REDRAWN
            taken = np.where(again, draw.integers(0, source.num_rows, size), drawn)
            columns[name] = source.column(name).take(pa.array(taken)).combine_chunks()
        yield pa.table(columns, schema=source.schema)
