"""Expect a column not to have been emptied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS, ROWS_NULL
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectColumnNullShareToBeBelow"]


class ExpectColumnNullShareToBeBelow(PrivacyExpectation):
    """Expect at most ``max_share`` of the values of ``column`` to be null; NaN counts as null.

    Great Expectations' own expectation of non-null proportions costs one more pass over a Spark
    table for each column, can't read names with a backtick there, and fails tables without rows,
    which pass here.

    ``observed_value`` is the share of nulls.
    """

    column: str
    max_share: float | dict[str, Any]

    success_keys: ClassVar[tuple[str, ...]] = ("column", "max_share")
    unit: ClassVar[str] = "share"

    @pydantic.validator("max_share")
    def _a_share(cls, share: float | dict[str, Any]) -> float | dict[str, Any]:
        if isinstance(share, int | float) and not 0 <= share <= 1:
            raise ValueError("max_share lies between 0 and 1")
        return share

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.max_share, dict) else float(self.max_share)

    def needs(self) -> Metrics:
        return {"nulls": (ROWS_NULL, {"column": self.column}), "rows": (ROWS, {})}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        nulls, rows = int(measured["nulls"]), int(measured["rows"])
        share = nulls / rows if rows else 0.0
        assert not isinstance(self.max_share, dict)
        return verdict(share <= self.max_share, share, concerned=nulls, rows=rows)
