"""The result of a search, and the classes to suppress when it is applied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veilflow.anonymize.problem import Problem, restrict
from veilflow.anonymize.view_search import ViewSearch

__all__ = ["Solution", "suppressed_classes"]


@dataclass(frozen=True)
class Solution:
    """The chosen level per column, and what it costs.

    ``suppressed_rows`` and ``classes`` (those that remain) have one entry a view. ``optimal`` is
    False where the time budget ended the search: then the levels are feasible, but better ones
    may exist. Suppressed rows are raw-side counts: evidence tells small ones only roughly.
    """

    levels: tuple[int, ...]
    loss: float
    suppressed_rows: tuple[int, ...]
    classes: tuple[int, ...]
    nodes_total: int
    nodes_evaluated: int
    optimal: bool


def suppressed_classes(
    problem: Problem, solution: Solution, view: str
) -> set[tuple[str | None, ...]]:
    """The classes of fewer than k units in ``view``, as labels of its columns at the levels chosen.

    All rows with one of these label tuples are to be suppressed. The tuples hold values of the
    data: they go to the workers that apply them and nowhere else.
    """
    chosen = problem.view(view)
    levels = restrict(solution.levels, chosen)
    classes = ViewSearch(problem, chosen).classes(levels)
    small = classes.units < problem.k
    columns = []
    for column, level, codes in zip(chosen.columns, levels, classes.codes, strict=True):
        labels = np.array(problem.columns[column].labels[level], dtype=object)
        columns.append(labels[codes[small]].tolist())
    if not columns:
        return {()} if small.any() else set()
    return set(zip(*columns, strict=True))
