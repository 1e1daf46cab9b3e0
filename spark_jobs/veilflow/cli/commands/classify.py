"""classify: say what each column of a file, a folder or a database holds.

PATH is a CSV, JSON lines or Parquet file or a folder of them, on this machine or on S3
(s3://bucket/prefix); a folder of folders is taken as tables. The tables of a database
(jdbc:postgresql://host/database) are read through Spark. --exhaustive looks at every cell of every
row; Spark is started for it where there is much to read, or as --spark or --no-spark says. With the
address of a pinned run, its classify stage is run instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.cli.console import print_json, print_table, stage_line
from veilflow.errors import UsageError

if TYPE_CHECKING:
    from veilflow.cli.tables import Asked

__all__ = ["NAME", "add_arguments", "add_looking", "asked_of", "run"]

NAME = "classify"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to look at and how much of it."""
    parser.add_argument(
        "path", help="file, folder, s3://bucket/prefix, jdbc:..., or STORE/runs/DATASET/RUN"
    )
    add_looking(parser)


def add_looking(parser: argparse.ArgumentParser) -> None:
    """How much to look at, and what a database needs."""
    parser.add_argument("--rows", type=int, default=5_000, help="rows to look at (default 5000)")
    parser.add_argument("--exhaustive", action="store_true", help="look at all rows")
    parser.add_argument(
        "--spark",
        action=argparse.BooleanOptionalAction,
        help="have Spark read files (default: large ones with --exhaustive)",
    )
    parser.add_argument(
        "--types", type=Path, metavar="FILE", help="types of your own (default: $VEILFLOW_TYPES)"
    )
    parser.add_argument(
        "--table", action="append", default=[], help="of a database: SCHEMA.TABLE (default: all)"
    )
    parser.add_argument("--jars", help="of a database: its JDBC driver's jar (or VEILFLOW_JARS)")


def asked_of(arguments: argparse.Namespace) -> Asked:
    """What :func:`add_looking` was answered."""
    from veilflow.classify.custom_types import NO_TYPES, installed_types_file
    from veilflow.cli.tables import Asked

    types = NO_TYPES
    if file := arguments.types or installed_types_file():
        # The policy's checks of such a file take longer to load than a small table to classify.
        from veilflow.policy.types_file import load_types

        types = load_types(file)
    return Asked(
        arguments.rows,
        arguments.exhaustive,
        tuple(arguments.table),
        arguments.jars,
        with_samples=arguments.command == "draft",
        spark=arguments.spark,
        types=types,
    )


def run(arguments: argparse.Namespace) -> int:
    """Print name, type, role, score and evidence for each column."""
    if "/runs/" in arguments.path and "://" in arguments.path:
        if arguments.types is not None:
            raise UsageError("a run has the types of its policy; leave --types out")
        return _stage(arguments)
    from veilflow.cli.tables import looks

    asked = asked_of(arguments)
    found = [
        (table, verdict)
        for table, (_, verdicts) in looks(arguments.path, asked)
        for verdict in verdicts
    ]
    several = len({table for table, _ in found}) > 1
    if arguments.json:
        print_json(
            {
                "columns": [
                    {
                        **({"table": table} if several else {}),
                        "name": verdict.name,
                        "type": verdict.type,
                        "role": verdict.role,
                        "score": round(verdict.score, 2),
                        "evidence": list(verdict.evidence),
                    }
                    for table, verdict in found
                ],
                **({"types_sha256": asked.types.digest} if asked.types.digest else {}),
            }
        )
        return 0
    print_table(
        ("table", "column", "type", "role", "score", "evidence"),
        [
            (table, v.name, v.type, v.role, f"{v.score:.2f}", "; ".join(v.evidence))
            for table, v in found
        ],
        widest=200,
    )
    return 0


def _stage(arguments: argparse.Namespace) -> int:
    from veilflow.pipeline import open_run
    from veilflow.pipeline.summary import summary_lines
    from veilflow.spark.jobs import run_stage
    from veilflow.spark.session import session

    with stage_line("classify", quiet=arguments.json), session("classify") as spark:
        evidence = run_stage(spark, open_run(arguments.path), "classify")
    if arguments.json:
        print_json(evidence.to_json())
    else:
        print("\n".join(summary_lines(evidence)))
    return 0
