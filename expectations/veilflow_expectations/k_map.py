"""Expect everybody in a table to hide among k people of the population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from veilflow.errors import UsageError
from veilflow.risk import (
    CellSizeEstimator,
    estimated_class_size,
    share_below_k_map,
    smallest_map,
)

from veilflow_expectations.arguments import each_once, one_or_more
from veilflow_expectations.gx import pydantic
from veilflow_expectations.population_people import CLASS_PEOPLE, ClassPeople, beside
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references

__all__ = ["ExpectTableToBeKMapped"]


class ExpectTableToBeKMapped(PrivacyExpectation):
    """Expect every combination of quasi-identifiers to be shared by ``k`` people of the population.

    The attacker is assumed to know all ``quasi_identifiers`` of one person of the population, and
    not who of it is in the table. The population is a table of them, registered by
    :func:`register_population` under ``reference`` and labelled as this table is, or known by its
    ``population_size`` alone. Then a class must be so large in the table that one of k people of
    the population wouldn't be, but with the chance ``significance``; ``estimator`` says by which
    distribution. That holds for people who were drawn at random: ``drawn`` of them, suppressed ones
    included, or those in the table.

    With ``privacy_unit`` people are counted, without it each row is a person. A table without rows
    passes. ``observed_value`` is the people of the smallest class, in the population beside one,
    else in the table.
    """

    quasi_identifiers: list[str]
    k: int
    reference: str | None = None
    population_size: int | None = None
    drawn: int | dict[str, Any] | None = None
    significance: float = 0.05
    estimator: CellSizeEstimator = "poisson"
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "k", "reference", "population_size", "drawn", "significance",
        "estimator", "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "people"

    _some = each_once("quasi_identifiers", "quasi-identifier")
    _positive = one_or_more("k")

    @pydantic.root_validator(skip_on_failure=True)
    def _one_population(cls, given: dict[str, Any]) -> dict[str, Any]:
        if (given["reference"] is None) == (given["population_size"] is None):
            raise ValueError("give reference, a population, or population_size, how many they are")
        if not 0 <= given["significance"] <= 1:
            raise ValueError("significance lies between 0 and 1")
        return given

    @property
    def bound(self) -> float | None:
        return float(self.k) if self.reference is not None else None

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "privacy_unit": self.privacy_unit,
        }
        return {"classes": (CLASS_PEOPLE, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        table: ClassPeople = measured["classes"]
        if self.reference is None:
            return self._estimated(table)
        classes = beside(table, current_references().kept(self.reference, ClassPeople))
        below = share_below_k_map(classes, self.k)
        return verdict(below == 0, smallest_map(classes), share_of_people_below_k=below)

    def _estimated(self, table: ClassPeople) -> Verdict:
        if not table.people.size:
            return verdict(True, None)
        here = int(table.people.sum())
        drawn = self.drawn if isinstance(self.drawn, int) else here
        assert self.population_size is not None
        if drawn > self.population_size:
            raise UsageError(
                "the table holds more people than the population.",
                remedy="Correct population_size, or say in drawn how many people were drawn.",
            )
        needed = estimated_class_size(
            self.k,
            drawn / self.population_size,
            significance=self.significance,
            estimator=self.estimator,
        )
        below = int(table.people[table.people < needed].sum()) / here
        smallest = int(np.min(table.people))
        return verdict(below == 0, smallest, needed=needed, share_of_people_below_k=below)
