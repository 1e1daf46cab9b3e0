"""Everything the search knows about one view: classes at visited nodes, and what follows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_tables import ClassTables
from veilflow.anonymize.equivalence import Classes
from veilflow.anonymize.judging import ClassJudge
from veilflow.anonymize.objective import Floor, Outcome
from veilflow.anonymize.problem import Problem, View
from veilflow.anonymize.visited_nodes import VisitedNodes
from veilflow.errors import UsageError
from veilflow.hierarchy import HierarchyTable

__all__ = ["ViewSearch"]

Bools = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Levels = tuple[int, ...]


class ViewSearch:
    """Computes outcomes of one view, and what they tell of others.

    Levels here are those of the view's columns, in the view's order. ``tables`` may be shared by
    searches for other k; they count units at least as far as this one's problem needs.
    """

    def __init__(self, problem: Problem, view: View, tables: ClassTables | None = None) -> None:
        self.view = view
        self.judge = ClassJudge(problem, view)
        self.tables = tables or ClassTables(problem, view, self.judge.counted_to)
        if self.tables.view is not view or self.tables.counted_to < self.judge.counted_to:
            raise UsageError(f"view {view.name!r}: the classes were counted for another search")
        self._tables = [problem.columns[column] for column in view.columns]
        self._own = [view.columns.index(column) for column in view.own]
        self._wants_entropy = problem.objective == "non_uniform_entropy"
        self._wants_classes = problem.objective in ("discernibility", "average_class_size")
        self._outcomes: dict[Levels, Outcome] = {}
        # Per visited node: the squares and number of all its classes, what the monotone models
        # suppress, and the leaves that adds.
        tops = [table.levels - 1 for table in self._tables]
        self._found = VisitedNodes(tops, 3 + len(view.own))

    def outcome(self, levels: Levels) -> Outcome:
        """The outcome at ``levels``, computed once."""
        if levels not in self._outcomes:
            self._outcomes[levels] = self._measure(self.tables.classes(levels), levels)
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
        above = self._found.above(levels)[:, 2:]
        suppressed, *leaves = map(int, above.max(axis=0, initial=0).tolist())
        if not self._wants_classes:
            return Floor(suppressed, tuple(leaves), 0, self.view.total_rows)
        below = self._found.below(levels)
        squares = int(below[:, 0].max(initial=0))
        classes = int(below[:, 1].min(initial=self.view.total_rows))
        return Floor(suppressed, tuple(leaves), squares, classes)

    def _measure(self, classes: Classes, levels: Levels) -> Outcome:
        verdict = self.judge.judge(classes)
        failing = self._leaves(classes, levels, ~verdict.monotone)
        sizes = classes.rows.astype(np.float64)
        every = [float(sizes @ sizes), float(np.count_nonzero(classes.rows))]
        self._found.add(levels, [*every, float(classes.rows[~verdict.monotone].sum()), *failing])
        out = ~verdict.released
        kept = classes.rows[verdict.released]
        return Outcome(
            suppressed=int(classes.rows[out].sum()),
            classes=int(kept.size),
            leaves=failing if self.judge.is_monotone else self._leaves(classes, levels, out),
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
