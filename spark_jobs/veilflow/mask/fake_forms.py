"""Fakes of each kind from numbers that a key drew: the same numbers make the same person.

All kinds of a locale read the same places of a draw for a given and a family name, so that a
person's fake name, user name and e-mail address belong together where they share a linkage domain.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from veilflow.mask.fake_numbers import card, iban, phone, postcode, ssn
from veilflow.mask.fake_words import words

if TYPE_CHECKING:
    import pyarrow as pa

    from veilflow.mask.fake_numbers import Draws

__all__ = ["DRAWN", "KINDS", "Gender", "Kind", "made"]

Kind = Literal[
    "person_name", "first_name", "last_name", "username", "email", "phone", "street_address",
    "city", "postcode", "company", "card", "iban", "ssn", "date_of_birth",
]  # fmt: skip
Gender = Literal["female", "male"]
KINDS: tuple[str, ...] = (
    "person_name", "first_name", "last_name", "username", "email", "phone", "street_address",
    "city", "postcode", "company", "card", "iban", "ssn", "date_of_birth",
)  # fmt: skip

DRAWN = 8
"""Numbers of 32 bits that one fake takes."""

_FIRST, _LAST, _OTHER, _NUMBER = 0, 1, 2, 4
_DOMAINS = ("example.com", "example.org", "example.net")  # RFC 2606: nobody's
_TYPE_FIRST = ("fr", "es", "it", "pt", "pl")  # "rue X" and not "X Street"
_NUMBER_LAST = ("de", "es", "it", "nl", "pt", "pl", "sv")
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"}


def made(kind: Kind, locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    """One fake for each row of ``draws``, which has :data:`DRAWN` columns."""
    import pyarrow as pa

    form = _FORMS.get(kind)
    if form is not None:
        return form(locale, gender, draws)
    texts = _numbers(kind, locale, draws)
    return pa.array(texts, pa.string())


def _numbers(kind: Kind, locale: str, draws: Draws) -> list[str]:
    if kind == "phone":
        return phone(locale, draws)
    if kind == "postcode":
        return postcode(locale, draws)
    if kind == "date_of_birth":
        import numpy as np

        days = np.datetime64("1930-01-01") + (draws[:, 0] % 29_220).astype("timedelta64[D]")
        return [str(day) for day in days]
    return {"card": card, "iban": iban, "ssn": ssn}[kind](draws)


def _take(locale: str, of: str, draws: Draws, place: int) -> pa.Array:
    import pyarrow as pa

    there = words(locale, of)
    return there.take(pa.array(draws[:, place].astype("int64") % len(there)))


def _join(*parts: pa.Array | str) -> pa.Array:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(*parts, "")


def _first(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    return _take(locale, gender or "first", draws, _FIRST)


def _last(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    return _take(locale, "last", draws, _LAST)


def _person(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    return _join(_first(locale, gender, draws), " ", _last(locale, gender, draws))


def _username(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    import pyarrow as pa

    first, last = (_plain(part(locale, gender, draws)) for part in (_first, _last))
    said = [f"{number % 10_000:04d}" for number in draws[:, _NUMBER].tolist()]
    numbers = pa.array(said, pa.string())  # there may be none
    return _join(first, ".", last, numbers)


def _email(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    import pyarrow as pa

    domains = pa.array(_DOMAINS).take(pa.array(draws[:, _OTHER].astype("int64") % len(_DOMAINS)))
    return _join(_username(locale, gender, draws), "@", domains)


def _plain(names: pa.Array) -> pa.Array:
    """Small letters of ASCII alone; each different name is looked at once."""
    import pyarrow as pa

    encoded = names.dictionary_encode()
    plain = [_ascii(name) or "x" for name in encoded.dictionary.to_pylist()]
    return pa.array(plain, pa.string()).take(encoded.indices)


def _ascii(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower())
    letters = (_LETTERS.get(char, char) for char in decomposed)
    return "".join(char for char in "".join(letters) if char.isascii() and char.isalnum())


def _street(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    import pyarrow as pa

    language = locale[:2]
    name, type_ = _take(locale, "last", draws, 5), _take(locale, "street", draws, 6)
    number = pa.array([str(draw % 240 + 1) for draw in draws[:, _NUMBER].tolist()], pa.string())
    if language in _TYPE_FIRST:
        street = _join(type_, " ", name)
    else:
        street = _join(name, type_) if language in ("de", "nl", "sv") else _join(name, " ", type_)
    return _join(street, " ", number) if language in _NUMBER_LAST else _join(number, " ", street)


def _city(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    if len(words(locale, "city")):
        return _take(locale, "city", draws, 3)
    return _join(_take(locale, "last", draws, 3), _take(locale, "city_end", draws, 7))


def _company(locale: str, gender: Gender | None, draws: Draws) -> pa.Array:
    return _join(_take(locale, "last", draws, 3), " ", _take(locale, "company", draws, 7))


_FORMS: dict[str, Callable[[str, Gender | None, Draws], pa.Array]] = {
    "person_name": _person, "first_name": _first, "last_name": _last, "username": _username,
    "email": _email, "street_address": _street, "city": _city, "company": _company,
}  # fmt: skip
