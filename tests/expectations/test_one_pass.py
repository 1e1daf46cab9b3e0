"""A policy's suite reads its table once to count and once to look into values, whatever it asks.

Two columns of one linkage domain are compared by one more reading of one of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import veilflow_expectations
from great_expectations import ExpectationSuite
from veilflow.policy import load_policy
from veilflow_expectations import ExpectColumnNullShareToBeBelow
from veilflow_expectations.plan import plan_masked
from veilflow_expectations.references import References
from veilflow_expectations.runner import run_suite
from veilflow_expectations.suite import build_suite

POLICY = Path(__file__).resolve().parents[2] / "dags" / "policies" / "patients.yaml"
ROWS = 60
PARAMETERS = {
    "rows_least": 0,
    "rows_most": ROWS,
    "orphan_rows_0": ROWS,
    "orphan_rows_1": ROWS,
    "least_shared_0_2": 0,
    "most_shared_0_2": ROWS,
}

pytestmark = pytest.mark.spark


def activity(spark: Any, since: tuple[int, int] = (-1, -1)) -> tuple[int, int, tuple[int, int]]:
    """Jobs and rows that scans of files have returned since then, and what to ask with next.

    Spark forgets old jobs and stages, so that totals can shrink: only newer ones are counted.
    """
    context = spark.sparkContext
    scala = context._jsc.sc()
    scala.listenerBus().waitUntilEmpty()
    store = scala.statusStore()
    no_quantiles = context._gateway.new_array(context._jvm.double, 0)
    kept = store.stageList(None, False, False, no_quantiles, None)
    stages = [kept.apply(index) for index in range(kept.size())]
    new = {stage.stageId(): stage.inputRecords() for stage in stages if stage.stageId() > since[1]}
    listed = store.jobsList(None)
    jobs = {listed.apply(index).jobId() for index in range(listed.size())}
    newer = {job for job in jobs if job > since[0]}
    latest = max(newer, default=since[0]), max(new, default=since[1])
    return len(newer), sum(new.values()), latest


def named(value: Any) -> Iterator[str]:
    """Every text in the arguments of an expectation."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from named(inner)


@pytest.fixture
def stored(spark: Any, tmp_path: Path) -> Any:
    """Makes a stored table of texts with the given columns."""

    def make(columns: list[str]) -> Any:
        rows = [[f"{name} {number % 3}" for name in columns] for number in range(ROWS)]
        frame = spark.createDataFrame(rows, ", ".join(f"`{name}` string" for name in columns))
        frame.coalesce(1).write.parquet(str(tmp_path / "table"))
        return spark.read.parquet(str(tmp_path / "table"))

    return make


@pytest.mark.parametrize("table", ["patients", "encounters"])
def test_the_default_suite_of_a_table_is_few_passes(
    table: str, spark: Any, stored: Any, references: References
) -> None:
    policy = load_policy(POLICY)
    planned = next(
        suite
        for suite in plan_masked(policy, ("patients",))
        if (suite.table, suite.part) == (table, "values")
    )
    # Attacks look at rows in their order and at frequencies: test_judge.py counts their passes.
    asked = tuple(check for check in planned.checks if check.kind != "attack")
    planned = dataclasses.replace(planned, checks=asked)
    assert len(planned.checks) > 5
    for check in planned.checks:
        for text in named(check.arguments):
            if text.startswith(("raw:", "labels:", "constant:", "people:", "pseudonyms:")):
                references.add(text, ["something else", "or other"])
    frame = stored(list(policy.tables[table].released))
    *_, before = activity(spark)
    outcome = run_suite(frame, build_suite(planned), PARAMETERS)
    jobs, rows, _ = activity(spark, before)
    assert len(outcome.checks) == len(planned.checks)
    joins = sum("joins_with" in check.arguments for check in planned.checks)
    assert rows == (2 + joins) * ROWS, "counted once, looked into once"
    assert jobs <= 2 * (2 + joins), "partial counts and their sum, of each"


def test_expectations_dont_add_passes(spark: Any, stored: Any) -> None:
    veilflow_expectations.register_expectations()
    columns = [f"c{number}" for number in range(30)]
    frame = stored(columns)
    suite = ExpectationSuite(
        "wide",
        expectations=[ExpectColumnNullShareToBeBelow(column=c, max_share=0.5) for c in columns],
    )
    *_, before = activity(spark)
    run_suite(frame, suite)
    jobs, rows, _ = activity(spark, before)
    assert (jobs <= 2, rows) == (True, ROWS)
