"""What an attack needs of the output, for pandas and Spark.

On Spark classes and frequencies are aggregated there. What comes home: 16 bytes for each class that
a target matches; 20 bytes and the ids of each row of the sample whose order is looked at (some
200,000 rows); 8 bytes for each pseudonym of up to a million rows, and of more rows 8 bytes for each
distinct one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from veilflow_expectations.attack_references import SourceOrder, Targets
from veilflow_expectations.digests import Int64, to_arrow
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.mark_batches import class_marks, row_marks
from veilflow_expectations.marks import (
    are_among,
    chosen_rows,
    distinct_marks,
    marks,
    row_places,
    value_marks,
)
from veilflow_expectations.metrics import value
from veilflow_expectations.references import current_references

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = [
    "MATCHED_CLASSES",
    "OUTPUT_ORDER",
    "PEOPLE",
    "VALUE_COUNTS",
    "MatchedClasses",
    "OutputOrder",
]

MATCHED_CLASSES = "veilflow.matched_classes"
OUTPUT_ORDER = "veilflow.output_order"
PEOPLE = "veilflow.people"
VALUE_COUNTS = "veilflow.value_counts"
COUNTED_HERE = 1_000_000


@dataclass(frozen=True, eq=False, repr=False)
class MatchedClasses:
    """The classes of the output that some target matches, in rising order of their marks, and the
    people in each; rows that belong to nobody known count as one person."""

    marks: Int64
    people: Int64


@dataclass(frozen=True, eq=False, repr=False)
class OutputOrder:
    """The sampled rows in the order of the output: their kinds, files and ids (texts or None)."""

    rows: Int64
    files: Int64
    ids: Mapping[str, list[str | None]]


def _pandas_matched(
    frame: Any, quasi_identifiers: Sequence[str], reference: str, privacy_unit: str | None = None
) -> MatchedClasses:
    import pandas as pd

    references = current_references()
    sought = distinct_marks(references.held(reference, Targets).marks)
    every = marks(_pandas_marks(frame, quasi_identifiers, references.key))
    unit = np.arange(len(frame)) if privacy_unit is None else frame[privacy_unit].to_numpy()
    people = pd.Series(unit).groupby(every).nunique()
    return _matched(people.index.to_numpy(np.int64), people.to_numpy(np.int64), sought)


def _pandas_marks(frame: Any, columns: Sequence[str], key: bytes) -> dict[str, Int64]:
    return {name: value_marks(to_arrow(frame[name]), key) for name in columns}


def _spark_matched(
    frame: DataFrame,
    quasi_identifiers: Sequence[str],
    reference: str,
    privacy_unit: str | None = None,
) -> MatchedClasses:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted

    references = current_references()
    sought = distinct_marks(references.held(reference, Targets).marks)
    keys = [quoted(name).alias(f"q{index}") for index, name in enumerate(quasi_identifiers)]
    units = [] if privacy_unit is None else [quoted(privacy_unit).alias("unit")]
    people = F.count(F.lit(1)) if privacy_unit is None else F.count_distinct("unit")
    names = [f"q{index}" for index in range(len(keys))]
    classes = frame.select(*keys, *units).groupBy(*names).agg(people.alias("people"))
    found = class_marks(classes, quasi_identifiers, references.key, sought)
    return _matched(found.column("mark").to_numpy(), found.column("people").to_numpy(), sought)


def _matched(found: Int64, people: Int64, sought: Int64) -> MatchedClasses:
    """Null and NaN, which Spark takes for two classes, are one here."""
    kept = are_among(found, sought)
    distinct, place = np.unique(found[kept], return_inverse=True)
    counted = np.bincount(place, people[kept], distinct.size).astype(np.int64)
    return MatchedClasses(distinct, np.maximum(counted, 1))


class MatchedClassesMetric(TableMetricProvider):
    """The people in each class of the output that a registered target matches."""

    metric_name = MATCHED_CLASSES
    value_keys = ("quasi_identifiers", "reference", "privacy_unit")
    _pandas = value(PandasExecutionEngine, _pandas_matched)
    _spark = value(SparkDFExecutionEngine, _spark_matched)


def _pandas_people(frame: Any, privacy_unit: str | None = None) -> int:
    return len(frame) if privacy_unit is None else int(frame[privacy_unit].nunique())


def _spark_people(frame: DataFrame, privacy_unit: str | None = None) -> int:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted

    if privacy_unit is None:
        return frame.count()
    row = frame.agg(F.count_distinct(quoted(privacy_unit))).first()
    assert row is not None
    return int(row[0])


class PeopleMetric(TableMetricProvider):
    """The distinct people of the table; its rows where each is a person."""

    metric_name = PEOPLE
    value_keys = ("privacy_unit",)
    _pandas = value(PandasExecutionEngine, _pandas_people)
    # A pass of its own: distinct counts would multiply the rows of the aggregates beside them.
    _spark = value(SparkDFExecutionEngine, _spark_people)


def _pandas_order(
    frame: Any, columns: Sequence[str], reference: str, ids: Sequence[str]
) -> OutputOrder:
    references = current_references()
    order = references.held(reference, SourceOrder)
    every = marks(_pandas_marks(frame, columns, references.key))
    places = row_places(np.arange(len(frame), dtype=np.int64), references.key)
    chosen = chosen_rows(every, places, order.share)
    return OutputOrder(
        every[chosen],
        np.zeros(int(chosen.sum()), dtype=np.int64),
        {name: _texts(to_arrow(frame[name]), chosen) for name in ids},
    )


def _spark_order(
    frame: DataFrame, columns: Sequence[str], reference: str, ids: Sequence[str]
) -> OutputOrder:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted

    references = current_references()
    order = references.held(reference, SourceOrder)
    selected = frame.select(
        F.spark_partition_id().alias("file"),
        F.monotonically_increasing_id().alias("place"),
        *[quoted(name).alias(f"c{index}") for index, name in enumerate(columns)],
        *[quoted(name).cast("string").alias(f"i{index}") for index, name in enumerate(ids)],
    )
    found = row_marks(selected, columns, len(ids), order.share, references.key)
    found = found.sort_by("place")
    return OutputOrder(
        found.column("mark").to_numpy(),
        found.column("file").to_numpy().astype(np.int64),
        {name: found.column(f"i{index}").to_pylist() for index, name in enumerate(ids)},
    )


def _texts(values: pa.Array, chosen: Any) -> list[str | None]:
    import pyarrow as pa

    texts: list[str | None] = values.cast(pa.string()).filter(pa.array(chosen)).to_pylist()
    return texts


class OutputOrderMetric(TableMetricProvider):
    """The kinds of the output's rows in its order, in the sample that the reference has."""

    metric_name = OUTPUT_ORDER
    value_keys = ("columns", "reference", "ids")
    _pandas = value(PandasExecutionEngine, _pandas_order)
    _spark = value(SparkDFExecutionEngine, _spark_order)


