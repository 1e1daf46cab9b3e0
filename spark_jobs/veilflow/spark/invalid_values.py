"""How many values of each column couldn't be treated, counted while the output is written.

The counts are observed behind the shuffle that puts rows in random order, in the tasks that write:
of these each counts once, however often one is tried, while a task before a shuffle that is tried
again would count twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from veilflow.errors import StageFailed
from veilflow.evidence import InvalidValues, coarse_count

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, Observation

__all__ = ["CountedColumn", "InvalidCounts", "counting", "observed"]

_SECONDS = 60.0  # Spark tells asynchronously; a second is plenty on an idle machine.


@dataclass(frozen=True)
class CountedColumn:
    """A column whose values may be untreatable. ``flag`` is true in a row where one is."""

    column: str
    transform: str
    became: Literal["null", "redacted"]
    flag: Column


@dataclass(frozen=True)
class InvalidCounts:
    """The counts of one table's output, known once it has been written."""

    table: str
    columns: tuple[CountedColumn, ...]
    observation: Observation | None

    def evidence(self) -> tuple[InvalidValues, ...]:
        """One record a counted column; counts below ten are left out (None)."""
        counts = {} if self.observation is None else observed(self.table, self.observation)
        return tuple(
            InvalidValues(
                table=self.table,
                column=one.column,
                transform=one.transform,
                became=one.became,
                count=coarse_count(int(counts[f"x{index}"] or 0)),
            )
            for index, one in enumerate(self.columns)
        )


def counting(
    table: str, frame: DataFrame, flags: Sequence[str], columns: tuple[CountedColumn, ...]
) -> tuple[DataFrame, InvalidCounts]:
    """``frame`` without its columns ``flags``, which are counted when it is first written."""
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    if not columns:
        return frame, InvalidCounts(table, (), None)
    observation = Observation()
    counts = [F.count_if(F.col(flag)).alias(f"x{index}") for index, flag in enumerate(flags)]
    return frame.observe(observation, *counts).drop(*flags), InvalidCounts(
        table, columns, observation
    )


def observed(table: str, observation: Observation) -> Mapping[str, int]:
    """What was observed. ``Observation.get`` would wait for ever for what never comes."""
    inner = observation._jo
    until = time.monotonic() + _SECONDS
    while inner is not None and time.monotonic() < until:
        if inner.future().isCompleted():
            return observation.get
        time.sleep(0.01)
    raise StageFailed(
        f"table {table}: Spark didn't tell what it counted while writing.",
        remedy="Nothing was released. Retry the stage.",
    )
