"""Partial masks: the ends of a text, the rest filled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import ValueTransform, transform

__all__ = ["SEPARATORS", "Partial"]

SEPARATORS = r" -/:-@\[-`{-~"
"""Inside brackets of a regular expression: the blank and ASCII's punctuation, and nothing else."""

_HIDDEN = re.compile(f"[^{SEPARATORS}]")


@transform("partial")
@dataclass(frozen=True)
class Partial(ValueTransform):
    """The first and last characters, the rest filled; the length stays visible.

    With ``keep_format`` blanks and ASCII punctuation stay where they are and aren't counted: the
    last four of 078-05-1120 leave ***-**-1120. Letters of any script, and whatever else isn't such
    a separator, are filled. A value that is no longer than what would be kept is filled entirely.
    """

    guarantees = Guarantees(
        keeps=("length", "prefix", "suffix"), empty="stays empty", not_for="short codes"
    )

    keep_first: int = 0
    keep_last: int = 0
    fill: str = "*"
    keep_format: bool = False

    def __post_init__(self) -> None:
        kept = self.keep_first + self.keep_last
        if min(self.keep_first, self.keep_last) < 0 or (kept == 0 and not self.keep_format):
            raise ValueError(
                "keep_first and keep_last are 0 or more, one of them at least 1 unless keep_format"
            )
        if len(self.fill) != 1:
            raise ValueError("fill is one character")

    def mask(self, value: str) -> str | None:
        if self.keep_format:
            return self._formatted(value)
        hidden = len(value) - self.keep_first - self.keep_last
        if hidden <= 0:
            return self.fill * len(value)
        end = value[len(value) - self.keep_last :]
        return value[: self.keep_first] + self.fill * hidden + end

    def _formatted(self, value: str) -> str:
        places = [match.start() for match in _HIDDEN.finditer(value)]
        if len(places) > self.keep_first + self.keep_last:
            places = places[self.keep_first : len(places) - self.keep_last]
        characters = list(value)
        for place in places:
            characters[place] = self.fill
        return "".join(characters)
