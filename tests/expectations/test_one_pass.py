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


def activity(spark: Any) -> tuple[int, int]:
    """Jobs so far, and rows that scans of files have returned so far."""
    context = spark.sparkContext
    scala = context._jsc.sc()
    scala.listenerBus().waitUntilEmpty()
    store = scala.statusStore()
    no_quantiles = context._gateway.new_array(context._jvm.double, 0)
    stages = store.stageList(None, False, False, no_quantiles, None)
    rows = sum(stages.apply(index).inputRecords() for index in range(stages.size()))
    return store.jobsList(None).size(), rows


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
    jobs, rows = activity(spark)
    outcome = run_suite(frame, build_suite(planned), PARAMETERS)
    jobs_after, rows_after = activity(spark)
    assert len(outcome.checks) == len(planned.checks)
    joins = sum("joins_with" in check.arguments for check in planned.checks)
    assert rows_after - rows == (2 + joins) * ROWS, "counted once, looked into once"
    assert jobs_after - jobs <= 2 * (2 + joins), "partial counts and their sum, of each"


def test_expectations_dont_add_passes(spark: Any, stored: Any) -> None:
    veilflow_expectations.register_expectations()
    columns = [f"c{number}" for number in range(30)]
    frame = stored(columns)
    suite = ExpectationSuite(
        "wide",
        expectations=[ExpectColumnNullShareToBeBelow(column=c, max_share=0.5) for c in columns],
    )
    jobs, rows = activity(spark)
    run_suite(frame, suite)
    jobs_after, rows_after = activity(spark)
    assert (jobs_after - jobs <= 2, rows_after - rows) == (True, ROWS)
