"""Parts of the combinations that share nothing an attacker sees, by going down the hierarchies.

Top-down specialisation (Fung, Wang and Yu, "Top-down specialization for information and privacy
preservation", 2005), made local as in Mondrian (LeFevre, DeWitt and Ramakrishnan, 2006): each part
is specialised by itself, in the column that gains most. We differ in what happens to values that
are too rare to stand alone: they stay behind together, at the level where they were, and only
together must they be enough. Work is done for all parts at once, so its time depends on the
combinations and the depth of the hierarchies, not on the number of parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.grouping import group
from veilflow.hierarchy import HierarchyTable

__all__ = ["Parts", "specialise"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
# One answer a class: class ``c`` consists of the combinations where the second array is ``c``.
Holds = Callable[[Int64, Int64], Bools]


@dataclass(frozen=True, eq=False, repr=False)
class Parts:
    """The part of each combination, and the level of each column (parts, columns) in each part.

    Parts are numbered from 0 and none is empty. Two combinations of different parts have different
    labels in some column, at the levels of their parts and at any below.
    """

    part: Int32
    levels: Int8


def specialise(
    tables: Sequence[HierarchyTable],
    codes: Int32,
    rows: Int64,
    units: Int64,
    least: int,
    low: Sequence[int],
    high: Sequence[int],
    *,
    weights: Sequence[float] | None = None,
    lines: Int64 | None = None,
    enough: int = 0,
    holds: Holds | None = None,
) -> Parts:
    """Split the classes that there are at the levels ``high``, while each keeps ``least`` units.

    Classes of fewer units are parts, too: whoever asks for parts has to look for them.
    ``codes`` are level-0 codes (combinations, columns); no column goes below ``low``. Units must
    add up: nobody may be in two combinations. With ``lines`` (how much work each combination is)
    parts of at most ``enough`` lines are left whole. The order of the combinations changes nothing
    but the parts' numbers.

    ``holds`` is what a class must meet besides. It needn't be monotone: a split is made if what
    leaves and what stays meet it, each by itself. A class that fails it at ``high`` is left whole.
    """
    state = _State(tables, codes, rows, units, least, low, high, weights, holds)
    active = np.ones(state.levels.shape[0], dtype=bool)
    if holds is not None:
        active &= holds(np.arange(rows.size), state.part.astype(np.int64))
    while active.any():
        if lines is not None:
            active &= np.bincount(state.part, lines, state.levels.shape[0]) > enough
        active = state.split(active)
    chosen, part = group([state.part], [state.levels.shape[0]], state.part.size)
    return Parts(part.astype(np.int32), state.levels[state.part[chosen]])


class _State:
    def __init__(
        self,
        tables: Sequence[HierarchyTable],
        codes: Int32,
        rows: Int64,
        units: Int64,
        least: int,
        low: Sequence[int],
        high: Sequence[int],
        weights: Sequence[float] | None,
        holds: Holds | None,
    ) -> None:
        self._holds = holds
        self._codes, self._rows, self._units, self._least = codes, rows, units, least
        self._low = np.array(low, dtype=np.int8)
        self._up = [np.stack(table.codes) for table in tables]
        self._sizes = [max(map(len, table.labels)) for table in tables]
        given = [1.0] * len(tables) if weights is None else weights
        each = zip(tables, given, strict=True)
        # Whole numbers, so that no order of additions can change which column gains most.
        self._costs = [
            np.stack([np.rint(t.shares(n)[t.codes[n]] * w * 2**20) for n in range(t.levels)])
            for t, w in each
        ]
        tops = [up[high[n], codes[:, n]] for n, up in enumerate(self._up)]
        first, part = group(tops, self._sizes, rows.size)
        self.part = part.astype(np.int32)
        self.levels = np.tile(np.array(high, dtype=np.int8), (first.size, 1))
        # Where no label below is common enough, none will be in any piece of the part.
        self._done = self.levels <= self._low

    def split(self, active: Bools) -> Bools:
        """Split each active part in its best column; which parts may be split again."""
        count = self.levels.shape[0]
        best = np.zeros(count)
        column = np.full(count, -1)
        for n in range(len(self._up)):
            gain = self._gain(n, active)
            better = gain > best
            best[better], column[better] = gain[better], n
        fresh = [self._apply(n, column == n) for n in range(len(self._up))]
        again = np.zeros(self.levels.shape[0], dtype=bool)
        again[:count] = column >= 0
        again[count:] = True
        assert count + sum(fresh) == again.size
        return again & ~self._done.all(axis=1)

    def _gain(self, n: int, active: Bools) -> Floats:
        """What each part gains by going down one level in column ``n``; 0 where it can't."""
        count = self.levels.shape[0]
        chosen = np.flatnonzero((active & ~self._done[:, n])[self.part])
        if not chosen.size:
            return np.zeros(count)
        leaves, hopeless = self._leaving(n, chosen)
        self._done[hopeless, n] = True
        moved = chosen[leaves]
        level = self.levels[self.part[moved], n]
        codes = self._codes[moved, n]
        cheaper = self._costs[n][level, codes] - self._costs[n][level - 1, codes]
        # A finer label is worth something even where it has as many leaves: the smallest amount.
        saved = (cheaper + bool(self._costs[n].any())) * self._rows[moved]
        return np.bincount(self.part[moved], saved, count).astype(np.float64)

    def _leaving(self, n: int, chosen: Int64) -> tuple[Bools, Int64]:
        """Which of ``chosen`` leave for a part of their own, and the parts where no label can."""
        part = self.part[chosen]
        first, child = self._children(n, chosen)
        owner = part[first]
        units = np.bincount(child, self._units[chosen], first.size)
        good = units >= self._least
        if self._holds is not None:
            good &= self._holds(chosen, child)
        count = self.levels.shape[0]
        some = np.bincount(owner[good], minlength=count) > 0
        # The least of the good ones stays where those left behind can't stand by themselves.
        short = self._failing(chosen, part, ~good[child])
        candidates = np.flatnonzero(good & short[owner])
        order = candidates[np.lexsort((candidates, units[candidates], owner[candidates]))]
        owners = owner[order]
        kept = order[np.flatnonzero(np.diff(owners, prepend=-1))]
        good[kept] = False
        if self._holds is not None:
            # Where that doesn't help, nobody leaves.
            good &= ~self._failing(chosen, part, ~good[child])[owner]
        return good[child], np.setdiff1d(np.unique(part), np.flatnonzero(some))

    def _failing(self, chosen: Int64, part: Int32, stay: Bools) -> Bools:
        """The parts in which those of ``chosen`` that ``stay`` can't be a class."""
        count = self.levels.shape[0]
        behind = np.bincount(part[stay], self._units[chosen[stay]], count)
        fails = (np.bincount(part[stay], minlength=count) > 0) & (behind < self._least)
        if self._holds is not None and stay.any():
            owners, number = np.unique(part[stay], return_inverse=True)
            fails[owners] |= ~self._holds(chosen[stay], number.astype(np.int64))
        return fails

    def _children(self, n: int, chosen: Int64) -> tuple[Int64, Int64]:
        """One of ``chosen`` for each label below their parts', and the label of each."""
        part = self.part[chosen]
        below = self._up[n][self.levels[part, n] - 1, self._codes[chosen, n]]
        return group([part, below], [self.levels.shape[0], self._sizes[n]], chosen.size)

    def _apply(self, n: int, wanted: Bools) -> int:
        """Give the children that leave ``wanted`` parts numbers of their own; how many they are."""
        whole = np.zeros(self.levels.shape[0], dtype=bool)
        whole[: wanted.size] = wanted
        chosen = np.flatnonzero(whole[self.part])
        if not chosen.size:
            return 0
        leaves, _ = self._leaving(n, chosen)
        moved = chosen[leaves]
        first, child = self._children(n, moved)
        parents = self.part[moved[first]]
        levels = self.levels[parents]
        levels[:, n] -= 1
        done = self._done[parents]
        done[:, n] = levels[:, n] <= self._low[n]
        self.part[moved] = (self.levels.shape[0] + child).astype(np.int32)
        self.levels = np.concatenate([self.levels, levels])
        self._done = np.concatenate([self._done, done])
        return first.size
