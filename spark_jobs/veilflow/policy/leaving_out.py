"""A policy that releases less: without columns that aren't what somebody decided about."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from veilflow.policy.columns import ColumnPolicy, Protection
from veilflow.policy.model import Policy
from veilflow.policy.rules import check_rules

__all__ = ["Place", "broken_without", "with_dropped", "without_lines"]

Place = tuple[str, str]
"""A table and one of its columns."""


def with_dropped(policy: Policy, places: Collection[Place]) -> Policy:
    """``policy`` in which these columns are dropped; their roles and reasons stay."""
    return _changed(policy, {place: _dropped(policy, place) for place in places})


def without_lines(policy: Policy, places: Collection[Place]) -> Policy:
    """``policy`` in which these columns aren't listed, for the source has them no more."""
    return _changed(policy, dict.fromkeys(places))


def broken_without(policy: Policy) -> str:
    """What no longer holds in a policy that lost columns, in one sentence; empty if it holds."""
    broken = check_rules(policy)
    if not broken:
        return ""
    place, said = broken[0]
    return f"{'.'.join(map(str, place))}: {said}"


def _dropped(policy: Policy, place: Place) -> ColumnPolicy:
    table, name = place
    said = policy.tables[table].columns[name]
    return ColumnPolicy(
        role=said.role, type=said.type, protect=Protection(name="drop"), reason=said.reason
    )


def _changed(policy: Policy, columns: Mapping[Place, ColumnPolicy | None]) -> Policy:
    if not columns:
        return policy
    tables = {}
    for table, rules in policy.tables.items():
        kept = {
            name: column
            for name, said in rules.columns.items()
            if (column := columns.get((table, name), said)) is not None
        }
        tables[table] = rules.model_copy(update={"columns": kept})
    return policy.model_copy(update={"tables": tables})
