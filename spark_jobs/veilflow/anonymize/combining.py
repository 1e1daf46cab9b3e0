"""The better of two recodings, part by part."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.partition import connected, renumbered

__all__ = ["Draft", "combine", "failing"]

Bools = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]


class Draft:
    """A recoding while it is being worked on: levels, what is suppressed, costs and classes.

    ``classes`` numbers what an output shows as one class, by labels; a suppressed combination is
    a class of its own.
    """

    def __init__(self, cells: LabelCells, levels: Int8, suppressed: Bools) -> None:
        self.levels, self.suppressed = levels, suppressed
        self.costs = cells.costs_of(levels)
        top = sum(int(costs.max(initial=0)) for costs in cells.costs)
        self.costs[suppressed] = top + 1
        shown = np.unique(cells.keys_of(levels), return_inverse=True)[1].astype(np.int64)
        shown[suppressed] = cells.size + np.arange(int(np.count_nonzero(suppressed)))
        self.classes = np.unique(shown, return_inverse=True)[1].astype(np.int64)

    @property
    def count(self) -> int:
        return int(self.classes.max(initial=-1)) + 1


def failing(rule: ClassRule, draft: Draft) -> Bools:
    """For each class of ``draft`` whether it may not be shown; suppressed ones aren't."""
    shown = np.flatnonzero(~draft.suppressed)
    numbers, classes = np.unique(draft.classes[shown], return_inverse=True)
    found = np.zeros(draft.count, dtype=bool)
    found[numbers] = ~rule.holds(shown, classes.astype(np.int64))
    return found


def combine(
    cells: LabelCells, rule: ClassRule, sound: Draft, other: Draft, crowd: int = 0
) -> Draft:
    """``sound`` with every part of ``other`` that holds, costs less and can be taken alone.

    Classes of the two that share combinations are one part; parts share none, so each can be taken
    from either. This is partition crossover (Whitley et al. 2009) of two groupings: the result is
    never worse than ``sound``. It holds if ``sound`` does and two classes that hold and show equal
    labels hold together, which is true of all models here; callers judge the result all the same.
    """
    part = _parts(sound, other)
    own, new = part[sound.classes], part[other.classes + sound.count]
    assert np.array_equal(own, new)
    parts = int(part.max(initial=-1)) + 1
    gain = _cost(cells, sound, own, parts, crowd) - _cost(cells, other, own, parts, crowd)
    broken = np.zeros(parts, dtype=bool)
    np.logical_or.at(broken, part[sound.count :], failing(rule, other))
    taken = ((gain > 0) & ~broken)[own]
    return Draft(
        cells,
        np.where(taken[:, None], other.levels, sound.levels),
        np.where(taken, other.suppressed, sound.suppressed),
    )


def _parts(one: Draft, other: Draft) -> Int64:
    """The part of each class of ``one``, then of each of ``other``."""
    part = connected(one.count + other.count, one.classes, other.classes + one.count)
    return renumbered(part)


def _cost(cells: LabelCells, draft: Draft, part: Int64, parts: int, crowd: int) -> Int64:
    total = np.zeros(parts, dtype=np.int64)
    np.add.at(total, part, draft.costs * cells.rows)
    if crowd:
        rows = np.zeros(draft.count, dtype=np.int64)
        np.add.at(rows, draft.classes, cells.rows)
        where = np.zeros(draft.count, dtype=np.int64)
        where[draft.classes] = part
        np.add.at(total, where, crowd * rows * rows)
    return total
