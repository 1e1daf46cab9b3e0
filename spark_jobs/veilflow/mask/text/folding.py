"""A text in one spelling, and where each of its characters came from.

Case, accents and compatibility forms are levelled out and invisible characters left out, so that
"Zażółć", "ZAZOLC" and a name with a soft hyphen inside are looked for once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Folded", "fold_character", "folded", "spelling"]

# Letters that no decomposition takes apart, as people write them where a keyboard lacks them.
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` is the folded form of ``source``; ``origins`` is None where positions agree."""

    source: str
    text: str
    origins: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same characters in the source, with what is invisible between and after them."""
        if self.origins is None:
            return start, end
        last = self.origins[end] if end < len(self.origins) else len(self.source)
        return self.origins[start], last


class _Characters(dict[str, str]):
    """Folded forms by character; filled as characters are met, of which there are few."""

    def __missing__(self, char: str) -> str:
        made = fold_character(char)
        self[char] = made
        return made


_CHARACTERS = _Characters()


def fold_character(char: str) -> str:
    """One character in lower case without accents; nothing for what is invisible."""
    if unicodedata.category(char) == "Cf" or char == "\u034f":
        return ""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    plain = "".join(part for part in decomposed if not unicodedata.combining(part))
    # Hangul syllables come apart as well, and have no accents: they are put together again.
    return unicodedata.normalize("NFC", "".join(_LETTERS.get(part, part) for part in plain))


def folded(source: str) -> Folded:
    """The folded form of a whole text, in time linear in its length."""
    if source.isascii():
        return Folded(source, source.lower(), None)
    pieces = [_CHARACTERS[char] for char in source]
    text = "".join(pieces)
    if len(text) == len(source) and all(pieces):
        return Folded(source, text, None)
    origins = [place for place, piece in enumerate(pieces) for _ in piece]
    return Folded(source, text, origins)


def spelling(value: str) -> str:
    """The folded form of one value, white space trimmed and collapsed.

    >>> spelling("  Żaneta  KRÓL ")
    'zaneta krol'
    """
    return " ".join(folded(unicodedata.normalize("NFC", value)).text.split())
