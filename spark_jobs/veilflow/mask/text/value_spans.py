"""Where a text holds numbers, addresses and dates that the tables know.

Numbers and codes are found in any grouping, whole, with one digit wrong from seven digits on, and
telephone numbers also without their country or area; e-mail addresses with one letter wrong and
without their domain; a street by its house number and name; a date of birth in any format that
:mod:`veilflow.classify.text_dates` reads. Each search is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from veilflow.classify.text_dates import find_dates
from veilflow.classify.words import STREET
from veilflow.mask.text.edits import is_one_edit
from veilflow.mask.text.folding import Folded
from veilflow.mask.text.spans import Span
from veilflow.mask.text.terms import Known, KnownTerms

__all__ = ["find_values"]

_KEPT = re.compile(r"[^\W_]")
_SEPARATED = re.compile(r"[\s./()\-+:#_\u2010-\u2015]{0,3}")
_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ \t./()\u2010-\u2015-]{0,3}[0-9]){5,17}(?![0-9])")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,23}")
_EXTENSION = re.compile(r" {0,2}(?:x|ext\.?|#) {0,2}[0-9]{1,6}(?![0-9])")
_TOKEN = re.compile(r"[^\W_]+")
_TIMESTAMP = re.compile(r"(?<![0-9])([12][0-9]{3})-([01][0-9])-([0-3][0-9])(?=t[0-9]{2})")
_LEAST_CODE, _LEAST_EDITED = 4, 7


def find_values(text: Folded, terms: KnownTerms) -> Iterator[Span]:
    """The places of each value; they may overlap."""
    pressed = _Pressed(text)
    for known in terms.codes:
        yield from pressed.places_of(known)
    for known in terms.phones:
        yield from pressed.places_of(known)
    yield from _numbers(text, terms)
    yield from _emails(text, terms.emails)
    for known in terms.addresses:
        yield from _address(text, known)
    for known in terms.phrases:
        yield from _phrase(text, known)
    if terms.days:
        yield from _days(text, terms)


def _made(text: Folded, start: int, end: int, known: Known) -> Span:
    first, last = text.span(start, end)
    return Span(first, last, known.type, known.entity, True)


class _Pressed:
    """The letters and digits of a text written together, and where each of them stood."""

    def __init__(self, text: Folded) -> None:
        self._text = text

    @cached_property
    def letters(self) -> str:
        return re.sub(r"[\W_]+", "", self._text.text)

    @cached_property
    def _places(self) -> list[int]:
        return [found.start() for found in _KEPT.finditer(self._text.text)]

    def places_of(self, known: Known) -> Iterator[Span]:
        """Where the value stands by itself, with nothing but separators inside it."""
        code = re.sub(r"[\W_]+", "", known.value)
        if len(code) < _LEAST_CODE or not any(map(str.isdigit, code)):
            return
        at = self.letters.find(code)
        while at >= 0:
            start, end = self._places[at], self._places[at + len(code) - 1] + 1
            if self._is_apart(start, end, code) and self._is_one(at, len(code)):
                yield _made(self._text, start, end, known)
            at = self.letters.find(code, at + 1)

    def _is_apart(self, start: int, end: int, code: str) -> bool:
        """No digit continues a number, no letter a word; "MRN004512" has its number."""
        text = self._text.text
        before, after = text[start - 1 : start], text[end : end + 1]
        left = not before.isalnum() or (before.isalpha() and code[0].isdigit())
        return left and (not after.isalnum() or (after.isalpha() and code[-1].isdigit()))

    def _is_one(self, at: int, size: int) -> bool:
        text, places = self._text.text, self._places
        return all(
            places[here + 1] == places[here] + 1
            or _SEPARATED.fullmatch(text, places[here] + 1, places[here + 1]) is not None
            for here in range(at, at + size - 1)
        )


def _numbers(text: Folded, terms: KnownTerms) -> Iterator[Span]:
    """Digits that are a known number's but for one, or the end of a known telephone number."""
    codes = [(_digits(k.value), k) for k in terms.codes if not re.search(r"[^\W\d_]", k.value)]
    phones = [(_digits(k.value), k) for k in terms.phones]
    if not codes and not phones:
        return
    for found in _NUMBER.finditer(text.text):
        digits = _digits(found[0])
        known = next((k for value, k in codes if _is_near(digits, value)), None)
        if known is None:
            known = next((k for value, k in phones if _is_phone(digits, value)), None)
        if known is not None:
            start = found.start()
            while start and text.text[start - 1] in "+(":
                start -= 1
            extension = _EXTENSION.match(text.text, found.end())
            yield _made(text, start, extension.end() if extension else found.end(), known)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _is_near(digits: str, value: str) -> bool:
    return len(value) >= _LEAST_EDITED and (digits == value or is_one_edit(digits, value))


