"""Given and family names of some eighty languages, from a data file that is read once.

The file is made from Faker's lists (MIT licence); its head says how. It is wide and shallow: it
tells whether a column holds names of persons, never who somebody is.
"""

from __future__ import annotations

from functools import cache
from itertools import chain

from veilflow.classify.name_words import CJK_FAMILY, FAMILY, GIVEN, ORDINARY
from veilflow.classify.word_files import word_lists

__all__ = [
    "ascii_names",
    "common_words",
    "is_cjk_name",
    "is_telling_name",
    "plain_names",
    "telling_names",
]


@cache
def telling_names() -> frozenset[str]:
    """Folded words that are names and seldom anything else."""
    return ascii_names() | _other_names()


@cache
def ascii_names() -> frozenset[str]:
    """Those of them that are written in ASCII."""
    return frozenset(chain(_list(0).split("\n"), (GIVEN | FAMILY) - ORDINARY))


def is_telling_name(word: str) -> bool:
    """Whether a folded word is one of :func:`telling_names`."""
    return word in ascii_names() or (not word.isascii() and word in _other_names())


def is_cjk_name(compact: str) -> bool:
    """A family name in Chinese, Japanese or Korean script, followed by one to three characters."""
    family = _cjk_families()
    if not 2 <= len(compact) <= 5:
        return False
    return (len(compact) > 2 and compact[:2] in family) or (
        len(compact) <= 4 and (compact[0] in family or compact[0] in CJK_FAMILY)
    )


@cache
def common_words() -> frozenset[str]:
    """English words that are in any prose: a capital and a verb make no name of them."""
    return frozenset(word_lists("common_words.txt")[0].decode().split())


@cache
def plain_names() -> frozenset[str]:
    """Names that an English dictionary has as plain words too."""
    return frozenset(word_lists("plain_names.txt")[0].decode().split("\n"))


@cache
def _other_names() -> frozenset[str]:
    return frozenset(_list(1).split("\n"))


@cache
def _cjk_families() -> frozenset[str]:
    return frozenset(_list(2).split())


def _list(place: int) -> str:
    return _lists()[place].decode()


@cache
def _lists() -> tuple[bytes, ...]:
    """Names in ASCII, other names, and family names in Chinese characters.

    Most tables need the first of them alone, and text without other letters is faster to read.
    """
    return word_lists("person_names.txt")
