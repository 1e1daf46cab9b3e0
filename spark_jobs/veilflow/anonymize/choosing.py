"""The recoding of every view of a problem, by whichever way of recoding the policy asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from veilflow.anonymize.problem import Problem
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.search import solve
from veilflow.anonymize.solution import Solution, recoding_of

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
    """The best recoding found; raises ReleaseRefused if what is asked can't be met."""
    solution = solve(problem, time_budget)
    recodings = {view.name: recoding_of(problem, solution, view.name) for view in problem.views}
    return Chosen(kind, solution, recodings)
