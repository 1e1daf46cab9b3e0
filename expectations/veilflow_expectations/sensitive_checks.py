"""Checks of what the people of a class have in common, made of a policy's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from veilflow.policy import Policy
from veilflow.policy.hierarchies import HierarchyPolicy, build_hierarchy
from veilflow.policy.validation import LDiversityPolicy, TClosenessPolicy

from veilflow_expectations.planned import PlannedCheck

__all__ = ["diversity_check", "sensitive_columns", "t_closeness_check"]


def sensitive_columns(policy: Policy, table: str, chosen: Sequence[str] = ()) -> list[str]:
    """The released sensitive columns of ``table``, narrowed to ``chosen`` where any are named."""
    found = policy.tables[table].with_role("sensitive")
    return [name for name in found if not chosen or name in chosen]


def diversity_check(
    rule: LDiversityPolicy, table: str, name: str, domain: Mapping[str, Any]
) -> PlannedCheck:
    """That the people of a class differ in column ``name``."""
    means = {
        "distinct": f"at least {rule.l:g} different values",
        "entropy": f"values as evenly spread as {rule.l:g} equally frequent ones",
        "recursive": f"no value that outweighs the rest ({rule.c or 0:g}, {rule.l:g})",
    }[rule.kind]
    return PlannedCheck(
        "l-diversity",
        "expect_table_to_be_l_diverse",
        {
            **domain,
            "column": f"{table}.{name}",
            "l": rule.l,
            "kind": rule.kind,
            **({} if rule.c is None else {"c": rule.c}),
        },
        f"The people who share their quasi-identifiers have {means} of {name}. The attacker "
        "is assumed to know the quasi-identifiers of one person and to look for what all "
        "who fit have in common.",
        name,
        kind="privacy",
    )


def t_closeness_check(
    rule: TClosenessPolicy, table: str, name: str, domain: Mapping[str, Any]
) -> PlannedCheck:
    """That column ``name`` is distributed in a class as in the whole table."""
    return PlannedCheck(
        "t-closeness",
        "expect_table_to_be_t_close",
        {
            **domain,
            "column": f"{table}.{name}",
            "t": rule.t,
            "distance": rule.distance,
            **({} if rule.hierarchy is None else {"hierarchy": _taxonomy(rule.hierarchy)}),
        },
        f"Among the people who share their quasi-identifiers {name} is distributed as in the "
        f"whole table, up to a distance of {rule.t:g}. The attacker is assumed to know the "
        "quasi-identifiers of one person and the whole table's distribution.",
        name,
        kind="privacy",
    )


def _taxonomy(spec: HierarchyPolicy) -> list[list[str | None]]:
    """The rows of a listed hierarchy, and null as a value that nothing but the root joins."""
    hierarchy = build_hierarchy(spec)
    rows: list[list[str | None]] = [list(row) for row in dict.fromkeys(spec.rows or ())]
    nothing: list[str | None] = [None] * (hierarchy.levels - 1)
    return [*rows, [*nothing, hierarchy.root]]