def _is_phone(digits: str, value: str) -> bool:
    if _is_near(digits, value):
        return True
    one, other = digits.lstrip("0"), value.lstrip("0")
    most = min(len(one), len(other))
    if most >= 9:
        return one[-9:] == other[-9:] or is_one_edit(one[-10:], other[-10:])
    return len(one) >= 7 and other.endswith(one)


def _emails(text: Folded, emails: Sequence[Known]) -> Iterator[Span]:
    if not emails:
        return
    for found in _EMAIL.finditer(text.text):
        for known in emails:
            if found[0] == known.value or is_one_edit(found[0], known.value):
                yield _made(text, found.start(), found.end(), known)
                break
    for known in emails:
        local = known.value.partition("@")[0]
        telling = len(local) >= 5 and any(char.isdigit() or char in "._-" for char in local)
        for found in re.finditer(rf"(?<!\w){re.escape(local)}(?!\w)", text.text) if telling else ():
            yield _made(text, found.start(), found.end(), known)


def _address(text: Folded, known: Known) -> Iterator[Span]:
    """House number and street in either order, or the street's name of two words."""
    words = [found[0] for found in _TOKEN.finditer(known.value)]
    names = [word for word in words if word.isalpha() and len(word) > 2 and word not in STREET]
    if not names:
        return
    parts = frozenset(words) | STREET
    here = frozenset(words)
    run: list[re.Match[str]] = []
    for found in _TOKEN.finditer(text.text):
        near = not run or found.start() - run[-1].end() <= 3
        if found[0] in parts and near:
            run.append(found)
            continue
        yield from _street(text, run, here, names, known)
        run = [found] if found[0] in parts else []
    yield from _street(text, run, here, names, known)


def _street(
    text: Folded, run: Sequence[re.Match[str]], here: frozenset[str], names: Sequence[str],
    known: Known,
) -> Iterator[Span]:  # fmt: skip
    said = [found for found in run if found[0] in here]
    has_name = any(found[0] in names for found in said)
    if has_name and len(run) > 1 and len({found[0] for found in run}) > 1:
        is_numbered = any(found[0][0].isdigit() for found in said)
        is_named = any(found[0] in STREET for found in run) or len(said) > 2
        if is_numbered or is_named:
            yield _made(text, run[0].start(), run[-1].end(), known)


def _phrase(text: Folded, known: Known) -> Iterator[Span]:
    words = _TOKEN.findall(known.value)
    if sum(map(len, words)) < _LEAST_CODE:
        return
    pattern = r"[\s.,\u2010-\u2015'\u2019-]{0,3}".join(map(re.escape, words))
    for found in re.finditer(rf"(?<!\w){pattern}(?!\w)", text.text):
        yield _made(text, found.start(), found.end(), known)


def _days(text: Folded, terms: KnownTerms) -> Iterator[Span]:
    for start, end, days in find_dates(text.source):
        born = next((day for day in days if day in terms.days), None)
        if born is not None:
            yield Span(start, end, "date_of_birth", f"day:{born.isoformat()}", True)
    known = {day.isoformat() for day in terms.days}
    for found in _TIMESTAMP.finditer(text.text):
        if found[0] in known:
            first, last = text.span(found.start(), found.end())
            yield Span(first, last, "date_of_birth", f"day:{found[0]}", True)
