"""A user's own types inside a text.

Found are identifiers and quasi-identifiers: a text says what it says of anything else. Patterns are
looked for between word boundaries, words with their blanks, and a detector of the user's is asked
about each word of the text. A type that needs its header is found only after one of those words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from veilflow.classify.custom_types import CustomType, CustomTypes, value_test
from veilflow.classify.detector import Test
from veilflow.classify.entity import Entity
from veilflow.classify.headers import fold
from veilflow.classify.pattern_bounds import LONGEST

__all__ = ["find_custom"]

_SCORE = 0.9
_BEFORE = 40
"""Characters before a find in which a header word has to stand where it is needed."""
_MOST_WORDS = 6
_TOKEN = re.compile(rf"\S{{1,{LONGEST}}}")
_WORD = re.compile(r"\w+(?:[-'\u2019.]\w+)*")
_EDGES = "<>()[]{},;:!?\"'`.|="


def find_custom(text: str, types: CustomTypes) -> list[Entity]:
    """Entities of ``types`` in ``text``, by position; spans may overlap."""
    found = set()
    for custom in types.types:
        if custom.entry.role not in ("identifier", "quasi"):
            continue
        for start, end in _spans(text, custom):
            if not custom.needs_header or _has_header(
                text[max(0, start - _BEFORE) : start], custom
            ):
                found.add(Entity(start, end, custom.id, _SCORE))
    return sorted(found)


def _spans(text: str, custom: CustomType) -> Iterator[tuple[int, int]]:
    test, patterns, words = _looked_for(custom)
    for pattern in patterns:
        for match in pattern.finditer(text):
            start, end = match.span()
            whole = not (_in_word(text, start) or _in_word(text, end))
            if whole and end - start <= LONGEST and test(match[0]):
                yield start, end
    if words:
        yield from _phrases(text, words)
    if custom.detector is not None:
        for match in _TOKEN.finditer(text):
            word = match[0].strip(_EDGES)
            if word and test(word):
                start = match.start() + match[0].index(word)
                yield start, start + len(word)


@lru_cache(maxsize=256)
def _looked_for(
    custom: CustomType,
) -> tuple[Test, tuple[re.Pattern[str], ...], frozenset[str]]:
    compiled = tuple(re.compile(one, re.IGNORECASE) for one in custom.patterns)
    words = frozenset(" ".join(_WORD.findall(fold(word))) for word in custom.words) - {""}
    return value_test(custom), compiled, words


def _phrases(text: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Runs of words that are in the list, the longest at each place."""
    places = [(m.start(), m.end(), fold(m[0])) for m in _WORD.finditer(text)]
    longest = min(_MOST_WORDS, max(word.count(" ") + 1 for word in words))
    for index, (start, _, _) in enumerate(places):
        for size in range(min(longest, len(places) - index), 0, -1):
            run = places[index : index + size]
            if " ".join(word for _, _, word in run) in words:
                yield start, run[-1][1]
                break


def _in_word(text: str, place: int) -> bool:
    """Whether ``place`` is between two characters of one word."""
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _has_header(before: str, custom: CustomType) -> bool:
    folded = f" {' '.join(_WORD.findall(fold(before)))} "
    return any(f" {' '.join(_WORD.findall(fold(header)))} " in folded for header in custom.headers)
