"""``python -m benchmarks.classify_files``: all rows of a folder, by one process and by workers.

Both are whole commands (``veilflow classify FOLDER --exhaustive``, with ``--no-spark`` and
``--spark``), so Spark's time includes its start. They take turns, must give the same output, and
the medians are told. Where Spark gains little, its start is what is seen: ``--copies`` is how often
the table of 200,000 rows and 10 columns lies in the folder, as Parquet and as CSV.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

__all__ = ["main"]

_GIVEN = np.array("Anna Peter Maria Hans Fatima Wei Olga Kwame Priya Jose Yuki Lars".split())


def write_table(folder: Path, rows: int) -> dict[str, Path]:
    """The table once in each format."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    drawn = np.random.default_rng(1).integers(0, 10**9, rows)
    numbers = range(rows)
    table = pa.table(
        {
            "patient_id": np.arange(rows),
            "first_name": _GIVEN[drawn % _GIVEN.size],
            "email": [f"p{one}.{n}@example.org" for n, one in zip(numbers, drawn, strict=True)],
            "phone": [f"+1 212 555 {one % 10_000:04d}" for one in drawn],
            "sex": np.array(["F", "M"])[drawn % 2],
            "zip": [f"{one % 100_000:05d}" for one in drawn],
            "amount": drawn % 90_000 / 100,
            "score": (drawn % 200).astype(np.int32),
            "case_no": [f"C{n:09d}" for n in numbers],
            "note": [f"Patient seen on ward {one % 40}, no new findings." for one in drawn],
        }
    )
    files = {ending: folder / f"t.{ending}" for ending in ("parquet", "csv")}
    pq.write_table(table, files["parquet"], row_group_size=50_000)
    pyarrow.csv.write_csv(table, files["csv"])
    return files


def seconds_of(folder: Path, how: str) -> tuple[float, bytes]:
    """How long the command takes, and what it prints."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "veilflow.cli", "classify", str(folder), "--exhaustive"]
    done = subprocess.run([*command, how, "--json"], check=True, capture_output=True)
    return time.perf_counter() - begun, done.stdout


def main(argv: Sequence[str] | None = None) -> int:
    """Print both times for each format; 1 if the outputs differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify_files")
    parser.add_argument("--rows", type=int, default=200_000, help="rows of one copy")
    parser.add_argument("--copies", type=int, default=16)
    parser.add_argument("--turns", type=int, default=1)
    arguments = parser.parse_args(argv)
    same = True
    with tempfile.TemporaryDirectory() as scratch:
        for ending, file in write_table(Path(scratch), arguments.rows).items():
            folder = Path(scratch) / f"{ending} files"
            folder.mkdir()
            for number in range(arguments.copies):
                shutil.copy(file, folder / f"part-{number}.{ending}")
            times: dict[str, list[float]] = {"--no-spark": [], "--spark": []}
            for _ in range(arguments.turns):
                said = []
                for how, seconds in times.items():
                    took, output = seconds_of(folder, how)
                    seconds.append(took)
                    said.append(output)
                same &= said[0] == said[1]
            alone, spark = (statistics.median(seconds) for seconds in times.values())
            size = file.stat().st_size * arguments.copies / 1e6
            rows = arguments.rows * arguments.copies
            print(
                f"{ending}: {size:.0f} MB, {rows:,} rows x 10 columns: "
                f"{alone:.1f} s alone, {spark:.1f} s by Spark on {os.cpu_count()} cores"
            )
    print("the answers are the same" if same else "the answers differ")
    return int(not same)


if __name__ == "__main__":
    raise SystemExit(main())
