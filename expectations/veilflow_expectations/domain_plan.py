"""Which pseudonym and token columns may be joined with each other, and which may not.

A linkage domain is what the policy says it is: the columns of one name in all tables, the privacy
unit's columns whatever they are called, or the columns of a ``domain`` of their own; inside one
release, columns of different scopes don't join either. Written here again rather than taken from
the code that makes the pseudonyms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from veilflow.policy import ColumnPolicy, Policy

from veilflow_expectations.planned import PlannedCheck, Types, listed

__all__ = ["LINKED", "Linked", "domain_checks", "linked_columns", "partners", "shared_parameters"]

#: Transforms under a key of which two columns have common values by the policy's will alone.
LINKED = frozenset({"pseudonym", "token", "vault_token"})


_USUAL = {"base32hex": 26, "hex": 32, "digits": 24, "uuid": 36}
"""The length of a pseudonym whose policy names none."""


@dataclass(frozen=True)
class Linked:
    """A pseudonym or token column with its domain, and the form of its pseudonyms."""

    table: str
    column: str
    domain: str
    form: tuple[str, int, str]

    @property
    def reference(self) -> str:
        """The name under which the output's values of the column are registered."""
        return f"pseudonyms:{self.table}.{self.column}"


def linked_columns(policy: Policy, types: Types | None = None) -> tuple[Linked, ...]:
    """Every released column of ``LINKED`` in the tables that can be read, in the policy's order."""
    known = types or Types()
    return tuple(
        Linked(table, name, _domain(policy, table, name, column), _form(column))
        for table, rules in policy.tables.items()
        if known.tables is None or table in known.tables
        for name, column in rules.released.items()
        if column.treatment in LINKED
    )


def partners(linked: Linked, columns: tuple[Linked, ...]) -> tuple[Linked, ...]:
    """The later columns that ``linked`` must be joinable with: same domain and same form.

    What differs in its transform, length or prefix has no common values whatever its domain.
    """
    later = columns[columns.index(linked) + 1 :]
    return tuple(
        other for other in later if (other.domain, other.form) == (linked.domain, linked.form)
    )


def domain_checks(policy: Policy, table: str, types: Types) -> Iterator[PlannedCheck]:
    """The checks of the pseudonym columns of ``table``."""
    columns = linked_columns(policy, types)
    for linked in columns:
        if linked.table != table:
            continue
        apart = [other for other in columns if other.domain != linked.domain]
        if apart:
            yield _apart(linked, apart)
        for other in partners(linked, columns):
            yield _joins(linked, other, shared_parameters(columns, linked, other))


def shared_parameters(
    columns: tuple[Linked, ...], linked: Linked, other: Linked
) -> tuple[str, str]:
    """The suite parameters that bound how many values two columns share."""
    pair = f"{columns.index(linked)}_{columns.index(other)}"
    return f"least_shared_{pair}", f"most_shared_{pair}"


def _apart(linked: Linked, apart: list[Linked]) -> PlannedCheck:
    places = [f"{other.table}.{other.column}" for other in apart]
    return PlannedCheck(
        "joinability",
        "expect_column_values_to_join_only_within_domain",
        {"column": linked.column, "apart_from": [other.reference for other in apart]},
        f"No pseudonym occurs in {listed(places)}, which the policy keeps in other linkage "
        "domains. The attacker is assumed to hold both columns and to look for equal values.",
        linked.column,
    )


def _joins(linked: Linked, other: Linked, parameters: tuple[str, str]) -> PlannedCheck:
    least, most = parameters
    return PlannedCheck(
        f"joinability with {other.table}.{other.column}",
        "expect_column_values_to_join_only_within_domain",
        {
            "column": linked.column,
            "joins_with": other.reference,
            "least_shared": {"$PARAMETER": least},
            "most_shared": {"$PARAMETER": most},
        },
        f"As many different pseudonyms are shared with {other.table}.{other.column} as values are "
        "shared in the source, up to what was suppressed: rows of one person can still be put "
        "together inside the linkage domain.",
        linked.column,
        raw_side=True,
        shows_figures=False,
    )


def _domain(policy: Policy, table: str, name: str, column: ColumnPolicy) -> str:
    own, scope = (
        (None, None) if column.domain is None else (column.domain.name, column.domain.scope)
    )
    implied = "unit" if policy.unit_column(table) == name else f"column:{name}"
    apart = "" if scope in (None, policy.publish.linkage) else f"{scope}/"
    return apart + (own or implied)


def _form(column: ColumnPolicy) -> tuple[str, int, str]:
    given: Mapping[str, Any] = {} if column.protect is None else column.protect.parameters
    form = str(given.get("form") or "base32hex")
    length = int(given.get("length") or _USUAL.get(form, 0))
    return f"{column.treatment} {form}", length, str(given.get("prefix") or "")
