"""Expect synthetic rows not to tell a person's secret to who knows the rest."""

from __future__ import annotations

from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Verdict
from veilflow_expectations.split_expectation import SplitExpectation, attack_verdict
from veilflow_expectations.split_metrics import INFERENCE, Attacked

__all__ = ["ExpectAttributeInferenceToBeBelow"]


class ExpectAttributeInferenceToBeBelow(SplitExpectation):
    """Expect ``secret`` to be inferred of training people no more often than of unseen ones.

    The attacker knows a person's other ``columns``, looks for the closest row, and takes its
    ``secret`` for the person's (:func:`veilflow.risk.attribute_inference`; WP 216, Giomi et al.
    2023); a number is right if it is close. Figures, error rate and special cases as of
    :class:`ExpectSinglingOutToBeBelow`.
    """

    secret: str
    max_risk: float = 0.0

    success_keys: ClassVar[tuple[str, ...]] = (
        *SplitExpectation.success_keys,
        "secret",
        "max_risk",
    )
    metric: ClassVar[str] = INFERENCE

    @pydantic.validator("secret")
    def _one_of_them(cls, name: str, values: dict[str, Any]) -> str:
        if not {name} < set(values.get("columns", ())):
            raise ValueError("the secret is one of at least two columns")
        return name

    @pydantic.validator("max_risk")
    def _a_risk(cls, risk: float) -> float:
        if not 0 <= risk < 1:
            raise ValueError("a risk lies from 0 to below 1")
        return risk

    def attack(self) -> dict[str, Any]:
        return {"tolerated_risk": self.max_risk, "secret": self.secret}

    def weigh(self, attacked: Attacked) -> Verdict:
        return attack_verdict(attacked.found)
