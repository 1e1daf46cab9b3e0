"""Expect synthetic rows not to be somebody's real row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS, ROWS_COPIED
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectExactCopiesToBeBelow"]


class ExpectExactCopiesToBeBelow(PrivacyExpectation):
    """Expect at most ``max_share`` of the rows to equal a row of ``reference`` in all ``columns``.

    ``reference`` names the rare rows of the source
    (:func:`veilflow_expectations.register_rows`); rows that many people share are nobody's, so
    leave them out when registering. Rows are compared as keyed digests of normalised values; a
    missing value equals only a missing one. A table without rows passes.

    Only exact copies are found: a row with one value changed is none. Rows of few columns with few
    values each coincide by chance, so a share above 0 needn't mean that anything was copied.

    ``observed_value`` is the share of rows that are copies.
    """

    columns: list[str]
    reference: str
    max_share: float | dict[str, Any]

    success_keys: ClassVar[tuple[str, ...]] = ("columns", "reference", "max_share")
    unit: ClassVar[str] = "share"

    @pydantic.validator("columns")
    def _some(cls, names: list[str]) -> list[str]:
        if not names:
            raise ValueError("name at least one column")
        return names

    @pydantic.validator("max_share")
    def _a_share(cls, share: float | dict[str, Any]) -> float | dict[str, Any]:
        if isinstance(share, int | float) and not 0 <= share <= 1:
            raise ValueError("max_share lies between 0 and 1")
        return share

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.max_share, dict) else float(self.max_share)

    def needs(self) -> Metrics:
        arguments = {"columns": self.columns, "reference": self.reference}
        return {"copied": (ROWS_COPIED, arguments), "rows": (ROWS, {})}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        copied, rows = int(measured["copied"]), int(measured["rows"])
        share = copied / rows if rows else 0.0
        assert not isinstance(self.max_share, dict)
        return verdict(share <= self.max_share, share, copies=copied, rows=rows)
