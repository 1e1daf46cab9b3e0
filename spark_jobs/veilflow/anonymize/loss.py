"""The objective: Loss, the geometric mean over columns of how much of each was generalised away."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from veilflow.anonymize.problem import Problem

__all__ = ["Loss"]


class Loss:
    """The loss of a node, and a bound of it that needs no classes, as exact whole numbers.

    With ``N`` rows, ``L`` leaves and shares added up over the rows of the column's own view, where
    a suppressed cell has share 1: ``x = max(0, (shares - N/L) / (N - N/L))``, and the score is
    ``prod(1 + x) ** (1/n) - 1``. A column with one leaf, or no rows, loses nothing: x = 0.

    Each ``1 + x`` is a whole number of leaves over ``N * (L - 1)``, which is the same at all nodes.
    So the product of the numerators, here called weight, orders nodes as their scores do, without
    rounding: ties are exact, and no order of additions can change a result.
    """

    def __init__(self, problem: Problem) -> None:
        columns = problem.columns
        self._scale = [0] * len(columns)
        self._excess: list[list[int]] = [[0] * table.levels for table in columns]
        for view in problem.views:
            for column in view.own:
                table = columns[column]
                counts = np.zeros(table.codes[0].size, dtype=np.int64)
                np.add.at(counts, view.codes[:, view.columns.index(column)], view.rows)
                self._scale[column] = view.total_rows * max(table.leaf_count - 1, 0)
                for level in range(table.levels):
                    leaves = table.leaves[level][table.codes[level]]
                    self._excess[column][level] = int(counts @ leaves) - view.total_rows
        each = zip(self._excess, self._scale, strict=True)
        self._factors = [[_factor(e, scale) for e in excess] for excess, scale in each]

    def bound(self, levels: Sequence[int]) -> int:
        """The weight that a node would have if no row were suppressed.

        Suppression only adds to a column's shares (1 is the largest), and shares only grow with
        the level, so this bounds the weight of the node and of all its generalisations from below.
        """
        return math.prod(f[level] for f, level in zip(self._factors, levels, strict=True))

    def weight(self, levels: Sequence[int], suppressed: Sequence[int]) -> int:
        """A node's weight; ``suppressed`` says per column how many leaves suppression adds."""
        each = zip(self._excess, levels, suppressed, self._scale, strict=True)
        return math.prod(_factor(e[level] + extra, scale) for e, level, extra, scale in each)

    def score(self, weight: int) -> float:
        """The loss score that a weight stands for: 0 is no loss, 1 is everything lost."""
        whole = math.prod(scale or 1 for scale in self._scale)
        return float((weight / whole) ** (1 / len(self._scale))) - 1


def _factor(excess: int, scale: int) -> int:
    """The numerator of 1 + x, from the leaves beyond one a row and the most there could be."""
    return scale + max(0, excess) if scale else 1
