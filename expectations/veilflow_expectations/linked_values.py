"""How many distinct values a column shares with another one, compared as keyed digests.

8 bytes a distinct value reach the driver; the key reaches workers by broadcast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from veilflow_expectations.digests import Int64, digest_values, to_arrow
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import value
from veilflow_expectations.references import current_references

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["VALUES_SHARED"]

VALUES_SHARED = "veilflow.values_shared"


def _pandas_shared(frame: Any, column: str, reference: str) -> int:
    digested = digest_values(to_arrow(frame[column]), current_references().key)
    return _shared(digested.digests[digested.known], reference)


def _spark_shared(frame: DataFrame, column: str, reference: str) -> int:
    from veilflow.spark.reading import quoted

    from veilflow_expectations.spark_digests import distinct_digests

    key = current_references().key
    return _shared(distinct_digests(frame.select(quoted(column)), key), reference)


def _shared(digests: Int64, reference: str) -> int:
    return int(np.intersect1d(digests, current_references().digests(reference)).size)


class ValuesSharedMetric(TableMetricProvider):
    """How many distinct values of ``column`` the reference holds."""

    metric_name = VALUES_SHARED
    value_keys = ("column", "reference")
    _pandas = value(PandasExecutionEngine, _pandas_shared)
    _spark = value(SparkDFExecutionEngine, _spark_shared)
