"""A user's own types that a single value tells, however many other values there are around it.

These are the identifiers among them that values tell: whoever says what a loyalty card looks like
doesn't want one to leave. A type that needs its header is told by no value alone, and a type of
another role is for a column as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from veilflow.classify.custom_types import CustomType, CustomTypes, value_test
from veilflow.classify.named_checksums import CHANCES
from veilflow.classify.pattern_bounds import LONGEST
from veilflow.classify.single_values import SingleValueType, pieces

__all__ = ["own_single_types", "told_own"]

_CHANCE = 0.1
"""Of numbers that merely look alike, as many pass a checksum of one digit."""


def own_single_types(types: CustomTypes) -> tuple[SingleValueType, ...]:
    """The types of ``types`` that one value tells. Functions of the installation's are loaded."""
    return tuple(
        _single(custom)
        for custom in types.types
        if custom.entry.role == "identifier" and custom.has_values and not custom.needs_header
    )


def told_own(value: str, singles: Sequence[SingleValueType]) -> Iterator[tuple[int, bool]]:
    """For each of ``singles`` that ``value`` resembles: its place, and whether it is one.

    The value is taken whole and, where it has blanks, word by word; pieces of more than 300
    characters fit no type of a user's.
    """
    parts = [piece for piece in pieces(value) if 0 < len(piece) <= LONGEST]
    for place, entry in enumerate(singles):
        alike = [piece for piece in parts if entry.resembles(piece)]
        if alike:
            yield place, any(map(entry.matches, alike))


def _single(custom: CustomType) -> SingleValueType:
    matches = value_test(custom)
    if custom.checksum is None:
        return SingleValueType(custom.id, matches, matches, 0.0)
    resembles = value_test(replace(custom, checksum=None))
    return SingleValueType(custom.id, matches, resembles, CHANCES.get(custom.checksum, _CHANCE))
