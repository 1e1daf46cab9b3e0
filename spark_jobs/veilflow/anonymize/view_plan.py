"""Which columns make the classes of which table, as the policy says: no data, no engine.

A *view* is what an attacker may hold a person's quasi-identifiers against: a table together with
those of the *root* tables (one row a person) joined on the privacy unit. So ``patients`` is judged
alone, and ``encounters`` with the quasi-identifiers of its patients beside its own: two tables
that each reach k can isolate a person when joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veilflow.anonymize.asked import sensitive_asked
from veilflow.hierarchy import Hierarchy
from veilflow.policy import Policy
from veilflow.policy.hierarchies import build_hierarchy

__all__ = ["QuasiColumn", "SensitivePlan", "ViewPlan", "plan_views", "quasi_columns"]


@dataclass(frozen=True)
class QuasiColumn:
    """A quasi-identifier with its place in the problem."""

    index: int
    table: str
    name: str
    hierarchy: Hierarchy
    min_level: int
    max_level: int

    @property
    def value(self) -> str:
        """The name that its raw values have, as text, in an aggregated view."""
        return f"__v{self.index}"

    @property
    def label(self) -> str:
        """The name that its labels have in a frame that is being recoded."""
        return f"__q{self.index}"


@dataclass(frozen=True)
class SensitivePlan:
    """A sensitive column that a privacy model asks about, with its place among its table's."""

    index: int
    name: str

    @property
    def value(self) -> str:
        """The name that its values have, as text and as released, in an aggregated view."""
        return f"__s{self.index}"


@dataclass(frozen=True)
class ViewPlan:
    """Which columns make the classes of ``table``: its own and those of the roots joined to it.

    ``sensitive`` are the columns of the table that models ask about.
    """

    table: str
    own: tuple[QuasiColumn, ...]
    joined: tuple[tuple[str, tuple[QuasiColumn, ...]], ...]
    is_root: bool
    sensitive: tuple[SensitivePlan, ...] = ()

    @property
    def columns(self) -> tuple[QuasiColumn, ...]:
        """Own columns first, then each joined root's."""
        return self.own + tuple(column for _, columns in self.joined for column in columns)


def quasi_columns(policy: Policy) -> tuple[QuasiColumn, ...]:
    """Every quasi-identifier that makes classes, in the policy's order."""
    found: list[QuasiColumn] = []
    for table_name, table in policy.tables.items():
        for name, column in table.class_key.items():
            hierarchy = build_hierarchy(column.hierarchy)
            highest = hierarchy.levels - 1 if column.max_level is None else column.max_level
            found.append(
                QuasiColumn(len(found), table_name, name, hierarchy, column.min_level, highest)
            )
    return tuple(found)


def plan_views(policy: Policy, roots: Sequence[str]) -> tuple[ViewPlan, ...]:
    """One view a table with quasi-identifiers, roots first. ``roots`` have one row a person."""
    columns = quasi_columns(policy)
    by_table = {
        name: tuple(column for column in columns if column.table == name) for name in policy.tables
    }
    return tuple(
        ViewPlan(
            table=name,
            own=own,
            joined=tuple((root, by_table[root]) for root in roots if root != name),
            is_root=name in roots,
            sensitive=tuple(
                SensitivePlan(n, column) for n, column in enumerate(sensitive_asked(policy, name))
            ),
        )
        for name, own in sorted(by_table.items(), key=lambda item: item[0] not in roots)
        if own
    )
