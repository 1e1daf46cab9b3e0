"""Names in small letters: "name maria garcia given at desk", and texts without any capital."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from veilflow.classify.entity import Entity
from veilflow.classify.known_names import GIVEN_NAMES, TELLING, wide_names
from veilflow.classify.name_context import announced
from veilflow.classify.name_things import is_code
from veilflow.classify.name_tokens import Token
from veilflow.classify.name_words import FAMILY
from veilflow.classify.plain_words import PLAIN_WORDS
from veilflow.classify.world_names import plain_names

__all__ = ["find_lower_case_names"]


def find_lower_case_names(text: str, tokens: Sequence[Token]) -> Iterator[Entity]:
    """Names in small letters; more of them where the text has no capital at all."""
    for entity in _lower_case(text, tokens):
        if not is_code(text, entity.start, entity.end):
            yield entity
    if text.islower():
        for entity in _without_capitals(text, tokens):
            if not is_code(text, entity.start, entity.end):
                yield entity


def _lower_case(text: str, tokens: Sequence[Token]) -> Iterator[Entity]:
    """Names in small letters: two of which both are known, or one after words that announce it."""
    for one, other in zip_longest(tokens, tokens[1:]):
        if one.is_capitalised or one.plain not in TELLING or len(one.plain) < 3:
            continue
        pair = other is not None and other.gap == " " and other.plain not in PLAIN_WORDS
        pair = pair and other is not None and not other.is_capitalised
        end = other.end if pair and other is not None and len(other.plain) > 2 else one.end
        if announced(text, one.start, end, follows=False):
            yield Entity(one.start, end, "person_name", 0.6)
    for one, other in zip(tokens, tokens[1:], strict=False):
        if one.is_capitalised or other.is_capitalised or other.gap != " ":
            continue
        given, family = one.plain in GIVEN_NAMES, other.plain in FAMILY
        if given and family and (one.plain in TELLING or other.plain in TELLING):
            if one.plain not in PLAIN_WORDS and other.plain not in PLAIN_WORDS:
                yield Entity(one.start, other.end, "person_name", 0.7)


def _without_capitals(text: str, tokens: Sequence[Token]) -> Iterator[Entity]:
    """In a text without any capital a given name that is no other word counts alone."""
    for one, other in zip_longest(tokens, tokens[1:]):
        if one.plain in ("mr", "mrs", "ms", "dr", "prof") and other is not None:
            if other.gap in (". ", " ") and _may_be_family(other.plain):
                yield Entity(other.start, other.end, "person_name", 0.7)
        if one.plain not in TELLING or one.plain not in GIVEN_NAMES or one.plain in plain_names():
            continue
        follows = other is not None and other.gap == " "
        family = (
            follows
            and (other.plain in FAMILY or other.plain in wide_names())
            and other.plain not in PLAIN_WORDS
        )
        if other is None or not follows or other.plain in PLAIN_WORDS:
            whole = False
        else:
            alone = _line_around(text, one.start).strip(" ?,.;:") == text[one.start : other.end]
            whole = family or alone or text.startswith(("'s", "\u2019s"), other.end)
        end = other.end if whole and other is not None else one.end
        yield Entity(one.start, end, "person_name", 0.7 if whole else 0.55)


def _may_be_family(word: str) -> bool:
    return word not in PLAIN_WORDS or word in FAMILY


def _line_around(text: str, at: int) -> str:
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return text[begin : end if end >= 0 else len(text)]
