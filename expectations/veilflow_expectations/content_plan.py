"""Which released columns are searched for personal data, and what may be in them.

A column is searched whose values come from the data and could be anything: kept, truncated,
rounded, partly masked, masked by a transform of the user's, and quasi-identifiers whose hierarchy
shows the value or a long prefix of it. What may be there is what the policy decided with open eyes:

* in a quasi-identifier or sensitive column every type that is one of the two by its nature;
* the declared type, and its family (a birth date in a column of dates);
* binary content, which nobody can look into: whoever keeps such a column decided about it;
* with ``type: none`` everything but what can't be mistaken, as in classification;
* in an identifier only the policy's transform decides what is left, so a partly masked one is
  searched for whole cards, accounts, social security numbers and secrets alone, and one made by a
  transform of the user's (which may make up addresses) only where its type is declared;
* types of the policy's own count like built-in ones; its own identifiers are among what a partly
  masked identifier is searched for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from veilflow.classify import NO_TYPES, STRONG, ColumnVerdict, CustomTypes, contradiction
from veilflow.classify.taxonomy import ROLES
from veilflow.policy import ColumnPolicy
from veilflow.policy.hierarchies import CharacterRedaction

from veilflow_expectations.domain_plan import LINKED
from veilflow_expectations.leak_plan import CONSTANT, LEAK_LENGTH
from veilflow_expectations.planned import PlannedCheck, listed

__all__ = ["allowed_types", "personal_data"]

_BINARY = "binary_content"
_NEVER_LEFT = frozenset({"credit_card_number", "iban_code", "secret", "ssn"})


def personal_data(
    columns: Mapping[str, ColumnPolicy], types: CustomTypes = NO_TYPES
) -> Iterator[PlannedCheck]:
    """For each column of open content the check that nothing personal but the allowed is in it."""
    for name, column in columns.items():
        if not _is_open(column):
            continue
        allowed = allowed_types(column, types)
        if len(allowed) == len(types.taxonomy):
            continue
        own = [one.id for one in types.types]
        yield PlannedCheck(
            "no personal data",
            "expect_column_values_to_contain_no_personal_data",
            {
                "column": name,
                **({"own_types": own} if own else {}),
                **_shortened(allowed, types),
                "min_score": STRONG,
            },
            "No value is an e-mail address, card, account, social security or phone number or "
            "another identifier by its form, and the column as a whole isn't taken for personal "
            "data of a kind that the policy doesn't allow here. Looked for by form, words and the "
            "column's name; whoever reads the output is assumed to know nothing else."
            + (f" The policy's own types are looked for too: {listed(own)}." if own else ""),
            name,
            raw_side=True,
            kind="leak",
        )


def allowed_types(column: ColumnPolicy, types: CustomTypes = NO_TYPES) -> tuple[str, ...]:
    """The types that the policy allows in ``column``, in the taxonomy's order, its own last."""
    if column.role == "identifier" and column.type is None:
        own = {one.id for one in types.types if one.entry.role == "identifier"}
        return tuple(name for name in types.taxonomy if name not in _NEVER_LEFT | own)
    return tuple(name for name in types.taxonomy if _is_allowed(name, column, types))


def _shortened(allowed: tuple[str, ...], own: CustomTypes) -> dict[str, list[str]]:
    """The allowed types by their roles, where all of a role are, and by name."""
    roles: list[str] = [
        role
        for role in ROLES
        if all(entry.id in allowed for entry in own.taxonomy.values() if entry.role == role)
    ]
    types = [name for name in allowed if own.taxonomy[name].role not in roles]
    return {"allowed_roles": roles, "allowed_types": types}


def _is_allowed(type_id: str, column: ColumnPolicy, types: CustomTypes) -> bool:
    if type_id == _BINARY or (column.type == type_id and column.role == "identifier"):
        return True
    found = ColumnVerdict("", type_id, types.taxonomy[type_id].role, 1.0, ("",))
    return contradiction(found, column.role, column.type, column.treatment, types) is None


def _is_open(column: ColumnPolicy) -> bool:
    """Whether the column's values come from the data and could be anything."""
    if column.treatment == "generalize":
        return _shows_values(column)
    if column.treatment in LINKED | CONSTANT | {"microaggregate", "fpe", "fake"}:
        return False
    custom = column.protect is not None and column.protect.is_custom
    return not (custom and column.role == "identifier" and column.type is None)


def _shows_values(column: ColumnPolicy) -> bool:
    """Whether the finest level of a quasi-identifier is the value, or much of it.

    A file's hierarchy has the policy's own words at every level.
    """
    hierarchy = column.hierarchy
    if hierarchy is None or hierarchy.redact is True:
        return column.min_level == 0
    if isinstance(hierarchy.redact, CharacterRedaction):
        hidden = hierarchy.redact.hide or tuple(range(hierarchy.redact.length))
        shown = hierarchy.redact.length - hidden[min(column.min_level, len(hidden) - 1)]
        return column.min_level < len(hidden) and shown >= LEAK_LENGTH
    if hierarchy.needs_data:
        return True
    prefixes = hierarchy.prefix or ()
    return len(prefixes) > column.min_level and prefixes[column.min_level] >= LEAK_LENGTH
