"""A node coarse enough that its classes fit the driver, found without counting any node exactly.

Nodes are tried along one path from the bottom to the top. How many classes each has is estimated
from the smallest hashes of the classes that occur (bottom-k sketches; Bar-Yossef et al., "Counting
distinct elements in a data stream", 2002). Which hashes are the smallest depends on no order and no
partition, so the node found is the same on any number of executors.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from veilflow.hierarchy import HierarchyTable

__all__ = ["ClassSketches", "entropy_path"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UInt64 = npt.NDArray[np.uint64]
Levels = tuple[int, ...]

# The estimate's standard error is one in the square root of it: 2 %.
SKETCH = 2_500


def entropy_path(
    tables: Sequence[HierarchyTable], counts: Sequence[Int64], low: Levels, high: Levels
) -> list[Levels]:
    """Nodes from ``low`` to ``high``; each step raises the column that joins most for its cost.

    ``counts`` are the rows of each level-0 code. What a step joins is the entropy that the column
    loses, what it costs the share of leaves that it adds.
    """
    bits = [[_bits(t.codes[n], c) for n in range(t.levels)]
            for t, c in zip(tables, counts, strict=True)]  # fmt: skip
    cost = [[float(t.shares(n)[t.codes[n]] @ c) / max(int(c.sum()), 1) for n in range(t.levels)]
            for t, c in zip(tables, counts, strict=True)]  # fmt: skip
    path = [low]
    while path[-1] != high:
        here = path[-1]
        steps = []
        for n, level in enumerate(here):
            if level < high[n]:
                joined = bits[n][level] - bits[n][level + 1]
                paid = cost[n][level + 1] - cost[n][level]
                steps.append((paid / (joined + 1e-9), n))
        _, n = min(steps)
        path.append((*here[:n], here[n] + 1, *here[n + 1 :]))
    return path


def _bits(codes: Int32, counts: Int64) -> float:
    whole = max(int(counts.sum()), 1)
    shares = np.bincount(codes, counts) / whole
    shares = shares[shares > 0]
    return float(-(shares @ np.log2(shares)))


class ClassSketches:
    """The smallest hashes of the classes at each node of a path. Can be pickled; holds no value."""

    def __init__(self, tables: Sequence[HierarchyTable], path: Sequence[Levels]) -> None:
        self._path = list(path)
        random = np.random.default_rng(0)
        full = np.iinfo(np.uint64).max
        self._hashes = [
            [
                random.integers(0, full, len(t.labels[n]), dtype=np.uint64, endpoint=True)[
                    t.codes[n]
                ]
                for n in range(t.levels)
            ]
            for t in tables
        ]
        self.smallest: list[UInt64] = [np.zeros(0, dtype=np.uint64) for _ in self._path]

    def empty(self) -> ClassSketches:
        """Sketches of the same path that have counted nothing."""
        other = copy.copy(self)
        other.smallest = [np.zeros(0, dtype=np.uint64) for _ in self._path]
        return other

    def add(self, codes: Sequence[Int32]) -> None:
        """Count more combinations, given as level-0 codes a column."""
        before = self._path[0]
        key = np.zeros(len(codes[0]), dtype=np.uint64)
        for n, level in enumerate(before):
            key += self._hashes[n][level][codes[n]]
        for place, levels in enumerate(self._path):
            for n in (n for n, level in enumerate(levels) if level != before[n]):
                key += self._hashes[n][levels[n]][codes[n]] - self._hashes[n][before[n]][codes[n]]
            before = levels
            self.smallest[place] = _kept(self.smallest[place], key)

    def merge(self, others: Iterable[tuple[int, UInt64]]) -> None:
        """Count what others have counted: places on the path with their smallest hashes there."""
        for place, smallest in others:
            self.smallest[place] = _kept(self.smallest[place], smallest)

    def classes(self) -> list[float]:
        """An estimate of how many classes each node of the path has; exact for few."""
        return [
            float(found.size)
            if found.size < SKETCH
            else (SKETCH - 1) / (float(found[-1]) / 2.0**64)
            for found in self.smallest
        ]


def _kept(smallest: UInt64, more: UInt64) -> UInt64:
    if smallest.size == SKETCH:
        more = more[more < smallest[-1]]
    if not more.size:
        return smallest
    return np.unique(np.concatenate([smallest, np.unique(more)]))[:SKETCH]
