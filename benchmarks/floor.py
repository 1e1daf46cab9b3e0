"""The floors: what Spark needs to read, or to read and write, the same tables in plain Parquet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.figures import Cost
from benchmarks.hospital import TABLES, Hospital
from benchmarks.meter import Meter

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["FLOORS", "measure_floors", "median_cost"]

FLOORS = {
    "copy": TABLES,
    "copy patients": ("patients",),
    "read": TABLES,
}
"""The name of each floor, and the tables that it touches."""


def measure_floors(
    spark: SparkSession, meter: Meter, hospital: Hospital, scratch: Path, turns: int
) -> dict[str, list[Cost]]:
    """The cost of each floor, ``turns`` times. Nothing of it is left in ``scratch``."""
    found: dict[str, list[Cost]] = {name: [] for name in FLOORS}
    for _ in range(turns):
        for name, tables in FLOORS.items():
            work = _reader if name == "read" else _copier
            with meter.measure() as cost:
                work(spark, hospital, scratch)(tables)
            found[name] += cost
            shutil.rmtree(scratch / "plain", ignore_errors=True)
    return found


def _copier(
    spark: SparkSession, hospital: Hospital, scratch: Path
) -> Callable[[Sequence[str]], None]:
    def copy(tables: Sequence[str]) -> None:
        for table in tables:
            source = spark.read.parquet(str(hospital.root / table))
            source.write.parquet(str(scratch / "plain" / table))

    return copy


def _reader(
    spark: SparkSession, hospital: Hospital, scratch: Path
) -> Callable[[Sequence[str]], None]:
    def read(tables: Sequence[str]) -> None:
        for table in tables:
            source = spark.read.parquet(str(hospital.root / table))
            source.write.format("noop").mode("overwrite").save()

    return read


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself; of the peaks the highest."""
    return Cost(
        seconds=round(median(cost.seconds for cost in costs), 3),
        cpu_seconds=round(median(cost.cpu_seconds for cost in costs), 3),
        jobs=round(median(cost.jobs for cost in costs)),
        rows_read=round(median(cost.rows_read for cost in costs)),
        python_peak_mb=max(cost.python_peak_mb for cost in costs),
        jvm_peak_mb=max(cost.jvm_peak_mb for cost in costs),
    )
