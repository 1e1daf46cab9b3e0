"""Expect free text to name nobody whom the tables know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)
from veilflow_expectations.text_metrics import ROWS_WITH_IDENTIFIER
from veilflow_expectations.text_search import FOUND

__all__ = ["ExpectFreeTextToContainNoKnownIdentifier"]


class ExpectFreeTextToContainNoKnownIdentifier(PrivacyExpectation):
    """Expect no text of ``column`` to contain an identifier of ``reference``.

    ``reference`` is a name registered in this process
    (:func:`veilflow_expectations.register_identifiers`). The attacker is assumed to know the
    identifiers of the tables and to search texts for them, written in any case and Unicode form,
    in another order, with an initial, in other separators, or with one edit; known_terms.py lists
    the variants. Nulls are no texts.

    Not found: initials alone ("J.D."), nicknames, two letters or more wrong, parts of names that
    are ordinary words when they stand alone without a title ("Brown"), names of two letters alone,
    numbers and codes of fewer than six characters, what is spelt out or encoded, and whoever is in
    no table.

    ``observed_value`` is the number of texts with an identifier; ``rows_by_kind`` among the details
    says of which kinds.
    """

    column: str
    reference: str

    success_keys: ClassVar[tuple[str, ...]] = ("column", "reference")
    unit: ClassVar[str] = "texts"

    @property
    def bound(self) -> float | None:
        return 0.0

    def needs(self) -> Metrics:
        asked: dict[str, Any] = {"column": self.column, "reference": self.reference}
        kinds = {kind: (ROWS_WITH_IDENTIFIER, {**asked, "kind": kind}) for kind in FOUND}
        return {"any": (ROWS_WITH_IDENTIFIER, asked), **kinds}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        rows = int(measured["any"])
        by_kind = {kind: int(measured[kind]) for kind in FOUND if measured[kind]}
        return verdict(rows == 0, rows, rows_by_kind=by_kind)
