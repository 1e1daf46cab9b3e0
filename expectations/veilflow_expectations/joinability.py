"""Expect pseudonyms to join the columns of their linkage domain, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from veilflow_expectations.gx import pydantic
from veilflow_expectations.linked_values import VALUES_SHARED
from veilflow_expectations.metrics import ROWS_IN_REFERENCE
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict

__all__ = ["ExpectColumnValuesToJoinOnlyWithinDomain"]

Count = int | dict[str, Any]


class ExpectColumnValuesToJoinOnlyWithinDomain(PrivacyExpectation):
    """Expect ``column`` to share values with ``joins_with``, and none with ``apart_from``.

    Both name references registered in this process. ``joins_with`` is a column of the same linkage
    domain: from ``least_shared`` to ``most_shared`` (no limit if not given) distinct values are
    common to both, as many as the source's columns have in common less what was suppressed.
    ``apart_from`` names columns of other domains: a pseudonym found in one of them would let a
    recipient of both link what the policy keeps apart. Columns are compared as keyed digests;
    nulls and blank texts are no values.

    Not promised: that pseudonyms of different domains can't be linked otherwise, say by their
    frequencies.

    ``observed_value`` is the number of rows with a value of another domain, and of the distinct
    values that ``joins_with`` shares too few or too many.
    """

    column: str
    joins_with: str | None = None
    least_shared: Count = 1
    most_shared: Count | None = None
    apart_from: list[str] = []

    success_keys: ClassVar[tuple[str, ...]] = (
        "column",
        "joins_with",
        "least_shared",
        "most_shared",
        "apart_from",
    )
    unit: ClassVar[str] = "rows"

    @pydantic.validator("least_shared", "most_shared")
    def _a_count(cls, count: Count | None) -> Count | None:
        if isinstance(count, int) and count < 0:
            raise ValueError("a number of shared values is 0 or more")
        return count

    @pydantic.root_validator(skip_on_failure=True)
    def _something(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["joins_with"] is None and not values["apart_from"]:
            raise ValueError("name a reference in joins_with or apart_from")
        return values

    @property
    def bound(self) -> float | None:
        return 0.0

    def needs(self) -> Metrics:
        metrics: Metrics = {
            name: (
                ROWS_IN_REFERENCE,
                {"column": self.column, "reference": name, "min_length": 1},
            )
            for name in self.apart_from
        }
        if self.joins_with is not None:
            arguments = {"column": self.column, "reference": self.joins_with}
            metrics["shared"] = (VALUES_SHARED, arguments)
        return metrics

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        found = {name: rows for name in self.apart_from if (rows := int(measured[name]))}
        broken = sum(found.values())
        if self.joins_with is not None:
            broken += self._beyond(int(measured["shared"]))
        return verdict(broken == 0, broken, rows_by_reference=found)

    def _beyond(self, shared: int) -> int:
        """By how many the values that are shared are too few or too many."""
        assert isinstance(self.least_shared, int)
        most = shared if self.most_shared is None else self.most_shared
        assert isinstance(most, int)
        return max(0, self.least_shared - shared) + max(0, shared - most)
