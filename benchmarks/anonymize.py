"""``python -m benchmarks.anonymize``: anonymising plain Parquet, against copying it.

For each size the enlarged Adult extract (enlarged_adult.py) is copied by Spark, and made
k-anonymous by what a run does between reading and writing: aggregate, search, one map pass. A
release is also written in random order, which shuffles every row: that is measured beside it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veilflow.policy import Policy

from benchmarks.enlarged_adult import QI8, adult, hierarchy_rows, write_enlarged
from benchmarks.figures import Cost
from benchmarks.floor import median_cost
from benchmarks.meter import Meter
from benchmarks.surroundings import load, machine, settings, versions
from benchmarks.table import place

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

BEGIN = "<!-- anonymize: begin; written by 'python -m benchmarks.anonymize' -->"
END = "<!-- anonymize: end -->"
K, LIMIT = 5, 0.02
_TABLE = "adult"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write the figures between the markers of a document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anonymize", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 3_000_000])
    parser.add_argument("--adult", type=Path, default=Path("../shared/data/adult"))
    parser.add_argument("--recoding", choices=("full_domain", "local"), default="full_domain")
    parser.add_argument("--turns", type=int, default=2, help="how often each is done; default: 2")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    parser.add_argument("--master", help="Spark master (default: VEILFLOW_MASTER or local[*])")
    arguments = parser.parse_args(argv)
    lines = list(_measure(arguments))
    place(arguments.out, "\n".join(lines), BEGIN, END)
    return 0


def _measure(arguments: argparse.Namespace) -> Iterator[str]:
    from veilflow.spark.session import session

    source = adult(arguments.adult)
    policy = policy_of(arguments.adult, source.column_names, arguments.recoding)
    with (
        tempfile.TemporaryDirectory(prefix="veilflow-bench-") as scratch,
        session("bench", arguments.master) as spark,
    ):
        yield f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC by `{_command()}`; load"
        yield f"average {load()}, {machine()['cores']} cores, {settings(spark)},"
        yield f"commit {versions(None).get('commit', 'unknown')}."
        yield ""
        yield "| rows | | s | CPU s | time, copy = 1 | CPU, copy = 1 | peak MB, Python + JVM |"
        yield "|--:|---|--:|--:|--:|--:|--:|"
        _size(spark, policy, source, 20_000, Path(scratch), 1)  # the JVM has compiled what it will
        for rows in arguments.rows:
            costs = _size(spark, policy, source, rows, Path(scratch), arguments.turns)
            for name, cost in costs.items():
                yield _line(rows, name, cost, costs["plain copy"])


def policy_of(folder: Path, columns: Sequence[str], recoding: str = "full_domain") -> Policy:
    """k-anonymity on QI8 with the extract's own hierarchies; other columns stay as they are."""
    quasi = {
        name: {
            "role": "quasi",
            "hierarchy": {"csv": f"{name}.csv", "rows": hierarchy_rows(folder, name)},
        }
        for name in QI8
    }
    rules: dict[str, Any] = {name: quasi.get(name, "keep") for name in columns}
    return Policy.model_validate(
        {
            "dataset": "adult",
            "purpose": {
                "purpose": "benchmark", "legal_basis": "public data", "owner": "nobody",
                "recipients": ["nobody"], "retention_days": 1,
            },
            "source": {"root": "."},
            "tables": {_TABLE: {"path": _TABLE, "columns": rules}},
            "anonymize": {"k": K, "suppression_limit": LIMIT, "recoding": recoding},
        }
    )  # fmt: skip


def _size(
    spark: SparkSession, policy: Policy, source: pa.Table, rows: int, scratch: Path, turns: int
) -> dict[str, Cost]:
    folder = scratch / f"rows-{rows}"
    write_enlarged(source, rows, folder)
    meter = Meter(spark)
    found: dict[str, list[Cost]] = {}
    works = {"plain copy": _copy, "anonymised": _anonymise, "– in random order": _shuffle}
    for turn in range(turns):
        for name, work in works.items():
            target = folder.with_name(f"{folder.name}-{turn}-{name}")
            with meter.measure() as cost:
                steps = work(spark, policy, folder, target, meter)
            found.setdefault(name, []).extend(cost)
            for step, part in steps.items():
                found.setdefault(step, []).append(part)
            shutil.rmtree(target)
            _say(f"{rows:,} rows, {name}: {cost[0]}, {steps}")
    shutil.rmtree(folder)
    return {name: median_cost(costs) for name, costs in found.items()}


def _copy(
    spark: SparkSession, policy: Policy, folder: Path, target: Path, meter: Meter
) -> dict[str, Cost]:
    spark.read.parquet(str(folder)).write.parquet(str(target))
    return {}


def _anonymise(
    spark: SparkSession, policy: Policy, folder: Path, target: Path, meter: Meter
) -> dict[str, Cost]:
    return _protect(spark, policy, folder, target, meter, lambda masked: masked.output())


def _shuffle(
    spark: SparkSession, policy: Policy, folder: Path, target: Path, meter: Meter
) -> dict[str, Cost]:
    from veilflow.spark.random_order import in_random_order

    _protect(spark, policy, folder, target, meter, in_random_order)
    return {}


def _protect(
    spark: SparkSession,
    policy: Policy,
    folder: Path,
    target: Path,
    meter: Meter,
    output: Callable[[Any], DataFrame],
) -> dict[str, Cost]:
    from veilflow.spark.protect import decide, protect

    frames = {_TABLE: spark.read.parquet(str(folder))}
    with meter.step() as deciding:
        decision = decide(policy, frames)
    with meter.step() as mapping:
        masked = protect(spark, policy, frames, decision, "")[_TABLE]
        output(masked).write.parquet(str(target))
    return {"– aggregate and search": deciding.cost, "– map and write": mapping.cost}


def _line(rows: int, name: str, cost: Cost, copy: Cost) -> str:
    time = cost.seconds / copy.seconds
    cpu = cost.cpu_seconds / copy.cpu_seconds
    peak = f"{cost.python_peak_mb:,} + {cost.jvm_peak_mb:,}" if cost.python_peak_mb else ""
    return (
        f"| {rows:,} | {name} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {time:.1f} | "
        f"{cpu:.1f} | {peak} |"
    )


def _command() -> str:
    return " ".join(["python", "-m", "benchmarks.anonymize", *sys.argv[1:]])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
