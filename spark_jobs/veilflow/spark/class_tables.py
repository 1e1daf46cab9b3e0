"""Equivalence classes of a DataFrame, counted by Spark in rows and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from veilflow.risk.class_sizes import ClassTable
from veilflow.spark.reading import quoted, without_nan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["class_table"]


def class_table(
    frame: DataFrame, columns: Sequence[str], unit: str | None, *, pairs: str | None = None
) -> ClassTable:
    """The size of every class of ``columns``; with ``unit``, its distinct non-null units.

    NaN is null: of several rows with either, none has a person, and all have one label.

    ``pairs`` says that no unit is in a class twice, and names the column with how many rows of the
    table each row stands for: counting units is then counting rows, which saves a shuffle.
    Only sizes reach the driver, and how many classes have them: a table of unique rows is one line.
    """
    from pyspark.sql import functions as F

    rows = F.count(F.lit(1)) if pairs is None else F.sum(quoted(pairs))
    units = rows
    if unit is not None:
        units = without_nan(frame, unit)
        units = F.countDistinct(units) if pairs is None else F.count(units)
    # Named by place, since an expression would be named by what it says.
    labels = [without_nan(frame, name).alias(f"c{place}") for place, name in enumerate(columns)]
    classes = frame.groupBy(*labels)
    sizes = classes.agg(rows.alias("rows"), units.alias("units"))
    counted = sizes.groupBy("rows", "units").agg(F.count(F.lit(1)).alias("classes")).toArrow()
    times = counted.column("classes").to_numpy()
    return ClassTable(
        np.repeat(counted.column("rows").to_numpy(), times),
        np.repeat(counted.column("units").to_numpy(), times),
    )
