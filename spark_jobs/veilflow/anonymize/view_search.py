"""Everything the search knows about one view: classes at visited nodes, and what follows."""

from __future__ import annotations

from operator import le

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.equivalence import Classes, coarsen, from_view
from veilflow.anonymize.judging import ClassJudge
from veilflow.anonymize.objective import Floor, Outcome
from veilflow.anonymize.problem import Problem, View, restrict
from veilflow.hierarchy import HierarchyTable

__all__ = ["ViewSearch"]

Bools = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Levels = tuple[int, ...]

_CACHE_BYTES = 256 * 2**20


class ViewSearch:
    """Computes outcomes of one view, each from the smallest visited table that is less general.

    Levels here are those of the view's columns, in the view's order.
    """

    def __init__(self, problem: Problem, view: View) -> None:
        self.view = view
        self.allowed = problem.allowed(view)
        self.judge = ClassJudge(problem, view)
        self._tables = [problem.columns[column] for column in view.columns]
        self._own = [view.columns.index(column) for column in view.own]
        self._wants_entropy = problem.objective == "non_uniform_entropy"
        self._outcomes: dict[Levels, Outcome] = {}
        self._lifts: dict[tuple[int, int, int], Int32] = {}
        self._judged = np.zeros((0, len(view.columns)), dtype=np.int16)
        # Per visited node: what the monotone models suppress, the leaves it adds, and the squares
        # and number of all its classes.
        self._found = np.zeros((0, 3 + len(view.own)))
        start = (0,) * len(view.columns)
        base = restrict(problem.low, view)
        raw = from_view(view)
        self._visited: dict[Levels, Classes] = {base: self._coarsen(raw, start, base)}
        self._base = base
        self._held = 0

    def outcome(self, levels: Levels) -> Outcome:
        """The outcome at ``levels``, computed once."""
        if levels not in self._outcomes:
            self._outcomes[levels] = self._measure(self.classes(levels), levels)
        return self._outcomes[levels]

    def is_known(self, levels: Levels) -> bool:
        """Whether the outcome at ``levels`` has been computed."""
        return levels in self._outcomes

    def floor(self, levels: Levels) -> Floor:
        """What visited nodes show of the outcome at ``levels``.

        Generalising joins classes, and a class that holds the monotone models goes on holding
        them: so what a node suppresses for them, every node below it suppresses as well. That
        holds for units as for rows, because the units of a joined class are the union of the units
        of its parts. And a suppressed cell adds the more leaves, the fewer it would have had at
        that level. Joining classes adds to their squares and lessens their number.
        """
        here = np.array(levels, dtype=np.int16)
        above = self._found[np.all(self._judged >= here, axis=1)]
        below = self._found[np.all(self._judged <= here, axis=1)]
        suppressed, *leaves = above[:, 2:].max(axis=0, initial=0).astype(np.int64).tolist()
        squares = int(below[:, 0].max(initial=0))
        classes = int(below[:, 1].min(initial=self.view.total_rows))
        return Floor(suppressed, tuple(leaves), squares, classes)

    def classes(self, levels: Levels) -> Classes:
        """The classes at ``levels``."""
        found = self._visited.get(levels)
        if found is None:
            source = self._source(levels)
            found = self._coarsen(self._visited[source], source, levels)
            self._visited[levels] = found
            self._held += found.nbytes
            self._evict()
        return found

    def _source(self, levels: Levels) -> Levels:
        """The visited node below ``levels`` with the fewest classes."""
        below = (seen for seen in self._visited if all(map(le, seen, levels)))
        return min(below, key=lambda seen: (self._visited[seen].rows.size, seen))

    def _coarsen(self, classes: Classes, source: Levels, target: Levels) -> Classes:
        lifts = [
            None if a == b else self._lift(n, a, b)
            for n, (a, b) in enumerate(zip(source, target, strict=True))
        ]
        each = zip(self._tables, target, strict=True)
        sizes = [len(table.labels[level]) for table, level in each]
        values = [column.values for column in self.view.sensitive]
        return coarsen(classes, lifts, sizes, self.judge.least, values)

    def _lift(self, position: int, source: int, target: int) -> Int32:
        key = (position, source, target)
        if key not in self._lifts:
            table = self._tables[position]
            lift = np.zeros(len(table.labels[source]), dtype=np.int32)
            lift[table.codes[source]] = table.codes[target]
            self._lifts[key] = lift
        return self._lifts[key]

    def _measure(self, classes: Classes, levels: Levels) -> Outcome:
        verdict = self.judge.judge(classes)
        failing = self._leaves(classes, levels, ~verdict.monotone)
        sizes = classes.rows.astype(np.float64)
        every = [float(sizes @ sizes), float(np.count_nonzero(classes.rows))]
        self._judged = np.concatenate([self._judged, np.array([levels], dtype=np.int16)])
        found = [*every, float(classes.rows[~verdict.monotone].sum()), *map(float, failing)]
        self._found = np.concatenate([self._found, np.array([found])])
        out = ~verdict.released
        kept = classes.rows[verdict.released]
        return Outcome(
            suppressed=int(classes.rows[out].sum()),
            classes=int(kept.size),
            leaves=self._leaves(classes, levels, out),
            squares=sum_of_squares(kept),
            entropy=self._entropy(classes, out) if self._wants_entropy else (),
        )

    def _leaves(self, classes: Classes, levels: Levels, out: Bools) -> tuple[int, ...]:
        """The leaves that suppressing the classes ``out`` adds, per own column."""
        rows = classes.rows[out]
        return tuple(
            _added(self._tables[n], levels[n], classes.codes[n][out], rows) for n in self._own
        )

    def _entropy(self, classes: Classes, out: Bools) -> tuple[float, ...]:
        rows = classes.rows[out].astype(np.float64)
        return tuple(_bits(classes.codes[n][out], rows) for n in self._own)

    def _evict(self) -> None:
        """Forget the oldest tables; the base stays, because everything can be made from it."""
        for levels in list(self._visited):
            if self._held <= _CACHE_BYTES:
                return
            if levels != self._base:
                self._held -= self._visited.pop(levels).nbytes


def sum_of_squares(rows: Int64) -> int:
    """Exact at any size: equal sizes are counted, then multiplied as Python integers."""
    sizes, times = np.unique(rows, return_counts=True)
    return sum(int(size) ** 2 * int(n) for size, n in zip(sizes, times, strict=True))


def _added(table: HierarchyTable, level: int, codes: Int32, rows: Int64) -> int:
    return int(rows @ (table.leaf_count - table.leaves[level][codes]))


def _bits(codes: Int32, rows: npt.NDArray[np.float64]) -> float:
    """The bits lost by making the labels of some rows alike."""
    whole = rows.sum()
    if not whole:
        return 0.0
    counts = np.bincount(codes, rows)
    counts = counts[counts > 0]
    return float(counts @ np.log2(whole / counts))
