"""The lattice of generalisation levels: nodes in order of their bound, and paths to its top."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from veilflow.anonymize.objective import Cost

__all__ = ["Lattice"]

Levels = tuple[int, ...]

# Levels of all nodes on the frontier together: about a gigabyte.
_MOST_OPEN_LEVELS = 2**23


@dataclass(frozen=True)
class Lattice:
    """All nodes between ``low`` and ``high``; a node is one level a column.

    ``bound`` gives a node's lower bound of the cost, which only grows with the levels.
    """

    low: Levels
    high: Levels
    bound: Callable[[Levels], Cost]

    @property
    def size(self) -> int:
        return math.prod(b - a + 1 for a, b in zip(self.low, self.high, strict=True))

    def best_first(self) -> Iterator[tuple[Cost, Levels, bool]]:
        """Bounds and nodes, lowest bound first and then lowest levels, each node once.

        Only the frontier is in memory, so a lattice may be larger than memory; the third part says
        whether the frontier still is of a size that memory surely holds. Each node has one parent,
        which lowers the last column that is raised; a parent's bound is never above its children's,
        which makes the order right.
        """
        most = _MOST_OPEN_LEVELS // len(self.low)
        frontier = [(self.bound(self.low), self.low, 0)]
        while frontier:
            bound, levels, last = heapq.heappop(frontier)
            yield bound, levels, len(frontier) <= most
            for column in range(last, len(levels)):
                if levels[column] < self.high[column]:
                    child = _raised(levels, column)
                    heapq.heappush(frontier, (self.bound(child), child, column))

    def path(self, start: Levels, most: Cost | None) -> list[Levels]:
        """Ever more general nodes above ``start``, each the cheapest step by bound, up to ``most``.

        None for ``most`` is up to the top.
        A path of cheap nodes tags the most when a node on it fails: all that lies below it.
        """
        nodes = []
        levels = start
        while levels != self.high:
            steps = [
                _raised(levels, column)
                for column in range(len(levels))
                if levels[column] < self.high[column]
            ]
            bound, levels = min((self.bound(step), step) for step in steps)
            if most is not None and bound > most:
                break
            nodes.append(levels)
        return nodes

    def beside(self, levels: Levels) -> list[Levels]:
        """The nodes one step below ``levels``, then those one up in a column and one down in
        another, then one step above."""
        columns = range(len(levels))
        down = [_moved(levels, n, -1) for n in columns if levels[n] > self.low[n]]
        up = [_raised(levels, n) for n in columns if levels[n] < self.high[n]]
        across = [
            _moved(raised, n, -1)
            for raised in up
            for n in columns
            if levels[n] > self.low[n] and raised[n] == levels[n]
        ]
        return [*down, *across, *up]


def _moved(levels: Levels, column: int, steps: int) -> Levels:
    return (*levels[:column], levels[column] + steps, *levels[column + 1 :])


def _raised(levels: Levels, column: int) -> Levels:
    return _moved(levels, column, 1)
