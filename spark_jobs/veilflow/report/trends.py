"""What earlier validations found, put beside what this one found."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from veilflow.evidence import Check, PastCheck, PastValidation
from veilflow.report.check_groups import CheckGroup, State, state_of
from veilflow.report.facts import Facts

__all__ = ["SHOWN", "History", "Outcome", "Point", "compared", "group_trend"]

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


Place = tuple[str, str, str | None]
Key = tuple[str, str, str | None, int]
Judged = TypeVar("Judged", Check, PastCheck)


@dataclass(frozen=True)
class History:
    """This run's checks and those of earlier validations, each under the key it is known by."""

    now: dt.datetime
    keys: Mapping[int, Key]
    asked: Counter[Place]
    past: tuple[tuple[PastValidation, Mapping[Key, PastCheck], Counter[Place]], ...]

    @classmethod
    def of(cls, facts: Facts) -> History:
        now = _keyed(judged.check for judged in facts.checks)
        then = [(each, _keyed(each.checks)) for each in compared(facts)]
        return cls(
            now=facts.created,
            keys={id(check): key for key, check in now.items()},
            asked=Counter(key[:3] for key in now),
            past=tuple((each, checks, Counter(key[:3] for key in checks)) for each, checks in then),
        )


def group_trend(history: History, group: CheckGroup) -> tuple[Point, ...]:
    """The group's verdicts and worst figures over time, this run's last.

    Empty unless two earlier validations asked the same. A check is known again by name, table and
    column; where several share them, by their order, as long as there were as many of them.
    """
    wanted = [history.keys[id(check)] for check in group.checks]
    points = []
    for past, checks, asked in history.past:
        found = [checks[key] for key in wanted
                 if key in checks and asked[key[:3]] == history.asked[key[:3]]]  # fmt: skip
        points.append(_point(past, found, group))
    if sum(point.outcome != "absent" for point in points) < 2:
        return ()
    worst = group.worst
    last = Point(history.now, group.state, worst.observed, worst.bound)
    return (*points, last)


def _keyed(checks: Iterable[Judged]) -> dict[Key, Judged]:
    seen: Counter[Place] = Counter()
    keyed: dict[Key, Judged] = {}
    for check in checks:
        asked: Place = (check.name, check.table, check.column)
        keyed[(*asked, seen[asked])] = check
        seen[asked] += 1
    return keyed


def _point(past: PastValidation, found: Sequence[PastCheck], group: CheckGroup) -> Point:
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
