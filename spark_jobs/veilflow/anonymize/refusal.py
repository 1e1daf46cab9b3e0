"""Why no generalisation will do, in sentences that tell the line of the policy to change."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from veilflow.anonymize.models import Diversity
from veilflow.anonymize.problem import Problem, View
from veilflow.errors import ReleaseRefused

__all__ = ["check_units", "infeasible"]

_SMALL = 10


def check_units(problem: Problem) -> None:
    """Refuse what no generalisation can meet: fewer units than a class needs, or fewer values."""
    reasons = [
        f"View {view.name!r} has fewer than {_least(problem)} {_units(view)} in all, so no "
        "generalisation can hide one among so many."
        for view in problem.views
        if view.total_rows and view.total_units < problem.least_units
    ]
    if reasons:
        least = min(view.total_units for view in problem.views if view.total_rows)
        nearest = f" to {least:,} or less" if least >= _SMALL else ""
        raise ReleaseRefused(
            reasons,
            remedy=f"Release a larger source, or lower `anonymize.k`{nearest} if the purpose "
            "allows it.",
        )
    reasons = [
        f"{model.name} can't be met: the column has fewer than {model.l:g} values in view "
        f"{view.name!r}, so no class can have as many."
        for view in problem.views
        for model in problem.models
        if isinstance(model, Diversity) and view.total_rows
        for place in (view.sensitive_column(model.column),)
        if place is not None and np.count_nonzero(view.sensitive[place].totals) < model.l
    ]
    if reasons:
        raise ReleaseRefused(
            reasons,
            remedy="Lower l in `anonymize.l_diversity`, or give the column another role.",
        )


def infeasible(problem: Problem, suppressed: Sequence[int], is_top: bool) -> ReleaseRefused:
    """The refusal for a problem whose nearest node suppresses ``suppressed`` rows per view.

    ``is_top`` says whether that is the most general node. Shares are rounded up to 0.1 %, and
    fewer than 10 rows are told as 10.
    """
    reasons = []
    needed = 0.0
    where = "at the most general levels allowed" if is_top else "at the levels that come nearest"
    for view, rows in zip(problem.views, suppressed, strict=True):
        if rows <= problem.allowed(view):
            continue
        share = _enough(view, rows)
        needed = max(needed, share)
        count = f"{share:.1%} of its rows" if rows >= _SMALL else f"fewer than {_SMALL} rows"
        reasons.append(
            f"{_asked(problem, view)} can't be met in view {view.name!r}: even {where}, {count} "
            f"would have to be suppressed; the limit is {problem.suppression_limit:.2%}."
        )
    return ReleaseRefused(reasons, remedy=_remedy(problem, needed))


def _asked(problem: Problem, view: View) -> str:
    asked = [f"k = {problem.k} ({_units(view)})", *(model.name for model in problem.models)]
    if problem.max_average_risk is not None:
        asked.append(f"an average risk of {problem.max_average_risk:g}")
    return " with ".join([asked[0], " and ".join(asked[1:])]) if asked[1:] else asked[0]


def _least(problem: Problem) -> str:
    if problem.least_units == problem.k:
        return f"k = {problem.k}"
    return f"{problem.least_units} (the most that k and the models need)"


def _enough(view: View, rows: int) -> float:
    """The least limit in steps of 0.1 % that lets ``rows`` be suppressed; small counts as 10."""
    asked = min(max(rows, _SMALL), view.total_rows)
    steps = math.ceil(1000 * asked / view.total_rows)
    while math.floor(steps / 1000 * view.total_rows) < asked:
        steps += 1
    return steps / 1000


def _remedy(problem: Problem, needed: float) -> str:
    lower = "lower `anonymize.k`" if not problem.models else "ask less of k or the models"
    wanted = f"Raise `anonymize.suppression_limit` to {needed:g}, {lower}"
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
