"""How many people of a whole table hold each value of a column, suppressed rows included.

What classes are compared with, kept under a name like references. It holds the values themselves:
it stays in the process that validates and is an argument, a result or part of a plan nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from veilflow.errors import UsageError

from veilflow_expectations.references import References, current_references

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WholeColumn", "add_whole", "register_whole"]


@dataclass(frozen=True, eq=False)
class WholeColumn:
    """A frame of two columns: ``value``, each once, null among them, and ``n``, its people."""

    counted: pd.DataFrame = field(repr=False)

    registered_by: ClassVar[str] = "register_whole"


def register_whole(name: str, frame: Any, column: str, privacy_unit: str | None = None) -> None:
    """Register who holds which value of ``column`` of a pandas or Spark frame under ``name``.

    The frame is the table as it was before rows were suppressed. With ``privacy_unit`` distinct
    people are counted, without it rows.
    """
    add_whole(current_references(), name, frame, column, privacy_unit)


def add_whole(
    references: References, name: str, frame: Any, column: str, privacy_unit: str | None = None
) -> None:
    """The same, in ``references``."""
    missing = sorted({column, privacy_unit or column}.difference(frame.columns))
    if missing:
        raise UsageError(f"the table has no column {', '.join(missing)}.")
    spark = hasattr(frame, "sparkSession")
    counted = (_spark_counted if spark else _pandas_counted)(frame, column, privacy_unit)
    references.keep(name, WholeColumn(counted))


def _pandas_counted(frame: pd.DataFrame, column: str, unit: str | None) -> pd.DataFrame:
    from veilflow_expectations.columns import groupable

    value = groupable(frame[column]).rename("value")
    if unit is None:
        return value.groupby(value, dropna=False, observed=True).size().reset_index(name="n")
    people = groupable(frame[unit])
    return people.groupby(value, dropna=False, observed=True).nunique().reset_index(name="n")


def _spark_counted(frame: Any, column: str, unit: str | None) -> pd.DataFrame:
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    from veilflow_expectations.sensitive_counts import to_pandas

    taken = [without_nan(frame, column).alias("value")]
    taken += [] if unit is None else [without_nan(frame, unit).alias("unit")]
    counted = F.count(F.lit(1)) if unit is None else F.count_distinct("unit")
    return to_pandas(frame.select(*taken).groupBy("value").agg(counted.alias("n")))
