"""The aggregates behind our expectations, for pandas and for Spark.

On Spark all counts of rows are aggregate expressions, which Great Expectations computes in one
pass over the table together with its own; classes need a grouping of their own.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.errors import StageFailed, VeilflowError
from veilflow.risk import ClassTable
from veilflow.spark.redaction import describe

from veilflow_expectations.columns import (
    groupable,
    pandas_texts,
    require_columns,
    require_plain,
    spark_text,
)
from veilflow_expectations.digests import digest_rows, digest_values, to_arrow
from veilflow_expectations.gx import (
    MetricPartialFunctionTypes,
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
    metric_partial,
    metric_value,
)
from veilflow_expectations.references import current_references

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = [
    "CLASS_TABLE",
    "ROWS",
    "ROWS_COPIED",
    "ROWS_IN_REFERENCE",
    "ROWS_NOT_MATCHING",
    "ROWS_NULL",
    "ROWS_OUTSIDE_REFERENCE",
]

ROWS = "table.row_count"
CLASS_TABLE = "veilflow.class_table"
ROWS_IN_REFERENCE = "veilflow.rows_in_reference"
ROWS_OUTSIDE_REFERENCE = "veilflow.rows_outside_reference"
ROWS_COPIED = "veilflow.rows_copied"
ROWS_NOT_MATCHING = "veilflow.rows_not_matching"
ROWS_NULL = "veilflow.rows_null"


def aggregate(function: Any, *, nested: bool = False) -> Any:
    """A metric on Spark as an aggregate expression of (frame, value kwargs).

    Columns of lists and records are refused unless ``nested``.
    """

    def partial(
        cls: type,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: Mapping[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> tuple[Column, dict[str, Any], dict[str, Any]]:
        frame = execution_engine.get_domain_records(domain_kwargs=metric_domain_kwargs)
        given = functools.partial(_given, frame, metric_value_kwargs, nested)
        column = value_free(lambda: function(frame, **given()))
        return column, metric_domain_kwargs, {}

    decorate = metric_partial(
        engine=SparkDFExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type="table",
    )
    return decorate(partial)


def value(engine: Any, function: Any, *, nested: bool = False) -> Any:
    """A metric as a plain function of (frame, value kwargs)."""

    def compute(
        cls: type,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: Mapping[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> Any:
        frame = execution_engine.get_domain_records(domain_kwargs=metric_domain_kwargs)
        given = functools.partial(_given, frame, metric_value_kwargs, nested)
        return value_free(lambda: function(frame, **given()))

    return metric_value(engine=engine)(compute)


def value_free(compute: Callable[[], Any]) -> Any:
    """What ``compute`` returns. Raises StageFailed in place of whatever may quote a value:

    in a data context Great Expectations keeps messages and tracebacks among its results.
    """
    sentence = ""
    try:
        return compute()
    except VeilflowError:
        raise
    except Exception as error:  # noqa: BLE001 - engines quote values
        sentence = describe(error)
    # Outside the except block, so that the original isn't even this exception's context.
    raise StageFailed(f"{sentence}.")


def _given(frame: Any, arguments: Mapping[str, Any], nested: bool) -> dict[str, Any]:
    """The arguments that were given. Raises UsageError for columns that can't be asked for."""
    given = {name: argument for name, argument in arguments.items() if argument is not None}
    names = [given[key] for key in ("column", "privacy_unit") if key in given]
    lists = ("columns", "quasi_identifiers", "ids")
    names += [name for key in lists for name in given.get(key, ())]
    require_columns(frame, names)
    if not nested:
        require_plain(frame, names)
    return given


def _pandas_classes(
    frame: Any, quasi_identifiers: Sequence[str], privacy_unit: str | None = None
) -> ClassTable:
    keys = [groupable(frame[name]) for name in quasi_identifiers]
    people = frame[quasi_identifiers[0]] if privacy_unit is None else groupable(frame[privacy_unit])
    grouped = people.groupby(keys, dropna=False, observed=True, sort=False)
    rows = grouped.size().to_numpy()
    units = rows if privacy_unit is None else grouped.nunique().to_numpy()
    return ClassTable(rows.astype(np.int64), units.astype(np.int64))


def _spark_classes(
    frame: DataFrame, quasi_identifiers: Sequence[str], privacy_unit: str | None = None
) -> ClassTable:
    from veilflow.spark.class_tables import class_table

    return class_table(frame, quasi_identifiers, privacy_unit)


class ClassTableMetric(TableMetricProvider):
    """The sizes of all equivalence classes, in rows and privacy units: a ClassTable."""

    metric_name = CLASS_TABLE
    value_keys = ("quasi_identifiers", "privacy_unit")
    _pandas = value(PandasExecutionEngine, _pandas_classes)
    _spark = value(SparkDFExecutionEngine, _spark_classes)


