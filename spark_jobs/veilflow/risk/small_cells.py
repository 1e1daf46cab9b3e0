"""Counts so small that they tell about persons: the threshold rule for tables of counts.

The rule is the usual one of statistical disclosure control (Hundepool et al., "Statistical
Disclosure Control", 2012, chapter 4): a cell that some people are in, but fewer than a threshold,
is unsafe. Nothing is promised against taking cells from totals or from an earlier release, nor
about what an empty cell tells of a group that has none in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.class_values import whole_from

__all__ = ["SmallCells", "count_small_cells"]


@dataclass(frozen=True)
class SmallCells:
    """Of ``cells`` that hold anybody, ``small`` have fewer people than the threshold.

    ``smallest`` is the least count of them, None where no cell holds anybody. ``empty`` cells are
    in none of the other figures. From the raw side ``smallest`` is a small count itself: keep it
    out of evidence there.
    """

    cells: int
    small: int
    smallest: int | None
    empty: int

    @property
    def share(self) -> float:
        """The share of cells that are small; 0 where no cell holds anybody."""
        return self.small / self.cells if self.cells else 0.0


def count_small_cells(counts: npt.ArrayLike, *, threshold: int) -> SmallCells:
    """The cells of ``counts``, of any shape, that hold from 1 to ``threshold - 1`` people.

    Counts are distinct people where a privacy unit is named. A cell that was suppressed has no
    count: leave it out rather than pass NaN.
    """
    least = whole_from(1, threshold, "the threshold")
    given = np.asarray(counts).ravel()
    if given.size and (given.dtype.kind not in "iu" or given.min() < 0):
        raise UsageError(
            "cells must be whole numbers from 0", remedy="Leave out cells that have no count."
        )
    held = given[given > 0]
    return SmallCells(
        cells=int(held.size),
        small=int(np.count_nonzero(held < least)),
        smallest=int(held.min()) if held.size else None,
        empty=int(given.size - held.size),
    )
