"""The checks as a reader takes them in: one group for what is said alike of many columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from veilflow.evidence import Check, CheckKind, PastCheck
from veilflow.report.explanations import Explanation, explanation_of
from veilflow.report.explanations.model import Allowed
from veilflow.report.facts import JudgedCheck
from veilflow.report.formatting import amount, plural

__all__ = ["CheckGroup", "State", "group_checks", "place", "state_of"]

State = Literal["failed", "warning", "passed"]
_STATES: tuple[State, ...] = ("failed", "warning", "passed")


def state_of(check: Check | PastCheck) -> State:
    if check.passed:
        return "passed"
    return "failed" if check.blocking else "warning"


def place(check: Check) -> str:
    return f"{check.table}.{check.column}" if check.column else check.table


@dataclass(frozen=True)
class CheckGroup:
    """Checks of one stage with the same name, sentence, unit and outcome. Never empty."""

    number: int
    stage: str
    state: State
    checks: tuple[Check, ...]

    @property
    def first(self) -> Check:
        return self.checks[0]

    @property
    def kind(self) -> CheckKind:
        return self.first.kind

    @property
    def anchor(self) -> str:
        return f"check-{self.number}"

    @property
    def explanation(self) -> Explanation:
        return explanation_of(self.first.name)

    @property
    def where(self) -> str:
        """The place, or how many there are."""
        if len(self.checks) == 1:
            return place(self.first)
        columns = sum(check.column is not None for check in self.checks)
        noun = "column" if columns == len(self.checks) else "place"
        return plural(len(self.checks), noun)

    @property
    def worst(self) -> Check:
        """The check whose figure is the furthest on the wrong side; the first without figures."""
        told = [check for check in self.checks if check.observed is not None]
        if not told:
            return self.first
        sign = -1 if self.allowed(told[0]) == "at least" else 1
        return max(told, key=lambda check: _ordered(sign * (check.observed or 0.0)))

    def allowed(self, check: Check) -> Allowed | None:
        """On which side of its bound the figure should be.

        A check that isn't ours shows it only by its verdict, and not at all at the bound itself.
        """
        known = self.explanation.allowed
        if known is not None:
            return known
        found, bound = check.observed, check.bound
        if found is None or bound is None or not math.isfinite(found - bound) or found == bound:
            return None
        return "at most" if (found < bound) == check.passed else "at least"

    def found_text(self) -> str:
        """What was found, over all places of the group; empty if no figure is told."""
        texts = list(
            dict.fromkeys(
                amount(check.observed, check.unit)
                for check in sorted(self.checks, key=lambda c: _ordered(c.observed or 0.0))
                if check.observed is not None
            )
        )
        if not texts:
            return ""
        if len(texts) > 1:
            return f"{texts[0]} to {texts[-1]}"
        return f"{texts[0]} in each" if len(self.checks) > 1 else texts[0]

    def bound_text(self) -> str:
        """What was allowed, as "at most 1%"; empty if there is no bound, or if bounds differ."""
        texts = {bound_text(check, self.allowed(check)) for check in self.checks}
        return texts.pop() if len(texts) == 1 else ""


def bound_text(check: Check, allowed: Allowed | None) -> str:
    if check.bound is None:
        return ""
    if check.bound == 0 and allowed != "at least":
        return "none allowed"
    return f"{allowed or 'bound'} {amount(check.bound, check.unit)}"


def group_checks(checks: Sequence[JudgedCheck]) -> tuple[CheckGroup, ...]:
    """All checks in groups: failures first, then warnings, and otherwise in their order."""
    members: dict[tuple[str, ...], list[Check]] = {}
    for judged in checks:
        check = judged.check
        state = state_of(check)
        key = (state, judged.stage, check.kind, check.name, check.sentence, check.unit)
        members.setdefault(key, []).append(check)
    ordered = sorted(members.items(), key=lambda item: _STATES.index(state_of(item[1][0])))
    return tuple(
        CheckGroup(number, key[1], state_of(found[0]), tuple(found))
        for number, (key, found) in enumerate(ordered, 1)
    )


def _ordered(number: float) -> float:
    """Undefined numbers count as the largest: they are never taken for good."""
    return math.inf if math.isnan(number) else number
