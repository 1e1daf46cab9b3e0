"""Expect the people of a class to differ in a sensitive column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from veilflow.risk import (
    SensitiveCounts,
    recursive_ratio,
    share_below_distinct_l,
    share_below_entropy_l,
    share_missing_recursive,
    smallest_distinct_l,
    smallest_entropy_l,
)

from veilflow_expectations.gx import pydantic
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.sensitive_counts import SENSITIVE_COUNTS

__all__ = ["ExpectTableToBeLDiverse"]


class ExpectTableToBeLDiverse(PrivacyExpectation):
    """Expect each class of ``quasi_identifiers`` to hold ``l`` different values of ``column``.

    The attacker is assumed to know all ``quasi_identifiers`` of one person in the table, and not
    how common the values are in general (see t-closeness). ``kind`` says what different means:
    ``distinct`` counts values; ``entropy`` asks that exp(entropy) of the class is ``l`` or more;
    ``recursive`` that the commonest value occurs less than ``c`` times as often as the l-th
    commonest and all rarer ones together.

    With ``privacy_unit`` people are counted; somebody with two values in a class counts for both.
    Null is a value like any other. A table without rows passes.

    ``observed_value`` is the least l of a class; for ``recursive`` what ``c`` must exceed, or
    nothing where a class has fewer than ``l`` values.
    """

    quasi_identifiers: list[str]
    column: str
    l: float | dict[str, Any]  # noqa: E741 - its name in the literature
    kind: Literal["distinct", "entropy", "recursive"] = "distinct"
    c: float | None = None
    privacy_unit: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = (
        "quasi_identifiers", "column", "l", "kind", "c", "privacy_unit",
    )  # fmt: skip
    unit: ClassVar[str] = "l"

    @pydantic.root_validator(skip_on_failure=True)
    def _fitting(cls, given: dict[str, Any]) -> dict[str, Any]:
        names, kind, bound = given["quasi_identifiers"], given["kind"], given["l"]
        if not names or len(set(names)) != len(names) or given["column"] in names:
            raise ValueError("name at least one quasi-identifier, each once, and not the column")
        if (kind == "recursive") != (given["c"] is not None) or (given["c"] or 1) <= 0:
            raise ValueError("c, above 0, belongs to the recursive kind and to no other")
        if isinstance(bound, int | float):
            if bound < (2 if kind == "recursive" else 1):
                raise ValueError("l is 1 or more, and 2 or more for the recursive kind")
            if kind != "entropy" and bound != int(bound):
                raise ValueError("l is a whole number except for the entropy kind")
        return given

    @property
    def bound(self) -> float | None:
        if self.kind == "recursive":
            return self.c
        return None if isinstance(self.l, dict) else float(self.l)

    def needs(self) -> Metrics:
        arguments = {
            "quasi_identifiers": self.quasi_identifiers,
            "column": self.column,
            "privacy_unit": self.privacy_unit,
        }
        return {"counts": (SENSITIVE_COUNTS, arguments)}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        table: SensitiveCounts = measured["counts"]
        assert not isinstance(self.l, dict)
        missing, found = self._measured(table, self.l)
        return verdict(
            missing == 0, found, classes=table.class_count, share_of_people_below=missing
        )

    def _measured(self, table: SensitiveCounts, bound: float) -> tuple[float, float | None]:
        if self.kind == "distinct":
            return share_below_distinct_l(table, int(bound)), smallest_distinct_l(table)
        if self.kind == "entropy":
            return share_below_entropy_l(table, bound), smallest_entropy_l(table)
        assert self.c is not None
        ratio = recursive_ratio(table, int(bound))
        missing = share_missing_recursive(table, self.c, int(bound))
        return missing, None if ratio == float("inf") else ratio
