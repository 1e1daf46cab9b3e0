"""The result of a search, and what it makes of each combination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.equivalence import coarsen, from_view
from veilflow.anonymize.grouping import group
from veilflow.anonymize.judging import ClassJudge
from veilflow.anonymize.problem import Problem, View, restrict
from veilflow.anonymize.recoding import Recoding

__all__ = ["Solution", "recoding_of", "suppressed_classes"]

Bools = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Solution:
    """The chosen level per column, and what it costs.

    ``suppressed_rows`` and ``classes`` (those that remain) have one entry a view. ``score`` is the
    figure of the objective, ``figures`` those of all others. ``optimal`` is False where the time
    budget ended the search: then the levels are feasible, but better ones may exist, though none
    of a score below ``least_score``. Suppressed rows are raw-side counts: evidence tells small
    ones only roughly.
    """

    levels: tuple[int, ...]
    loss: float
    suppressed_rows: tuple[int, ...]
    classes: tuple[int, ...]
    nodes_total: int
    nodes_evaluated: int
    optimal: bool
    objective: str = "loss"
    score: float = 0.0
    least_score: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)


def recoding_of(problem: Problem, solution: Solution, view: str) -> Recoding:
    """What full-domain generalisation at the chosen levels makes of each combination of a view."""
    chosen = problem.view(view)
    levels = restrict(solution.levels, chosen)
    suppressed, _ = _suppressed(problem, solution, chosen)
    shape = (chosen.rows.size, len(levels))
    return Recoding(view, np.broadcast_to(np.array(levels, np.int8), shape), suppressed)


def suppressed_classes(
    problem: Problem, solution: Solution, view: str
) -> set[tuple[str | None, ...]]:
    """The classes of ``view`` that aren't released, as labels of its columns at the levels chosen.

    All rows with one of these label tuples are to be suppressed. The tuples hold values of the
    data: they go to the workers that apply them and nowhere else.
    """
    chosen = problem.view(view)
    levels = restrict(solution.levels, chosen)
    suppressed, codes = _suppressed(problem, solution, chosen)
    columns = []
    for position, (column, level) in enumerate(zip(chosen.columns, levels, strict=True)):
        labels = np.array(problem.columns[column].labels[level], dtype=object)
        columns.append(labels[codes[position][suppressed]].tolist())
    if not columns:
        return {()} if suppressed.any() else set()
    return set(zip(*columns, strict=True))


def _suppressed(problem: Problem, solution: Solution, view: View) -> tuple[Bools, list[Int32]]:
    """Per combination whether it is suppressed, and its codes at the levels chosen."""
    levels = restrict(solution.levels, view)
    tables = [problem.columns[column] for column in view.columns]
    lifts = [table.codes[level] for table, level in zip(tables, levels, strict=True)]
    sizes = [len(table.labels[level]) for table, level in zip(tables, levels, strict=True)]
    values = [column.values for column in view.sensitive]
    judge = ClassJudge(problem, view)
    released = judge.judge(coarsen(from_view(view), lifts, sizes, judge.least, values)).released
    lifted = [lift[view.codes[:, n]] for n, lift in enumerate(lifts)]
    # The same grouping as within coarsen, so classes have the same numbers.
    _, place = group(lifted, sizes, view.rows.size)
    return ~released[place], lifted
