"""Metrics of the shapes of values: which rows keep to a form, and how often each shape occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from veilflow.classify.checksums import is_luhn

from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import aggregate, value
from veilflow_expectations.references import current_references
from veilflow_expectations.shape_counts import ShapeCounts, count_shapes

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["ROWS_WITHOUT_CHECK_DIGIT", "SHAPE_COUNTS"]

SHAPE_COUNTS = "veilflow.shape_counts"
ROWS_WITHOUT_CHECK_DIGIT = "veilflow.rows_without_check_digit"


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
