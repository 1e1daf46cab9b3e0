"""Who holds which sensitive value in which class, counted by pandas or Spark: a SensitiveCounts.

Only a line for each class and value reaches this process, with the labels of the table that is
judged. NaN is null, which is a value like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.errors import UsageError
from veilflow.risk import SensitiveCounts

from veilflow_expectations.columns import groupable
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import value
from veilflow_expectations.references import current_references
from veilflow_expectations.whole_values import WholeColumn

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import Column, DataFrame

__all__ = ["SENSITIVE_COUNTS", "SORTED", "to_pandas"]

SENSITIVE_COUNTS = "veilflow.sensitive_counts"
# Values are numbered as they sort, null last.
SORTED = "sorted"
Order = str | Sequence[str | None] | None


def _pandas_counts(
    frame: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    column: str,
    privacy_unit: str | None = None,
    order: Order = None,
    reference: str | None = None,
) -> SensitiveCounts:
    keys = [f"q{index}" for index in range(len(quasi_identifiers))]
    taken = dict(zip([*keys, "value"], [*quasi_identifiers, column], strict=True))
    if privacy_unit is not None:
        taken["unit"] = privacy_unit
    # By new names, so that a column may have any.
    own = frame[list(taken.values())].set_axis(list(taken), axis=1).apply(groupable)
    of_class = own.groupby(keys, dropna=False, observed=True, sort=False)
    of_pair = own.groupby([*keys, "value"], dropna=False, observed=True, sort=False)
    if privacy_unit is None:
        return _counted(of_pair.size().reset_index(name="n"), None, keys, column, order, reference)
    return _counted(
        of_pair["unit"].nunique().reset_index(name="n"),
        of_class["unit"].nunique().reset_index(name="n"),
        keys,
        column,
        order,
        reference,
    )


def _spark_counts(
    frame: DataFrame,
    quasi_identifiers: Sequence[str],
    column: str,
    privacy_unit: str | None = None,
    order: Order = None,
    reference: str | None = None,
) -> SensitiveCounts:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    def taken(name: str, alias: str) -> Column:
        return without_nan(frame, name).alias(alias)

    keys = [f"q{index}" for index in range(len(quasi_identifiers))]
    named = [taken(name, key) for name, key in zip(quasi_identifiers, keys, strict=True)]
    units = [] if privacy_unit is None else [taken(privacy_unit, "unit")]
    own = frame.select(*named, taken(column, "value"), *units)
    counted = F.count_distinct("unit") if units else F.count(F.lit(1))
    lines = to_pandas(own.groupBy(*keys, "value").agg(counted.alias("n")))
    people = to_pandas(own.groupBy(*keys).agg(counted.alias("n"))) if units else None
    return _counted(lines, people, keys, column, order, reference)


def to_pandas(frame: DataFrame) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    # As floats, which nulls would make of them, large integers would become each other.
    whole = {pa.int64(): pd.Int64Dtype(), pa.int32(): pd.Int32Dtype(), pa.int16(): pd.Int16Dtype()}
    return frame.toArrow().to_pandas(types_mapper=whole.get)


def _counted(
    lines: pd.DataFrame,
    people: pd.DataFrame | None,
    keys: Sequence[str],
    column: str,
    order: Order,
    reference: str | None,
) -> SensitiveCounts:
    import pandas as pd

    tables = [lines] if people is None else [lines, people]
    labels = pd.concat([table[list(keys)] for table in tables], ignore_index=True).apply(groupable)
    classes = labels.groupby(list(keys), dropna=False, observed=True, sort=True).ngroup().to_numpy()
    held = None
    if people is not None:
        held = np.zeros(len(people), dtype=np.int64)
        held[classes[len(lines) :]] = people["n"].to_numpy(dtype=np.int64)
    values, whole = lines["value"], None
    if reference is not None:
        # Numbered together, so that a value has one id on both sides.
        counted = current_references().kept(reference, WholeColumn).counted
        values = pd.concat([values, counted["value"]], ignore_index=True)
    ids = _numbered(values, column, order)
    if reference is not None:
        whole = ids[len(lines) :], counted["n"].to_numpy(dtype=np.int64)
    return SensitiveCounts(
        classes[: len(lines)].astype(np.int64),
        ids[: len(lines)],
        lines["n"].to_numpy(dtype=np.int64),
        held,
        whole,
    )


def _numbered(values: pd.Series[Any], column: str, order: Order) -> np.ndarray[Any, Any]:
    """An id for each value: by occurrence, as they sort, or its place in ``order``."""
    import pandas as pd

    if order is None or isinstance(order, str):
        # pandas would put numbers before texts, where neither is the smaller.
        kind = pd.api.types.infer_dtype(values, skipna=True)
        if order == SORTED and kind.startswith("mixed"):
            raise UsageError(
                f"column {column!r} holds values of several types, which have no order",
                remedy="Give their order, or cast the column to one type.",
            )
        codes, _ = pd.factorize(groupable(values), sort=order == SORTED, use_na_sentinel=False)
        return np.asarray(codes, dtype=np.int64)
    places = {text: place for place, text in enumerate(order)}
    ids = [places.get(None if pd.isna(one) else str(one), -1) for one in values]
    found = np.asarray(ids, dtype=np.int64)
    if np.any(found < 0):
        raise UsageError(
            f"column {column!r} holds values that are not in the order given for it",
            remedy="List every value as text, and null where the column has nulls.",
        )
    return found


class SensitiveCountsMetric(TableMetricProvider):
    """How many privacy units hold each value of ``column`` in each class: a SensitiveCounts."""

    metric_name = SENSITIVE_COUNTS
    value_keys = ("quasi_identifiers", "column", "privacy_unit", "order", "reference")
    _pandas = value(PandasExecutionEngine, _pandas_counts)
    _spark = value(SparkDFExecutionEngine, _spark_counts)
