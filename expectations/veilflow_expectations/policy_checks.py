"""What a policy adds to the compiled checks: expectations of its own, and what only warns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from veilflow.policy import Policy

from veilflow_expectations.planned import PlannedCheck, PlannedSuite

__all__ = ["extra_checks", "with_warnings"]


def extra_checks(policy: Policy, table: str) -> Iterator[PlannedCheck]:
    """The expectations that the policy itself lists for ``table``."""
    for given in policy.validation.expectations.get(table, ()):
        column = given.kwargs.get("column")
        yield PlannedCheck(
            given.type.removeprefix("expect_").replace("_", " "),
            given.type,
            given.kwargs,
            given.description or f"Asked for by the policy: {given.type.replace('_', ' ')}.",
            column if isinstance(column, str) else None,
            blocking=given.severity == "critical",
        )


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
