"""The objective: Loss, the geometric mean over columns of how much of each was generalised away."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from veilflow.anonymize.problem import Problem

__all__ = ["Loss"]


class Loss:
    """The loss score of a node, and a bound of it that needs no classes.

    With ``N`` rows, ``L`` leaves and shares added up over the rows of the column's own view, where
    a suppressed cell has share 1: ``x = max(0, (shares - N/L) / (N - N/L))``, and the score is
    ``prod(1 + x) ** (1/n) - 1``. Sums are whole numbers of leaves, so the score of a node doesn't
    depend on the order in which anything was added. A column with one leaf, or no rows, loses
    nothing: x = 0.
    """

    def __init__(self, problem: Problem) -> None:
        columns = problem.columns
        self._power = 1 / len(columns)
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

    def bound(self, levels: Sequence[int]) -> float:
        """What a node would lose if no row were suppressed.

        Suppression only adds to a column's shares (1 is the largest), and shares only grow with
        the level, so this bounds the loss of the node and of all its generalisations from below.
        """
        factors = (f[level] for f, level in zip(self._factors, levels, strict=True))
        return math.prod(factors) ** self._power - 1

    def score(self, levels: Sequence[int], suppressed: Sequence[int]) -> float:
        """A node's loss; ``suppressed`` says per column how many leaves suppression adds."""
        each = zip(self._excess, levels, suppressed, self._scale, strict=True)
        factors = (_factor(excess[level] + extra, scale) for excess, level, extra, scale in each)
        return math.prod(factors) ** self._power - 1


def _factor(excess: int, scale: int) -> float:
    """1 + x, from the leaves beyond one a row and the most that there could be."""
    return 1 + max(0, excess) / scale if scale else 1.0
