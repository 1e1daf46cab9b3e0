"""Expect synthetic rows not to yield descriptions that fit one person alone."""

from __future__ import annotations

from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Verdict
from veilflow_expectations.split_expectation import SplitExpectation, attack_verdict
from veilflow_expectations.split_metrics import SINGLING_OUT, Attacked

__all__ = ["ExpectSinglingOutToBeBelow"]


class ExpectSinglingOutToBeBelow(SplitExpectation):
    """Expect descriptions taken from the rows to single out no more training than unseen people.

    The attacker describes a row that stands alone by two or more of its ``columns`` and guesses
    that exactly one person fits (:func:`veilflow.risk.singling_out`; WP 216, Giomi et al. 2023).
    At most ``guesses`` rows are tried. The excess over unseen people, as a share of those that the
    attack doesn't succeed on, may be ``max_risk`` and what chance explains.

    ``observed_value`` is how often the attack succeeds on training, ``baseline`` among ``details``
    how often on unseen people, ``bound`` above which it is refused, ``low`` to ``high`` the 95 %
    interval. An honest output is refused in about ``error_rate`` of all splits. A table without
    rows passes; too few people fail.
    """

    max_risk: float = 0.0
    guesses: int = 6000

    success_keys: ClassVar[tuple[str, ...]] = (
        *SplitExpectation.success_keys,
        "max_risk",
        "guesses",
    )
    metric: ClassVar[str] = SINGLING_OUT

    @pydantic.validator("columns")
    def _two(cls, names: list[str]) -> list[str]:
        if len(names) < 2:
            raise ValueError("a description needs at least two columns")
        return names

    @pydantic.validator("max_risk")
    def _a_risk(cls, risk: float) -> float:
        if not 0 <= risk < 1:
            raise ValueError("a risk lies from 0 to below 1")
        return risk

    @pydantic.validator("guesses")
    def _a_guess(cls, guesses: int) -> int:
        if guesses < 1:
            raise ValueError("must be at least 1")
        return guesses

    def attack(self) -> dict[str, Any]:
        return {"tolerated_risk": self.max_risk, "guesses": self.guesses}

    def weigh(self, attacked: Attacked) -> Verdict:
        return attack_verdict(attacked.found)
