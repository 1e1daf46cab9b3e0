"""Whether the types that a policy names of texts are types that texts are searched for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from veilflow.classify.entity import ENTITY_TYPES
from veilflow.mask import TransformError, create_transform
from veilflow.policy.model import Policy

__all__ = ["check_entity_names"]

_FOUND = ("identifier", "quasi")


def check_entity_names(policy: Policy) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What ``keep`` and ``validate.free_text.entities`` name, and nothing finds in texts."""
    rules = policy.validation.free_text
    if rules is not None:
        for sentence in _unknown(policy, rules.entities or ()):
            yield ("validate", "free_text", "entities"), sentence
    for name, table in policy.tables.items():
        for column_name, column in table.columns.items():
            if column.protect is not None and column.protect.name == "redact_text":
                for sentence in _unknown(policy, _kept(column.protect.parameters)):
                    yield ("tables", name, "columns", column_name, "protect"), f"keep: {sentence}"


def _kept(parameters: dict[str, Any]) -> tuple[str, ...]:
    try:
        made = create_transform("redact_text", parameters)
    except TransformError:
        return ()  # said of the transform already
    return tuple(getattr(made, "kept_types", ()))


def _unknown(policy: Policy, names: Iterable[str]) -> Iterator[str]:
    own = policy.custom_types
    for name in names:
        found = name in ENTITY_TYPES
        entry = next((one.entry for one in own.types if one.id == name), None)
        if entry is not None and entry.role not in _FOUND and not found:
            yield (
                f"{name} is {entry.role}, and texts are searched for identifiers and "
                "quasi-identifiers alone: give the type one of these roles, or leave it out"
            )
        elif entry is None and not found:
            mine = [one.id for one in own.types if one.entry.role in _FOUND]
            yield (
                f"no type of entity is called {name!r}: define it under 'types:', or name one of "
                f"{', '.join((*ENTITY_TYPES, *mine))}"
            )
