"""Names in another script than the text's: Νίκος in English, 王小明 anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from veilflow.classify.entity import Entity
from veilflow.classify.name_tokens import PIECE
from veilflow.classify.name_words import CJK_FAMILY

__all__ = ["find_foreign_names"]

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,12}")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_BESIDE_NUMBER = re.compile(r"[0-9][^\W\d_]?[ ,./]{1,2}(?:[^\W\d_]{1,4}\.? )?$|\b(?:in|at) $")
_NUMBER_AHEAD = re.compile(r"[.)]?(?: [^\W\d_]{1,20})?,? [0-9]")


def find_foreign_names(text: str) -> Iterator[Entity]:
    """In a text of Latin letters, words of another script; in others only Chinese-form names."""
    if text.isascii():
        return
    latin = len(_LATIN.findall(text))
    for found in _CJK.finditer(text):
        mostly_latin = latin > 3 * len(found[0])
        if mostly_latin or (found[0][0] in CJK_FAMILY and len(found[0]) <= 4):
            yield Entity(found.start(), found.end(), "person_name", 0.8 if mostly_latin else 0.6)
    for found in re.finditer(rf"{PIECE}(?:[ \u30fb\u00b7-]{PIECE}){{0,3}}", text):
        letters = [char for char in found[0] if char.isalpha()]
        foreign = [char for char in letters if _is_foreign(char)]
        if foreign and latin > len(foreign):
            first, last = found[0].index(foreign[0]), found[0].rindex(foreign[-1])
            start, end = found.start() + first, found.start() + last + 1
            if not _is_address(text, start, end):
                yield Entity(start, end, "person_name", 0.75)


def _is_address(text: str, start: int, end: int) -> bool:
    """Beside a house number, after "in", or one word in capitals: a street or a town."""
    word = text[start:end]
    if len(word) == 1 or (word.isupper() and " " not in word):
        return True
    around = _BESIDE_NUMBER.search(text[max(0, start - 12) : start])
    return around is not None or _NUMBER_AHEAD.match(text, end) is not None


def _is_foreign(char: str) -> bool:
    return "\u0370" <= char <= "\u1cff" or "\u1f00" <= char <= "\u1fff"
