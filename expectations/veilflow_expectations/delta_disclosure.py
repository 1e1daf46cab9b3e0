"""Expect no class to change how likely a sensitive value is by a factor of 2**delta."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import SensitiveCounts, largest_disclosure, share_disclosing

from veilflow_expectations.arguments import above_zero, beside_quasi_identifiers
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.sensitive_counts import SENSITIVE_COUNTS

__all__ = ["ExpectTableToBeDeltaDisclosurePrivate"]


class ExpectTableToBeDeltaDisclosurePrivate(PrivacyExpectation):
    """Expect the share of each value of ``column`` in a class to be less than 2 ** ``delta`` times
    the table's, and more than the table's divided by that.

    The attacker is assumed to know all ``quasi_identifiers`` of one person in the table and how
    common the values are in it. A value that a class lacks is passed over, as in ARX; by the letter
    of Brickell and Shmatikov (2008) no class may lack one.

    ``reference`` names the table before suppression, registered by :func:`register_whole`; without
    it the table is compared with itself. With ``privacy_unit`` people are counted; somebody with
    two values in a class counts for both. A table without rows passes. ``observed_value`` is the
    largest absolute logarithm to base 2, which ``delta`` must exceed.
    """

    quasi_identifiers: list[str]
    column: str
    delta: float | dict[str, Any]
    reference: str | None = None
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "column", "delta", "reference", "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "delta"

    _apart = beside_quasi_identifiers("column")
    _positive = above_zero("delta")

    @property
    def bound(self) -> float | None:
        return None if isinstance(self.delta, dict) else float(self.delta)

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
        assert not isinstance(self.delta, dict)
        disclosing = share_disclosing(table, self.delta)
        found = largest_disclosure(table)
        return verdict(
            disclosing == 0,
            found if math.isfinite(found) else None,
            classes=table.class_count,
            share_of_people_disclosed=disclosing,
        )
