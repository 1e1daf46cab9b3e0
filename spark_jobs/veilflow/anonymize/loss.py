"""Loss: the geometric mean over columns of how much of each was generalised away."""

from __future__ import annotations

import math
from collections.abc import Sequence

from veilflow.anonymize.objective import Cost, Floor, Levels, Outcome
from veilflow.anonymize.problem import Problem, View
from veilflow.anonymize.shares import ColumnLeaves

__all__ = ["Loss", "WeightedLoss", "added_leaves"]


class Loss:
    """The loss of a node, and a bound of it that needs no classes, as exact whole numbers.

    With ``N`` rows, ``L`` leaves and shares added up over the rows of the column's own view, where
    a suppressed cell has share 1: ``x = max(0, (shares - N/L) / (N - N/L))``, and the score is
    ``prod(1 + x) ** (1/n) - 1``. A column with one leaf, or no rows, loses nothing: x = 0.

    Each ``1 + x`` is a whole number of leaves over ``N * (L - 1)``, which is the same at all nodes.
    So the product of the numerators orders nodes as their scores do, without rounding: ties are
    exact, and no order of additions can change a result.

    The bound is the cost without suppression: suppression only adds to a column's shares (1 is the
    largest), and shares only grow with the level.
    """

    def __init__(self, problem: Problem) -> None:
        columns = ColumnLeaves(problem)
        self._views = problem.views
        self._excess = columns.excess
        each = zip(columns.rows, columns.leaves, strict=True)
        self._scale = [rows * max(leaves - 1, 0) for rows, leaves in each]
        pairs = zip(self._excess, self._scale, strict=True)
        self._factors = [[_factor(e, scale) for e in excess] for excess, scale in pairs]

    def bound(self, levels: Levels) -> Cost:
        return math.prod(f[level] for f, level in zip(self._factors, levels, strict=True))

    def least(self, levels: Levels, floors: Sequence[Floor]) -> Cost:
        return self._weight(levels, floors)

    def cost(self, levels: Levels, outcomes: Sequence[Outcome]) -> Cost:
        return self._weight(levels, outcomes)

    def score(self, cost: Cost) -> float:
        """0 is no loss, 1 is everything lost."""
        whole = math.prod(scale or 1 for scale in self._scale)
        return float((cost / whole) ** (1 / len(self._scale))) - 1

    def _weight(self, levels: Levels, found: Sequence[Outcome | Floor]) -> int:
        added = added_leaves(self._views, found, len(self._scale))
        each = zip(self._excess, levels, added, self._scale, strict=True)
        return math.prod(_factor(e[level] + extra, scale) for e, level, extra, scale in each)


class WeightedLoss:
    """Loss with a weight a column: ``prod((1 + x) ** w) ** (1 / sum(w)) - 1``.

    ARX multiplies each 1 + x by its weight instead, which changes no order of nodes under the
    geometric mean. Costs are logarithms, rounded so that rounding errors of sums can't order nodes.
    """

    def __init__(self, problem: Problem, weights: Sequence[float]) -> None:
        columns = ColumnLeaves(problem)
        self._views = problem.views
        self._excess = columns.excess
        each = zip(columns.rows, columns.leaves, strict=True)
        self._scale = [rows * max(leaves - 1, 0) for rows, leaves in each]
        self._weights = [weight / sum(weights) for weight in weights]

    def bound(self, levels: Levels) -> Cost:
        return self._log(levels, [0] * len(self._scale))

    def least(self, levels: Levels, floors: Sequence[Floor]) -> Cost:
        return self._log(levels, added_leaves(self._views, floors, len(self._scale)))

    def cost(self, levels: Levels, outcomes: Sequence[Outcome]) -> Cost:
        return self._log(levels, added_leaves(self._views, outcomes, len(self._scale)))

    def score(self, cost: Cost) -> float:
        """0 is no loss, 1 is everything lost."""
        return math.expm1(cost)

    def _log(self, levels: Levels, added: Sequence[int]) -> float:
        each = zip(self._excess, levels, added, self._scale, self._weights, strict=True)
        return round(
            math.fsum(
                weight * math.log(_factor(e[level] + extra, scale) / (scale or 1))
                for e, level, extra, scale, weight in each
            ),
            12,
        )


def added_leaves(
    views: Sequence[View], found: Sequence[Outcome | Floor], columns: int
) -> list[int]:
    """Per column of the problem, the leaves that suppression adds."""
    added = [0] * columns
    for view, outcome in zip(views, found, strict=True):
        for column, leaves in zip(view.own, outcome.leaves, strict=True):
            added[column] = leaves
    return added


def _factor(excess: int, scale: int) -> int:
    """The numerator of 1 + x, from the leaves beyond one a row and the most there could be."""
    return scale + max(0, excess) if scale else 1
