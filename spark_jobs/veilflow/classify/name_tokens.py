"""The words of a text as the search for names sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from veilflow.classify.headers import fold

__all__ = ["PIECE", "Token", "tokens_of"]

PIECE = r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff])+"
_WORD = re.compile(rf"{PIECE}(?:['\u2019\u2010\u2011.-]{PIECE})*")
_INNER_CAPITAL = re.compile(r"(?<![-'\u2019.])(?<!^Mc)(?<!^Mac)(?<!^[DL][aei])(?<!^)[A-Z]")
# "De-duplicate"; but "Jean-marie", "Al-khalil".
_SMALL_AFTER_HYPHEN = re.compile(r"^(?:De|Re|Un|Pre|Post|Non|Sub|Co|Anti|Multi|Self|Auto)-[a-z]")
_BETWEEN_PARTS = re.compile(r"['\u2019\u2010\u2011.-]")
_POSSESSIVE = re.compile(r"(?<=[^\W\d_]{2})['\u2019][sS]$")


@dataclass(frozen=True, slots=True)
class Token:
    """One word without a possessive's ending, and what is between it and the word before."""

    start: int
    end: int
    text: str
    plain: str
    gap: str  # between it and the word before

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_capitals(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()

    @property
    def is_written_as_name(self) -> bool:
        """No capital inside ("ETag"), except after Mc and the like, a hyphen or an apostrophe."""
        if _SMALL_AFTER_HYPHEN.search(self.text):
            return False
        return self.text.isupper() or _INNER_CAPITAL.search(self.text) is None

    @property
    def is_initial(self) -> bool:
        return len(self.text) == 1 and self.text.isupper()

    @property
    def parts(self) -> list[str]:
        if self.plain.isalpha():
            return [self.plain]
        return [part for part in _BETWEEN_PARTS.split(self.plain) if part]


def tokens_of(text: str) -> list[Token]:
    made, end = [], 0
    for found in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", found[0])
        last = found.start() + len(word)
        made.append(Token(found.start(), last, word, fold(word), text[end : found.start()]))
        end = last
    return made
