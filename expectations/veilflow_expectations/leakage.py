"""Expect a column to show none of the raw values that it was made from, or that others hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS_IN_REFERENCE
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectColumnValuesToNotAppearInReference"]


class ExpectColumnValuesToNotAppearInReference(PrivacyExpectation):
    """Expect no value of ``column`` to be among the values of ``reference``.

    ``reference`` is the name of one or several references registered in this process
    (:func:`veilflow_expectations.register_reference`). Both sides are compared as keyed digests,
    after trimming, case folding and Unicode normalisation, so a leak in another spelling is still
    a leak. The attacker is assumed to know raw values and to search the output for them.

    Whole cells are compared: a name inside a longer text is not found. Nulls and blank texts are
    no values. ``min_length`` leaves out values of fewer characters (after normalisation), which
    coincide without meaning anything.

    ``observed_value`` is the number of rows with such a value, counted once a reference.
    """

    column: str
    reference: str | list[str]
    min_length: int = 1

    success_keys: ClassVar[tuple[str, ...]] = ("column", "reference", "min_length")
    unit: ClassVar[str] = "rows"

    @pydantic.validator("reference")
    def _some(cls, reference: str | list[str]) -> str | list[str]:
        if not reference:
            raise ValueError("name at least one reference")
        return reference

    @property
    def references(self) -> list[str]:
        """The names, as a list."""
        return [self.reference] if isinstance(self.reference, str) else list(self.reference)

    @property
    def bound(self) -> float | None:
        return 0.0

    def needs(self) -> Metrics:
        return {
            name: (
                ROWS_IN_REFERENCE,
                {"column": self.column, "reference": name, "min_length": self.min_length},
            )
            for name in self.references
        }

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        rows = {name: int(measured[name]) for name in self.references}
        found = {name: count for name, count in rows.items() if count}
        return verdict(not found, sum(rows.values()), rows_by_reference=found)
