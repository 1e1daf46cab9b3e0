"""The people of each class, by a digest of its labels, of a table and of its population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from veilflow.errors import UsageError
from veilflow.risk import PopulationClasses

from veilflow_expectations.columns import groupable
from veilflow_expectations.digests import Int64, digest_rows, to_arrow
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import value
from veilflow_expectations.references import References, current_references

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

__all__ = [
    "CLASS_PEOPLE",
    "ClassPeople",
    "add_population",
    "beside",
    "register_population",
    "spark_people",
]

CLASS_PEOPLE = "veilflow.class_people"


@dataclass(frozen=True, eq=False)
class ClassPeople:
    """Distinct digests of classes, sorted, and the people of each.

    A class of rows that all lack a person has one: it hides nobody.
    """

    digests: Int64 = field(repr=False)
    people: Int64 = field(repr=False)

    registered_by: ClassVar[str] = "register_population"

    @classmethod
    def of(cls, digests: Int64, people: Int64) -> ClassPeople:
        """Digests may repeat: their people are added up."""
        distinct, place = np.unique(digests, return_inverse=True)
        summed = np.zeros(distinct.size, dtype=np.int64)
        np.add.at(summed, place, people)
        return cls(distinct, np.maximum(summed, 1))


def register_population(
    name: str, frame: Any, columns: Sequence[str], privacy_unit: str | None = None
) -> None:
    """Register the people whom a table's people are among, a pandas or Spark frame.

    ``columns`` are its quasi-identifiers, labelled as the released table's are and in the same
    order. Each row is a person unless ``privacy_unit`` names a column that says whose it is.
    """
    add_population(current_references(), name, frame, columns, privacy_unit)


def add_population(
    references: References,
    name: str,
    frame: Any,
    columns: Sequence[str],
    privacy_unit: str | None = None,
) -> None:
    """The same, in ``references``."""
    missing = sorted({*columns, *([privacy_unit] if privacy_unit else [])} - set(frame.columns))
    if missing or not columns:
        raise UsageError(
            f"the population has no column {', '.join(missing)}."
            if missing
            else "a population is told apart by at least one column."
        )
    spark = hasattr(frame, "sparkSession")
    counted = (spark_people if spark else _pandas_people)(frame, columns, privacy_unit)
    references.keep(name, counted)


def beside(table: ClassPeople, population: ClassPeople) -> PopulationClasses:
    """The classes of both: those that only the population has hold nobody of the table.

    Raises UsageError if a class of the table has more people than the population has there.
    """
    place = np.searchsorted(population.digests, table.digests)
    found = np.minimum(place, max(population.digests.size - 1, 0))
    known = np.zeros(table.digests.size, dtype=np.bool_)
    if population.digests.size:
        known = population.digests[found] == table.digests
    if not known.all():
        raise UsageError(
            "the table has a class that nobody of the population is in.",
            remedy="Register the population that the table's people are among, labelled alike.",
        )
    sample = np.zeros(population.digests.size, dtype=np.int64)
    sample[found] = table.people
    return PopulationClasses(sample, population.people)


def _pandas_people(
    frame: pd.DataFrame, quasi_identifiers: Sequence[str], privacy_unit: str | None = None
) -> ClassPeople:
    keys = [f"q{index}" for index in range(len(quasi_identifiers))]
    taken = dict(zip(keys, quasi_identifiers, strict=True))
    if privacy_unit is not None:
        taken["unit"] = privacy_unit
    own = frame[list(taken.values())].set_axis(list(taken), axis=1).apply(groupable)
    grouped = own.groupby(keys, dropna=False, observed=True, sort=False)
    counted = grouped.size() if privacy_unit is None else grouped["unit"].nunique()
    return _digested(counted.reset_index(name="n"), keys)


def spark_people(
    frame: DataFrame, quasi_identifiers: Sequence[str], privacy_unit: str | None = None
) -> ClassPeople:
    """The people of each class of a Spark frame, under the key of the references in use."""
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    keys = [f"q{index}" for index in range(len(quasi_identifiers))]
    taken = [
        without_nan(frame, name).alias(key)
        for name, key in zip(quasi_identifiers, keys, strict=True)
    ]
    units = [] if privacy_unit is None else [without_nan(frame, privacy_unit).alias("unit")]
    counted = F.count_distinct("unit") if units else F.count(F.lit(1))
    grouped = frame.select(*taken, *units).groupBy(*keys)
    return _digested(grouped.agg(counted.alias("n")).toArrow(), keys)


def _digested(counted: Any, keys: Sequence[str]) -> ClassPeople:
    people = np.asarray(counted["n"], dtype=np.int64)
    key = current_references().key
    return ClassPeople.of(digest_rows([to_arrow(counted[name]) for name in keys], key), people)


class ClassPeopleMetric(TableMetricProvider):
    """The people of each class, by a digest of its labels: a ClassPeople."""

    metric_name = CLASS_PEOPLE
    value_keys = ("quasi_identifiers", "privacy_unit")
    _pandas = value(PandasExecutionEngine, _pandas_people)
    _spark = value(SparkDFExecutionEngine, spark_people)
