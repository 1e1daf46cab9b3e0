"""Expect a column to hold only what a reference holds: known people, allowed labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS_OUTSIDE_REFERENCE
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectColumnValuesToAppearInReference"]


class ExpectColumnValuesToAppearInReference(PrivacyExpectation):
    """Expect every value of ``column`` to be among the values of ``reference``.

    Referential integrity: with the people of a root table as the reference, a child table may hold
    no row of anybody else, so whoever was suppressed must be gone everywhere. With the labels of
    one level of a hierarchy, a generalised column may hold nothing finer.

    ``reference`` is the name of a reference registered in this process. Both sides are compared as
    keyed digests after trimming, case folding and Unicode normalisation. Nulls and blank texts are
    no values and pass. ``max_missing`` rows may lie outside.

    ``observed_value`` is the number of rows whose value is outside.
    """

    column: str
    reference: str
    max_missing: int | dict[str, Any] = 0

    success_keys: ClassVar[tuple[str, ...]] = ("column", "reference", "max_missing")
    unit: ClassVar[str] = "rows"

    @pydantic.validator("max_missing")
    def _not_negative(cls, rows: int | dict[str, Any]) -> int | dict[str, Any]:
        if isinstance(rows, int) and rows < 0:
            raise ValueError("max_missing is 0 or more")
        return rows

    @property
    def bound(self) -> float | None:
        return float(self.max_missing) if isinstance(self.max_missing, int) else None

    def needs(self) -> Metrics:
        arguments = {"column": self.column, "reference": self.reference}
        return {"outside": (ROWS_OUTSIDE_REFERENCE, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        outside = int(measured["outside"])
        assert isinstance(self.max_missing, int)
        return verdict(outside <= self.max_missing, outside)
