"""Numbers between cut points, which may lie unevenly; each level keeps some of the cuts below."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from veilflow.errors import PolicyError
from veilflow.hierarchy.number_hierarchy import NumberHierarchy
from veilflow.hierarchy.numbers import as_number, exact, number_text
from veilflow.hierarchy.protocol import ROOT, OnUnknown
from veilflow.hierarchy.sure_groups import Float, Grouping, near

__all__ = ["BoundsHierarchy"]


@dataclass(frozen=True)
class BoundsHierarchy(NumberHierarchy):
    """Labels "< 20", "[20, 35)", ">= 80": bottom and top coded, from one cut to below the next.

    ``cuts`` has the cut points of each level, fine to coarse; a level's cuts must be among those
    of the level below. Equal-frequency groups become such a hierarchy once they are settled.
    """

    cuts: tuple[tuple[float, ...], ...]
    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    def __post_init__(self) -> None:
        object.__setattr__(self, "cuts", tuple(tuple(level) for level in self.cuts))
        if any(as_number(repr(cut)) is None for level in self.cuts for cut in level):
            raise PolicyError(
                "hierarchy: bounds must be finite numbers", remedy="Correct the number."
            )
        rising = all(a < b for level in self.cuts for a, b in zip(level, level[1:], strict=False))
        if not self.cuts or not all(self.cuts) or not rising:
            raise PolicyError(
                "hierarchy: each level needs bounds that rise",
                remedy="Write them as in `bounds: [[20, 40, 60, 80], [40, 60]]`.",
            )
        levels = zip(self.cuts, self.cuts[1:], strict=False)
        if any(not set(above) < set(below) for below, above in levels):
            raise PolicyError(
                "hierarchy: the bounds of a level must be some of those of the level before",
                remedy="Write them as in `bounds: [[20, 40, 60, 80], [40, 60]]`.",
            )
        self._check_root()

    @cached_property
    def _exact_cuts(self) -> tuple[tuple[Decimal, ...], ...]:
        return tuple(tuple(exact(cut) for cut in level) for level in self.cuts)

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (
                f"{len(level) + 1} groups",
                f"below {number_text(level[0])}, {len(level) - 1} intervals, "
                f"from {number_text(level[-1])} on",
            )
            for level in self._exact_cuts
        )

    def _grouping(self, level: int) -> Grouping:
        cuts = np.array(self.cuts[level])
        edges = np.concatenate([[-np.inf], cuts, [np.inf]])

        def grouping(numbers: Float) -> tuple[Float, npt.NDArray[np.bool_]]:
            group = np.searchsorted(cuts, numbers, side="right")
            sure = ~(near(numbers, edges[group]) | near(numbers, edges[group + 1]))
            return group.astype(np.float64), sure

        return grouping

    def _label(self, place: Decimal, level: int) -> str:
        cuts = self._exact_cuts[level]
        position = bisect_right(cuts, place)
        if position == 0:
            return f"< {number_text(cuts[0])}"
        if position == len(cuts):
            return f">= {number_text(cuts[-1])}"
        return f"[{number_text(cuts[position - 1])}, {number_text(cuts[position])})"
