"""Which spans of one text name the same thing.

"Jane Doe", "Doe, J." and "Jane" are one person if the tables say so, or if the words of one
mention are among those of another. Anything else is the same if its letters and digits are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from veilflow.classify.entity import Entity
from veilflow.classify.name_words import TITLES
from veilflow.mask.text.folding import spelling
from veilflow.mask.text.spans import Span
from veilflow.mask.text.terms import PARTICLES, PersonTerms

__all__ = ["linked"]

_WORDS = re.compile(r"(?:[^\W\d_]|[\u0900-\u109f\u1780-\u17ff])+")
_PLAIN = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"(?<=\w)['\u2019][sS]$")
_MOST_COMPARED = 50  # mentions with one word in common: keeps a text of many names linear


def linked(
    text: str, known: Sequence[Span], found: Sequence[Entity], people: Sequence[PersonTerms]
) -> list[Span]:
    """The known spans and what detectors found, each with the entity that it names."""
    mentions = [(entity, text[entity.start : entity.end]) for entity in found]
    names = (
        _name_words(_POSSESSIVE.sub("", said))
        for entity, said in mentions
        if entity.type == "person_name"
    )
    persons = _Persons(people, names)
    spans = list(known)
    for entity, said in mentions:
        if entity.type == "person_name":
            # What makes a name a possessive is no part of it, and tells nothing.
            ending = _POSSESSIVE.search(said)
            entity = replace(entity, end=entity.end - len(ending[0])) if ending else entity
            name = persons.of(_name_words(_POSSESSIVE.sub("", said)), said)
        else:
            name = f"{entity.type}:{_PLAIN.sub('', spelling(said))}"
        spans.append(Span(entity.start, entity.end, entity.type, name, False))
    return _same_values(spans)


class _Persons:
    """Entities of mentions: a known person, or the longest mention with the same words."""

    def __init__(self, people: Sequence[PersonTerms], mentioned: Iterable[frozenset[str]]) -> None:
        self._people = people
        self._by_word: dict[str, list[frozenset[str]]] = {}
        longest_first = sorted(dict.fromkeys(mentioned), key=lambda w: (-len(w), sorted(w)))
        for words in longest_first:
            for word in words:
                held = self._by_word.setdefault(word, [])
                if len(held) < _MOST_COMPARED:
                    held.append(words)

    def of(self, words: frozenset[str], said: str) -> str:
        if not words:
            return f"name:{spelling(said)}"
        for person in self._people:
            if words <= person.parts:
                return person.entity
        candidates = self._by_word.get(min(words), [])
        whole = next((longer for longer in candidates if words <= longer), words)
        return "name:" + " ".join(sorted(whole))


def _name_words(said: str) -> frozenset[str]:
    words = _WORDS.findall(spelling(said))
    return frozenset(
        word for word in words if len(word) > 1 and word not in TITLES and word not in PARTICLES
    )


def _same_values(spans: Sequence[Span]) -> list[Span]:
    """A value that the tables know and a detector finds is one thing, under the tables' type."""
    known = {
        _PLAIN.sub("", span.entity.partition(":")[2]): span
        for span in spans
        if span.is_known and span.type != "person_name"
    }
    made = []
    for span in spans:
        twin = known.get(_PLAIN.sub("", span.entity.partition(":")[2]))
        if not span.is_known and span.type != "person_name" and twin is not None:
            span = replace(span, type=twin.type, entity=twin.entity)
        made.append(span)
    return made
