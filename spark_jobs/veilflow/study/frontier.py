"""The frontier of k, suppression and loss: the optimum at each point of a grid, from one problem.

What one search learns about a node serves the others: classes are the same for every k, and what
is suppressed at a node the same for every limit. A limit that wouldn't have been used up is passed
over, since the optimum is the same below it. Time that some searches leave over goes to the others:
to those that follow, and in a second round to those that had ended unproven.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from veilflow.anonymize import Problem, Solution, solve
from veilflow.anonymize.class_tables import ClassTables
from veilflow.anonymize.judging import ClassJudge
from veilflow.anonymize.view_search import ViewSearch
from veilflow.errors import ReleaseRefused
from veilflow.study.node import NodeFigures, node_figures

__all__ = ["KS", "LIMITS", "ColumnCost", "Explorer", "Frontier", "GridPoint"]

KS = (2, 3, 5, 10, 20, 50, 100)
LIMITS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 1.0)
_LEAST_SECONDS = 0.2

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class GridPoint:
    """The optimum for ``k`` under each of ``limits``, which rise.

    ``is_best`` says that no other point has a k as large, no more rows suppressed and no more loss.
    ``is_optimal`` is False where time ended the search: a better one may exist.
    """

    k: int
    limits: tuple[float, ...]
    figures: NodeFigures
    is_optimal: bool
    is_best: bool = False


@dataclass(frozen=True)
class ColumnCost:
    """What one quasi-identifier costs at a point, told in loss.

    ``lost`` is the part of the column's own detail that is gone, ``part`` its part of all loss.
    ``others`` is the loss of the other columns, and ``others_without`` what it could be if the
    column were not released. ``finer`` is the loss of all columns if this one had to be released
    one level finer. None stands for what can't be: a hierarchy without a root, a column at its
    finest level, or a limit that would be exceeded.
    """

    column: str
    level: int
    level_name: str
    lost: float
    part: float
    others: float
    others_without: float | None
    finer: float | None


@dataclass(frozen=True)
class Frontier:
    """``impossible`` lists the k and limits that no generalisation meets."""

    points: tuple[GridPoint, ...]
    impossible: tuple[tuple[int, float], ...]

    def at(self, k: int, limit: float) -> int | None:
        """The place of the point for ``k`` and ``limit`` among ``points``."""
        for place, point in enumerate(self.points):
            if point.k == k and limit in point.limits:
                return place
        return None


@dataclass(frozen=True)
class _Found:
    """A point, and the score of the objective there: less is better."""

    point: GridPoint
    score: float


class Explorer:
    """Many searches of one problem with one view, within ``seconds`` in all.

    Those that the time doesn't suffice for say that they aren't proven.
    """

    def __init__(self, problem: Problem, largest_k: int, seconds: float) -> None:
        (view,) = problem.views
        self._problem = problem
        self._view = view
        counted_to = max(largest_k, ClassJudge(problem, view).counted_to)
        self._tables = ClassTables(problem, view, counted_to)
        self._known: dict[int, ViewSearch] = {}
        self._deadline = time.monotonic() + seconds

    def solve(self, problem: Problem, searches_left: int) -> Solution:
        """The optimum of the explorer's problem with another k, limit, levels or weights."""
        left = self._deadline - time.monotonic()
        if problem.k not in self._known:
            self._known[problem.k] = ViewSearch(problem, self._view, self._tables)
        budget = max(_LEAST_SECONDS, left / max(searches_left, 1))
        return solve(problem, budget, [self._known[problem.k]])

    def frontier(self, ks: Sequence[int], limits: Sequence[float], progress: Progress) -> Frontier:
        """The optimum at each ``k`` and limit; ``progress`` is told how many of them are known."""
        points: list[_Found] = []
        impossible: list[tuple[int, float]] = []
        rising, every = sorted(set(limits)), sorted(set(ks))
        total = len(every) * len(rising)
        # What each column costs is asked afterwards, by two searches each.
        after = 2 * len(self._problem.columns)
        for done, k in enumerate(every):
            left = list(rising)
            while left:
                passed = done * len(rising) + len(rising) - len(left)
                progress(passed, total)
                try:
                    found = self._point(k, left, total - passed + after)
                except ReleaseRefused:
                    impossible += [(k, limit) for limit in left]
                    break
                points.append(found)
                left = [limit for limit in left if limit not in found.point.limits]
        points = self._again(points, after)
        progress(total, total)
        ordered = sorted((one.point for one in points), key=lambda point: (point.k, point.limits))
        return Frontier(tuple(_marked(ordered)), tuple(impossible))

    def _point(self, k: int, limits: Sequence[float], searches_left: int) -> _Found:
        """The optimum under the largest of ``limits``, which rise, and all that it holds under."""
        problem = replace(self._problem, k=k, suppression_limit=limits[-1])
        solution = self.solve(problem, searches_left)
        (suppressed,) = solution.suppressed_rows
        # Under a limit that needn't be used up the optimum stays the same.
        same = tuple(limit for limit in limits if _allows(problem, limit, suppressed))
        figures = node_figures(problem, solution.levels)
        return _Found(GridPoint(k, same, figures, solution.optimal), solution.score)

    def _again(self, points: Sequence[_Found], after: int) -> list[_Found]:
        """``points`` with those that aren't proven looked for once more, while there is time."""
        open_ = sum(not one.point.is_optimal for one in points)
        kept = []
        for one in points:
            point = one.point
            left = self._deadline - time.monotonic()
            if point.is_optimal or left < _LEAST_SECONDS * (open_ + after):
                kept.append(one)
                continue
            again = self._point(point.k, point.limits, open_ + after)
            open_ -= 1
            if again.score > one.score:
                kept.append(one)
                continue
            kept.append(again)
            rest = tuple(limit for limit in point.limits if limit not in again.point.limits)
            if rest:
                kept.append(_Found(replace(point, limits=rest), one.score))
        return kept

    def column_costs(self, problem: Problem, at: NodeFigures) -> tuple[ColumnCost, ...]:
        """What each column costs at the optimum ``at`` of ``problem``."""
        count = len(problem.columns)
        found = []
        for column, table in enumerate(problem.columns):
            left = 2 * (count - column)
            others = at.loss_without(column) if count > 1 else 0.0
            without = self._without(problem, column, left)
            finer = self._finer(problem, column, at, left - 1)
            found.append(
                ColumnCost(
                    column=table.column,
                    level=at.levels[column],
                    level_name=table.level_names[at.levels[column]],
                    lost=at.columns[column].lost,
                    part=at.part_of_loss(column),
                    others=others,
                    others_without=None if without is None else without.loss_without(column),
                    finer=None if finer is None else finer.loss,
                )
            )
        return tuple(found)

    def _without(self, problem: Problem, column: int, left: int) -> NodeFigures | None:
        """The optimum for the other columns, this one being at a root that says nothing."""
        count = len(problem.columns)
        table = problem.columns[column]
        top = table.levels - 1
        if count == 1 or len(table.labels[top]) > 1:
            return None
        weights = list(problem.weights or (1.0,) * count)
        weights[column] = 0.0
        if not any(weights):
            return None
        takes_weights = problem.objective not in ("discernibility", "average_class_size")
        asked = replace(
            problem,
            weights=tuple(weights) if takes_weights else None,
            min_levels=_with(problem.low, column, top),
            max_levels=_with(problem.high, column, top),
        )
        return self._optimum(asked, left)

    def _finer(
        self, problem: Problem, column: int, at: NodeFigures, left: int
    ) -> NodeFigures | None:
        """The optimum with the column at least one level finer than ``at`` has it."""
        finer = at.levels[column] - 1
        if finer < problem.low[column]:
            return None
        return self._optimum(replace(problem, max_levels=_with(problem.high, column, finer)), left)

    def _optimum(self, problem: Problem, left: int) -> NodeFigures | None:
        try:
            solution = self.solve(problem, left)
        except ReleaseRefused:
            return None
        return node_figures(problem, solution.levels)


def _with(levels: tuple[int, ...], column: int, level: int) -> tuple[int, ...]:
    return (*levels[:column], level, *levels[column + 1 :])


def _allows(problem: Problem, limit: float, suppressed: int) -> bool:
    return replace(problem, suppression_limit=limit).allowed(problem.views[0]) >= suppressed


def _marked(points: Sequence[GridPoint]) -> list[GridPoint]:
    return [replace(one, is_best=not any(_beats(other, one) for other in points)) for one in points]


def _beats(a: GridPoint, b: GridPoint) -> bool:
    """Whether ``a`` is as good as ``b`` in k, suppression and loss, and better in one of them."""
    better = (a.k - b.k, b.figures.suppressed_rows - a.figures.suppressed_rows,
              b.figures.loss - a.figures.loss)  # fmt: skip
    return min(better) >= 0 and max(better) > 0
