"""Rows in random order: the order of a table can name the people in it.

Every row is sent to a random task, and sorted there by a number that was drawn with it. Nothing of
the source's order is left, nor of its files. What a row of the output shows of its class is looked
up after that, so that rows are narrow while they move.

The numbers are drawn anew in every run, and in the same way when a task of it is repeated; where
what a task reads comes in another order the second time, Spark notices by the checksums of its
shuffle (on since 4.1) and repeats all that had read it, so no row is lost or doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from veilflow.spark.invalid_values import InvalidCounts, counting
from veilflow.spark.masking import Masked
from veilflow.spark.reading import quoted
from veilflow.spark.recode import CLASS
from veilflow.spark.redacted_texts import MentionCounts, counting_mentions, mention_columns

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["counting_in_random_order", "in_random_order"]

_ORDER = "__order"
# As many narrow rows are sorted in memory; more would be spilled and merged.
_ROWS_OF_A_TASK = 1_000_000


def in_random_order(masked: Masked) -> DataFrame:
    """The output frame, rows in random order."""
    return counting_in_random_order(masked)[0]


def counting_in_random_order(masked: Masked) -> tuple[DataFrame, InvalidCounts, MentionCounts]:
    """As :func:`in_random_order`, and counts that are known once it is written.

    They are of untreatable values, and of mentions that were replaced in texts.
    """
    flags = {f"__invalid{index}": one.flag for index, one in enumerate(masked.counted)}
    hidden = flags | mention_columns(masked.texts)
    marked = [column.alias(name) for name, column in hidden.items()]
    frame = _output(masked, marked, [quoted(name) for name in hidden])
    frame, mentions = counting_mentions(masked.table, frame, masked.texts)
    return *counting(masked.table, frame, list(flags), masked.counted), mentions


def _output(masked: Masked, marked: Sequence[Column], marks: Sequence[Column]) -> DataFrame:
    from pyspark.sql import functions as F

    if masked.classes is None:
        rows = masked.rows.select(*masked.columns.values(), *marked)
        return _shuffled(rows, masked.source_rows)
    moving = [made for name, made in masked.columns.items() if name not in masked.labels]
    rows = _shuffled(masked.rows.select(CLASS, *moving, *marked), masked.source_rows)
    # Spark drops a sort below a join, which needs no order, unless something that it can't see
    # through lies between: the numbers of rows depend on their order.
    rows = rows.where(F.monotonically_increasing_id() >= 0)
    shown = [quoted(masked.labels.get(name, name)).alias(name) for name in masked.columns]
    return rows.join(masked.classes, CLASS).select(*shown, *marks)


def _shuffled(frame: DataFrame, rows: int) -> DataFrame:
    from pyspark.sql import functions as F

    tasks = -(-rows // _ROWS_OF_A_TASK)
    usual = int(frame.sparkSession.conf.get("spark.sql.shuffle.partitions") or 1)
    numbered = frame.withColumn(_ORDER, F.rand())
    # Spark doesn't join a fixed number of tasks into fewer: it is asked for where they are many.
    sent = numbered.repartition(tasks, _ORDER) if tasks > usual else numbered.repartition(_ORDER)
    return sent.sortWithinPartitions(_ORDER).drop(_ORDER)
