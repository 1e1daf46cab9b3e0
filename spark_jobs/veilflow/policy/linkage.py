"""Linkage domains: within what values that were equal stay equal, so that tables can be joined.

A domain has a scope. Inside it a keyed transform gives one value one output; a value of another
domain has another, and nobody without the masking root can tell that they belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from veilflow.errors import UsageError
from veilflow.mask import is_drawn_by_unit
from veilflow.policy.scalars import Name

if TYPE_CHECKING:
    from veilflow.policy.columns import ColumnPolicy
    from veilflow.policy.model import Policy

__all__ = [
    "SCOPES",
    "Domain",
    "DomainSpec",
    "LinkageDomain",
    "Scope",
    "check_linkage",
    "domain_of",
    "linkage_domain",
]

Scope = Literal["release", "series", "recipient", "dataset"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
#: What stands where a domain isn't limited to one series or list of recipients: never a name.
_ANY = "*"


class LinkageDomain(BaseModel):
    """What a column's policy says of its domain: a name of its own, a scope of its own, or both.

    Columns of one name join with each other whatever they are called; ``unit`` is the name of the
    privacy unit's domain. Without a scope it is the policy's (``publish.linkage``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name | None = None
    scope: Scope | None = None

    @model_validator(mode="after")
    def _says_something(self) -> LinkageDomain:
        if self.name is None and self.scope is None:
            raise ValueError("'domain' gives a name, a scope, or both")
        return self


def _expand(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


DomainSpec = Annotated[
    LinkageDomain, BeforeValidator(_expand, json_schema_input_type=Name | LinkageDomain)
]


@dataclass(frozen=True)
class Domain:
    """A column's domain as it is used: what it is called within which scope."""

    name: str
    scope: Scope


def domain_of(policy: Policy, table: str, column: str) -> Domain:
    """The domain of a column of ``table``.

    Without one of its own it is that of all columns of its name, in every table, so that foreign
    keys stay joinable; the privacy unit's columns share one whatever they are called, and so do
    those whose transform draws once for all values of a person (a shift of dates).
    """
    given = policy.tables[table].columns[column].domain
    name = None if given is None else given.name
    scope = None if given is None else given.scope
    implied = "unit" if policy.unit_column(table) == column else f"column:{column}"
    treatment = policy.tables[table].columns[column].treatment
    if is_drawn_by_unit(treatment):
        implied = f"unit:{treatment}"
    return Domain(name or implied, scope or policy.publish.linkage)


def linkage_domain(policy: Policy, table: str, column: str, release: str | None) -> str:
    """The full name of a column's domain, from which its key is derived.

    Raises UsageError for a domain of one release where ``release`` is None.

    Two domains have one name only if they are the same: what a policy may call a series, a
    recipient or a domain has no slash, colon or star in it, and what follows ``column:`` is last.
    """
    domain = domain_of(policy, table, column)
    if domain.scope == "release" and release is None:
        raise UsageError(
            f"{table}.{column} joins within one release alone, and none was named.",
            remedy="Give the release's name, or the column a wider scope.",
        )
    series, recipients = policy.publish.series, "+".join(sorted(policy.purpose.recipients))
    place = {
        "release": f"{series}/{recipients}/release:{release}",
        "series": f"{series}/{recipients}",
        "recipient": f"{_ANY}/{recipients}",
        "dataset": f"{_ANY}/{_ANY}",
    }
    return f"{policy.dataset}/{place[domain.scope]}/{domain.name}"


def check_linkage(policy: Policy) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Columns of one domain that have different transforms or scopes, and so never join.

    Told of domains that the policy names, and of the privacy unit's; columns that merely have the
    same name needn't have anything to do with each other.
    """
    first: dict[str, tuple[str, str, str, Scope]] = {}
    for table, rules in policy.tables.items():
        for name, column in rules.released.items():
            if not column.is_keyed:
                continue
            domain = domain_of(policy, table, name)
            if domain.name.startswith("column:"):
                continue
            used = (_treatment(column), domain.scope)
            other = first.setdefault(domain.name, (table, name, *used))
            if used != other[2:]:
                yield (
                    ("tables", table, "columns", name),
                    f"shares linkage domain {domain.name!r} with {other[0]}.{other[1]} but not its "
                    "transform and scope, so the two don't join; give both the same, or this one "
                    "a domain of its own",
                )


def _treatment(column: ColumnPolicy) -> str:
    """What has to be the same for two columns to join: for what is drawn by unit, all of it."""
    if column.protect is None or not is_drawn_by_unit(column.treatment):
        return column.treatment
    given = {k: v for k, v in column.protect.parameters.items() if k != "on_invalid"}
    return f"{column.treatment} {sorted(given.items())}"
