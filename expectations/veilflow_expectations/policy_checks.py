"""What a policy adds to the compiled checks: expectations of its own, and what only warns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from veilflow.policy import Policy

from veilflow_expectations.planned import PlannedCheck, PlannedSuite

__all__ = ["extra_checks", "with_warnings"]


# The arguments by which expectations name columns, Great Expectations' own and ours.
_NAMING = ("column", "column_A", "column_B", "column_list", "columns", "quasi_identifiers",
           "privacy_unit")  # fmt: skip


def extra_checks(policy: Policy, table: str, columns: Collection[str]) -> Iterator[PlannedCheck]:
    """The expectations that the policy itself lists for ``table``.

    One about a released column that isn't among the ``columns`` of this output is left out:
    synthetic rows have no pseudonyms. One about a column that nobody knows stays, and fails.
    """
    elsewhere = set(policy.tables[table].released) - set(columns)
    for given in policy.validation.expectations.get(table, ()):
        if elsewhere & _named(given.kwargs):
            continue
        column = given.kwargs.get("column")
        yield PlannedCheck(
            given.type.removeprefix("expect_").replace("_", " "),
            given.type,
            given.kwargs,
            given.description or f"Asked for by the policy: {given.type.replace('_', ' ')}.",
            column if isinstance(column, str) else None,
            blocking=given.severity == "critical",
        )


def _named(kwargs: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for key in _NAMING:
        value = kwargs.get(key)
        found |= {value} if isinstance(value, str) else set(value) if value else set()
    return found


def with_warnings(policy: Policy, suites: Iterable[PlannedSuite]) -> tuple[PlannedSuite, ...]:
    """The suites with every check that the policy names in ``warn`` made one that only warns."""
    warned = frozenset[str](policy.validation.warn)
    return tuple(
        replace(
            suite,
            checks=tuple(
                replace(check, blocking=False) if check.name in warned else check
                for check in suite.checks
            ),
        )
        for suite in suites
    )
