"""What earlier validations found, put beside what this one found."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from veilflow.evidence import Check, PastCheck, PastValidation
from veilflow.report.check_groups import CheckGroup, State, state_of
from veilflow.report.facts import Facts

__all__ = ["SHOWN", "Outcome", "Point", "compared", "group_trend"]

SHOWN = 24

Outcome = State | Literal["absent"]


@dataclass(frozen=True)
class Point:
    """One validation's verdict on something; ``absent`` where it wasn't asked then."""

    when: dt.datetime
    outcome: Outcome
    observed: float | None = None
    bound: float | None = None


def compared(facts: Facts) -> tuple[PastValidation, ...]:
    """The earlier validations that this one can be held against, oldest first.

    Trial runs see a part of the rows, so their figures are no part of a trend.
    """
    return tuple(each for each in facts.history if not each.trial)[-SHOWN:]


def group_trend(facts: Facts, group: CheckGroup) -> tuple[Point, ...]:
    """The group's verdicts and worst figures over time, this run's last.

    Empty unless two earlier validations asked the same. A check is known again by name, table and
    column; where several share them, by their order, as long as there were as many of them.
    """
    past = compared(facts)
    now = _keyed(judged.check for judged in facts.checks)
    wanted = {key for key, check in now.items() if any(check is each for each in group.checks)}
    counts = Counter(key[:3] for key in now)
    points = [_point(each, wanted, counts, group) for each in past]
    if sum(point.outcome != "absent" for point in points) < 2:
        return ()
    worst = group.worst
    last = Point(facts.created, group.state, worst.observed, worst.bound)
    return (*points, last)


Place = tuple[str, str, str | None]
Key = tuple[str, str, str | None, int]
Judged = TypeVar("Judged", Check, PastCheck)


def _keyed(checks: Iterable[Judged]) -> dict[Key, Judged]:
    seen: Counter[Place] = Counter()
    keyed: dict[Key, Judged] = {}
    for check in checks:
        asked: Place = (check.name, check.table, check.column)
        keyed[(*asked, seen[asked])] = check
        seen[asked] += 1
    return keyed


def _point(
    past: PastValidation,
    wanted: set[Key],
    counts: Counter[Place],
    group: CheckGroup,
) -> Point:
    then = _keyed(past.checks)
    asked = Counter(key[:3] for key in then)
    found = [then[key] for key in sorted(wanted & then.keys(), key=repr)
             if asked[key[:3]] == counts[key[:3]]]  # fmt: skip
    if not found:
        return Point(past.created, "absent")
    states = {state_of(check) for check in found}
    outcome: State = (
        "failed" if "failed" in states else "warning" if "warning" in states else "passed"
    )
    worst = _worst(found, group)
    return Point(past.created, outcome, worst.observed, worst.bound)


def _worst(found: Sequence[PastCheck], group: CheckGroup) -> PastCheck:
    told = [c for c in found if c.observed is not None and math.isfinite(c.observed)]
    if not told:
        return found[0]
    sign = -1 if group.allowed(group.worst) == "at least" else 1
    return max(told, key=lambda check: sign * (check.observed or 0.0))
