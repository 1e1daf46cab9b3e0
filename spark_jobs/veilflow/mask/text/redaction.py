"""One text redacted: what the tables know of it first, then what detectors find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from veilflow.classify.custom_text import find_custom
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.entity import Entity, load_detector
from veilflow.mask.text.known import find_known
from veilflow.mask.text.linking import linked
from veilflow.mask.text.mentions import homes, neighbours, repetitions
from veilflow.mask.text.replacing import LABELS, Namer, replaced
from veilflow.mask.text.spans import Span, without_overlaps
from veilflow.mask.text.terms import KnownTerms

__all__ = ["COUNTED", "Redacted", "Rules", "redact", "spans_to_remove"]

COUNTED: tuple[str, ...] = ("people", "contacts", "numbers", "dates", "places", "others")
"""Groups of types that are counted in the evidence."""

_PIECE, _OVERLAP = 16_000, 400
_GROUP = {"PERSON": "people", "EMAIL": "contacts", "PHONE": "contacts", "URL": "contacts",
          "USERNAME": "contacts", "ID": "numbers", "SECRET": "numbers", "BIRTH_DATE": "dates",
          "DATE": "dates", "AGE": "dates", "ADDRESS": "places", "POSTCODE": "places",
          "CITY": "places"}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """What is removed: everything that ``detectors`` find with ``min_score``, but types to keep.

    ``types`` are the policy's own, which are looked for as well.
    """

    detectors: tuple[str, ...] = ("veilflow",)
    min_score: float = 0.5
    keep: frozenset[str] = frozenset()
    types: CustomTypes = NO_TYPES


@dataclass(frozen=True, repr=False)
class Redacted:
    """A text without what was found in it, and how many mentions of each group were replaced."""

    text: str
    counts: Mapping[str, int]


def spans_to_remove(text: str, terms: KnownTerms, rules: Rules) -> list[Span]:
    """What is to be replaced in ``text``, by position, without overlaps.

    Types that are kept are kept only where no table knows the value.
    """
    known = find_known(text, terms)
    found = [entity for entity in _detected(text, rules) if entity.type not in rules.keep]
    if "person_name" not in rules.keep:
        found += neighbours(text, known)
        found += repetitions(text, found)
    if "city" not in rules.keep:
        people = [(s.start, s.end) for s in known if s.type == "person_name"]
        people += [(e.start, e.end) for e in found if e.type == "person_name"]
        found += homes(text, people)
    return without_overlaps(linked(text, known, found, terms.people))


def redact(
    text: str, terms: KnownTerms, rules: Rules, namer: Callable[[KnownTerms], Namer]
) -> Redacted:
    """``text`` redacted. ``namer`` is called once, so that it can count within the text."""
    spans = spans_to_remove(text, terms, rules)
    counts = Counter(_GROUP.get(LABELS.get(span.type, "ID"), "others") for span in spans)
    return Redacted(replaced(text, spans, namer(terms)), counts)


def _detected(text: str, rules: Rules) -> list[Entity]:
    """What the detectors find, in pieces of bounded length: no detector sees a whole book."""
    found: set[Entity] = set()
    for start in range(0, max(len(text), 1), _PIECE - _OVERLAP):
        piece = text[start : start + _PIECE]
        looks = [load_detector(name).detect(piece) for name in rules.detectors]
        for entities in (*looks, find_custom(piece, rules.types)):
            for entity in entities:
                if entity.score >= rules.min_score and entity.end > entity.start:
                    here = (entity.start + start, entity.end + start)
                    found.add(Entity(*here, entity.type, entity.score))
        if start + _PIECE >= len(text):
            break
    return sorted(found)
