"""E-mail addresses, phone numbers, street addresses and user names."""

from __future__ import annotations

import re

from veilflow.classify.detector import DIGITS, Detector, pattern
from veilflow.classify.headers import fold
from veilflow.classify.temporal import is_date
from veilflow.classify.words import FLAGS, STREET

__all__ = ["DETECTORS"]

is_email = pattern(
    r"(?:mailto:)?[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,23}"
)

_EXTENSION = r"(?:\s{0,2}(?:x|ext\.?|#)\s{0,2}[0-9]{1,6})?"
_PHONE_SHAPE = re.compile(
    r"(?:tel:)?(?:\+|00)?[ ]?[(]?[0-9]{1,5}[)]?(?:[ ./()-]{0,3}[0-9]{1,8}){0,6}" + _EXTENSION,
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(
    r"(?:tel:)?(?:\+[ ]?|00(?=[1-9][0-9]{0,3}[ ()./-]))[1-9][0-9 ()./-]{6,22}" + _EXTENSION,
    re.IGNORECASE,
)
_NORTH_AMERICAN = re.compile(
    r"(?:(?:\+|00)?1[ .-]?)?(?:\([2-9][0-9]{2}\)[ ]?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[ .-][0-9]{4}"
    + _EXTENSION,
    re.IGNORECASE,
)
_TRUNK_ZERO = re.compile(
    r"(?=[^ /()-]{0,6}[ /()-])\(?0[1-9][0-9]{0,4}\)?(?:[ /-]{1,2}[0-9]{2,8}){1,5}"
)
_FORMATTED = re.compile(
    "|".join(form.pattern for form in (_INTERNATIONAL, _NORTH_AMERICAN, _TRUNK_ZERO)), re.IGNORECASE
)
"""All forms at once: what has none of them is done with in one go."""


def _digit_count(value: str) -> int:
    return sum(map(str.isdigit, value))


def is_formatted_phone(value: str) -> bool:
    """A number that is written as only phone numbers are: +, an area code, a trunk zero."""
    if not _FORMATTED.fullmatch(value):
        return False
    if not 8 <= _digit_count(value) <= 20 or is_date(value):
        return False
    if _INTERNATIONAL.fullmatch(value) or _NORTH_AMERICAN.fullmatch(value):
        return True
    return _TRUNK_ZERO.fullmatch(value) is not None and _digit_count(value) <= 13


def is_possible_phone(value: str) -> bool:
    """Anything that a column called "phone" may hold: 5 to 20 digits, separators, an extension."""
    return 5 <= _digit_count(value) <= 20 and _PHONE_SHAPE.fullmatch(value) is not None


_TOKEN = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\w.])[0-9]{1,5}[a-zA-Z]?(?![0-9.])")
_STREET_ENDINGS = ("strasse", "straat", "gasse", "allee", "platz", "laan", "plein", "gracht", "weg",
                   "gatan", "vagen", "gade", "vej", "damm", "ufer")  # fmt: skip
_NOT_STREETS = frozenset(
    "region zone room area phase level version grade step chapter unit ward class group type no "
    "day week month year item model size page part batch lot test sample site district "
    "block".split()
)
_PLACE_AND_NUMBER = re.compile(
    r"[^\W\d_][^\W\d_.' -]{2,40}(?:[ ][^\W\d_][\w.'-]{0,40}){0,5},?[ ][0-9]{1,4}[a-zA-Z]?"
)
_UNIT_ONLY = re.compile(
    r"#?[0-9]{1,5} ?[a-z]?"
    r"|(?:apt|apartment|suite|ste|unit|floor|fl|room|rm|bldg|flat|lot)\.?[ #]{0,2}[0-9a-z-]{1,6}",
    re.IGNORECASE,
)
_CJK_PLACE = re.compile(r"[\w\s()-]{0,40}[\u3400-\u9fff\uac00-\ud7af]{4}[\w\s()、，.-]{0,80}")
_PO_BOX = re.compile(
    r"(?:p\.? ?o\.? ?box|postfach|apartado) ?[0-9]{1,7}.{0,80}|bp ?[0-9]{1,5}(?:[ ,].{0,80})?",
    re.IGNORECASE,
)


def _folded_words(value: str) -> list[str]:
    if value.isascii():
        return _TOKEN.findall(value.lower())
    return [fold(word) for word in _TOKEN.findall(value)]


def is_street_address(value: str) -> bool:
    """A number and a word that streets are called, in either order; or a post-office box."""
    if _PO_BOX.fullmatch(value):
        return True
    if not _NUMBER.search(value):
        return False
    words = _folded_words(value)
    return 1 < len(words) + 1 <= 16 and any(
        word in STREET or (len(word) > 5 and word.endswith(_STREET_ENDINGS)) for word in words
    )


def is_possible_street_address(value: str) -> bool:
    """What a column called "address" may hold besides: a place and a number, a unit, a street."""
    if is_street_address(value) or _UNIT_ONLY.fullmatch(value) or _CJK_PLACE.fullmatch(value):
        return True
    words = _folded_words(value)
    if not words or "@" in value or words[0] in _NOT_STREETS:
        return False
    with_number = (
        _PLACE_AND_NUMBER.fullmatch(value)
        or re.match(r"[0-9]{1,5}[a-z]?[ ,]", value)
        or (len(words) > 1 and _NUMBER.search(value))
    )
    names_street = (len(words) > 1 and not STREET.isdisjoint(words)) or any(
        len(word) > 5 and word.endswith(_STREET_ENDINGS) for word in words
    )
    return bool(with_number) or names_street


_BOX = frozenset({"box", "postfach", "bp", "apartado"})


def _may_be_streets(words: frozenset[str]) -> bool:
    if not (STREET.isdisjoint(words) and _BOX.isdisjoint(words)):
        return True
    return any(len(word) > 5 and word.endswith(_STREET_ENDINGS) for word in words)


is_username = pattern(r"@?[a-z][a-z0-9._-]{2,38}")
_LOWER_CASE = re.compile(r"[a-z][a-z0-9._-]{3,38}")


def is_lower_case_username(value: str) -> bool:
    """A user name without capitals, as a column called "created by" has it where it isn't names."""
    return _LOWER_CASE.fullmatch(value) is not None and value not in FLAGS


DETECTORS = (
    Detector("email_address", is_email, 92, alone=0.98, alone_share=0.15, characters="@",
             lengths=(6, 254)),
    Detector("phone_number", is_formatted_phone, 70, alone=0.92, alone_share=0.3, chance=0.01,
             named=is_possible_phone, named_share=0.5,
             characters=DIGITS, lengths=(5, 40), not_kinds=("date",),
             alone_characters="+ ()./-", alone_lengths=(8, 40)),
    Detector("street_address", is_street_address, 65, some_word=_may_be_streets, alone=0.92,
             alone_share=0.4, chance=0.02,
             named=is_possible_street_address, named_share=0.4,
             hinted=is_possible_street_address, lengths=(3, 250),
             not_kinds=("integer", "decimal", "date")),
    Detector("username", is_username, 45, named_share=0.7, hinted=is_lower_case_username,
             lengths=(3, 40),
             not_kinds=("date", "integer", "decimal")),
)  # fmt: skip
