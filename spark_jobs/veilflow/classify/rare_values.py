"""Types that are looked for in every single cell, and what finding one says of a column.

A share of the distinct values says what a column is. One e-mail address among ten million wards
changes no share, and is still what must not be released. So where every cell is looked at, the
types that one value tells (:mod:`veilflow.classify.single_values`) are looked for in all of them:
in the cell as a whole, in its words, and in the groups that cards, accounts and phone numbers are
written in. Every expression here repeats with bounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

from veilflow.classify.column import ColumnVerdict
from veilflow.classify.contradictions import STRONG, UNMISTAKABLE
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.secret_forms import SECRET_START
from veilflow.classify.single_values import SINGLE_VALUE_TYPES
from veilflow.classify.taxonomy import NONE

__all__ = ["FORMS", "LONG_TEXT", "form_of", "told_in", "with_rare_types"]

FORMS: tuple[str, ...] = (
    r"@",
    SECRET_START,
    r"[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}",
    r"[+(] ?[0-9]|tel:|[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-][0-9]{4}",
    r"(?:[0-9A-Fa-f]{2}[:-]){5}|(?:[0-9A-Fa-f]{4}\.){2}",
    r"[A-Za-z]{2}[0-9]{2} ?[A-Za-z0-9]{4}",
    r"(?:[0-9][^0-9]{0,2}){12}[0-9]",
    r'(?:^|")\s{0,9}[0-9]{3} [0-9]{3} [0-9]{4}\s{0,9}(?:$|")',
    r"[A-HJ-NPR-Za-hj-npr-z0-9]{17}",
    r"[0-9XYZxyz][0-9]{7}-?[A-Za-z]",
    r"[A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z]",
    r"(?:[0-9]{1,3}\.){3}[0-9]|:[0-9A-Fa-f]{0,4}:",
)
"""For each of SINGLE_VALUE_TYPES an expression without which no cell holds it; RE2 reads it too."""
LONG_TEXT = r"\S[\s\S]{20,}\S(?:\s+\S+){5}"
"""A cell of many words, as no code or category has."""

_COMPILED = tuple(re.compile(form) for form in FORMS)
_WORD = re.compile(r'[^\s"{}\[\],;<>|]{3,2048}')
_QUOTED = re.compile(r'"([^"\\]{3,2048})"')
_EDGES = "()?!:'`.=*"
_GROUPS = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY"
    r"|(?:[0-9]{4}[ -]){3}[0-9]{1,7}|[0-9]{4}[ -][0-9]{6}[ -][0-9]{5}"
    r"|[A-Z]{2}[0-9]{2}(?: [A-Z0-9]{4}){3,7}(?: [A-Z0-9]{1,3}\b)?"
    r"|\+[0-9]{1,3}(?:[ ().-]{1,2}[0-9]{1,5}){2,6}|\([2-9][0-9]{2}\) ?[0-9]{3}[ -][0-9]{4}"
)
_WHOLE = 2_048
_RARE = 0.85
_WEAK = 0.75
_TEXTS = 0.6
_LUCKY = 0.2


@lru_cache(maxsize=256)
def form_of(places: tuple[int, ...]) -> str:
    """One expression for all of these entries of SINGLE_VALUE_TYPES."""
    return "|".join(FORMS[place] for place in places)


def told_in(cell: str, places: Collection[int]) -> Iterator[tuple[int, bool]]:
    """For each of ``places`` that something in the cell resembles: its place, and whether it is.

    The work is linear in the length of the cell.
    """
    text = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
    open_types = [place for place in places if _COMPILED[place].search(text)]
    if not open_types:
        return
    pieces = tuple(dict.fromkeys(_pieces(text)))
    for place in open_types:
        entry, form = SINGLE_VALUE_TYPES[place], _COMPILED[place]
        alike = [piece for piece in pieces if form.search(piece) and entry.resembles(piece)]
        if alike:
            yield place, any(map(entry.matches, alike))


def _pieces(text: str) -> Iterator[str]:
    whole = text.strip()
    if 0 < len(whole) <= _WHOLE:
        yield whole
    for match in _WORD.finditer(text):
        word = match[0].strip(_EDGES)
        if word and word != whole:
            yield word
    for match in _GROUPS.finditer(text):
        yield match[0]
    if whole[:1] in ("{", "["):
        for match in _QUOTED.finditer(text):
            yield match[1]


def with_rare_types(
    verdict: ColumnVerdict,
    places: Collection[int],
    *,
    has_long_texts: bool,
    types: CustomTypes = NO_TYPES,
) -> ColumnVerdict:
    """The verdict on the shares of a column's values, corrected by what single values told.

    A column that is strongly an identifier or free text stays what it is, and its evidence names
    the other types. Any other becomes the type that was found, the one that can't be mistaken
    first: the least harmless value decides.
    """
    found = sorted({SINGLE_VALUE_TYPES[place].type for place in places} - {verdict.type}, key=_rank)
    notes = tuple(f"some values look like {types.taxonomy[type_id].phrase}" for type_id in found)
    if not found:
        return _long(types, verdict) if has_long_texts else verdict
    guarded = verdict.score >= STRONG and verdict.role in ("identifier", "free_text")
    if guarded or verdict.type in UNMISTAKABLE:
        return _with(types, verdict, verdict.type, verdict.score, (*verdict.evidence, *notes))
    weak = all(entry.chance > _LUCKY for entry in SINGLE_VALUE_TYPES if entry.type == found[0])
    score = _WEAK if weak else _RARE
    if weak and verdict.score > score:
        return _with(types, verdict, verdict.type, verdict.score, (*verdict.evidence, *notes))
    rest = (
        ()
        if verdict.type == NONE
        else (f"the others look like {types.taxonomy[verdict.type].phrase}",)
    )
    return _with(types, verdict, found[0], score, (*notes, *rest))


def _rank(type_id: str) -> tuple[bool, str]:
    return type_id not in UNMISTAKABLE, type_id


def _long(types: CustomTypes, verdict: ColumnVerdict) -> ColumnVerdict:
    if verdict.type != NONE:
        return verdict
    note = "some values are long texts, which may say anything"
    return _with(types, verdict, "free_text", _TEXTS, (note,))


def _with(
    types: CustomTypes,
    verdict: ColumnVerdict,
    type_id: str,
    score: float,
    evidence: tuple[str, ...],
) -> ColumnVerdict:
    return ColumnVerdict(verdict.name, type_id, types.taxonomy[type_id].role, score, evidence)
