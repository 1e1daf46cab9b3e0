"""Who holds which sensitive value in which class, of several sensitive columns in one pass.

As sensitive_counts.py counts it for one column, for attacks that take a sample of large tables:
whole classes are drawn, so that everybody in them is attacked as in the whole table. Values reach
this process as 64-bit hashes: 8 bytes a row and column for about a million rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.risk import SensitiveCounts

from veilflow_expectations.digests import Int64
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import value

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["SENSITIVE_CODES", "Sampled", "codes_to_counts"]

SENSITIVE_CODES = "veilflow.sensitive_codes"
SAMPLED = 1_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Sampled:
    """The counts of each column, and whether every class of the table is among them."""

    counts: Mapping[str, SensitiveCounts]
    is_everyone: bool


def _pandas_codes(
    frame: Any,
    quasi_identifiers: Sequence[str],
    columns: Sequence[str],
    privacy_unit: str | None = None,
) -> Sampled:
    import pandas as pd

    keys = [frame[name] for name in quasi_identifiers]
    classes = frame.groupby(keys, dropna=False, observed=True, sort=False).ngroup().to_numpy()

    def coded(name: str) -> Int64:
        return np.asarray(pd.factorize(frame[name], use_na_sentinel=False)[0], dtype=np.int64)

    unit = known = None
    if privacy_unit is not None:
        unit, known = coded(privacy_unit), frame[privacy_unit].notna().to_numpy()
    return Sampled(
        {name: codes_to_counts(classes, coded(name), unit, known) for name in columns}, True
    )


def _spark_codes(
    frame: DataFrame,
    quasi_identifiers: Sequence[str],
    columns: Sequence[str],
    privacy_unit: str | None = None,
) -> Sampled:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted, without_nan

    def hashed(*names: str) -> Column:
        there = [without_nan(frame, name) for name in names]
        # A null leaves a hash as it is: the flag says where it stood.
        return F.xxhash64(*[part for value in there for part in (value.isNull(), value)])

    rows = frame.count()
    found = frame.select(
        hashed(*quasi_identifiers).alias("class"),
        *[hashed(name).alias(f"v{index}") for index, name in enumerate(columns)],
        *([] if privacy_unit is None else [hashed(privacy_unit).alias("unit")]),
        *([] if privacy_unit is None else [quoted(privacy_unit).isNotNull().alias("known")]),
    )
    if rows > SAMPLED:
        least = int(-(2**63) + 2**64 * (1 - SAMPLED / rows))
        found = found.where(F.col("class") >= F.lit(least))
    table = found.toArrow()
    unit = known = None
    if privacy_unit is not None:
        unit = table.column("unit").to_numpy()
        known = table.column("known").to_numpy()
    classes = table.column("class").to_numpy()
    return Sampled(
        {
            name: codes_to_counts(classes, table.column(f"v{index}").to_numpy(), unit, known)
            for index, name in enumerate(columns)
        },
        rows <= SAMPLED,
    )


def codes_to_counts(
    classes: Int64, values: Int64, unit: Int64 | None = None, known: Any = None
) -> SensitiveCounts:
    """One entry a row in each array; ``known`` says where there is a ``unit``."""
    _, classes = np.unique(classes, return_inverse=True)
    distinct, values = np.unique(values, return_inverse=True)
    width = max(distinct.size, 1)
    pairs, pair = np.unique(classes.astype(np.int64) * width + values, return_inverse=True)
    people = None
    if unit is None:
        held = np.bincount(pair, minlength=pairs.size)
    else:
        held = _distinct_units(pair, unit, known, pairs.size)
        people = _distinct_units(classes, unit, known, int(classes.max(initial=-1)) + 1)
    return SensitiveCounts(pairs // width, pairs % width, held.astype(np.int64), people)


def _distinct_units(group: Int64, unit: Int64, known: Any, groups: int) -> Int64:
    """The distinct units of each group."""
    group, unit = group[known], unit[known]
    order = np.lexsort((unit, group))
    group, unit = group[order], unit[order]
    fresh = np.ones(group.size, dtype=np.bool_)
    fresh[1:] = (group[1:] != group[:-1]) | (unit[1:] != unit[:-1])
    return np.bincount(group[fresh], minlength=groups).astype(np.int64)


class SensitiveCodesMetric(TableMetricProvider):
    """How many people hold each value of each of ``columns`` in each class, of a sample of them."""

    metric_name = SENSITIVE_CODES
    value_keys = ("quasi_identifiers", "columns", "privacy_unit")
    _pandas = value(PandasExecutionEngine, _pandas_codes)
    _spark = value(SparkDFExecutionEngine, _spark_codes)
