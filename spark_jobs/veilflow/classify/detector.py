"""One detector: a test of one cell for one type, and how far passing it convinces."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from veilflow.classify.column import Kind
from veilflow.classify.headers import fold

__all__ = ["DIGITS", "NUMERIC", "Detector", "Test", "in_vocabulary", "pattern", "vocabulary"]

Test = Callable[[str], bool]
DIGITS = "0123456789"
NUMERIC: tuple[Kind, ...] = ("integer", "decimal")


@dataclass(frozen=True, slots=True)
class Detector:
    """How one type is recognised in the values of a column.

    - ``matches``: the strict test of a whole cell. ``alone`` is the score of a column in which
      every value passes it while the name says nothing (0: values never tell this type), and
      ``alone_share`` the share that has to pass. ``chance`` is about the share of *other* values
      of the same shape that pass, so that a few lucky checksums don't convince.
    - ``named``: the looser test where the name tells the type; below ``named_share`` the values
      veto the name. ``hinted``: the test where the name is ambiguous; ``matches`` if left out.
    - ``hinted_share``: the share that has to pass ``hinted``; ``named_share`` if left out.
    - ``ceiling``: no evidence lifts the score above it. Below ``STRONG`` it keeps a type that is
      often harmless (a date, an amount) from contradicting a person's decision.
    - ``specificity`` settles near ties: an e-mail address is more than a URL.
    - ``accepts_flags``: yes and no are values of this type where the name tells it.
    - ``words``: the vocabulary, where ``matches`` is nothing but looking a value up in it.
    - ``some_word``: whether any of a column's words lets ``matches`` pass at all.
    - ``characters``, ``lengths``: a value without any of these, or outside these lengths, can't
      match. Like ``words`` and ``some_word`` they only save time.
    - ``phrase``: how evidence calls the type, where the taxonomy doesn't know it.
    """

    type: str
    matches: Test
    specificity: int
    alone: float = 0.0
    alone_share: float = 0.8
    chance: float = 0.001
    named: Test | None = None
    named_share: float = 0.6
    hinted: Test | None = None
    hinted_share: float | None = None
    ceiling: float = 0.98
    accepts_flags: bool = False
    words: frozenset[str] = frozenset()
    some_word: Callable[[frozenset[str]], bool] | None = None
    characters: str = ""
    lengths: tuple[int, int] = (1, 300)
    not_kinds: tuple[Kind, ...] = ()
    alone_characters: str = ""
    alone_lengths: tuple[int, int] | None = None
    alone_not_kinds: tuple[Kind, ...] = ()
    phrase: str = ""


def pattern(expression: str) -> Test:
    """A test for whole cells, ignoring case.

    Expressions here repeat with bounds only and never nest unbounded repetitions, and cells are
    capped, so that no value can make matching slow.
    """
    matcher = re.compile(expression, re.IGNORECASE).fullmatch
    return lambda value: matcher(value) is not None


def vocabulary(type_id: str, words: frozenset[str], specificity: int, **other: Any) -> Detector:
    """A detector whose strict test is that a value is one of ``words``."""
    return Detector(type_id, in_vocabulary(words), specificity, words=words, **other)


def in_vocabulary(words: Collection[str]) -> Test:
    """A test for cells that are one of these words, ignoring case and accents."""
    return lambda value: fold(value) in words
