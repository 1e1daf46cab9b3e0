"""``python -m benchmarks.validation``: what judging a release costs, against scanning it once.

A wide table (wide_table.py) is released, encrypted, and judged by the demo's policy. The scan reads
the same encrypted objects in the same session and hashes, decrypts and throws away every row. Of
the judge, what it costs for hardly any rows is its fixed cost: Great Expectations, Spark's
planning and starting, the JVM's compiling.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from benchmarks.figures import Cost
from benchmarks.floor import median_cost
from benchmarks.hospital import home
from benchmarks.meter import Meter
from benchmarks.surroundings import load, machine, settings, versions
from benchmarks.table import place
from benchmarks.wide_table import LEVELS, TABLE, WideTable, make_wide_table, policy_of_one_table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BEGIN = "<!-- validation: begin; written by 'python -m benchmarks.validation' -->"
END = "<!-- validation: end -->"
_FEW = 1_000
_EXPECTATIONS = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write the figures between the markers of a document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="default: 10000000")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    parser.add_argument("--master", help="Spark master (default: VEILFLOW_MASTER or local[*])")
    arguments = parser.parse_args(argv)
    lines = list(_measure(arguments.rows, arguments.master))
    place(arguments.out, "\n".join(lines), BEGIN, END)
    return 0


def _measure(rows: int, master: str | None) -> Iterator[str]:
    from veilflow.spark.session import session

    imported = _import_seconds()
    with (
        tempfile.TemporaryDirectory(prefix="veilflow-bench-") as scratch,
        session("bench", master) as spark,
    ):
        yield f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC by `{_command()}`; load"
        told = ", ".join(f"{name}={setting}" for name, setting in settings(spark).items())
        yield f"average {load()}, {machine()['cores']} cores, {told},"
        yield f"commit {versions(None).get('commit', 'unknown')}."
        yield ""
        expectation = _expectation_seconds()
        few = _sizes(spark, Path(scratch) / "few", _FEW)
        few = _sizes(spark, Path(scratch) / "again", _FEW)  # the JVM has compiled what it will
        _say(f"fixed: {few}")
        many = _sizes(spark, Path(scratch) / "many", rows)
    scan, whole, fixed = many["scan"], many["judge"], few["judge"]
    yield "| | seconds | CPU s | CPU µs/row | CPU, scan = 1 | Spark jobs |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, cost in many.items():
        ratio = f"{cost.cpu_seconds / scan.cpu_seconds:.1f}"
        each = f"{cost.cpu_seconds / rows * 1e6:.2f}"
        yield (
            f"| {name} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {each} | {ratio} | "
            f"{cost.jobs} |"
        )
    yield ""
    left = whole.cpu_seconds - fixed.cpu_seconds
    yield (
        f"{rows:,} rows. Fixed: importing Great Expectations {imported:.1f} CPU s, its share of an "
        f"expectation {expectation * 1e3:.1f} ms, judging {_FEW:,} rows {fixed.cpu_seconds:.1f} "
        f"CPU s. Without the fixed cost the judge takes {left / scan.cpu_seconds:.1f} times the "
        f"CPU time of the scan; peak memory {whole.python_peak_mb:,} MB of Python and "
        f"{whole.jvm_peak_mb:,} MB of JVM in the driver."
    )


def _sizes(spark: SparkSession, folder: Path, rows: int) -> dict[str, Cost]:
    meter = Meter(spark)
    with home(folder):
        with meter.measure() as made:
            table = make_wide_table(spark, folder, rows)
        _say(f"{rows:,} rows made: {made[0]}")
        scans = [_scan(spark, meter, table) for _ in range(2)]
        found = _judge(spark, meter, table)
        scans += [_scan(spark, meter, table) for _ in range(2)]
    return {"scan": median_cost(scans), "judge": found.pop("judge"), **found}


def _scan(spark: SparkSession, meter: Meter, table: WideTable) -> Cost:
    with meter.measure() as cost:
        table.release(spark).write.format("noop").mode("overwrite").save()
    _say(f"scan: {cost[0]}")
    return cost[0]


def _judge(spark: SparkSession, meter: Meter, table: WideTable) -> dict[str, Cost]:
    """The whole judge and, of it, each profile and each suite."""
    import veilflow_expectations.judge as judging
    import veilflow_expectations.measured as measured
    from veilflow.spark.judging import JudgeRequest

    steps: dict[str, Cost] = {}

    @contextmanager
    def watched(module: Any, name: str, label: Any) -> Iterator[None]:
        function = getattr(module, name)

        def call(*given: Any, **named: Any) -> Any:
            with meter.step() as running:
                result = function(*given, **named)
            steps[label(*given)] = running.cost
            return result

        with mock.patch.object(module, name, call):
            yield

    request = JudgeRequest(
        product="masked",
        policy=policy_of_one_table(),
        output={TABLE: table.release(spark)},
        source={TABLE: table.source},
        levels={(TABLE, name): level for name, level in LEVELS.items()},
        digest_key=secrets.token_bytes(32),
    )
    with (
        watched(measured, "profile", lambda frame, name, *_: f"– profile of {name}"),
        watched(judging, "run_suite", lambda frame, suite, *_: f"– suite of {suite.name}"),
        meter.measure() as cost,
    ):
        judgement = judging.judge(spark, request)
    failed = ", ".join(check.name for check in judgement.failed) or "none"
    _say(f"judge: {cost[0]}, {len(judgement.checks)} checks, failed: {failed}")
    return {"judge": cost[0], **{n: c for n, c in steps.items() if c.jobs}}


def _import_seconds() -> float:
    """CPU seconds of importing Great Expectations in a fresh Python, beyond Python itself."""
    code = "import resource as r{}; u=r.getrusage(0); print(u.ru_utime+u.ru_stime)"
    with_it, without = (
        float(subprocess.run([sys.executable, "-c", code.format(what)], capture_output=True,
                             text=True, check=True).stdout)
        for what in ("; import great_expectations", "")
    )  # fmt: skip
    return with_it - without


def _expectation_seconds() -> float:
    """CPU seconds that an expectation costs Great Expectations itself, on a table of no rows."""
    import pandas as pd
    import veilflow_expectations
    from great_expectations import ExpectationSuite
    from veilflow_expectations.runner import run_suite

    veilflow_expectations.register_expectations()
    names = [f"c{number}" for number in range(_EXPECTATIONS)]
    expectations = [
        veilflow_expectations.ExpectColumnNullShareToBeBelow(column=name, max_share=0.5)
        for name in names
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    run_suite(pd.DataFrame(columns=names), ExpectationSuite("empty", expectations=expectations))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_utime - before) / _EXPECTATIONS


def _command() -> str:
    return " ".join(["python", "-m", "benchmarks.validation", *sys.argv[1:]])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("VEILFLOW_DRIVER_MEMORY", "4g")
    sys.exit(main())
