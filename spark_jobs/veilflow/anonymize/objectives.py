"""The objectives besides Loss, and which one a problem asks for.

Definitions as in ARX 3.9: a policy that moves from there finds the same optimum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from veilflow.anonymize.loss import Loss, WeightedLoss, added_leaves
from veilflow.anonymize.objective import Cost, Floor, Levels, Objective, Outcome
from veilflow.anonymize.problem import Problem, View
from veilflow.anonymize.shares import ColumnLeaves

__all__ = ["objective_of"]


def objective_of(problem: Problem) -> Objective:
    """What ``problem`` asks the search to make least."""
    if problem.objective == "granularity":
        return _Granularity(problem)
    if problem.objective == "discernibility":
        return _Discernibility(problem)
    if problem.objective == "average_class_size":
        return _AverageClassSize(problem)
    if problem.objective == "non_uniform_entropy":
        return _NonUniformEntropy(problem)
    weights = problem.weights
    return Loss(problem) if weights is None else WeightedLoss(problem, weights)


class _Granularity:
    """The weighted mean over columns of the mean share of its cells, 1 for a suppressed one.

    1 - quality orders nodes as this does. Costs are whole numbers: shares over one denominator.
    """

    def __init__(self, problem: Problem) -> None:
        columns = ColumnLeaves(problem)
        count = len(columns.rows)
        weights = [Fraction(str(w)) for w in problem.weights or (1.0,) * count]
        self._views = problem.views
        each = zip(columns.rows, columns.leaves, weights, strict=True)
        cell = [weight / max(rows * leaves, 1) for rows, leaves, weight in each]
        self._whole = math.lcm(*(one.denominator for one in cell))
        self._cell = [int(one * self._whole) for one in cell]
        self._total = sum(weights)
        pairs = zip(columns.excess, columns.rows, strict=True)
        self._leaves = [[excess + rows for excess in levels] for levels, rows in pairs]

    def bound(self, levels: Levels) -> Cost:
        return self._sum(levels, [0] * len(self._cell))

    def least(self, levels: Levels, floors: Sequence[Floor]) -> Cost:
        return self._sum(levels, added_leaves(self._views, floors, len(self._cell)))

    def cost(self, levels: Levels, outcomes: Sequence[Outcome]) -> Cost:
        return self._sum(levels, added_leaves(self._views, outcomes, len(self._cell)))

    def score(self, cost: Cost) -> float:
        return float(Fraction(cost) / self._whole / self._total)

    def _sum(self, levels: Levels, added: Sequence[int]) -> int:
        each = zip(self._leaves, levels, added, self._cell, strict=True)
        return sum(cell * (leaves[level] + extra) for leaves, level, extra, cell in each)


class _Discernibility:
    """The sum over classes of their rows squared, plus suppressed rows times all rows.

    Bayardo & Agrawal 2005. Joining classes only adds to the squares, and N rows in at most C
    classes have squares of N * N / C at least.
    """

    def __init__(self, problem: Problem) -> None:
        self._views = problem.views
        self._most = [_MostClasses(problem, view) for view in problem.views]

    def bound(self, levels: Levels) -> Cost:
        each = zip(self._views, self._most, strict=True)
        return sum(-(-(v.total_rows**2) // most(levels)) for v, most in each)

    def least(self, levels: Levels, floors: Sequence[Floor]) -> Cost:
        bounds = []
        for view, floor in zip(self._views, floors, strict=True):
            rest = view.total_rows - floor.suppressed
            bounds.append(max(floor.squares, floor.suppressed * view.total_rows + rest))
        return max(sum(bounds), self.bound(levels))

    def cost(self, levels: Levels, outcomes: Sequence[Outcome]) -> Cost:
        each = zip(self._views, outcomes, strict=True)
        return sum(found.squares + found.suppressed * v.total_rows for v, found in each)

    def score(self, cost: Cost) -> float:
        return float(cost)


class _AverageClassSize:
    """All rows over classes, the suppressed rows being one class more (LeFevre et al. 2006).

    The cost is minus the number of classes, which orders nodes alike.
    """

    def __init__(self, problem: Problem) -> None:
        self._rows = sum(view.total_rows for view in problem.views)
        self._views = problem.views
        self._least = problem.least_units
        self._most = [_MostClasses(problem, view) for view in problem.views]

    def bound(self, levels: Levels) -> Cost:
        return -sum(min(most(levels), most.rows // self._least + 1) for most in self._most)

    def least(self, levels: Levels, floors: Sequence[Floor]) -> Cost:
        most = 0
        for view, floor in zip(self._views, floors, strict=True):
            kept = (view.total_rows - floor.suppressed) // self._least
            most += min(floor.classes, kept + 1)
        return max(-most, self.bound(levels))

    def cost(self, levels: Levels, outcomes: Sequence[Outcome]) -> Cost:
        return -sum(found.classes + (found.suppressed > 0) for found in outcomes)

    def score(self, cost: Cost) -> float:
        return self._rows / -cost if cost else 0.0


class _NonUniformEntropy:
    """The bits that cells lose when their values become alike, weighted and added up over columns.

    De Waal & Willenborg 1999, Gionis & Tassa 2009: a cell of value v released as w costs
    log2(cells of w / cells of v); suppressing the cells of a column costs as much again for making
    their labels alike. Costs are rounded so that rounding errors of sums can't order nodes.
    """

    def __init__(self, problem: Problem) -> None:
        self._views = problem.views
        self._weights = problem.weights or (1.0,) * len(problem.columns)
        self._bits: list[list[float]] = [[0.0] * table.levels for table in problem.columns]
        for view in problem.views:
            for column in view.own:
                table = problem.columns[column]
                counts = np.zeros(table.codes[0].size)
                np.add.at(counts, view.codes[:, view.columns.index(column)], view.rows)
                for level in range(table.levels):
                    joined = np.bincount(table.codes[level], counts, len(table.labels[level]))
                    ratio = joined[table.codes[level]] / np.maximum(counts, 1)
                    lost = counts * np.log2(np.where(counts > 0, ratio, 1))
                    self._bits[column][level] = math.fsum(lost.tolist())

    def bound(self, levels: Levels) -> Cost:
        return self._sum(levels, [0.0] * len(self._bits))

    def least(self, levels: Levels, floors: Sequence[Floor]) -> Cost:
        return self.bound(levels)

    def cost(self, levels: Levels, outcomes: Sequence[Outcome]) -> Cost:
        added = [0.0] * len(self._bits)
        for view, found in zip(self._views, outcomes, strict=True):
            for column, bits in zip(view.own, found.entropy, strict=True):
                added[column] = bits
        return self._sum(levels, added)

    def score(self, cost: Cost) -> float:
        return float(cost)

    def _sum(self, levels: Levels, added: Sequence[float]) -> float:
        each = zip(self._bits, levels, added, self._weights, strict=True)
        return round(math.fsum(w * (bits[n] + extra) for bits, n, extra, w in each), 6)


class _MostClasses:
    """How many classes a view can have at some levels: no more than labels can be combined."""

    def __init__(self, problem: Problem, view: View) -> None:
        self.rows = view.total_rows
        self._columns = view.columns
        self._combos = max(int(np.count_nonzero(view.rows)), 1)
        self._labels = [
            [len(np.unique(codes[occurring])) for codes in problem.columns[column].codes]
            for n, column in enumerate(view.columns)
            for occurring in (np.unique(view.codes[:, n]),)
        ]

    def __call__(self, levels: Levels) -> int:
        each = zip(self._labels, self._columns, strict=True)
        return min(self._combos, math.prod(max(n[levels[column]], 1) for n, column in each))
