"""What an exploration found, as it may be told: no value, and no small count of raw rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from veilflow.evidence import SMALL_COUNT, coarse_count
from veilflow.study.frontier import ColumnCost, Frontier, GridPoint

__all__ = ["Exploration"]


@dataclass(frozen=True)
class Exploration:
    """The frontier of one dataset and what its columns cost at the policy's point.

    ``k`` and ``limit`` are the policy's; ``columns`` is empty where they can't be met. ``rows`` are
    those of the table.
    """

    dataset: str
    k: int
    limit: float
    rows: int
    quasi_identifiers: tuple[str, ...]
    frontier: Frontier
    columns: tuple[ColumnCost, ...]
    people: str
    recoding: str
    seconds: Mapping[str, float]

    @property
    def policy_point(self) -> int | None:
        return self.frontier.at(self.k, self.limit)

    def suppressed_share(self, point: GridPoint) -> float | None:
        """The share of suppressed rows; None where they are too few to be told."""
        rows = point.figures.suppressed_rows
        return None if coarse_count(rows) is None else rows / max(self.rows, 1)

    def to_json(self) -> dict[str, Any]:
        place = self.policy_point
        return {
            "dataset": self.dataset,
            "policy": {
                "k": self.k,
                "suppression_limit": self.limit,
                "point": None if place is None else place + 1,
            },
            "rows": coarse_count(self.rows),
            "counted": self.people,
            "quasi_identifiers": list(self.quasi_identifiers),
            "points": [self._point(n, point) for n, point in enumerate(self.frontier.points, 1)],
            "impossible": [
                {"k": k, "suppression_limit": limit} for k, limit in self.frontier.impossible
            ],
            "columns": [_column(column) for column in self.columns],
            "seconds": dict(self.seconds),
        }

    def _point(self, number: int, point: GridPoint) -> dict[str, Any]:
        figures = point.figures
        return {
            "number": number,
            "k": point.k,
            "suppression_limit": point.limits[0],
            "limits": list(point.limits),
            "levels": list(figures.levels),
            "loss": figures.loss,
            "granularity_quality": figures.granularity_quality,
            "suppressed_share": self.suppressed_share(point),
            "suppressed": _told(figures.suppressed_rows),
            "classes": figures.classes,
            "discernibility": figures.discernibility,
            "average_risk": figures.average_risk,
            "max_risk": figures.max_risk,
            "optimal": point.is_optimal,
            "pareto": point.is_best,
        }


def _told(rows: int) -> int | str:
    count = coarse_count(rows)
    return f"fewer than {SMALL_COUNT}" if count is None else count


def _column(column: ColumnCost) -> dict[str, Any]:
    gain = None
    if column.others_without is not None:
        gain = column.others - column.others_without
    return {
        "column": column.column,
        "level": column.level,
        "level_name": column.level_name,
        "lost": column.lost,
        "part_of_loss": column.part,
        "loss_of_others": column.others,
        "loss_of_others_without": column.others_without,
        "gain_if_left_out": gain,
        "loss_one_level_finer": column.finer,
    }
