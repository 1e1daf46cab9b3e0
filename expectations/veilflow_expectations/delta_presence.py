"""Expect a table not to tell who of a population is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import presence_range, share_outside_presence

from veilflow_expectations.arguments import each_once
from veilflow_expectations.gx import pydantic
from veilflow_expectations.population_people import CLASS_PEOPLE, ClassPeople, beside
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references

__all__ = ["ExpectTableToBeDeltaPresent"]


class ExpectTableToBeDeltaPresent(PrivacyExpectation):
    """Expect everybody of the population ``reference`` to be in the table with a chance between
    ``lower`` and ``upper``.

    The attacker is assumed to know everybody of the population and their ``quasi_identifiers``, and
    to take somebody of a class to be in the table with the chance (people of the class in the table
    / people of the class in the population). Who is in no class of the table is absent for certain:
    with ``lower`` above 0 they break it. The population was registered by
    :func:`register_population`, labelled as the table is.

    With ``privacy_unit`` people are counted, without it each row is a person. ``observed_value`` is
    the highest chance.
    """

    quasi_identifiers: list[str]
    reference: str
    upper: float
    lower: float = 0.0
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "reference", "lower", "upper", "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "share"

    _some = each_once("quasi_identifiers", "quasi-identifier")

    @pydantic.root_validator(skip_on_failure=True)
    def _in_order(cls, given: dict[str, Any]) -> dict[str, Any]:
        if not 0 <= given["lower"] <= given["upper"] <= 1:
            raise ValueError("lower and upper rise from 0 to 1")
        return given

    @property
    def bound(self) -> float | None:
        return self.upper

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "privacy_unit": self.privacy_unit,
        }
        return {"classes": (CLASS_PEOPLE, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        population = current_references().kept(self.reference, ClassPeople)
        classes = beside(measured["classes"], population)
        outside = share_outside_presence(classes, self.lower, self.upper)
        lowest, highest = presence_range(classes) or (0.0, 0.0)
        return verdict(outside == 0, highest, lowest=lowest, share_of_population_outside=outside)
