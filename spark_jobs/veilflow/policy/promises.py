"""What the policy's transforms promise of each released column, in phrases for a reader.

They are made of the guarantees that a transform declares (:mod:`veilflow.mask.guarantees`) and of
what the policy says of the column; nobody has checked them on the data. The judge checks some.
"""

from __future__ import annotations

from veilflow.errors import PolicyError
from veilflow.mask import Guarantees, KeyedTransform, Transform, TransformError, create_transform
from veilflow.policy.columns import ColumnPolicy
from veilflow.policy.linkage import Scope, domain_of
from veilflow.policy.model import Policy

__all__ = ["promises_of"]

_SCOPES: dict[Scope, str] = {
    "release": "in one release alone",
    "series": "in all releases of the series",
    "recipient": "in all releases for the same recipients",
    "dataset": "in all releases of the dataset",
}
_LEFT: dict[str, str] = {
    "length": "length",
    "alphabet": "alphabet",
    "format": "format",
    "order": "order",
    "prefix": "beginning",
    "suffix": "end",
}


def promises_of(policy: Policy, table: str, name: str) -> tuple[str, ...]:
    """What is promised of a released column, the most telling first; empty if nothing is."""
    column = policy.tables[table].columns[name]
    if not column.is_released:
        return ()
    if column.protect is None:
        return _generalised(policy, column)
    try:
        made = create_transform(column.protect.name, column.protect.parameters)
    except (PolicyError, TransformError):
        return ("a transform that isn't installed here: what it promises isn't known",)
    if column.protect.is_custom and "guarantees" not in vars(type(made)):
        return ("a transform from outside, which promises nothing",)
    return tuple(_phrases(policy, table, name, made))


def _generalised(policy: Policy, column: ColumnPolicy) -> tuple[str, ...]:
    shown = "a label of its hierarchy"
    if column.microaggregate is not None:
        shown = f"the {column.microaggregate} of its class".replace("_", " ")
    asked = policy.anonymize
    if asked is None or asked.least_units < 2:
        return (shown,)
    whose = "rows" if policy.privacy_unit is None else "people"
    many = f"at least {asked.least_units} {whose}"
    return (shown, f"together with the other quasi-identifiers that of {many}")


def _phrases(policy: Policy, table: str, name: str, made: Transform) -> list[str]:
    given = made.guarantees
    if "everything" in given.keeps:
        return ["released as it is"]
    found = []
    if made.conceals:
        found.append("shows nothing of the value")
    left = [_LEFT[one] for one in given.keeps if one in _LEFT]
    if left:
        found.append(f"keeps the {' and '.join(left)}")
    if "values" in given.keeps:
        found.append("keeps the values, beside other rows")
    found.append(f"reversible by {given.reversible_by}")
    if given.joins_within != Guarantees.joins_within:
        found.append(f"joins within {given.joins_within}{_domain(policy, table, name, made)}")
    if not made.is_repeatable:
        found.append("drawn by chance")
    if given.null != Guarantees.null:
        found.append("null stays null" if given.null == "null" else f"null {given.null}")
    return found


def _domain(policy: Policy, table: str, name: str, made: Transform) -> str:
    """The linkage domain by name and scope, after what the transform says of it."""
    said = made.guarantees.joins_within
    if not isinstance(made, KeyedTransform) or not said.startswith(("its linkage", "the linkage")):
        return ""
    domain = domain_of(policy, table, name)
    kind, colon, rest = domain.name.partition(":")
    said = f"domain {domain.name}"
    if domain.name == "unit":
        said = "the privacy unit"
    elif colon and kind == "column":
        said = f"columns named {rest}"
    elif colon and kind == "unit":
        said = f"{rest} of the same person"
    return f" ({said}, {_SCOPES[domain.scope]})"
