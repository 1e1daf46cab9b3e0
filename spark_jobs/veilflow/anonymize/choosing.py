"""The recoding of every view of a problem, by whichever way of recoding the policy asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from veilflow.anonymize.cell_suppression import suppress_cells
from veilflow.anonymize.local_recoding import recode_locally
from veilflow.anonymize.problem import Problem
from veilflow.anonymize.recoded import recoded_figures
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.search import solve
from veilflow.anonymize.solution import Solution, recoding_of
from veilflow.errors import PolicyError

__all__ = ["Chosen", "RecodingKind", "choose"]

RecodingKind = Literal["full_domain", "local", "cell_suppression"]


@dataclass(frozen=True)
class Chosen:
    """What was decided: figures, and what becomes of each combination of each view by its name.

    Under local recoding ``solution.levels`` has the highest level at which a column is released.
    """

    kind: RecodingKind
    solution: Solution
    recodings: Mapping[str, Recoding]


def choose(
    problem: Problem, kind: RecodingKind = "full_domain", time_budget: float | None = None
) -> Chosen:
    """The best recoding found; raises ReleaseRefused if what is asked can't be met.

    ``time_budget`` is for the full-domain search, which the other kinds start from.
    """
    if kind != "full_domain" and len(problem.views) > 1:
        raise PolicyError(
            f"{kind!r} recodes one table by itself, but this policy's tables share people",
            remedy="Set `anonymize.recoding` to full_domain.",
        )
    solution = solve(problem, time_budget)
    recodings = {view.name: recoding_of(problem, solution, view.name) for view in problem.views}
    if kind == "full_domain":
        return Chosen(kind, solution, recodings)
    name = problem.views[0].name
    if kind == "local":
        found = recode_locally(problem, recodings[name])
    else:
        found = suppress_cells(problem, solution.levels, recodings[name])
    return Chosen(kind, _described(problem, solution, found), {name: found})


def _described(problem: Problem, start: Solution, found: Recoding) -> Solution:
    """What a solution says of a recoding for which nothing is proven."""
    suppressed, classes, figures = recoded_figures(problem, found)
    released = found.levels[~found.suppressed]
    highest = released.max(axis=0) if released.size else found.levels.max(axis=0, initial=0)
    by_column = dict(zip(problem.views[0].columns, highest.tolist(), strict=True))
    return replace(
        start,
        levels=tuple(by_column[column] for column in range(len(problem.columns))),
        loss=figures["loss"],
        suppressed_rows=(suppressed,),
        classes=(classes,),
        optimal=False,
        score=figures["loss"] if start.objective == "loss" else 1 - figures["granularity_quality"],
        least_score=None,
        figures=figures,
    )
