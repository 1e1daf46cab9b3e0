"""What the leak gates for synthetic data share: rows that were fitted on, and unseen ones."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import AttackRisk

from veilflow_expectations.arguments import each_once
from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)
from veilflow_expectations.split_metrics import Attacked

__all__ = ["LEAST_PEOPLE", "MOST_ROWS", "SplitExpectation", "attack_verdict"]

# Of fewer people, half of whom are unseen, not even a copy of them all stands out clearly enough.
LEAST_PEOPLE = 100
MOST_ROWS = 20_000


class SplitExpectation(PrivacyExpectation):
    """An expectation on synthetic rows that ``reference``, a registered split, is laid beside."""

    columns: list[str]
    reference: str
    error_rate: float = 1e-3
    max_rows: int = MOST_ROWS
    least_people: int = LEAST_PEOPLE

    success_keys: ClassVar[tuple[str, ...]] = (
        "columns",
        "reference",
        "error_rate",
        "max_rows",
        "least_people",
    )
    unit: ClassVar[str] = "share"
    metric: ClassVar[str]

    _some = each_once("columns", "column")

    @pydantic.validator("error_rate")
    def _a_rate(cls, rate: float) -> float:
        if not 0 < rate < 0.5:
            raise ValueError("an error rate lies between 0 and 0.5")
        return rate

    @pydantic.validator("max_rows", "least_people")
    def _positive(cls, count: int) -> int:
        if count < 1:
            raise ValueError("must be at least 1")
        return count

    def needs(self) -> Metrics:
        laid_out = {
            "columns": self.columns,
            "reference": self.reference,
            "max_rows": self.max_rows,
        }
        given = {**laid_out, "error_rate": self.error_rate, **self.attack()}
        return {"attacked": (self.metric, given)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        attacked: Attacked = measured["attacked"]
        if not attacked.rows:
            return verdict(True, 0.0)
        if attacked.people < self.least_people or attacked.is_uneven:
            return verdict(False, None, reason=_too_few(self.least_people))
        return self.weigh(attacked)

    @abstractmethod
    def attack(self) -> dict[str, Any]:
        """The attack's own arguments."""

    @abstractmethod
    def weigh(self, attacked: Attacked) -> Verdict:
        """The verdict on an attack that could be made."""


def attack_verdict(risk: AttackRisk) -> Verdict:
    """How often the attack succeeds on training, beside how often on unseen people."""
    spread = risk.at_confidence(0.95).attack.interval
    return verdict(
        not risk.refused,
        risk.attack.share,
        bound=risk.refused_above,
        low=spread.low,
        high=spread.high,
        baseline=risk.control.share,
        smallest_detectable=risk.smallest_detectable,
        concerned=round(risk.attack.share * risk.attack.trials),
    )


def _too_few(least: int) -> str:
    return (
        f"Could not be told: this takes {least} people, half of whom were never fitted on. Take "
        "such a table out of 'synthesize', or let the check warn ('validate.warn')."
    )
