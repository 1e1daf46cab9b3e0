"""What is asked of the classes of people whom the quasi-identifiers don't tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from veilflow.policy import Policy
from veilflow.policy.hierarchies import HierarchyPolicy, build_hierarchy

from veilflow_expectations.attack_plan import attacks_on_view
from veilflow_expectations.planned import PlannedCheck, PlannedSuite, listed, percent

__all__ = ["plan_view", "sensitive_columns", "small_cells", "view_roots", "with_roots"]


def plan_view(policy: Policy, table: str, roots: Sequence[str]) -> PlannedSuite:
    """The suite of ``table`` joined with the quasi-identifiers of the root tables."""
    assert policy.anonymize is not None
    unit = policy.unit_column(table)
    others = view_roots(policy, table, roots)
    names = [
        f"{place}.{name}"
        for place in (table, *others)
        for name in policy.tables[place].with_role("quasi")
    ]
    k = policy.anonymize.k
    joined = f", joined with {listed(others)}," if others else ""
    who = "people" if unit is not None else "rows"
    knows = "The attacker is assumed to know all of these about one person who is in the data."
    domain: dict[str, Any] = {"quasi_identifiers": names}
    if unit is not None:
        domain["privacy_unit"] = f"{table}.{unit}"
    # What is one number for each class tells nothing more to who knows the class; and no raw value
    # has a form in which it could be looked for.
    known = {**domain, "quasi_identifiers": _class_key(policy, (table, *others))}
    checks = [
        PlannedCheck(
            "k-anonymity",
            "expect_table_to_be_k_anonymous",
            {"quasi_identifiers": names, "k": k, **_unit(domain)},
            f"Every combination of {listed(names)}{joined} is shared by at least {k} {who}. "
            f"{knows}",
            kind="privacy",
        ),
        *_l_diversity(policy, table, domain),
        *_t_closeness(policy, table, domain),
        *_risk(policy, domain),
        *attacks_on_view(policy, table, known, sensitive_columns(policy, table)),
    ]
    return PlannedSuite(f"{table}: view", table, "view", tuple(checks), others)


def _class_key(policy: Policy, tables: Sequence[str]) -> list[str]:
    return [f"{place}.{name}" for place in tables for name in policy.tables[place].class_key]


def view_roots(policy: Policy, table: str, roots: Sequence[str]) -> tuple[str, ...]:
    """The root tables that ``table`` is joined with: the others, where the policy names people."""
    if policy.unit_column(table) is None:
        return ()
    return tuple(root for root in roots if root != table)


def with_roots(
    policy: Policy, given: Sequence[PlannedSuite], roots: Sequence[str]
) -> tuple[PlannedSuite, ...]:
    """The given suites, each with the root tables that its own is joined with."""
    return tuple(replace(suite, roots=view_roots(policy, suite.table, roots)) for suite in given)


def sensitive_columns(policy: Policy, table: str, chosen: Sequence[str] = ()) -> list[str]:
    """The released sensitive columns of ``table``, narrowed to ``chosen`` where any are named."""
    found = policy.tables[table].with_role("sensitive")
    return [name for name in found if not chosen or name in chosen]


def small_cells(policy: Policy, table: str) -> Iterator[PlannedCheck]:
    """The check that no combination of the named columns has too few people."""
    rule = policy.validation.small_cells
    columns = () if rule is None else rule.tables.get(table, ())
    if rule is None or not columns:
        return
    unit = policy.unit_column(table)
    counted = unit if unit in policy.tables[table].released else None
    who = "rows" if counted is None else "people"
    yield PlannedCheck(
        "small cells",
        "expect_small_cells_to_be_absent",
        {
            "columns": list(columns),
            "threshold": rule.threshold,
            **({} if counted is None else {"privacy_unit": counted}),
        },
        f"No combination of {listed(columns)} that occurs is shared by fewer than "
        f"{rule.threshold} {who}. The attacker is assumed to read counts of the output.",
        kind="privacy",
    )


def _unit(domain: Mapping[str, Any]) -> dict[str, Any]:
    return {"privacy_unit": domain["privacy_unit"]} if "privacy_unit" in domain else {}


def _l_diversity(policy: Policy, table: str, domain: Mapping[str, Any]) -> Iterator[PlannedCheck]:
    rule = policy.validation.l_diversity
    if rule is None:
        return
    means = {
        "distinct": f"at least {rule.l:g} different values",
        "entropy": f"values as evenly spread as {rule.l:g} equally frequent ones",
        "recursive": f"no value that outweighs the rest ({rule.c or 0:g}, {rule.l:g})",
    }[rule.kind]
    for name in sensitive_columns(policy, table, rule.columns):
        yield PlannedCheck(
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


def _t_closeness(policy: Policy, table: str, domain: Mapping[str, Any]) -> Iterator[PlannedCheck]:
    rule = policy.validation.t_closeness
    if rule is None:
        return
    for name in sensitive_columns(policy, table, rule.columns):
        yield PlannedCheck(
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


def _risk(policy: Policy, domain: Mapping[str, Any]) -> Iterator[PlannedCheck]:
    bounds = {
        "max_risk": policy.validation.max_risk,
        "average_risk": policy.validation.max_average_risk,
        "unique_share": policy.validation.max_unique_share,
    }
    said = {
        "max_risk": "the highest chance of naming the right person is",
        "average_risk": "the average chance of naming the right person is",
        "unique_share": "the share of people whom nobody resembles is",
    }
    for name, bound in bounds.items():
        if bound is not None:
            yield PlannedCheck(
                "re-identification risk",
                "expect_reidentification_risk_to_be_below",
                {**domain, name: bound},
                f"For an attacker who knows the quasi-identifiers of one person who is in the "
                f"data, {said[name]} at most {percent(bound)}.",
                kind="privacy",
            )
