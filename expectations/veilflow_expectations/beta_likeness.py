"""Expect no class to make a sensitive value much likelier than the whole table does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import Likeness, SensitiveCounts, share_above_beta, smallest_beta

from veilflow_expectations.arguments import above_zero, beside_quasi_identifiers
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.sensitive_counts import SENSITIVE_COUNTS

__all__ = ["ExpectTableToBeBetaLike"]


class ExpectTableToBeBetaLike(PrivacyExpectation):
    """Expect the share of each value of ``column`` in a class to exceed the table's by ``beta``
    times at most.

    The attacker is assumed to know all ``quasi_identifiers`` of one person in the table and how
    common the values are in it. With p the share of a value in the table and q in a class,
    ``basic`` asks that (q - p) / p is at most ``beta``, ``enhanced`` that it is at most the smaller
    of ``beta`` and -ln p. A value that becomes less likely is no breach.

    ``reference`` names the table before suppression, registered by :func:`register_whole`; without
    it the table is compared with itself. With ``privacy_unit`` people are counted; somebody with
    two values in a class counts for both. A table without rows passes. ``observed_value`` is the
    least beta that would pass; none where no beta would.
    """

    quasi_identifiers: list[str]
    column: str
    beta: float | dict[str, Any]
    kind: Likeness = "enhanced"
    reference: str | None = None
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "column", "beta", "kind", "reference", "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "beta"

    _apart = beside_quasi_identifiers("column")
    _positive = above_zero("beta")

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.beta, dict) else float(self.beta)

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "column": self.column,
            "privacy_unit": self.privacy_unit,
            "reference": self.reference,
        }
        return {"counts": (SENSITIVE_COUNTS, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        table: SensitiveCounts = measured["counts"]
        assert not isinstance(self.beta, dict)
        above = share_above_beta(table, self.beta, self.kind)
        found = smallest_beta(table, self.kind)
        return verdict(
            above == 0,
            found if math.isfinite(found) else None,
            classes=table.class_count,
            share_of_people_above=above,
        )
