"""Why no generalisation will do, in sentences that tell the line of the policy to change."""

from __future__ import annotations

import math
from collections.abc import Sequence

from veilflow.anonymize.problem import Problem, View
from veilflow.errors import ReleaseRefused

__all__ = ["check_units", "infeasible"]

_SMALL = 10


def check_units(problem: Problem) -> None:
    """Refuse views with fewer than k units in all: no generalisation can make a class of k."""
    short = [v for v in problem.views if v.total_rows and v.total_units < problem.k]
    if short:
        raise ReleaseRefused(
            [
                f"View {view.name!r} has fewer than k = {problem.k} {_units(view)} in all, so no "
                "generalisation can hide one among k."
                for view in short
            ],
            remedy="Release a larger source, or lower `anonymize.k` if the purpose allows it.",
        )


def infeasible(problem: Problem, suppressed: Sequence[int]) -> ReleaseRefused:
    """The refusal for a problem whose most general node suppresses ``suppressed`` rows per view.

    Shares are rounded up to 0.1 %, and fewer than 10 rows are told as 10.
    """
    reasons = []
    needed = 0.0
    for view, rows in zip(problem.views, suppressed, strict=True):
        if rows <= problem.allowed(view):
            continue
        share = _enough(view, rows)
        needed = max(needed, share)
        count = f"{share:.1%} of its rows" if rows >= _SMALL else f"fewer than {_SMALL} rows"
        reasons.append(
            f"k = {problem.k} ({_units(view)}) can't be met in view {view.name!r}: even at the "
            f"most general levels allowed, {count} would have to be suppressed; "
            f"the limit is {problem.suppression_limit:.2%}."
        )
    return ReleaseRefused(reasons, remedy=_remedy(problem, needed))


def _enough(view: View, rows: int) -> float:
    """The least limit in steps of 0.1 % that lets ``rows`` be suppressed; small counts as 10."""
    asked = min(max(rows, _SMALL), view.total_rows)
    steps = math.ceil(1000 * asked / view.total_rows)
    while math.floor(steps / 1000 * view.total_rows) < asked:
        steps += 1
    return steps / 1000


def _remedy(problem: Problem, needed: float) -> str:
    wanted = f"Raise `anonymize.suppression_limit` to {needed:g}, lower `anonymize.k`"
    held = [
        table.column
        for table, high in zip(problem.columns, problem.high, strict=True)
        if high < table.levels - 1
    ]
    if held:
        return f"{wanted}, or raise `max_level` of: {', '.join(held)}."
    return f"{wanted}, or let the columns' hierarchies end in a common root."


def _units(view: View) -> str:
    return "rows" if view.units is None else "privacy units"
