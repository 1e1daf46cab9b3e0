"""The shapes of a column's values: which rows keep to a form, and how often each shape occurs.

A shape is a value with every symbol of an alphabet replaced by one sign: its length, and what
stands between the symbols where. Shapes are compared as keyed digests with their numbers of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from veilflow.classify.checksums import is_luhn
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64, digest_values
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import aggregate, value
from veilflow_expectations.references import current_references

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["ROWS_WITHOUT_CHECK_DIGIT", "SHAPE_COUNTS", "ShapeCounts", "count_shapes"]

SHAPE_COUNTS = "veilflow.shape_counts"
ROWS_WITHOUT_CHECK_DIGIT = "veilflow.rows_without_check_digit"
_SIGN = "\ue000"  # of no alphabet: private use


@dataclass(frozen=True, eq=False, repr=False)
class ShapeCounts:
    """Distinct digests of shapes, sorted, and the rows of each; of which ``alphabet``."""

    digests: Int64
    rows: Int64
    alphabet: str

    registered_by: ClassVar[str] = "register_shapes"

    def moved(self, other: ShapeCounts) -> int:
        """How many rows of either have a shape that the other lacks, whichever are more."""
        shapes = np.union1d(self.digests, other.digests)
        mine, theirs = self._rows_of(shapes), other._rows_of(shapes)
        more, less = np.maximum(mine - theirs, 0).sum(), np.maximum(theirs - mine, 0).sum()
        return int(max(more, less))

    def _rows_of(self, shapes: Int64) -> Int64:
        rows = np.zeros(shapes.size, dtype=np.int64)
        rows[np.searchsorted(shapes, self.digests)] = self.rows
        return rows


def count_shapes(values: Any, alphabet: str, key: bytes) -> ShapeCounts:
    """The shapes of a pandas Series, or of a Spark DataFrame of one column."""
    if hasattr(values, "sparkSession"):
        from veilflow.spark.reading import quoted

        return _spark_shapes(values.select(quoted(values.columns[0]).alias("c")), alphabet, key)
    shapes = values.dropna().astype(str).str.replace(f"[{alphabet}]", _SIGN, regex=True)
    counted = shapes.value_counts()
    return _counts(pa.array(counted.index, pa.string()), counted.to_numpy(), alphabet, key)


def _spark_shapes(frame: DataFrame, alphabet: str, key: bytes) -> ShapeCounts:
    from pyspark.sql import functions as F

    shape = F.regexp_replace(F.col("c").cast("string"), f"[{alphabet}]", _SIGN)
    counted = frame.where(F.col("c").isNotNull()).groupBy(shape.alias("shape")).count()
    shared = frame.sparkSession.sparkContext.broadcast(key)
    digest = guarded("digests of shapes", _digests)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield digest(batch, shared.value)

    try:
        found = counted.mapInArrow(reduce, "digest bigint, rows bigint").toArrow()
    finally:
        shared.destroy()
    digests, rows = found.column("digest").to_numpy(), found.column("rows").to_numpy()
    return _sorted(digests, rows, alphabet)


def _digests(batch: pa.RecordBatch, key: bytes) -> pa.RecordBatch:
    digests = digest_values(batch.column(0), key, exact=True).digests
    return pa.RecordBatch.from_arrays(
        [pa.array(digests, pa.int64()), batch.column(1)], names=["digest", "rows"]
    )


def _counts(shapes: pa.Array, rows: Any, alphabet: str, key: bytes) -> ShapeCounts:
    return _sorted(digest_values(shapes, key, exact=True).digests, rows, alphabet)


def _sorted(digests: Int64, rows: Any, alphabet: str) -> ShapeCounts:
    order = np.argsort(digests)
    return ShapeCounts(digests[order], np.asarray(rows, dtype=np.int64)[order], alphabet)


def _pandas_counts(frame: Any, column: str, alphabet: str) -> ShapeCounts:
    return count_shapes(frame[column], alphabet, current_references().key)


def _spark_counts(frame: DataFrame, column: str, alphabet: str) -> ShapeCounts:
    from veilflow.spark.reading import quoted

    return count_shapes(frame.select(quoted(column)), alphabet, current_references().key)


class ShapeCountsMetric(TableMetricProvider):
    """How often each shape of ``column`` occurs: a ShapeCounts."""

    metric_name = SHAPE_COUNTS
    value_keys = ("column", "alphabet")
    _pandas = value(PandasExecutionEngine, _pandas_counts)
    _spark = value(SparkDFExecutionEngine, _spark_counts)


def _pandas_without_digit(frame: Any, column: str) -> int:
    digits = frame[column].dropna().astype(str).str.replace("[^0-9]", "", regex=True)
    return int((~digits.map(is_luhn).astype(bool)).sum())


def _spark_without_digit(frame: DataFrame, column: str) -> Column:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted

    digits = F.regexp_replace(quoted(column).cast("string"), "[^0-9]", "")
    fits = F.rlike(digits, F.lit("^(?=.*[1-9])[0-9]{2,32}$"))
    return F.count_if(~(fits & F.call_function("luhn_check", digits)))


class RowsWithoutCheckDigit(TableMetricProvider):
    """How many rows have a value of ``column`` whose digits don't end in Luhn's check digit."""

    metric_name = ROWS_WITHOUT_CHECK_DIGIT
    value_keys = ("column",)
    _pandas = value(PandasExecutionEngine, _pandas_without_digit)
    _spark = aggregate(_spark_without_digit)
