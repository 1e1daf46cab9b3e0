"""Veilflow's own detector of entities in free text: forms with check digits, names with context.

It knows no particular person: what it can't know by form or context it misses. Its recall belongs
with every statement that rests on it (``veilflow label`` and the labelled sample).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from veilflow.classify.entity import Entity
from veilflow.classify.entity_names import find_names
from veilflow.classify.entity_patterns import find_patterned

__all__ = ["TextDetector"]

_PIECE, _OVERLAP = 20_000, 300
# What a number is taken for only if nothing better is known of it.
_LAST = frozenset({"generic_id", "date", "age"})


@dataclass(frozen=True)
class TextDetector:
    """Dictionary, context and checksums. Mostly for English; names of many languages."""

    @property
    def name(self) -> str:
        return "veilflow"

    def detect(self, text: str) -> Sequence[Entity]:
        """Entities by position; of several readings of one place the likeliest, and the longest."""
        if len(text) <= _PIECE:
            return _chosen([*find_patterned(text), *find_names(text)])
        found: set[Entity] = set()
        for start in range(0, len(text), _PIECE - _OVERLAP):
            piece = text[start : start + _PIECE]
            for entity in (*find_patterned(piece), *find_names(piece)):
                found.add(replace(entity, start=entity.start + start, end=entity.end + start))
        return _chosen(list(found))


def _chosen(found: list[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    ranked = sorted(
        found, key=lambda e: (e.type in _LAST, -e.score, e.start - e.end, e.start, e.type)
    )
    for entity in ranked:
        if not any(entity.start < other.end and other.start < entity.end for other in kept):
            kept.append(entity)
    return sorted(kept)
