"""Expect a table to be k-anonymous, counting people where the table says whose row it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow.risk import ClassTable, share_below, smallest_class

from veilflow_expectations.arguments import each_once, one_or_more
from veilflow_expectations.metrics import CLASS_TABLE
from veilflow_expectations.privacy_expectation import (
    Metrics,
    PrivacyExpectation,
    Verdict,
    verdict,
)

__all__ = ["ExpectTableToBeKAnonymous"]


class ExpectTableToBeKAnonymous(PrivacyExpectation):
    """Expect every combination of quasi-identifiers to be shared by at least ``k`` people.

    The attacker is assumed to know all ``quasi_identifiers`` of one person who is in the table,
    and nothing else. With ``privacy_unit``, the column that says whose row it is, distinct people
    are counted: five rows of one patient are one person. Without it each row is a person.

    Null is a value like any other. Rows whose privacy unit is null hide nobody: a class of only
    such rows has 0 people and fails. A table without rows passes, since nobody is in it. To judge
    related tables together, validate their join: each may be k-anonymous where the join is not.

    Nothing is said about what the members of a class have in common (see l-diversity).

    ``observed_value`` is the number of people in the smallest class.
    """

    quasi_identifiers: list[str]
    k: int | dict[str, Any]
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = ("quasi_identifiers", "k", "privacy_unit")
    unit: ClassVar[str] = "people"

    _some = each_once("quasi_identifiers", "quasi-identifier")
    _positive = one_or_more("k")

    @property
    def bound(self) -> float | None:
        return float(self.k) if isinstance(self.k, int) else None

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "privacy_unit": self.privacy_unit,
        }
        return {"classes": (CLASS_TABLE, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        table: ClassTable = measured["classes"]
        assert isinstance(self.k, int)
        smallest = smallest_class(table)
        return verdict(
            smallest is None or smallest >= self.k,
            smallest,
            classes=table.classes,
            rows=table.total_rows,
            share_of_rows_below_k=share_below(table, self.k),
        )
