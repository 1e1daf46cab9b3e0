"""What a search for identifiers sees of a text: its words, its numbers, its addresses and dates.

One spelling for each: compatibility forms and invisible characters are levelled out, words are
folded (case, accents). Chinese, Japanese and Korean names have no blanks around them, so every
stretch of two to five such characters counts as a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.classify.headers import fold

from veilflow_expectations.spelling import NESTED, written

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "EMAIL",
    "Word",
    "codes_in",
    "is_joined_script",
    "joined",
    "plain_text",
    "texts_of",
    "words_in",
]

_MARKS = "\u0900-\u0dff\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
_PART = rf"(?:[^\W_]|[{_MARKS}])+"
_WORD = re.compile(rf"{_PART}(?:['\u2019`\u00b4\u2010\u2011-]{_PART})*")
_PARTS = re.compile(_PART)
_JOINED_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_TOKEN = re.compile(r"[^\W_]+")
# What may stand between the pieces of one number; a wider gap separates two.
_GAP = re.compile(r"[ \t./()\-+:#_\u2010-\u2015]{0,3}")
EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,23}")

_LEAST, _MOST, _PIECES = 6, 24, 6
_JOINED_MOST = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: its folded parts, the parts written together, how it begins and ends.

    ``parts`` of "Smith-Jones" are smith and jones, ``whole`` is smithjones. ``follows_gap`` tells
    whether a sentence or line ended before it.
    """

    whole: str
    parts: tuple[str, ...]
    is_capitalised: bool
    is_possessive: bool
    follows_gap: bool

    @property
    def spellings(self) -> tuple[str, ...]:
        """What is looked up: the whole and, where they differ, its parts."""
        return (self.whole,) if len(self.parts) < 2 else (self.whole, *self.parts)


def texts_of(values: pa.Array) -> list[str | None]:
    """Each value as text, whatever its type; spellings stay as they are, and NaN is missing.

    Raises TypeError for nested values; the message holds no value.
    """
    import pyarrow.types as types

    if types.is_nested(values.type):
        raise TypeError(NESTED)
    plain = values.dictionary_decode() if types.is_dictionary(values.type) else values
    write = written(plain.type)
    return [None if value is None else write(value) for value in plain.to_pylist()]


def plain_text(text: str) -> str:
    """The text with compatibility forms composed and invisible characters removed."""
    if text.isascii():
        return text
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", seen)


def words_in(text: str) -> Iterator[Word]:
    """The words of a :func:`plain_text`, in order; characters of joined scripts by stretches."""
    end = 0
    for found in _WORD.finditer(text):
        gap = text[end : found.start()]
        apart = any(char in gap for char in ".;:!?\n\r[]()") and gap.strip(" ") != "."
        end = found.end()
        raw = found[0]
        if not raw.isascii() and _JOINED_SCRIPT.search(raw):
            for run in _JOINED_SCRIPT.finditer(raw):
                yield from _stretches(run[0])
            continue
        pieces = _PARTS.findall(raw)
        possessive = len(pieces) > 1 and pieces[-1] in ("s", "S")
        parts = tuple(fold(piece) for piece in (pieces[:-1] if possessive else pieces))
        yield Word(
            "".join(parts), parts, raw[0].isupper() or not raw[0].islower(), possessive, apart
        )


def is_joined_script(text: str) -> bool:
    """Whether the text, blanks and middle dots apart, is written in a script without blanks."""
    compact = re.sub(r"[\s\u00b7\u30fb]", "", text)
    return bool(compact) and _JOINED_SCRIPT.fullmatch(compact) is not None


def joined(text: str) -> str:
    """The folded letters and digits of a text, written together."""
    return "".join(fold(token) for token in _TOKEN.findall(text))


def codes_in(text: str) -> Iterator[str]:
    """Everything with a digit that may be one number or code, whatever separates its pieces."""
    pieces = list(_TOKEN.finditer(text))
    numeric = [any(char.isdigit() for char in piece[0]) for piece in pieces]
    for first in range(len(pieces)):
        code, has_digit = "", False
        for place in range(first, min(first + _PIECES, len(pieces))):
            if place > first:
                gap = text[pieces[place - 1].end() : pieces[place].start()]
                if not _GAP.fullmatch(gap):
                    break
            code += fold(pieces[place][0])
            has_digit = has_digit or numeric[place]
            if len(code) > _MOST:
                break
            if has_digit and len(code) >= _LEAST:
                yield code
                if len(code) in (11, 12, 13) and code.isdigit():
                    yield code[-10:]  # a telephone number without its country


def _stretches(run: str) -> Iterator[Word]:
    for size in range(2, _JOINED_MOST + 1):
        for start in range(len(run) - size + 1):
            piece = run[start : start + size]
            yield Word(piece, (piece,), True, False, True)
