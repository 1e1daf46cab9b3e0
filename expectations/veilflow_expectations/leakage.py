"""Expect a column to show none of the raw values that it was made from, or that others hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS, ROWS_IN_REFERENCE, ROWS_NULL
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectColumnValuesToNotAppearInReference"]

# No names of references: these begin with no blank.
_ALL, _NULL = " rows", " nulls"


class ExpectColumnValuesToNotAppearInReference(PrivacyExpectation):
    """Expect no value of ``column`` to be among the values of ``reference``.

    ``reference`` is the name of one or several references registered in this process
    (:func:`veilflow_expectations.register_reference`). Both sides are compared as keyed digests,
    after trimming, case folding and Unicode normalisation, so a leak in another spelling is still
    a leak. The attacker is assumed to know raw values and to search the output for them.

    Whole cells are compared: a name inside a longer text is not found. Nulls and blank texts are
    no values. ``min_length`` leaves out values of fewer characters (after normalisation), which
    coincide without meaning anything. Where even long values coincide by chance, as those of
    format-preserving encryption do, ``max_share`` says in which part of the rows that have a value.

    ``observed_value`` is the number of rows with such a value, counted once a reference.
    """

    column: str
    reference: str | list[str]
    min_length: int | dict[str, Any] = 1
    max_share: float = 0.0

    success_keys: ClassVar[tuple[str, ...]] = ("column", "reference", "min_length", "max_share")
    unit: ClassVar[str] = "rows"

    @pydantic.validator("reference")
    def _some(cls, reference: str | list[str]) -> str | list[str]:
        if not reference:
            raise ValueError("name at least one reference")
        return reference

    @pydantic.validator("max_share")
    def _a_share(cls, share: float) -> float:
        if not 0 <= share <= 1:
            raise ValueError("max_share lies between 0 and 1")
        return share

    @property
    def references(self) -> list[str]:
        """The names, as a list."""
        return [self.reference] if isinstance(self.reference, str) else list(self.reference)

    @property
    def bound(self) -> float | None:
        return None if self.max_share else 0.0

    def needs(self) -> Metrics:
        found: Metrics = {
            name: (
                ROWS_IN_REFERENCE,
                {"column": self.column, "reference": name, "min_length": self.min_length},
            )
            for name in self.references
        }
        if self.max_share:
            found |= {_ALL: (ROWS, {}), _NULL: (ROWS_NULL, {"column": self.column})}
        return found

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        rows = {name: int(measured[name]) for name in self.references}
        found = {name: count for name, count in rows.items() if count}
        allowed = 0.0
        if self.max_share:
            allowed = self.max_share * (int(measured[_ALL]) - int(measured[_NULL]))
        passed = max(found.values(), default=0) <= allowed
        return verdict(passed, sum(rows.values()), rows_by_reference=found)
