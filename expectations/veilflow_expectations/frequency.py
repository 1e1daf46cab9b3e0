"""Expect pseudonyms not to be named by how often they occur."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from veilflow.risk import FrequencyAttack, frequency_attack

from veilflow_expectations.attack_metrics import VALUE_COUNTS
from veilflow_expectations.attack_references import Frequencies
from veilflow_expectations.digests import Int64
from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references

__all__ = ["ExpectFrequencyAttackToFail"]


class ExpectFrequencyAttackToFail(PrivacyExpectation):
    """Expect few rows to have a pseudonym or token that its frequency names.

    ``reference`` names registered frequencies (:func:`veilflow_expectations.register_frequencies`):
    how common each plain value is. The attacker is assumed to know them, and to take the commonest
    pseudonym for the commonest value, the next for the next, or each for the value that makes its
    number of rows likeliest, whichever is right more often.

    Nobody can undo the pseudonyms here, so the attacker's ranks are taken to be right where they
    can be: the figure is an upper bound. Where several pseudonyms or several values are as common,
    the attacker picks one of them at random.

    ``max_rate`` bounds the share of rows whose pseudonym is named rightly, beyond the ``baseline``:
    values dealt out at random, or the commonest value said of everybody, whichever is right more
    often. In numbers, ``observed_value`` is at most ``baseline + max_rate * (1 - baseline)``.
    Nulls are left out. A column without values passes. ``read_with`` lists other columns that the
    same suite attacks: all are read in one pass.
    """

    column: str
    reference: str
    max_rate: float | dict[str, Any]
    read_with: list[str] = []

    success_keys: ClassVar[tuple[str, ...]] = ("column", "reference", "max_rate", "read_with")
    unit: ClassVar[str] = "share"

    @pydantic.validator("max_rate")
    def _a_share(cls, share: float | dict[str, Any]) -> float | dict[str, Any]:
        if not isinstance(share, dict) and not 0 <= share <= 1:
            raise ValueError("a share lies between 0 and 1")
        return share

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.max_rate, dict) else float(self.max_rate)

    def needs(self) -> Metrics:
        return {"counts": (VALUE_COUNTS, {"columns": sorted({self.column, *self.read_with})})}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        assert not isinstance(self.max_rate, dict)
        public = current_references().held(self.reference, Frequencies)
        found = _attack(np.sort(measured["counts"][self.column])[::-1], public)
        rate = found.named_people.share
        baseline = max(found.chance, found.prior_guess)
        bound = baseline + self.max_rate * (1 - baseline)
        return verdict(
            rate <= bound + 1e-12,
            rate,
            bound=bound,
            baseline=baseline,
            concerned=round(max(found.by_rank.people, found.by_likelihood.people)),
            pseudonyms=found.pseudonyms,
            named_pseudonyms=found.named_pseudonyms.share,
        )


def _attack(counts: Int64, public: Frequencies) -> FrequencyAttack:
    """``counts`` in falling order; the values beyond the public's stay unknown."""
    known = public.counts[public.counts > 0]
    ranks = np.argsort(-known, kind="stable").astype(np.int64)
    truth = np.full(counts.size, -1, dtype=np.int64)
    named = min(counts.size, ranks.size)
    truth[:named] = ranks[:named]
    return frequency_attack(counts, known, truth)
