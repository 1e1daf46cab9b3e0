"""Everything the search knows about one view: classes at visited nodes, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from operator import le

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.equivalence import Classes, coarsen, from_view
from veilflow.anonymize.problem import Problem, View, restrict
from veilflow.hierarchy import HierarchyTable

__all__ = ["Outcome", "ViewSearch"]

Int32 = npt.NDArray[np.int32]
Levels = tuple[int, ...]

_CACHE_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Outcome:
    """What suppressing the small classes of one view at one node does.

    ``leaves`` says, for each of the view's own columns, how many leaves more its suppressed cells
    count for than the generalised ones would.
    """

    suppressed: int
    classes: int
    leaves: tuple[int, ...]


class ViewSearch:
    """Computes outcomes of one view, each from the smallest visited table that is less general.

    Levels here are those of the view's columns, in the view's order.
    """

    def __init__(self, problem: Problem, view: View) -> None:
        self.view = view
        self.allowed = problem.allowed(view)
        self._k = problem.k
        self._tables = [problem.columns[column] for column in view.columns]
        self._own = [view.columns.index(column) for column in view.own]
        self._outcomes: dict[Levels, Outcome] = {}
        self._lifts: dict[tuple[int, int, int], Int32] = {}
        self._judged = np.zeros((0, len(view.columns)), dtype=np.int16)
        self._found = np.zeros((0, 1 + len(view.own)), dtype=np.int64)
        start = (0,) * len(view.columns)
        base = restrict(problem.low, view)
        raw = from_view(view)
        self._visited: dict[Levels, Classes] = {base: self._coarsen(raw, start, base)}
        self._base = base
        self._held = 0

    def outcome(self, levels: Levels) -> Outcome:
        """The outcome at ``levels``, computed once."""
        if levels not in self._outcomes:
            found = self._outcomes[levels] = self._judge(self.classes(levels), levels)
            row = np.array([levels], dtype=np.int16)
            self._judged = np.concatenate([self._judged, row])
            numbers = np.array([[found.suppressed, *found.leaves]], dtype=np.int64)
            self._found = np.concatenate([self._found, numbers])
        return self._outcomes[levels]

    def at_least(self, levels: Levels) -> tuple[int, tuple[int, ...]]:
        """Lower bounds of ``suppressed`` and ``leaves`` at ``levels``, from visited nodes above.

        Generalising joins classes, and a class with k units only ever gains some: so what a node
        suppresses, every node below it suppresses as well. That holds for units as for rows,
        because the units of a joined class are the union of the units of its parts. And a
        suppressed cell adds the more leaves, the fewer it would have had at that level.
        """
        above = np.all(self._judged >= np.array(levels, dtype=np.int16), axis=1)
        suppressed, *leaves = self._found[above].max(axis=0, initial=0).tolist()
        return suppressed, tuple(leaves)

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
        return coarsen(classes, lifts, sizes, self._k)

    def _lift(self, position: int, source: int, target: int) -> Int32:
        key = (position, source, target)
        if key not in self._lifts:
            table = self._tables[position]
            lift = np.zeros(len(table.labels[source]), dtype=np.int32)
            lift[table.codes[source]] = table.codes[target]
            self._lifts[key] = lift
        return self._lifts[key]

    def _judge(self, classes: Classes, levels: Levels) -> Outcome:
        small = classes.units < self._k
        rows = classes.rows[small]
        leaves = tuple(
            _added(self._tables[n], levels[n], classes.codes[n][small], rows) for n in self._own
        )
        kept = classes.rows.size - rows.size
        return Outcome(int(rows.sum()), kept, leaves)

    def _evict(self) -> None:
        """Forget the oldest tables; the base stays, because everything can be made from it."""
        for levels in list(self._visited):
            if self._held <= _CACHE_BYTES:
                return
            if levels != self._base:
                self._held -= self._visited.pop(levels).nbytes


def _added(table: HierarchyTable, level: int, codes: Int32, rows: npt.NDArray[np.int64]) -> int:
    return int(rows @ (table.leaf_count - table.leaves[level][codes]))
