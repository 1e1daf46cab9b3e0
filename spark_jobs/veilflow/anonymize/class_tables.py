"""The classes of one view at visited nodes, each made from one that is less general."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.equivalence import Classes, coarsen, from_view
from veilflow.anonymize.problem import Problem, View, restrict
from veilflow.anonymize.visited_nodes import VisitedNodes

__all__ = ["ClassTables"]

Int32 = npt.NDArray[np.int32]
Levels = tuple[int, ...]

_CACHE_BYTES = 256 * 2**20


class ClassTables:
    """Classes by node; units are exact below ``counted_to`` and at least that otherwise.

    So searches that need units counted no farther can share one. Levels here are those of the
    view's columns, in the view's order.
    """

    def __init__(self, problem: Problem, view: View, counted_to: int) -> None:
        self.view = view
        self.counted_to = counted_to
        self._tables = [problem.columns[column] for column in view.columns]
        self._lifts: dict[tuple[int, int, int], Int32] = {}
        start = (0,) * len(view.columns)
        self._base = restrict(problem.low, view)
        self._visited = {self._base: self._coarsen(from_view(view), start, self._base)}
        self._nodes = self._listed()
        self._held = 0

    def classes(self, levels: Levels) -> Classes:
        """The classes at ``levels``, which lie above the problem's lowest."""
        found = self._visited.get(levels)
        if found is None:
            source = self._source(levels)
            found = self._coarsen(self._visited[source], source, levels)
            self._visited[levels] = found
            self._nodes.add(levels, [found.rows.size, *levels])
            self._held += found.nbytes
            self._evict()
        return found

    def _source(self, levels: Levels) -> Levels:
        """A visited node below ``levels`` with the fewest classes."""
        below = self._nodes.below(levels)
        _, *source = below[np.argmin(below[:, 0])].tolist()
        return tuple(map(int, source))

    def _listed(self) -> VisitedNodes:
        """The nodes that are held, with the number of their classes."""
        nodes = VisitedNodes([table.levels - 1 for table in self._tables], 1 + len(self._base))
        for levels, classes in self._visited.items():
            nodes.add(levels, [classes.rows.size, *levels])
        return nodes

    def _coarsen(self, classes: Classes, source: Levels, target: Levels) -> Classes:
        lifts = [
            None if a == b else self._lift(n, a, b)
            for n, (a, b) in enumerate(zip(source, target, strict=True))
        ]
        each = zip(self._tables, target, strict=True)
        sizes = [len(table.labels[level]) for table, level in each]
        values = [column.values for column in self.view.sensitive]
        return coarsen(classes, lifts, sizes, self.counted_to, values)

    def _lift(self, position: int, source: int, target: int) -> Int32:
        key = (position, source, target)
        if key not in self._lifts:
            table = self._tables[position]
            lift = np.zeros(len(table.labels[source]), dtype=np.int32)
            lift[table.codes[source]] = table.codes[target]
            self._lifts[key] = lift
        return self._lifts[key]

    def _evict(self) -> None:
        """Forget the oldest tables, half of what may be held, once that is full.

        The base stays, because everything can be made from it.
        """
        if self._held <= _CACHE_BYTES:
            return
        for levels in list(self._visited):
            if levels != self._base and self._held > _CACHE_BYTES // 2:
                self._held -= self._visited.pop(levels).nbytes
        self._nodes = self._listed()
