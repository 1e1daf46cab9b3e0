"""The lattice of generalisation levels: nodes in order of their bound, and paths to its top."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

from veilflow.anonymize.loss import Loss

__all__ = ["Lattice"]

Levels = tuple[int, ...]


@dataclass(frozen=True)
class Lattice:
    """All nodes between ``low`` and ``high``; a node is one level a column."""

    low: Levels
    high: Levels
    loss: Loss

    @property
    def size(self) -> int:
        return math.prod(b - a + 1 for a, b in zip(self.low, self.high, strict=True))

    def best_first(self) -> Iterator[tuple[int, Levels]]:
        """Bounds and nodes, lowest bound first and then lowest levels, each node once.

        Only the frontier is in memory, so a lattice may be larger than memory. Each node has one
        parent, which lowers the last column that is raised; a parent's bound is never above its
        children's, which makes the order right.
        """
        frontier = [(self.loss.bound(self.low), self.low, 0)]
        while frontier:
            bound, levels, last = heapq.heappop(frontier)
            yield bound, levels
            for column in range(last, len(levels)):
                if levels[column] < self.high[column]:
                    child = _raised(levels, column)
                    heapq.heappush(frontier, (self.loss.bound(child), child, column))

    def path(self, start: Levels, most: int | None) -> list[Levels]:
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
            bound, levels = min((self.loss.bound(step), step) for step in steps)
            if most is not None and bound > most:
                break
            nodes.append(levels)
        return nodes


def _raised(levels: Levels, column: int) -> Levels:
    return (*levels[:column], levels[column] + 1, *levels[column + 1 :])
