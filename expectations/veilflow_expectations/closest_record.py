"""Expect synthetic rows to be no closer to the rows fitted on than to unseen ones."""

from __future__ import annotations

from typing import Any, ClassVar

from veilflow.risk import ClosestRecord

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Verdict, verdict
from veilflow_expectations.split_expectation import SplitExpectation
from veilflow_expectations.split_metrics import CLOSEST_RECORD, Attacked

__all__ = ["ExpectCopiesOfTrainingToBeBelow"]


class ExpectCopiesOfTrainingToBeBelow(SplitExpectation):
    """Expect no more than ``max_share`` of the rows to be copies, beyond what chance explains.

    Each row is laid beside all rows of ``reference``, those that were fitted on and those that
    weren't (:func:`veilflow_expectations.register_split`). Rows that copy nobody equal, or come
    near, the ones as often as the others. Of exact copies, near ones and rows with one cell changed
    the clearest excess is told. Rows that copy nobody are refused in at most ``error_rate`` of all
    splits.

    ``observed_value`` is the estimated share of copies. ``details`` has the ``bound`` above which
    it is refused, its 95 % interval ``low`` to ``high``, and ``smallest_detectable``, the share of
    exact copies that is refused but for the same error rate. A table without rows passes; fewer
    than ``least_people`` people in the reference can't be told apart, which fails.

    See :func:`veilflow.risk.closest_record` for what isn't found.
    """

    max_share: float = 0.0

    success_keys: ClassVar[tuple[str, ...]] = (*SplitExpectation.success_keys, "max_share")
    metric: ClassVar[str] = CLOSEST_RECORD

    @pydantic.validator("max_share")
    def _a_share(cls, share: float) -> float:
        if not 0 <= share < 1:
            raise ValueError("a share lies from 0 to below 1")
        return share

    def attack(self) -> dict[str, Any]:
        return {"tolerated_share": self.max_share}

    def weigh(self, attacked: Attacked) -> Verdict:
        found: ClosestRecord = attacked.found
        told = max(found.excesses, key=lambda excess: excess.unbounded - excess.margin)
        spread = told.interval()
        return verdict(
            not found.refused,
            told.share,
            bound=min(1.0, self.max_share + told.margin),
            low=spread.low,
            high=spread.high,
            smallest_detectable=found.smallest_detectable,
            concerned=round(told.share * attacked.rows),
        )
