"""sample-data: write a made-up hospital of any size: patients, encounters and notes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from veilflow.cli.console import print_json

__all__ = ["NAME", "add_arguments", "run"]

NAME = "sample-data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many, which seed, where."""
    parser.add_argument("--rows", type=int, default=20_000, help="patients (default 20000)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same data (default 1)")
    parser.add_argument(
        "--format", choices=("parquet", "csv"), default="parquet", help="default: parquet"
    )
    parser.add_argument("--out", type=Path, help="folder (default $VEILFLOW_HOME/sample)")


def run(arguments: argparse.Namespace) -> int:
    """Write the hospital and say what was written."""
    from veilflow.pipeline.home import veilflow_home
    from veilflow.sample_data import write_hospital

    root = arguments.out or veilflow_home() / "sample"

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {total:,} patients", end="", file=sys.stderr)

    summary = write_hospital(
        root, arguments.rows, arguments.seed, file_format=arguments.format, progress=progress
    )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    rows = {
        "patients": summary.patients,
        "encounters": summary.encounters,
        "notes": summary.notes,
    }
    if arguments.json:
        print_json({"root": str(root), "rows": rows, "bytes": summary.bytes})
        return 0
    tables = ", ".join(f"{count:,} {table}" for table, count in rows.items())
    how = "was there already" if summary.reused else f"in {summary.seconds:.1f} s"
    print(f"{root}: {tables}; {summary.bytes / 1e6:,.1f} MB {how}")
    return 0
