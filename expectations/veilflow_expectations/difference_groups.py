"""Who stands out when two releases of one table are laid side by side: group sizes, counted.

Metric ``veilflow.difference_groups``: a value of the sizes of all groups of people whom somebody
who holds both releases can't tell apart (:mod:`veilflow_expectations.difference` says which).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from veilflow.errors import UsageError

from veilflow_expectations.columns import pandas_texts, spark_text
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import value
from veilflow_expectations.references import current_references

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["DIFFERENCE_GROUPS"]

DIFFERENCE_GROUPS = "veilflow.difference_groups"

Sizes = npt.NDArray[np.int64]


def _previous(
    reference: str, quasi_identifiers: Sequence[str], privacy_unit: str | None
) -> tuple[Any, list[str]]:
    """The earlier release and which of the quasi-identifiers it has."""
    frame = current_references().frame(reference)
    if privacy_unit is not None and privacy_unit not in frame.columns:
        raise UsageError(
            f"the previous release {reference!r} has no column {privacy_unit}, by which its people "
            "could be found again."
        )
    return frame, [name for name in quasi_identifiers if name in frame.columns]


def _pandas_groups(
    frame: Any, quasi_identifiers: Sequence[str], reference: str, privacy_unit: str | None = None
) -> Sizes:
    import pandas as pd

    earlier, then = _previous(reference, quasi_identifiers, privacy_unit)
    if not isinstance(earlier, pd.DataFrame):
        raise UsageError(f"the previous release {reference!r} must be a pandas frame too.")
    if privacy_unit is None:
        shared = list(then)
        now_rows = _pandas_classes(frame, shared).value_counts()
        then_rows = _pandas_classes(earlier, shared).value_counts()
        moved = now_rows.sub(then_rows, fill_value=0).abs().astype("int64")
        return np.sort(moved[moved > 0].to_numpy(dtype=np.int64))
    now = _pandas_people(frame, list(quasi_identifiers), privacy_unit)
    before = _pandas_people(earlier, then, privacy_unit)
    if now["unit"].is_unique and before["unit"].is_unique:
        both = before.merge(now, on="unit", how="outer", suffixes=("_then", "_now"))
        pairs = both.groupby(["class_then", "class_now"], dropna=False).size()
        return np.sort(pairs.to_numpy(dtype=np.int64))
    now = _pandas_people(frame, then, privacy_unit).drop_duplicates()
    both = before.drop_duplicates().merge(now, on=["unit", "class"], how="outer", indicator=True)
    alone = both[both["_merge"] != "both"]
    counted = alone.groupby(["class", "_merge"], observed=True).size()
    return np.sort(counted.to_numpy(dtype=np.int64))


def _pandas_people(frame: Any, columns: list[str], unit: str) -> Any:
    import json

    import pandas as pd

    known = frame[frame[unit].notna()]
    # As JSON, which has no NUL: pandas' grouping stops at one.
    units = [json.dumps(text) for text in pandas_texts(known[unit])]
    classes = _pandas_classes(known, columns)
    return pd.DataFrame({"unit": pd.Series(units, dtype=object), "class": classes})


def _pandas_classes(frame: Any, columns: Sequence[str]) -> Any:
    """One text a row for its class. Texts of a value and of no value can't be the same."""
    import json

    import pandas as pd

    parts = [pandas_texts(frame[name]) for name in columns]
    rows = zip(*parts, strict=True) if parts else ([] for _ in range(len(frame)))
    texts = [json.dumps(list(row)) for row in rows]
    return pd.Series(texts, dtype=object)


def _spark_groups(
    frame: DataFrame,
    quasi_identifiers: Sequence[str],
    reference: str,
    privacy_unit: str | None = None,
) -> Sizes:
    from pyspark.sql import functions as F

    earlier, then = _previous(reference, quasi_identifiers, privacy_unit)
    if not hasattr(earlier, "sparkSession"):
        earlier = frame.sparkSession.createDataFrame(earlier)
    if privacy_unit is None:
        rows = F.sum("side").alias("moved")
        sides = [
            each.select(_spark_class(each, then).alias("class"), F.lit(sign).alias("side"))
            for each, sign in ((frame, 1), (earlier, -1))
        ]
        moved = sides[0].unionByName(sides[1]).groupBy("class").agg(rows)
        return _sizes(moved.select(F.abs("moved").alias("people")).where("people > 0"))
    now = _spark_people(frame, list(quasi_identifiers), privacy_unit)
    before = _spark_people(earlier, then, privacy_unit)
    if _one_row_each(now) and _one_row_each(before):
        both = before.withColumnRenamed("class", "class_then").join(
            now.withColumnRenamed("class", "class_now"), on="unit", how="full_outer"
        )
        grouped = both.groupBy("class_then", "class_now")
    else:
        now = _spark_people(frame, then, privacy_unit).distinct()
        sides = [
            each.select("unit", "class", F.lit(name).alias("side"))
            for each, name in ((before.distinct(), 1), (now, 2))
        ]
        where = (
            sides[0].unionByName(sides[1]).groupBy("unit", "class").agg(F.sum("side").alias("in"))
        )
        grouped = where.where("`in` < 3").groupBy("class", "in")
    return _sizes(grouped.agg(F.count(F.lit(1)).alias("people")))


def _spark_people(frame: DataFrame, columns: Sequence[str], unit: str) -> DataFrame:
    people = spark_text(frame, unit).alias("unit")
    return frame.select(people, _spark_class(frame, columns).alias("class")).where(
        "unit is not null"
    )


def _spark_class(frame: DataFrame, columns: Sequence[str]) -> Any:
    """A struct of the labels: it is null for nobody, so that an absent person has another class."""
    from pyspark.sql import functions as F

    labels = [spark_text(frame, name).alias(f"c{i}") for i, name in enumerate(columns)]
    return F.struct(F.lit(0).alias("in"), *labels)


def _one_row_each(people: DataFrame) -> bool:
    from pyspark.sql import functions as F

    row = people.agg(F.count("unit").alias("rows"), F.countDistinct("unit").alias("people")).first()
    return row is not None and row["rows"] == row["people"]


def _sizes(grouped: DataFrame) -> Sizes:
    """The sizes, repeated as often as they occur: only sizes and their numbers reach the driver."""
    from pyspark.sql import functions as F

    table = grouped.groupBy("people").agg(F.count(F.lit(1)).alias("groups")).toArrow()
    sizes = table.column("people").to_numpy().astype(np.int64)
    return np.sort(np.repeat(sizes, table.column("groups").to_numpy()))


class DifferenceGroups(TableMetricProvider):
    """The size of every group of people that two releases together single out."""

    metric_name = DIFFERENCE_GROUPS
    value_keys = ("quasi_identifiers", "reference", "privacy_unit")
    _pandas = value(PandasExecutionEngine, _pandas_groups)
    _spark = value(SparkDFExecutionEngine, _spark_groups)
