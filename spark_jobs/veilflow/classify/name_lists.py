"""Lists of names in a text: "Leehy, Perkins and Copeland" are founders, or a firm."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

__all__ = ["Word", "announces_people", "list_size"]

_PEOPLE = re.compile(
    r"\b(?:founders|partners|members|authors|directors|team|winners|speakers|participants|present"
    r"|attendees|brothers|sisters|siblings|children|sons|daughters|names|people|students|players"
    r"|candidates|victims|suspects|witnesses|patients|guests|editors|inventors|defendants"
    r"|plaintiffs|colleagues|friends|neighbours|neighbors|teachers|nurses|doctors|by|between)"
    r"(?: (?:are|were|is|was|namely))?[ ]?:?[ ]{1,2}$",
    re.IGNORECASE,
)
_LOOK = 32
_MOST = 6


class Word(Protocol):
    """A word of a text: where it starts, its folded form, and what is between it and the last."""

    @property
    def start(self) -> int: ...

    @property
    def plain(self) -> str: ...

    @property
    def gap(self) -> str: ...


def list_size(words: Sequence[Word], at: int, may_be: Callable[[Word], bool]) -> int:
    """How many single words make a list "A, B and C" or "A, B & C" from ``at`` on; 0 for none.

    The word "and" isn't counted: the last of three names is at ``at + 3`` if there is one.
    """
    size = 0
    here = words[at : at + _MOST + 1]
    for word, following in pairwise(here):
        if not may_be(word) or (size and word.gap != ", "):
            return 0
        size += 1
        if following.gap == " & ":
            return size + 1 if size > 1 and may_be(following) else 0
        if following.plain == "and" and following.gap in (" ", ", "):
            last = words[at + size + 1] if at + size + 1 < len(words) else None
            fits = last is not None and last.gap == " " and may_be(last)
            return size + 1 if size > 1 and fits else 0
    return 0


def announces_people(text: str, start: int) -> bool:
    """Whether what stands before says that people follow: "our founders: "."""
    return _PEOPLE.search(text[max(0, start - _LOOK) : start]) is not None
