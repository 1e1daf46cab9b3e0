"""Expect the risk that somebody is found in a table to stay below bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import (
    ClassTable,
    marketer_risk,
    prosecutor_average_risk,
    prosecutor_max_risk,
    share_unique,
)

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import CLASS_TABLE
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict

__all__ = ["ExpectReidentificationRiskToBeBelow"]

_FIGURES = ("max_risk", "average_risk", "linked_share", "unique_share")


class ExpectReidentificationRiskToBeBelow(PrivacyExpectation):
    """Expect who looks for one person to be right no more often than the bounds say.

    The attacker is El Emam's prosecutor: knows that the person is in the table, and all
    ``quasi_identifiers``. ``max_risk`` bounds the chance for the most exposed row, ``average_risk``
    the mean over rows, ``linked_share`` the share of people named rightly by who links all of them
    at random (the marketer: classes / people), ``unique_share`` the share of rows whose person
    stands alone. At least one of them is given. With ``privacy_unit`` people are counted, without
    it each row is a person. A table without rows passes.

    ``observed_value`` is the figure that is bounded, the highest risk where several are; all are
    among the details.
    """

    quasi_identifiers: list[str]
    max_risk: float | None = None
    average_risk: float | None = None
    linked_share: float | None = None
    unique_share: float | None = None
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "max_risk", "average_risk", "linked_share", "unique_share",
        "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "share"

    @pydantic.root_validator(skip_on_failure=True)
    def _bounded(cls, given: dict[str, Any]) -> dict[str, Any]:
        names = given["quasi_identifiers"]
        if not names or len(set(names)) != len(names):
            raise ValueError("name at least one quasi-identifier, and each once")
        asked = [given[name] for name in _FIGURES]
        bounds = [bound for bound in asked if bound is not None]
        if not bounds or not all(0 <= bound <= 1 for bound in bounds):
            raise ValueError(f"give one of {', '.join(_FIGURES)}, from 0 to 1")
        return given

    @property
    def bound(self) -> float | None:
        bound: float | None = getattr(self, self._shown)
        return bound

    @property
    def _shown(self) -> str:
        """The only figure that is bounded, or the highest risk."""
        asked = [name for name in _FIGURES if getattr(self, name) is not None]
        return asked[0] if len(asked) == 1 else "max_risk"

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "privacy_unit": self.privacy_unit,
        }
        return {"classes": (CLASS_TABLE, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        table: ClassTable = measured["classes"]
        found = {
            "max_risk": prosecutor_max_risk(table),
            "average_risk": prosecutor_average_risk(table),
            "linked_share": marketer_risk(table),
            "unique_share": share_unique(table),
        }
        bounds = {name: getattr(self, name) for name in found}
        missed = [
            name for name, bound in bounds.items() if bound is not None and found[name] > bound
        ]
        return verdict(not missed, found[self._shown], missed=missed, **found)
