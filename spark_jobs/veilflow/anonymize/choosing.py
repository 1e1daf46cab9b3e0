"""The recoding of every view of a problem, by whichever way of recoding the policy asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from veilflow.anonymize.cell_suppression import suppress_cells
from veilflow.anonymize.local_recoding import recode_locally
from veilflow.anonymize.problem import Problem
from veilflow.anonymize.recoded import recoded_figures
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.search import solve
from veilflow.anonymize.solution import Solution, recoding_of
from veilflow.errors import ReleaseRefused

__all__ = ["Chosen", "RecodingKind", "choose"]

_START_SECONDS = 60.0

RecodingKind = Literal["full_domain", "local", "cell_suppression"]


@dataclass(frozen=True)
class Chosen:
    """What was decided: figures, and what becomes of each combination of each view by its name.

    Where cells of one column are at several levels, ``solution.levels`` has the highest.
    """

    kind: RecodingKind
    solution: Solution
    recodings: Mapping[str, Recoding]


def choose(
    problem: Problem, kind: RecodingKind = "full_domain", time_budget: float | None = None
) -> Chosen:
    """The best recoding found; raises ReleaseRefused if what is asked can't be met.

    ``time_budget`` is of the full-domain search; local recoding's work is bounded by itself, so
    that its result depends on nothing but the problem.
    """
    if kind == "full_domain":
        solution = solve(problem, time_budget)
        recodings = {view.name: recoding_of(problem, solution, view.name) for view in problem.views}
        return Chosen(kind, solution, recodings)
    if kind == "cell_suppression":
        base, recoding = suppress_cells(problem, time_budget)
        nodes = base.nodes_total, base.nodes_evaluated
    else:
        recoding = recode_locally(problem, _full_domain(problem))
        nodes = 0, 0
    return Chosen(kind, _solution(problem, recoding, nodes), {recoding.view: recoding})


def _full_domain(problem: Problem) -> Recoding | None:
    """The full-domain optimum, for local recoding to start from; None where it isn't proven soon.

    One that isn't proven would make the result depend on the machine.
    """
    (view,) = problem.views
    solution = None
    try:
        solution = solve(problem, _START_SECONDS)
    except ReleaseRefused:
        return None  # local recoding may find classes where one level for all leaves none
    return recoding_of(problem, solution, view.name) if solution.optimal else None


def _solution(problem: Problem, recoding: Recoding, nodes: tuple[int, int]) -> Solution:
    suppressed, classes, figures = recoded_figures(problem, recoding)
    view = problem.view(recoding.view)
    levels = [0] * len(problem.columns)
    released = recoding.levels[~recoding.suppressed]
    highest = released.max(axis=0, initial=0) if released.size else np.zeros(len(view.columns), int)
    for column, level in zip(view.columns, highest.tolist(), strict=True):
        levels[column] = int(level)
    return Solution(
        levels=tuple(levels),
        loss=figures["loss"],
        suppressed_rows=(suppressed,),
        classes=(classes,),
        nodes_total=nodes[0],
        nodes_evaluated=nodes[1],
        optimal=False,
        objective="granularity",
        score=1 - figures["granularity_quality"],
        figures=figures,
    )
