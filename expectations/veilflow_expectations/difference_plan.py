"""What is asked of a release beside the one before it in its series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from veilflow.policy import Policy

from veilflow_expectations.planned import PlannedCheck, PlannedSuite, listed
from veilflow_expectations.view_plan import plan_view

__all__ = ["K_OF_BOTH", "plan_difference", "previous_name"]

K_OF_BOTH = "k_of_both"


def previous_name(table: str) -> str:
    """The name under which the earlier release of ``table`` is registered."""
    return f"previous:{table}"


def plan_difference(policy: Policy, roots: Sequence[str]) -> Iterator[PlannedSuite]:
    """A suite for every view: its classes then and now, laid side by side."""
    if policy.anonymize is None:
        return
    for table, rules in policy.tables.items():
        if not rules.with_role("quasi"):
            continue
        view = plan_view(policy, table, roots)
        domain: Mapping[str, Any] = view.checks[0].arguments
        unit = domain.get("privacy_unit")
        check = PlannedCheck(
            "difference attack",
            "expect_difference_to_previous_release_to_hide_people",
            {
                "quasi_identifiers": domain["quasi_identifiers"],
                "reference": previous_name(table),
                "k": {"$PARAMETER": K_OF_BOTH},
                **({} if unit is None else {"privacy_unit": unit}),
            },
            f"Laid beside the release before it in the series, nobody who joined, left or changed "
            f"stands out: as many people as k asks share every difference in "
            f"{listed(domain['quasi_identifiers'])}. The attacker is assumed to hold both "
            "releases and to know these of one person, and whether the person was in each.",
            kind="attack",
        )
        yield PlannedSuite(f"{table}: difference", table, "difference", (check,), view.roots)
