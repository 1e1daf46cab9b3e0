"""Expect made-up people who were planted into the training data not to come out."""

from __future__ import annotations

from typing import Any, ClassVar

from veilflow.risk import CanaryExposure, MeasuredShare

from veilflow_expectations.privacy_expectation import Verdict, verdict
from veilflow_expectations.split_expectation import SplitExpectation
from veilflow_expectations.split_metrics import CANARY_EXPOSURE, Attacked

__all__ = ["ExpectPlantedCanariesToBeAbsent"]


class ExpectPlantedCanariesToBeAbsent(SplitExpectation):
    """Expect no more planted canaries among the rows than canaries that nobody saw.

    ``reference`` is a split registered with canaries (:func:`veilflow.risk.draw_canaries`): the
    planted ones were among the rows fitted on, those held back were not. Whoever finds one in the
    output knows that it is made up; a real person's row could have come out the same way. Exact
    and near canaries are counted (:func:`veilflow.risk.canary_exposure`).

    ``observed_value`` is the share of planted canaries that came out, exactly or nearly, whichever
    says more; ``baseline`` among ``details`` the share of those held back, ``low`` to ``high`` the
    95 % interval, ``smallest_detectable`` the share of exact ones that is refused. An honest output
    is refused in at most ``error_rate`` of all draws. A table without rows passes.
    """

    metric: ClassVar[str] = CANARY_EXPOSURE

    def attack(self) -> dict[str, Any]:
        return {}

    def weigh(self, attacked: Attacked) -> Verdict:
        found: CanaryExposure = attacked.found
        hits = min(found.exact, found.near, key=lambda kind: kind.p_value)
        share = MeasuredShare(hits.planted / found.planted, found.planted)
        return verdict(
            not found.refused,
            share.share,
            low=share.interval.low,
            high=share.interval.high,
            baseline=hits.held_back / found.held_back,
            smallest_detectable=min(1.0, found.smallest_detectable / found.planted),
        )
