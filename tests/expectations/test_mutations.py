"""Every expectation, broken by the least that can break it: what passed must then fail.

One row of a class, one person, one leaked value, one cell: on pandas and on Spark. An expectation
that is exported without an entry here fails the last test of the file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import veilflow_expectations

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Check = Callable[..., Any]
Make = Callable[[dict[str, list[Any]], str], Any]
Columns = dict[str, list[Any]]

PSEUDONYM = "0123456789abcdefghijklmnop"
NOBODY: Callable[[Any], None] = lambda references: None  # noqa: E731 - a default, not a function


@dataclass(frozen=True)
class Mutation:
    """A table that keeps what is expected, and the same table broken by one."""

    expectation: str
    name: str
    arguments: Mapping[str, Any]
    schema: str
    passing: Columns
    broken: Columns
    fill: Callable[[Any], None] = field(default=NOBODY)

    def __str__(self) -> str:
        return f"{self.expectation}: {self.name}"

    def build(self) -> Any:
        """The expectation itself."""
        return getattr(veilflow_expectations, self.expectation)(**self.arguments)


def without(columns: Columns, row: int) -> Columns:
    """The table with one row less."""
    return {name: values[:row] + values[row + 1 :] for name, values in columns.items()}


def changed(columns: Columns, row: int, **cells: Any) -> Columns:
    """The table with some cells of one row changed."""
    return {
        name: values[:row] + [cells.get(name, values[row])] + values[row + 1 :]
        for name, values in columns.items()
    }


TOWNS: Columns = {
    "town": ["London"] * 5 + ["York"] * 5,
    "person": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "ill": ["flu", "cold", "gout", "flu", "cold"] * 2,
}
TOWN_SCHEMA = "town string, person int, ill string"
# Two values in each class, in the same proportion: one row less shifts it by a sixth.
EVEN: Columns = {
    "town": ["London"] * 4 + ["York"] * 4,
    "person": list(range(8)),
    "ill": ["flu", "cold"] * 4,
}
COPIED: Columns = {
    "age": [10 + n for n in range(200)],
    "town": [f"town {n % 13}" for n in range(200)],
}
COPY_SCHEMA = "age int, town string"
LABELS: Columns = {"v": ["p1", "p2", None] * 100}


def _names(references: Any) -> None:
    references.add("names", ["Ada Lovelace", "Grace Hopper"])


def _people(references: Any) -> None:
    references.add("people", ["p1", "p2"])


def _rows(references: Any) -> None:
    import pandas as pd

    reference = pd.DataFrame({"age": [10, 11, 99], "town": ["town 0", "no town", None]})
    references.add_rows("rows", reference, ["age", "town"])


K = {"quasi_identifiers": ["town"], "k": 5}
L = {"quasi_identifiers": ["town"], "column": "ill", "privacy_unit": "person"}
MUTATIONS = [
    Mutation(
        "ExpectTableToBeKAnonymous", "k-1 rows", K, TOWN_SCHEMA, TOWNS, without(TOWNS, 9)
    ),
    Mutation(
        "ExpectTableToBeKAnonymous", "k-1 people in k rows", {**K, "privacy_unit": "person"},
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 9, person=9),
    ),
    Mutation(
        "ExpectTableToBeKAnonymous", "one of k is nobody", {**K, "privacy_unit": "person"},
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 9, person=None),
    ),
    Mutation(
        "ExpectTableToBeKAnonymous", "one row moves away", {**K, "k": 4}, TOWN_SCHEMA,
        TOWNS, changed(TOWNS, 9, town="york"),
    ),
    Mutation(
        "ExpectTableToBeLDiverse", "the only other value goes", {**L, "l": 3}, TOWN_SCHEMA,
        TOWNS, changed(TOWNS, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeLDiverse", "one of two moves", {**L, "l": 2, "kind": "entropy"},
        TOWN_SCHEMA, EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeLDiverse", "the rare grow rarer",
        {**L, "l": 2, "kind": "recursive", "c": 1.1}, TOWN_SCHEMA, EVEN, without(EVEN, 7),
    ),
    Mutation(
        "ExpectTableToBeTClose", "one value", {**L, "t": 0.0}, TOWN_SCHEMA,
        EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeTClose", "one value, ordered", {**L, "t": 0.0, "distance": "ordered"},
        TOWN_SCHEMA, EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeTClose", "one value, below its own parent",
        {
            **L, "t": 0.0, "distance": "hierarchical",
            "hierarchy": [["flu", "lung", "*"], ["cold", "lung", "*"], ["gout", "joint", "*"]],
        },
        TOWN_SCHEMA, EVEN, changed(EVEN, 7, ill="flu"),
    ),
    *(
        Mutation(
            "ExpectReidentificationRiskToBeBelow", name,
            {"quasi_identifiers": ["town"], name: bound}, TOWN_SCHEMA, TOWNS, broken,
        )
        for name, bound, broken in [
            ("max_risk", 0.2, without(TOWNS, 9)),
            ("average_risk", 0.2, without(TOWNS, 9)),
            ("unique_share", 0.0, changed(TOWNS, 9, town="Hull")),
        ]
    ),
    Mutation(
        "ExpectSmallCellsToBeAbsent", "threshold-1 rows",
        {"columns": ["town"], "threshold": 5}, TOWN_SCHEMA, TOWNS, without(TOWNS, 0),
    ),
    Mutation(
        "ExpectSmallCellsToBeAbsent", "threshold-1 people",
        {"columns": ["town"], "threshold": 5, "privacy_unit": "person"},
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 0, person=2),
    ),
    *(
        Mutation(
            "ExpectColumnValuesToNotAppearInReference", name,
            {"column": "v", "reference": "names"}, "v string",
            {"v": ["somebody", None, ""] * 100}, {"v": ["somebody", None, ""] * 100 + [leak]},
            _names,
        )
        for name, leak in [
            ("one value", "Ada Lovelace"),
            ("in another case", "gRACE hopper"),
            ("with a space at its end", "Ada Lovelace "),
            ("in another Unicode form", "Ａda Lovelace"),
            ("with a space nobody sees", "Ada\u200b Lovelace"),
        ]
    ),
    Mutation(
        "ExpectColumnValuesToAppearInReference", "one stranger",
        {"column": "v", "reference": "people"}, "v string", LABELS,
        {"v": [*LABELS["v"], "p3"]}, _people,
    ),
    Mutation(
        "ExpectColumnValuesToAppearInReference", "one stranger more than may be",
        {"column": "v", "reference": "people", "max_missing": 1}, "v string",
        {"v": [*LABELS["v"], "p3"]}, {"v": [*LABELS["v"], "p3", "p3"]}, _people,
    ),
    *(
        Mutation(
            "ExpectColumnValuesToBePseudonyms", name, {"column": "v"}, "v string",
            {"v": [PSEUDONYM, None] * 100}, {"v": [PSEUDONYM, None] * 100 + [odd]},
        )
        for name, odd in [
            ("a character too few", PSEUDONYM[1:]),
            ("a character too many", f"{PSEUDONYM}0"),
            ("one capital", f"{PSEUDONYM[:-1]}P"),
            ("a line break", f"{PSEUDONYM}\n"),
        ]
    ),
    Mutation(
        "ExpectExactCopiesToBeBelow", "one copy too many",
        {"columns": ["age", "town"], "reference": "rows", "max_share": 0.005}, COPY_SCHEMA,
        COPIED, changed(COPIED, 1, town="no town"), _rows,
    ),
    Mutation(
        "ExpectExactCopiesToBeBelow", "one copy with nothing in a cell",
        {"columns": ["age", "town"], "reference": "rows", "max_share": 0.005}, COPY_SCHEMA,
        changed(COPIED, 89, town="here"), changed(COPIED, 89, town=None), _rows,
    ),
    Mutation(
        "ExpectColumnNullShareToBeBelow", "one null more", {"column": "v", "max_share": 0.01},
        "v string", {"v": [None] + ["a"] * 99}, {"v": [None, None] + ["a"] * 98},
    ),
]  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_the_least_change_is_noticed(
    make: Make, check: Check, references: Any, mutation: Mutation
) -> None:
    mutation.fill(references)
    expectation = mutation.build()
    assert check(make(mutation.passing, mutation.schema), expectation).passed
    assert not check(make(mutation.broken, mutation.schema), expectation).passed


@pytest.fixture(scope="module")
def million(spark: SparkSession) -> DataFrame:
    """A million rows of a thousand people each of whom has a pseudonym, in four towns."""
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
