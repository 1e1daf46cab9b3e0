"""What is asked of the classes of people whom the quasi-identifiers don't tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from veilflow.policy import Policy

from veilflow_expectations.attack_plan import attacks_on_view
from veilflow_expectations.model_plan import model_checks
from veilflow_expectations.planned import PlannedCheck, PlannedSuite, listed, percent
from veilflow_expectations.sensitive_checks import (
    diversity_check,
    sensitive_columns,
    t_closeness_check,
)

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
    one, several = ("person", "people") if unit is not None else ("row", "rows")
    who = one if k == 1 else several
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
        *model_checks(policy, table, domain),
        *_asked_of_sensitive(policy, table, domain),
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


def _asked_of_sensitive(
    policy: Policy, table: str, domain: Mapping[str, Any]
) -> Iterator[PlannedCheck]:
    """What ``validate:`` asks, on the output alone."""
    diverse, close = policy.validation.l_diversity, policy.validation.t_closeness
    if diverse is not None:
        for name in sensitive_columns(policy, table, diverse.columns):
            yield diversity_check(diverse, table, name, domain)
    if close is not None:
        for name in sensitive_columns(policy, table, close.columns):
            yield t_closeness_check(close, table, name, domain)


def _risk(policy: Policy, domain: Mapping[str, Any]) -> Iterator[PlannedCheck]:
    promised = policy.anonymize
    assert promised is not None
    bounds = {
        "max_risk": _least(policy.validation.max_risk, promised.max_risk),
        "average_risk": policy.validation.max_average_risk,
        "linked_share": promised.max_average_risk,
        "unique_share": policy.validation.max_unique_share,
    }
    said = {
        "max_risk": "the highest chance of naming the right person is",
        "average_risk": "the average chance of naming the right person is",
        "linked_share": "the share of people whom linking everybody names rightly is",
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


def _least(*bounds: float | None) -> float | None:
    """The stricter of what the sections ``validate`` and ``anonymize`` ask."""
    return min((bound for bound in bounds if bound is not None), default=None)
