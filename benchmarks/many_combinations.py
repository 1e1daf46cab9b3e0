"""``python -m benchmarks.many_combinations``: more combinations than the driver's budget.

Twelve quasi-identifiers, a birth date, a day of admission and a five-digit postcode among them, so
that nearly every row is a combination of its own. Each size is copied by Spark and anonymised in
parts; a small one also on the driver, which shows what parts cost in utility.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from veilflow.policy import Policy

from benchmarks.enlarged_adult import adult, batches, hierarchy_rows
from benchmarks.figures import Cost
from benchmarks.meter import Meter
from benchmarks.surroundings import load, machine, settings, versions
from benchmarks.table import place

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BEGIN = "<!-- combinations: begin; written by 'python -m benchmarks.many_combinations' -->"
END = "<!-- combinations: end -->"
K, LIMIT = 5, 0.02
_COLUMNS = (
    "rows", "recoding", "parts", "s", "CPU s", "CPU, copy = 1", "peak MB, Python + JVM", "loss",
    "no loss below", "granularity quality", "left out",
)  # fmt: skip
_TABLE = "people"
_LISTED = (
    "sex", "race", "marital-status", "education", "native-country", "workclass", "occupation",
    "salary-class",
)  # fmt: skip
_BUILT: dict[str, dict[str, Any]] = {
    "born": {"dates": ["day", "month", "year", "5 years", "decade"]},
    "admitted": {"dates": ["day", "month", "quarter", "year"]},
    "postcode": {"prefix": [5, 4, 3, 2, 1]},
    "children": {"intervals": [1, 3]},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write the figures between the markers of a document."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.many_combinations", description=__doc__
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[300_000, 1_000_000])
    parser.add_argument("--budget", type=int, default=200_000, help="default: 200000")
    parser.add_argument(
        "--also-whole", type=int, default=300_000,
        help="up to this many rows also on the driver; default: 300000",
    )  # fmt: skip
    parser.add_argument("--recoding", nargs="+", default=["local", "full_domain"])
    parser.add_argument("--adult", type=Path, default=Path("../shared/data/adult"))
    parser.add_argument("--seconds", type=float, default=30, help="for a search; default: 30")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    parser.add_argument("--master", help="Spark master (default: VEILFLOW_MASTER or local[*])")
    arguments = parser.parse_args(argv)
    place(arguments.out, "\n".join(_measure(arguments)), BEGIN, END)
    return 0


def _measure(arguments: argparse.Namespace) -> Iterator[str]:
    from veilflow.spark.session import session

    source = adult(arguments.adult)
    with (
        tempfile.TemporaryDirectory(prefix="veilflow-bench-") as scratch,
        session("bench", arguments.master) as spark,
    ):
        yield f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC by `{_command()}`; load"
        yield f"average {load()}, {machine()['cores']} cores, {settings(spark)},"
        yield f"commit {versions(None).get('commit', 'unknown')}."
        yield ""
        yield f"| {' | '.join(_COLUMNS)} |"
        yield f"|{'--:|' * len(_COLUMNS)}"
        for rows in arguments.rows:
            folder = Path(scratch) / str(rows)
            write_people(source, rows, folder)
            copy = _copy(spark, folder)
            for recoding in arguments.recoding:
                budgets = [arguments.budget]
                if rows <= arguments.also_whole:
                    budgets.append(10 * rows)
                for budget in budgets:
                    policy = policy_of(arguments.adult, recoding, budget, arguments.seconds)
                    yield _line(spark, policy, rows, folder, copy)
            shutil.rmtree(folder)


def write_people(source: pa.Table, rows: int, target: Path, seed: int = 0) -> None:
    """Enlarged Adult with a birth date that fits the age, and three columns of made-up values."""
    target.mkdir(parents=True)
    made = batches(source, rows, seed)
    for number, batch in enumerate(made):
        draw = np.random.default_rng([seed, number, 12])
        size = batch.num_rows
        ages = batch.column("age").to_numpy()
        born = np.datetime64("2026-01-01") - (ages * 365 + draw.integers(0, 365, size))
        admitted = np.datetime64("2024-01-01") + draw.integers(0, 731, size)
        # Towns are of very different sizes: a few postcodes have most of the people.
        postcodes = 10_000 + (draw.pareto(1.2, size) * 400).astype(np.int64) % 90_000
        more = {
            "born": pa.array(born.astype("datetime64[D]")),
            "admitted": pa.array(admitted.astype("datetime64[D]")),
            "postcode": pa.array(postcodes).cast(pa.string()),
            "children": pa.array(draw.poisson(1.4, size)),
        }
        table = batch.drop_columns(["age"])
        for name, values in more.items():
            table = table.append_column(name, values)
        pq.write_table(table, target / f"part-{number:04}.parquet")


def policy_of(folder: Path, recoding: str, budget: int, seconds: float) -> Policy:
    """k-anonymity on all twelve columns."""
    listed = {
        name: {"csv": f"{name}.csv", "rows": hierarchy_rows(folder, name)} for name in _LISTED
    }
    hierarchies: dict[str, Any] = {**listed, **_BUILT}
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": {
                "purpose": "benchmark", "legal_basis": "public data", "owner": "nobody",
                "recipients": ["nobody"], "retention_days": 1,
            },
            "source": {"root": "."},
            "tables": {
                _TABLE: {
                    "path": _TABLE,
                    "columns": {
                        name: {"role": "quasi", "hierarchy": hierarchy}
                        for name, hierarchy in hierarchies.items()
                    },
                }
            },
            "anonymize": {
                "k": K, "suppression_limit": LIMIT, "recoding": recoding,
                "driver_combinations": budget, "search_seconds": seconds,
            },
        }
    )  # fmt: skip


def _copy(spark: SparkSession, folder: Path) -> Cost:
    target = folder.with_name(f"{folder.name}-copy")
    with Meter(spark).measure() as cost:
        spark.read.parquet(str(folder)).write.parquet(str(target))
    shutil.rmtree(target)
    return cost[0]


def _line(spark: SparkSession, policy: Policy, rows: int, folder: Path, copy: Cost) -> str:
    from veilflow.spark.protect import decide, protect

    target = folder.with_name(f"{folder.name}-out")
    with Meter(spark).measure() as costs:
        frames = {_TABLE: spark.read.parquet(str(folder))}
        decision = decide(policy, frames)
        assert decision is not None
        masked = protect(spark, policy, frames, decision, "")[_TABLE]
        masked.output().write.parquet(str(target))
    shutil.rmtree(target)
    spark.catalog.clearCache()
    (cost,), solution, parts = costs, decision.solution, decision.in_parts
    assert policy.anonymize is not None
    figures = [
        f"{rows:,}",
        policy.anonymize.recoding,
        "on the driver" if parts is None else f"{parts.parts:,}",
        f"{cost.seconds:.0f}",
        f"{cost.cpu_seconds:.0f}",
        f"{cost.cpu_seconds / copy.cpu_seconds:.1f}",
        f"{cost.python_peak_mb:,} + {cost.jvm_peak_mb:,}",
        f"{solution.loss:.4f}",
        "" if parts is None else f"{parts.least_loss:.4f}",
        f"{solution.figures['granularity_quality']:.4f}",
        f"{solution.suppressed_rows[0] / rows:.2%}",
    ]
    print(" | ".join(figures), file=sys.stderr, flush=True)
    return f"| {' | '.join(figures)} |"


def _command() -> str:
    return " ".join(["python", "-m", "benchmarks.many_combinations", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
