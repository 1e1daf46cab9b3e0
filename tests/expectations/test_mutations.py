"""Every expectation, broken by the least that can break it: what passed must then fail.

One row of a class, one person, one leaked value, one cell: on pandas and on Spark. An expectation
that is exported without an entry in mutations.py fails the last test of the file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import veilflow_expectations

from tests.expectations.mutations import MUTATIONS, Columns, Mutation

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_the_least_change_is_noticed(
    make: Make, check: Check, references: Any, mutation: Mutation
) -> None:
    mutation.fill(references)
    expectation = mutation.build()
    assert check(make(mutation.passing, mutation.schema), expectation).passed
    broken_schema = mutation.broken_schema or mutation.schema
    assert not check(make(mutation.broken, broken_schema), expectation).passed


@pytest.fixture(scope="module")
def million(spark: SparkSession) -> DataFrame:
    """A million rows, each with a value of its own, in four towns."""
    return spark.range(1_000_000, numPartitions=4).selectExpr(
        "id",
        "lower(substring(hex(id * 2654435761), -26)) as v",
        "concat('town ', id % 4) as town",
    )


@pytest.mark.spark
@pytest.mark.slow
def test_one_leaked_value_among_a_million(
    million: DataFrame, check_all: Check, references: Any
) -> None:
    from pyspark.sql import functions as F

    references.add("names", ["Ada Lovelace", "Grace Hopper"])
    leak = F.when(F.col("id") == 654_321, F.lit(" ADA lovelace")).otherwise(F.col("v"))
    alone = F.when(F.col("id") == 345_678, F.lit("town 5")).otherwise(F.col("town"))
    asked = [
        veilflow_expectations.ExpectColumnValuesToNotAppearInReference(
            column="v", reference="names"
        ),
        veilflow_expectations.ExpectTableToBeKAnonymous(quasi_identifiers=["town"], k=2),
    ]
    assert [one.passed for one in check_all(million, asked)] == [True, True]
    found = check_all(million.withColumn("v", leak).withColumn("town", alone), asked)
    assert [(one.passed, one.observed) for one in found] == [(False, 1), (False, 1)]


def test_a_table_that_is_not_broken_would_be_found_out() -> None:
    """The control: were a broken table the passing one, the test above would fail."""
    same = dataclasses.replace(MUTATIONS[0], broken=MUTATIONS[0].passing)
    with pytest.raises(AssertionError):
        test_the_least_change_is_noticed(_pandas, _checked, None, same)


def _pandas(columns: Columns, schema: str) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def _checked(frame: Any, expectation: Any) -> Any:
    from great_expectations import ExpectationSuite
    from veilflow_expectations import run_suite

    return run_suite(frame, ExpectationSuite("suite", expectations=[expectation])).checks[0]


def test_every_expectation_has_a_mutation() -> None:
    exported = {name for name in veilflow_expectations.__all__ if name.startswith("Expect")}
    assert {mutation.expectation for mutation in MUTATIONS} == exported
