"""Cell suppression: full-domain levels, and single cells hidden where rows would be left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from veilflow.anonymize.local_recoding import recode_locally
from veilflow.anonymize.problem import Problem
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.search import solve
from veilflow.anonymize.solution import Solution, recoding_of
from veilflow.hierarchy import HierarchyTable

__all__ = ["suppress_cells"]


def suppress_cells(problem: Problem, time_budget: float | None = None) -> tuple[Solution, Recoding]:
    """The full-domain solution, and a recoding of its only view in which cells are hidden.

    Each cell is at the level that full-domain generalisation chose for its column, or at the root
    of its hierarchy, if it has one and the problem allows it. What that can't hide among enough
    others is suppressed, never more than the problem allows. No less is told than by the
    full-domain solution. Raises ReleaseRefused where there is none.
    """
    solution = solve(problem, time_budget)
    (view,) = problem.views
    whole = recoding_of(problem, solution, view.name)
    levels = [solution.levels[column] for column in view.columns]
    tables = list(problem.columns)
    roots = []
    for column, level in zip(view.columns, levels, strict=True):
        table, top = problem.columns[column], problem.high[column]
        has_root = top > level and len(table.labels[top]) == 1
        roots.append(top if has_root else level)
        tables[column] = _two_levels(table, level, top if has_root else None)
    codes = np.stack(
        [
            problem.columns[column].codes[level][view.codes[:, position]]
            for position, (column, level) in enumerate(zip(view.columns, levels, strict=True))
        ],
        axis=1,
    )
    narrowed = replace(
        problem,
        columns=tuple(tables),
        views=(replace(view, codes=codes),),
        min_levels=None,
        max_levels=None,
    )
    start = Recoding(view.name, np.zeros(codes.shape, np.int8), whole.suppressed)
    found = recode_locally(narrowed, start, may_lend=False)
    places = np.array([levels, roots], dtype=np.int8)
    shown = np.take_along_axis(places, found.levels.astype(np.int64), axis=0)
    return solution, Recoding(view.name, shown, found.suppressed)


def _two_levels(table: HierarchyTable, level: int, root: int | None) -> HierarchyTable:
    """``table`` reduced to ``level``, whose labels become its values, and ``root``."""
    count = len(table.labels[level])
    codes = [np.arange(count, dtype=np.int32)]
    kept = [level]
    if root is not None:
        codes.append(np.zeros(count, dtype=np.int32))
        kept.append(root)
    return HierarchyTable(
        column=table.column,
        level_names=tuple(table.level_names[n] for n in kept),
        labels=tuple(table.labels[n] for n in kept),
        codes=tuple(codes),
        leaves=tuple(table.leaves[n].copy() for n in kept),
        leaf_count=table.leaf_count,
        leaf_basis=table.leaf_basis,
    )
