"""Cell suppression: each cell is at its column's one level, or left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veilflow.anonymize.annealing import Schedule
from veilflow.anonymize.local_recoding import recode_locally
from veilflow.anonymize.problem import Problem
from veilflow.anonymize.recoding import Recoding
from veilflow.hierarchy import HierarchyTable

__all__ = ["suppress_cells"]


def suppress_cells(
    problem: Problem, levels: Sequence[int], start: Recoding, schedule: Schedule | None = None
) -> Recoding:
    """A recoding with every cell at ``levels`` (one a column) or at its hierarchy's root.

    It is local recoding over these two levels, with all that it promises. ``start`` is the
    full-domain recoding at ``levels``. Columns whose root isn't allowed keep to their one level.
    """
    choices = [
        (level, high) if level < high and len(table.labels[high]) == 1 else (level,)
        for table, level, high in zip(problem.columns, levels, problem.high, strict=True)
    ]
    view = problem.views[0]
    tables = [_narrowed(table, kept) for table, kept in zip(problem.columns, choices, strict=True)]
    codes = [
        problem.columns[column].codes[levels[column]][view.codes[:, position]]
        for position, column in enumerate(view.columns)
    ]
    narrow = replace(
        problem,
        columns=tuple(tables),
        views=(replace(view, codes=np.stack(codes, axis=1)),),
        min_levels=None,
        max_levels=None,
    )
    finest = np.zeros(start.levels.shape, dtype=np.int8)
    found = recode_locally(narrow, Recoding(start.view, finest, start.suppressed), schedule)
    lifted = np.empty(found.levels.shape, dtype=np.int8)
    for position, column in enumerate(view.columns):
        kept = np.array(choices[column], dtype=np.int8)
        lifted[:, position] = kept[found.levels[:, position]]
    return Recoding(found.view, lifted, found.suppressed)


def _narrowed(table: HierarchyTable, kept: Sequence[int]) -> HierarchyTable:
    """``table`` with only the levels ``kept``, whose lowest becomes level 0."""
    base = table.codes[kept[0]]
    size = len(table.labels[kept[0]])
    lifts = []
    for level in kept:
        lift = np.zeros(size, dtype=np.int32)
        lift[base] = table.codes[level]
        lifts.append(lift)
    return replace(
        table,
        level_names=tuple(table.level_names[level] for level in kept),
        labels=tuple(table.labels[level] for level in kept),
        codes=tuple(lifts),
        leaves=tuple(table.leaves[level].copy() for level in kept),
    )
