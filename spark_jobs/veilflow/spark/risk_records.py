"""Class sizes as the evidence tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from veilflow.evidence import (
    SMALL_COUNT,
    ClassRisk,
    ClassSizeBin,
    PopulationRisk,
    SpecialUniqueness,
    coarse_count,
)
from veilflow.risk.class_sizes import ClassTable, class_size_histogram, smallest_class
from veilflow.risk.reidentification import (
    marketer_risk,
    prosecutor_average_risk,
    prosecutor_max_risk,
    share_below,
    share_unique,
)
from veilflow.spark.population_records import population_risk

__all__ = ["class_risk"]


def class_risk(
    view: str,
    side: Literal["before", "after"],
    quasi_identifiers: Sequence[str],
    table: ClassTable,
    k: int,
    *,
    population: int | None = None,
    counted: PopulationRisk | None = None,
    special: SpecialUniqueness | None = None,
) -> ClassRisk:
    """The risk of one view. On the raw side counts are coarse and shares have three digits.

    ``population`` is how many people the view's are drawn from; give it only where each person is
    in one class. ``counted`` takes its place where a table of the population was counted.
    """
    raw = side == "before"
    digits = 3 if raw else 6
    highest: float | None = round(prosecutor_max_risk(table), digits)
    if raw and _rows_at_highest(table) < SMALL_COUNT:
        highest = None  # it would tell how few people share the smallest class
    return ClassRisk(
        view=view,
        side=side,
        quasi_identifiers=tuple(quasi_identifiers),
        classes=coarse_count(table.classes) if raw else table.classes,
        smallest_class=None if raw else smallest_class(table),
        max_risk=highest,
        average_risk=round(prosecutor_average_risk(table), digits),
        share_below_k=round(share_below(table, k), digits),
        share_unique=round(share_unique(table), digits),
        histogram=tuple(
            ClassSizeBin(low=b.low, high=b.high, classes=b.classes, rows=b.rows)
            for b in class_size_histogram(table, raw=raw)
        ),
        marketer_risk=round(marketer_risk(table), digits),
        population=counted or population_risk(table, population, raw=raw),
        special=special,
    )


def _rows_at_highest(table: ClassTable) -> int:
    """How many rows are in classes of the smallest size."""
    return int(table.rows[table.units == table.units.min()].sum()) if table.classes else 0
