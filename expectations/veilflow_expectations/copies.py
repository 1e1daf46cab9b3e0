"""Expect synthetic rows not to be somebody's real row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.chance import chance_margin
from veilflow_expectations.gx import pydantic
from veilflow_expectations.metrics import ROWS, ROWS_COPIED
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectExactCopiesToBeBelow"]

Share = float | dict[str, Any]


class ExpectExactCopiesToBeBelow(PrivacyExpectation):
    """Expect at most ``max_share`` of the rows to be copies of rows of ``reference``.

    A row that equals a row of the reference in all ``columns`` is a hit. ``reference`` names
    registered rows (:func:`veilflow_expectations.register_rows`); leave out those that many people
    share, which are nobody's. Rows are compared as keyed digests of normalised values; a missing
    value equals only a missing one. A table without rows passes.

    Rows of few columns with few values coincide by chance. Where the reference holds only part of
    the source, ``telling_share``, and ``by_chance`` of unseen real rows would be hits too, the
    share of copies is estimated as ``(hits - by_chance) / telling_share``; without them it is the
    share of hits. With ``by_chance_error``, the standard error of ``by_chance``, an excess that
    three standard errors explain is let pass: one honest table in a thousand is refused.

    Only exact copies are found: a row with one value changed is none.

    ``observed_value`` is the estimated share of copies, 0 where there are fewer hits than chance
    explains; ``details`` has the ``bound`` that it was held to, which is also the smallest share
    that would have been refused.
    """

    columns: list[str]
    reference: str
    max_share: Share
    by_chance: Share = 0.0
    by_chance_error: Share = 0.0
    telling_share: Share = 1.0

    success_keys: ClassVar[tuple[str, ...]] = (
        "columns",
        "reference",
        "max_share",
        "by_chance",
        "by_chance_error",
        "telling_share",
    )
    unit: ClassVar[str] = "share"

    @pydantic.validator("columns")
    def _some(cls, names: list[str]) -> list[str]:
        if not names:
            raise ValueError("name at least one column")
        return names

    @pydantic.validator("max_share", "by_chance", "by_chance_error", "telling_share")
    def _a_share(cls, share: Share) -> Share:
        if not isinstance(share, dict) and not 0 <= share <= 1:
            raise ValueError("a share lies between 0 and 1")
        return share

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.max_share, dict) else float(self.max_share)

    def needs(self) -> Metrics:
        arguments = {"columns": self.columns, "reference": self.reference}
        return {"hits": (ROWS_COPIED, arguments), "rows": (ROWS, {})}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        hits, rows = int(measured["hits"]), int(measured["rows"])
        most, chance, error, telling = self._numbers()
        telling = max(telling, 1e-12)
        share = max(0.0, (hits / rows if rows else 0.0) - chance) / telling
        margin = float(chance_margin(chance, error, rows)) / telling if error else 0.0
        bound, share = min(1.0, most + margin), min(1.0, share)
        return verdict(share <= bound, share, bound=bound, concerned=hits, rows=rows)

    def _numbers(self) -> tuple[float, float, float, float]:
        given = (self.max_share, self.by_chance, self.by_chance_error, self.telling_share)
        most, chance, error, telling = (
            float(share) for share in given if not isinstance(share, dict)
        )
        return most, chance, error, telling
