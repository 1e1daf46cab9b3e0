"""More mentions of people, told by those that were found: neighbours of names, and repetitions.

"Long Huỳnh" beside a patient called Huỳnh is a relative although "Long" is an ordinary word; and
who was called "Jan Kask, her father" once is the same person three lines further down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from veilflow.classify.entity import Entity
from veilflow.classify.name_words import TITLES
from veilflow.classify.plain_words import PLAIN_WORDS
from veilflow.mask.text.folding import spelling
from veilflow.mask.text.spans import Span

__all__ = ["homes", "neighbours", "repetitions"]

_LATIN_BEFORE = re.compile(r"(?<![\w'\u2019-])([^\W\d_]+(?:['\u2019-][^\W\d_]+)?) $")
_JOINED_BEFORE = re.compile(r"(?<!\w)([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,3}) $")
_JOINED_AFTER = re.compile(r" ([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,3})(?!\w)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n])[\s\"'(]*$")
_NOT_A_NAME = TITLES | frozenset(
    "pt patient name client resident mother father son daughter".split()
)
_HOME = re.compile(
    r",? (?:of|from) ([^\W\d_a-z][\w'-]{2,25}(?: [^\W\d_a-z][\w'-]{2,25}){0,2})(?!\w)"
)
_REACH = 40
_LEAST_REPEATED = 4
_WORD = re.compile(r"\w+")
_SCORE = 0.6


def neighbours(text: str, known: Sequence[Span]) -> Iterator[Entity]:
    """Known names with the word before them that looks like somebody's given name."""
    for span in known:
        if span.type != "person_name":
            continue
        before = text[max(0, span.start - _REACH) : span.start]
        joined = _JOINED_BEFORE.search(before)
        latin = _LATIN_BEFORE.search(before)
        if joined:
            yield _entity(span.start - len(joined[0]), span.end)
        elif latin and _is_given(latin[1], before[: latin.start()]):
            yield _entity(span.start - len(latin[0]), span.end)
        elif (after := _JOINED_AFTER.match(text, span.end)) and text[span.start] >= "\u3040":
            yield _entity(span.start, after.end())


def _is_given(word: str, before: str) -> bool:
    """A capital where no sentence begins; at a beginning only what is no ordinary word."""
    plain = spelling(word)
    if not word[0].isupper() or len(word) < 2 or word.isupper() or plain in _NOT_A_NAME:
        return False
    return plain not in PLAIN_WORDS or _SENTENCE_START.search(before) is None


def _entity(start: int, end: int) -> Entity:
    return Entity(start, end, "person_name", _SCORE)


def homes(text: str, people: Sequence[tuple[int, int]]) -> Iterator[Entity]:
    """Where somebody comes from: "Peter Meyer of Kingston", unless it is an ordinary word."""
    for _, end in people:
        found = _HOME.match(text, end)
        if found and not all(word in PLAIN_WORDS for word in spelling(found[1]).split()):
            yield Entity(found.start(1), found.end(1), "city", _SCORE)


def repetitions(text: str, found: Sequence[Entity]) -> Iterator[Entity]:
    """Every other place where a name that was found is written in the same letters.

    A single word is looked for only if it is no ordinary one.
    """
    names = dict.fromkeys(
        text[entity.start : entity.end] for entity in found if entity.type == "person_name"
    )
    by_words: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        if _is_telling(name):
            by_words.setdefault(tuple(_WORD.findall(name)[:2]), []).append(name)
    if not by_words:
        return
    # Names are looked up by their first words, so that a long text of many names takes no longer
    # than as much of several texts.
    words = list(_WORD.finditer(text))
    done = 0
    for place, word in enumerate(words):
        both = (word[0], words[place + 1][0]) if place + 1 < len(words) else ()
        for name in (*by_words.get(both, ()), *by_words.get((word[0],), ())):
            start = word.start() - _before_its_words(name)
            end = start + len(name)
            if start >= done and text.startswith(name, start) and _stands_alone(text, start, end):
                yield _entity(start, end)
                done = end
                break


def _before_its_words(name: str) -> int:
    """How many characters, such as an apostrophe, a name has before its first word."""
    first = _WORD.search(name)
    return 0 if first is None else first.start()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no word goes on before ``start`` or after ``end``."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return _WORD.match(before) is None and _WORD.match(after) is None


def _is_telling(name: str) -> bool:
    words = spelling(name).replace("-", " ").split()
    if len(words) > 1:
        return any(len(word) > 1 for word in words)
    return len(name) >= _LEAST_REPEATED and words[0] not in PLAIN_WORDS if words else False
