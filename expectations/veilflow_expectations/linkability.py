"""Expect synthetic rows not to tell which two records belong to one person."""

from __future__ import annotations

from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Verdict
from veilflow_expectations.split_expectation import SplitExpectation, attack_verdict
from veilflow_expectations.split_metrics import LINKABILITY, Attacked

__all__ = ["ExpectLinkabilityToBeBelow"]


class ExpectLinkabilityToBeBelow(SplitExpectation):
    """Expect the two parts of a training record to meet in the rows no more than unseen ones do.

    The attacker holds the ``first`` columns of a person from one source and the others of
    ``columns`` from another, and lays both beside the rows: where both are closest to the same
    row, they are taken for one person's (:func:`veilflow.risk.linkability`; WP 216, Giomi et al.
    2023). Figures, error rate and special cases as of :class:`ExpectSinglingOutToBeBelow`.
    """

    first: list[str]
    max_risk: float = 0.0

    success_keys: ClassVar[tuple[str, ...]] = (
        *SplitExpectation.success_keys,
        "first",
        "max_risk",
    )
    metric: ClassVar[str] = LINKABILITY

    @pydantic.validator("first")
    def _a_part(cls, names: list[str], values: dict[str, Any]) -> list[str]:
        columns = values.get("columns", names)
        if not names or not set(names) < set(columns):
            raise ValueError("name some of the columns, and not all")
        return names

    @pydantic.validator("max_risk")
    def _a_risk(cls, risk: float) -> float:
        if not 0 <= risk < 1:
            raise ValueError("a risk lies from 0 to below 1")
        return risk

    def attack(self) -> dict[str, Any]:
        second = [name for name in self.columns if name not in self.first]
        return {"tolerated_risk": self.max_risk, "first": self.first, "second": second}

    def weigh(self, attacked: Attacked) -> Verdict:
        return attack_verdict(attacked.found)
