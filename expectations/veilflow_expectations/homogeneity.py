"""Expect the people of a class not to be known by what all of them have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from veilflow.risk import HomogeneityAttack, MeasuredShare, SensitiveCounts, homogeneity_attack

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.sensitive_codes import SENSITIVE_CODES, Sampled

__all__ = ["ExpectHomogeneityAttackToFail"]


class ExpectHomogeneityAttackToFail(PrivacyExpectation):
    """Expect the value of ``column`` to be inferred of few people by their class alone.

    The attacker is assumed to know that somebody is in the table, and all ``quasi_identifiers`` of
    theirs. Somebody's value is inferred where at least the share ``certainty`` of the people left
    in the class hold it. With ``excluded`` the attacker can rule out as many values for each person
    as it says, those that hide the person best: the background-knowledge attack.

    ``max_rate`` bounds the share of people of whom the value is inferred, beyond those of whom the
    whole table tells as much: where 19 of 20 people have one value, it is guessed without classes.
    In numbers, ``observed_value`` is at most ``baseline + max_rate * (1 - baseline)``.

    With ``privacy_unit`` people are counted; somebody with two values in a class counts for both.
    Null is a value like any other. A table without rows passes. ``read_with`` lists other columns
    whose attacks are in the same suite: all of them are read in one pass.

    On Spark, tables of more than a million rows are attacked on a sample of classes, and the upper
    limit of the 95 % interval must keep to the bound; otherwise everybody is attacked.
    """

    quasi_identifiers: list[str]
    column: str
    max_rate: float | dict[str, Any]
    excluded: int = 0
    certainty: float = 0.9
    privacy_unit: str | None = None
    read_with: list[str] = []

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "column", "max_rate", "excluded", "certainty", "privacy_unit",
        "read_with",
    )  # fmt: skip
    unit: ClassVar[str] = "share"

    @pydantic.root_validator(skip_on_failure=True)
    def _fitting(cls, given: dict[str, Any]) -> dict[str, Any]:
        names, rate = given["quasi_identifiers"], given["max_rate"]
        if not names or len(set(names)) != len(names) or given["column"] in names:
            raise ValueError("name at least one quasi-identifier, each once, and not the column")
        if not isinstance(rate, dict) and not 0 <= rate <= 1:
            raise ValueError("a share lies between 0 and 1")
        if given["excluded"] < 0 or not 0.5 < given["certainty"] <= 1:
            raise ValueError("excluded is 0 or more, and certainty above 0.5 and at most 1")
        return given

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.max_rate, dict) else float(self.max_rate)

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "columns": sorted({self.column, *self.read_with}),
            "privacy_unit": self.privacy_unit,
        }
        return {"counts": (SENSITIVE_CODES, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        sampled: Sampled = measured["counts"]
        assert not isinstance(self.max_rate, dict)
        table = sampled.counts[self.column]
        found = self._attack(table)
        baseline = self._attack(_without_classes(table)).inferred_share
        rate = found.inferred_share
        low = high = rate
        if not sampled.is_everyone:
            interval = MeasuredShare(rate, _independent(table)).interval
            low, high = interval.low, interval.high
        bound = baseline + self.max_rate * (1 - baseline)
        return verdict(
            # The slack is rounding's.
            high <= bound + 1e-12,
            rate,
            bound=bound,
            low=low,
            high=high,
            baseline=baseline,
            concerned=found.inferred,
            told=found.told_share,
            best_guess=found.best_guess_share,
            prior_guess=found.prior_guess_share,
        )

    def _attack(self, table: SensitiveCounts) -> HomogeneityAttack:
        return homogeneity_attack(table, certainty=self.certainty, excluded=self.excluded)


def _without_classes(table: SensitiveCounts) -> SensitiveCounts:
    """The same people in one class. Who is in two of the classes counts twice in it."""
    counts = np.bincount(table.values, table.counts, table.value_count).astype(np.int64)
    values = np.arange(table.value_count)
    if not counts.size:
        return SensitiveCounts(counts, values, counts)
    people = np.clip(table.class_people.sum(), counts.max(), counts.sum())
    return SensitiveCounts(np.zeros_like(values), values, counts, np.array([people]))


def _independent(table: SensitiveCounts) -> float:
    """The people as fewer independent ones, since classes are drawn: Kish's effective size."""
    squares = float(np.square(table.class_totals, dtype=np.float64).sum())
    return table.total**2 / squares if squares else 0.0
