"""Equivalence classes of a DataFrame, counted by Spark in rows and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from veilflow.risk.class_sizes import ClassTable
from veilflow.spark.reading import quoted, without_nan

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["class_table"]

# Columns that are grouped by as they are.
_MOST = 100


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

    taken = _labels(frame, columns)
    labels = [f"c{place}" for place in range(len(taken))]
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


def _labels(frame: DataFrame, columns: Sequence[str]) -> list[Column]:
    """What to group by, called c0, c1, ...: each column, or where there are many, records of them.

    A plan that groups by 2,000 columns overflows the stack of the JVM's thread, which dies without
    a word, and PySpark waits for it for ever.
    """
    from pyspark.sql import functions as F

    taken = [without_nan(frame, name) for name in columns]
    if len(taken) > _MOST:
        taken = [
            F.struct(*[one.alias(f"f{place}") for place, one in enumerate(taken[start:][:_MOST])])
            for start in range(0, len(taken), _MOST)
        ]
    return [label.alias(f"c{place}") for place, label in enumerate(taken)]
