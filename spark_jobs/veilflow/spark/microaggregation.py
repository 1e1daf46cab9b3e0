"""Microaggregation on Spark: one number for each class, in place of everybody's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from veilflow.errors import PolicyError
from veilflow.policy import Policy
from veilflow.policy.draft import yaml_key
from veilflow.spark.reading import quoted, without_nan

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["microaggregated"]

_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


def microaggregated(
    policy: Policy, table: str, frame: DataFrame, classes: Sequence[str]
) -> tuple[DataFrame, dict[str, Column]]:
    """``frame`` with the aggregates of its classes, and for each such column where to find them.

    ``classes`` are the columns of the released labels; rows that are left out must be gone. What
    an aggregate is, and what isn't promised, says :mod:`veilflow.anonymize.microaggregation`, which
    does the same in NumPy.
    """
    from pyspark.sql import functions as F

    columns = policy.tables[table].microaggregated
    if not columns or policy.anonymize is None:
        return frame, {}
    unit = policy.unit_column(table)
    aggregates = []
    for place, (name, column) in enumerate(columns.items()):
        _check_numbers(table, name, frame)
        number = _finite(frame, name)
        people = F.countDistinct(F.when(number.isNotNull(), quoted(unit))) if unit else None
        enough = (F.count(number) if people is None else people) >= policy.anonymize.k
        found = _aggregate(str(column.microaggregate), number)
        aggregates.append(F.when(enough, found).alias(f"__m{place}"))
    keys = [F.col(name).alias(f"{name}_") for name in classes]
    found_of = frame.groupBy(*keys).agg(*aggregates)
    same = [F.col(name).eqNullSafe(F.col(f"{name}_")) for name in classes]
    joined = frame.join(found_of, same, "inner")
    return joined, {name: _nine_digits(f"__m{place}") for place, name in enumerate(columns)}


def _check_numbers(table: str, name: str, frame: DataFrame) -> None:
    data_type = frame.schema[name].dataType.simpleString()
    if not data_type.startswith(_NUMBERS):
        raise PolicyError(
            f"tables.{table}.columns.{yaml_key(name)}: microaggregation needs numbers, and the "
            f"column is {data_type}; add 'as: number'"
        )


def _finite(frame: DataFrame, name: str) -> Column:
    from pyspark.sql import functions as F

    number = without_nan(frame, name).cast("double")
    return F.when(F.abs(number) < float("inf"), number)


def _aggregate(method: str, number: Column) -> Column:
    from pyspark.sql import functions as F

    match method:
        case "mean":
            return F.avg(number)
        case "median":
            return F.median(number)
        case "mode":
            return F.mode(number, True)
        case _:
            positive = F.count_if(number <= 0) == 0
            return F.when(positive, F.exp(F.avg(F.log(F.when(number > 0, number)))))


def _nine_digits(name: str) -> Column:
    """Sums of floating-point numbers differ in their last digits with the order of the rows."""
    from pyspark.sql import functions as F

    found = F.col(name)
    return F.when(found.isNotNull(), F.format_string("%.8e", found).cast("double"))
