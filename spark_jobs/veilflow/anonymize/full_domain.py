"""The recoding that a full-domain solution stands for."""

from __future__ import annotations

import numpy as np

from veilflow.anonymize.equivalence import coarsen, from_view, group
from veilflow.anonymize.problem import Problem, restrict
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.solution import Solution

__all__ = ["recoding_of"]


def recoding_of(problem: Problem, solution: Solution, view: str) -> Recoding:
    """Every combination of ``view`` at the levels chosen; those in too small classes suppressed."""
    chosen = problem.view(view)
    levels = restrict(solution.levels, chosen)
    tables = [problem.columns[column] for column in chosen.columns]
    lifts = [table.codes[level] for table, level in zip(tables, levels, strict=True)]
    sizes = [len(table.labels[level]) for table, level in zip(tables, levels, strict=True)]
    classes = coarsen(from_view(chosen), lifts, sizes, problem.k)
    codes = [lift[chosen.codes[:, place]] for place, lift in enumerate(lifts)]
    _, place = group(codes, sizes, chosen.rows.size)
    suppressed = (classes.units < problem.k)[place]
    return Recoding(view, np.tile(np.array(levels, np.int8), (chosen.rows.size, 1)), suppressed)
