"""Linkage domains: within what values that were equal stay equal, so that tables can be joined.

A domain has a scope. Inside it a keyed transform gives one value one output; a value of another
domain has another, and nobody without the masking root can tell that they belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

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
    "domains_of_parts",
    "linkage_domain",
    "part_domains",
]

Scope = Literal["release", "series", "recipient", "dataset"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
#: What stands where a domain isn't limited to one series or list of recipients: never a name.
_ANY = "*"
_NESTED = ("json", "fields")


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
    return _full_name(policy, domain_of(policy, table, column), f"{table}.{column}", release)


def part_domains(policy: Policy, table: str, column: str, release: str | None) -> dict[str, str]:
    """As :func:`linkage_domain`, of the paths in a column that have domains of their own."""
    return {
        path: _full_name(policy, domain, f"{table}.{column} {path}", release)
        for path, domain in domains_of_parts(policy, table, column).items()
    }


def domains_of_parts(policy: Policy, table: str, column: str) -> dict[str, Domain]:
    """The domains that ``json`` and ``fields`` give to paths (``domains``), by path.

    Raises ValueError, naming the path, for what is no domain.
    """
    protect = policy.tables[table].columns[column].protect
    given = None if protect is None else protect.parameters.get("domains")
    if protect is None or protect.name not in _NESTED or not isinstance(given, dict):
        return {}
    found = {}
    for path, said in given.items():
        try:
            own = LinkageDomain.model_validate(_expand(said))
        except ValidationError:
            own = None
        if own is None or own.name is None:
            raise ValueError(f"{path}: a domain is a name, or {{name: …, scope: …}}")
        found[path] = Domain(own.name, own.scope or policy.publish.linkage)
    return found


def _full_name(policy: Policy, domain: Domain, place: str, release: str | None) -> str:
    if domain.scope == "release" and release is None:
        raise UsageError(
            f"{place} joins within one release alone, and none was named.",
            remedy="Give the release's name, or the column a wider scope.",
        )
    series, recipients = policy.publish.series, "+".join(sorted(policy.purpose.recipients))
    limits = {
        "release": f"{series}/{recipients}/release:{release}",
        "series": f"{series}/{recipients}",
        "recipient": f"{_ANY}/{recipients}",
        "dataset": f"{_ANY}/{_ANY}",
    }
    return f"{policy.dataset}/{limits[domain.scope]}/{domain.name}"


def check_linkage(policy: Policy) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Columns of one domain that have different transforms or scopes, and so never join.

    Told of domains that the policy names, and of the privacy unit's; columns that merely have the
    same name needn't have anything to do with each other.
    """
    first: dict[str, tuple[str, tuple[str, Scope]]] = {}
    for table, rules in policy.tables.items():
        for name, column in rules.released.items():
            if not column.is_keyed:
                continue
            try:
                used = list(_uses(policy, table, name, column))
            except ValueError as error:
                yield ("tables", table, "columns", name, "protect"), str(error)
                continue
            for place, domain, treatment in used:
                if domain.name.startswith("column:"):
                    continue
                said = (treatment, domain.scope)
                other = first.setdefault(domain.name, (place, said))
                if said != other[1]:
                    yield (
                        ("tables", table, "columns", name),
                        f"shares linkage domain {domain.name!r} with {other[0]} but not its "
                        "transform and scope, so the two don't join; give both the same, or this "
                        "one a domain of its own",
                    )


def _uses(
    policy: Policy, table: str, name: str, column: ColumnPolicy
) -> Iterator[tuple[str, Domain, str]]:
    """The domains that a keyed column and its paths are in, where, and by what transform."""
    place = f"{table}.{name}"
    given = {} if column.protect is None else column.protect.parameters
    yield place, domain_of(policy, table, name), _treatment(column.treatment, given)
    paths = given.get("paths")
    for path, domain in domains_of_parts(policy, table, name).items():
        part = paths.get(path) if isinstance(paths, dict) else None
        ((treatment, inside),) = (part if isinstance(part, dict) else {str(part): None}).items()
        yield f"{place} {path}", domain, _treatment(treatment, inside)


def _treatment(treatment: str, parameters: object) -> str:
    """What has to be the same for two columns to join: for what is drawn by unit, all of it."""
    if not is_drawn_by_unit(treatment):
        return treatment
    given = parameters if isinstance(parameters, dict) else {}
    asked = {k: v for k, v in given.items() if k != "on_invalid"}
    return f"{treatment} {sorted(asked.items())}"