def _pandas_counts(frame: Any, columns: Sequence[str]) -> dict[str, Int64]:
    return {
        name: np.sort(frame[name].value_counts(dropna=True).to_numpy(dtype=np.int64))
        for name in columns
    }


def _spark_counts(frame: DataFrame, columns: Sequence[str]) -> dict[str, Int64]:
    if frame.count() > COUNTED_HERE:
        return {name: _grouped_counts(frame, name) for name in columns}
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    # One pass and no shuffle: 8 bytes a row and column.
    hashed = [F.xxhash64(without_nan(frame, name)) for name in columns]
    missing = [without_nan(frame, name).isNull() for name in columns]
    named = [
        F.when(~absent, value).alias(f"v{index}")
        for index, (value, absent) in enumerate(zip(hashed, missing, strict=True))
    ]
    found = frame.select(*named).toArrow()
    return {
        name: np.sort(
            np.unique(found.column(f"v{index}").drop_null().to_numpy(), return_counts=True)[1]
        ).astype(np.int64)
        for index, name in enumerate(columns)
    }


def _grouped_counts(frame: DataFrame, column: str) -> Int64:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    held = frame.select(without_nan(frame, column).alias("value")).where("value is not null")
    counts = held.groupBy("value").count()
    found = counts.groupBy("count").agg(F.count(F.lit(1)).alias("values")).toArrow()
    return np.sort(
        np.repeat(
            found.column("count").to_numpy().astype(np.int64), found.column("values").to_numpy()
        )
    )


class ValueCountsMetric(TableMetricProvider):
    """How many rows hold each value of each column, in rising order and without the values."""

    metric_name = VALUE_COUNTS
    value_keys = ("columns",)
    _pandas = value(PandasExecutionEngine, _pandas_counts)
    _spark = value(SparkDFExecutionEngine, _spark_counts)
