"""Visited nodes of a lattice with what was found there, looked up by what lies above or below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["VisitedNodes"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_BITS = 63


class VisitedNodes:
    """Rows of figures, one a node; ``tops`` has the highest level of each column.

    A search asks for all nodes above or below another thousands of times. So the levels of a node
    are packed into as few integers as they need, each with a guard bit above it: subtracting a node
    clears the guard of every column in which that node is the higher one.
    """

    def __init__(self, tops: Sequence[int], figures: int) -> None:
        self._shifts: list[tuple[int, int]] = []
        word, used = 0, 0
        self._guards: list[int] = [0]
        for top in tops:
            width = top.bit_length() + 1
            if used + width > _BITS:
                word, used = word + 1, 0
                self._guards.append(0)
            self._shifts.append((word, used))
            used += width
            self._guards[word] |= 1 << (used - 1)
        self._size = 0
        self._levels = np.zeros((len(self._guards), 16), dtype=np.int64)
        self._figures = np.zeros((16, figures))

    def add(self, levels: Sequence[int], figures: Sequence[float]) -> None:
        if self._size == self._levels.shape[1]:
            self._levels = np.concatenate([self._levels, np.zeros_like(self._levels)], axis=1)
            self._figures = np.concatenate([self._figures, np.zeros_like(self._figures)])
        self._levels[:, self._size] = self._packed(levels)
        self._figures[self._size] = figures
        self._size += 1

    def above(self, levels: Sequence[int]) -> Floats:
        """The figures of the nodes that are at least as general in every column."""
        return self._chosen([(w | g) - h for w, g, h in self._words(levels)])

    def below(self, levels: Sequence[int]) -> Floats:
        """The figures of the nodes that are at most as general in every column."""
        return self._chosen([(h | g) - w for w, g, h in self._words(levels)])

    def _chosen(self, differences: Sequence[Ints]) -> Floats:
        """The figures where every guard is left."""
        kept = [d & guard == guard for d, guard in zip(differences, self._guards, strict=True)]
        chosen = kept[0] if len(kept) == 1 else np.logical_and.reduce(kept)
        found: Floats = self._figures[: self._size][chosen]
        return found

    def _words(self, levels: Sequence[int]) -> Iterator[tuple[Ints, int, int]]:
        words = self._levels[:, : self._size]
        return zip(words, self._guards, self._packed(levels), strict=True)

    def _packed(self, levels: Sequence[int]) -> list[int]:
        packed = [0] * len(self._guards)
        for (word, shift), level in zip(self._shifts, levels, strict=True):
            packed[word] |= level << shift
        return packed