def _pandas_hits(
    frame: Any, column: str, reference: str, min_length: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """For each row whether it has a value long enough, and whether that is in the reference."""
    references = current_references()
    references.require(reference)
    membership = references.membership()
    digested = digest_values(to_arrow(frame[column]), membership.key)
    word, bit = membership.bit(reference)
    masks = membership.masks_of(digested.digests, digested.known)
    return digested.lengths >= max(min_length, 1), (masks[:, word] & bit) != 0


def _pandas_rows_in(frame: Any, column: str, reference: str, min_length: int = 1) -> int:
    counted, found = _pandas_hits(frame, column, reference, min_length)
    return int((counted & found).sum())


def _pandas_rows_outside(frame: Any, column: str, reference: str) -> int:
    counted, found = _pandas_hits(frame, column, reference, 1)
    return int((counted & ~found).sum())


def _spark_hits(frame: DataFrame, column: str, reference: str) -> tuple[Column, Column]:
    from veilflow_expectations.spark_digests import column_hits

    references = current_references()
    references.require(reference)
    word, bit = references.membership().bit(reference)
    hits = column_hits(references, frame, column)
    return hits["n"], hits[f"w{word}"].bitwiseAND(bit) != 0


def _spark_rows_in(frame: DataFrame, column: str, reference: str, min_length: int = 1) -> Column:
    from pyspark.sql import functions as F

    length, found = _spark_hits(frame, column, reference)
    return F.count_if(found & (length >= max(min_length, 1)))


def _spark_rows_outside(frame: DataFrame, column: str, reference: str) -> Column:
    from pyspark.sql import functions as F

    length, found = _spark_hits(frame, column, reference)
    return F.count_if(~found & (length > 0))


class RowsInReference(TableMetricProvider):
    """How many rows have a value of ``column`` that the reference holds."""

    metric_name = ROWS_IN_REFERENCE
    value_keys = ("column", "reference", "min_length")
    _pandas = value(PandasExecutionEngine, _pandas_rows_in)
    _spark = aggregate(_spark_rows_in)


class RowsOutsideReference(TableMetricProvider):
    """How many rows have a value of ``column`` that the reference doesn't hold."""

    metric_name = ROWS_OUTSIDE_REFERENCE
    value_keys = ("column", "reference")
    _pandas = value(PandasExecutionEngine, _pandas_rows_outside)
    _spark = aggregate(_spark_rows_outside)


def _pandas_rows_copied(frame: Any, columns: Sequence[str], reference: str) -> int:
    references = current_references()
    references.require(reference)
    membership = references.membership()
    digests = digest_rows([to_arrow(frame[name]) for name in columns], membership.key)
    word, bit = membership.bit(reference)
    masks = membership.masks_of(digests, np.ones(digests.size, dtype=np.bool_))
    return int(((masks[:, word] & bit) != 0).sum())


def _spark_rows_copied(frame: DataFrame, columns: Sequence[str], reference: str) -> Column:
    from pyspark.sql import functions as F

    from veilflow_expectations.spark_digests import row_hits

    references = current_references()
    references.require(reference)
    word, bit = references.membership().bit(reference)
    return F.count_if(row_hits(references, frame, columns)[f"w{word}"].bitwiseAND(bit) != 0)


class RowsCopied(TableMetricProvider):
    """How many rows equal a row of the reference in all ``columns``."""

    metric_name = ROWS_COPIED
    value_keys = ("columns", "reference")
    _pandas = value(PandasExecutionEngine, _pandas_rows_copied)
    _spark = aggregate(_spark_rows_copied)


def _pandas_rows_not_matching(frame: Any, column: str, pattern: str) -> int:
    found = re.compile(pattern)
    texts = [text for text in pandas_texts(frame[column]) if text is not None]
    return sum(found.fullmatch(text) is None for text in texts)


def _spark_rows_not_matching(frame: DataFrame, column: str, pattern: str) -> Column:
    from pyspark.sql import functions as F

    text = spark_text(frame, column)
    # \z and not $, which would let a line break at the end pass.
    return F.count_if(text.isNotNull() & ~F.rlike(text, F.lit(rf"\A(?:{pattern})\z")))


class RowsNotMatching(TableMetricProvider):
    """How many rows have a value of ``column`` that the pattern doesn't match in full."""

    metric_name = ROWS_NOT_MATCHING
    value_keys = ("column", "pattern")
    _pandas = value(PandasExecutionEngine, _pandas_rows_not_matching)
    _spark = aggregate(_spark_rows_not_matching)


def _pandas_rows_null(frame: Any, column: str) -> int:
    return int(frame[column].isna().sum())


def _spark_rows_null(frame: DataFrame, column: str) -> Column:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    return F.count_if(without_nan(frame, column).isNull())


class RowsNull(TableMetricProvider):
    """How many rows have no value of ``column``."""

    metric_name = ROWS_NULL
    value_keys = ("column",)
    _pandas = value(PandasExecutionEngine, _pandas_rows_null, nested=True)
    _spark = aggregate(_spark_rows_null, nested=True)
