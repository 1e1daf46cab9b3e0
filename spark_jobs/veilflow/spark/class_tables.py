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

    # Grouped by plain columns: Spark's planner takes minutes over expressions of 2,000 columns.
    labels = [f"c{place}" for place in range(len(columns))]
    named = dict(zip(labels, columns, strict=True))
    taken = [without_nan(frame, name).alias(label) for label, name in named.items()]
    rows, units = F.count(F.lit(1)), F.count(F.lit(1))
    if pairs is not None:
        taken.append(quoted(pairs).alias("pairs"))
        rows = units = F.sum("pairs")
    if unit is not None:
        taken.append(without_nan(frame, unit).alias("unit"))
        units = F.countDistinct("unit") if pairs is None else F.count("unit")
    classes = frame.select(*taken).groupBy(*labels)
    sizes = classes.agg(rows.alias("rows"), units.alias("units"))
    counted = sizes.groupBy("rows", "units").agg(F.count(F.lit(1)).alias("classes")).toArrow()
    times = counted.column("classes").to_numpy()
    return ClassTable(
        np.repeat(counted.column("rows").to_numpy(), times),
        np.repeat(counted.column("units").to_numpy(), times),
    )
