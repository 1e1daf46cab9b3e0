"""Equivalence classes of a DataFrame, counted by Spark in rows and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from veilflow.risk.class_sizes import ClassTable
from veilflow.spark.reading import quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["class_table"]


def class_table(frame: DataFrame, columns: Sequence[str], unit: str | None) -> ClassTable:
    """The size of every class of ``columns``; with ``unit``, its distinct non-null units.

    Only sizes reach the driver, and how many classes have them: a table of unique rows is one line.
    """
    from pyspark.sql import functions as F

    rows = F.count(F.lit(1)).alias("rows")
    units = rows.alias("units") if unit is None else F.countDistinct(quoted(unit)).alias("units")
    sizes = frame.groupBy(*[quoted(name) for name in columns]).agg(rows, units)
    counted = sizes.groupBy("rows", "units").agg(F.count(F.lit(1)).alias("classes")).toArrow()
    times = counted.column("classes").to_numpy()
    return ClassTable(
        np.repeat(counted.column("rows").to_numpy(), times),
        np.repeat(counted.column("units").to_numpy(), times),
    )
