"""What goes into classification and what comes out: a sample of a column, and a verdict on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from veilflow.classify.taxonomy import Role

__all__ = ["ColumnSample", "ColumnVerdict", "Kind", "kind_of"]

Kind = Literal["text", "integer", "decimal", "date", "boolean", "binary", "nested"]


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """Values of one column, with what is known about the rest of it.

    ``values`` may repeat or be distinct; ``rows`` and ``nulls`` describe the rows that were looked
    at, ``distinct`` how many different non-null values they hold (None where it wasn't counted).
    ``physical_type`` is the engine's own word (``string``, ``bigint``, ``double``,
    ``timestamp[us]``...). The values stay out of ``repr``, so a logged sample leaks nothing.
    """

    name: str
    values: Sequence[str | None] = field(repr=False)
    physical_type: str
    rows: int
    nulls: int
    distinct: int | None


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    """What a column was taken for.

    ``score`` is between 0 and 1 and says how strong the evidence is; it is no probability. From
    ``STRONG`` on (see :mod:`veilflow.classify.contradictions`) values and not only the name speak
    for the type. ``evidence`` holds sentences with shares in whole percents: no value, and no count
    that comes from the data.
    """

    name: str
    type: str
    role: Role
    score: float
    evidence: tuple[str, ...]


@lru_cache(maxsize=1024)
def kind_of(physical_type: str) -> Kind:
    """The broad kind behind an engine's type name; what isn't known is treated as text."""
    word = physical_type.strip().lower()
    if word.startswith(("struct", "array", "map", "list", "large_list", "fixed_size_list")):
        return "nested"
    if word.startswith("dictionary<"):
        return kind_of(word.removeprefix("dictionary<").removeprefix("values="))
    for kind, prefixes in _KINDS.items():
        if word.startswith(prefixes):
            return kind
    return "text"


_KINDS: dict[Kind, tuple[str, ...]] = {
    "boolean": ("bool",),
    "integer": ("int", "uint", "bigint", "smallint", "tinyint", "long", "short", "byte"),
    "decimal": ("double", "float", "decimal", "numeric", "real", "halffloat"),
    "date": ("date", "timestamp", "time"),
    "binary": ("binary", "large_binary", "fixed_size_binary", "bytea", "blob", "varbinary"),
}
