"""Expect somebody who knows people's quasi-identifiers not to find their rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from veilflow.risk import LinkageAttack, linkage_attack

from veilflow_expectations.arguments import each_once
from veilflow_expectations.attack_metrics import MATCHED_CLASSES, PEOPLE, MatchedClasses
from veilflow_expectations.attack_references import Targets
from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references

__all__ = ["ExpectLinkageAttackToFail"]


class ExpectLinkageAttackToFail(PrivacyExpectation):
    """Expect at most ``max_rate`` of the targets to be named rightly by their quasi-identifiers.

    ``reference`` names registered targets (:func:`veilflow_expectations.register_targets`): people
    whose raw quasi-identifiers the attacker holds, brought into the output's form by the published
    hierarchies and levels. A target is named where a class of one person matches; of several rows
    of theirs the attacker takes the one that the fewest people match.

    Nobody can undo the pseudonyms here, so whether the one person is the target isn't known. As
    many of the matching targets as the class has people are taken to be in it: the rate is an upper
    bound, and in each class of one person one claim at most is right.

    Where the targets are a sample, the upper limit of the 95 % interval must not exceed
    ``max_rate``; where they are everybody there is no error of sampling. A sample without targets
    shows nothing and fails. An output without rows names nobody.

    ``observed_value`` is the rate; ``details`` has ``low``, ``high``, the ``baseline`` of who
    claims any person of the output, and ``guessed``, the share that is right where the attacker
    claims any person of the matching class.
    """

    quasi_identifiers: list[str]
    reference: str
    max_rate: float | dict[str, Any]
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "reference", "max_rate", "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "share"

    _some = each_once("quasi_identifiers", "quasi-identifier")

    @pydantic.validator("max_rate")
    def _a_share(cls, share: float | dict[str, Any]) -> float | dict[str, Any]:
        if not isinstance(share, dict) and not 0 <= share <= 1:
            raise ValueError("a share lies between 0 and 1")
        return share

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.max_rate, dict) else float(self.max_rate)

    def needs(self) -> Metrics:
        unit = {"privacy_unit": self.privacy_unit}
        sought = {"quasi_identifiers": self.quasi_identifiers, "reference": self.reference, **unit}
        return {"classes": (MATCHED_CLASSES, sought), "people": (PEOPLE, unit)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        assert not isinstance(self.max_rate, dict)
        targets = current_references().held(self.reference, Targets)
        found = _attack(targets, measured["classes"], int(measured["people"]))
        rate, interval = found.reidentified.share, found.reidentified.interval
        low, high = (rate, rate) if targets.is_everyone else (interval.low, interval.high)
        return verdict(
            high <= self.max_rate,
            rate,
            low=low,
            high=high,
            baseline=found.random_guess.share,
            concerned=found.named,
            targets=found.targets,
            matched=found.matched,
            guessed=found.guess.share,
        )


def _attack(targets: Targets, classes: MatchedClasses, people: int) -> LinkageAttack:
    """Each target by the row that the fewest people match."""
    matched = np.full(targets.count, -1, dtype=np.int64)
    if classes.marks.size and targets.marks.size:
        place = np.searchsorted(classes.marks, targets.marks)
        place = np.minimum(place, classes.marks.size - 1)
        hit = classes.marks[place] == targets.marks
        who, which = targets.people[hit], place[hit]
        # The last line of each person stays: that of the smallest class.
        order = np.lexsort((-classes.people[which],))
        matched[who[order]] = which[order]
    is_in_class = np.zeros(targets.count, dtype=np.bool_)
    known = np.flatnonzero(matched >= 0)
    order = known[np.argsort(matched[known], kind="stable")]
    rank = np.arange(order.size) - np.searchsorted(matched[order], matched[order])
    is_in_class[order] = rank < classes.people[matched[order]]
    released = max(people, int(classes.people.max(initial=0)))
    return linkage_attack(matched, is_in_class, classes.people, released=released)
