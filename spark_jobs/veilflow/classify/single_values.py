"""Types that a single value tells, however many other values there are around it.

A column's classification weighs shares, so one e-mail address among a million wards doesn't sway
it. For a few types the form of one value is evidence enough: it is telling in itself (an e-mail
address, a dashed social security number), or it carries a check digit.

A check digit is passed by luck by one in ten or so of the numbers that merely look alike. Where
there are few of these, one that passes counts. Where there are ten or more, and no more pass than
luck explains, they are other numbers (orders, hashes), and a real one among them can't be told by
its form: hold such a column against a reference.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from veilflow.classify import contact, devices, finance, government
from veilflow.classify.checksums import is_luhn, resembles_payment_card
from veilflow.classify.detector import Test, pattern
from veilflow.classify.secret_forms import SECRET_START

__all__ = [
    "CANDIDATES",
    "NUMBERS_FROM",
    "SINGLE_VALUE_TYPES",
    "SingleValueType",
    "is_luck",
    "pieces",
    "told",
    "told_by_number",
]

FEW = 10
"""Look-alikes below which one that passes counts by itself."""
_LUCK = 0.01


@dataclass(frozen=True, slots=True)
class SingleValueType:
    """``matches`` takes a value for one of ``type``; ``chance`` of what ``resembles`` one does."""

    type: str
    matches: Test
    resembles: Test
    chance: float


_strict = {
    detector.type: detector.matches
    for family in (contact, devices, finance, government)
    for detector in family.DETECTORS
}
_iban_shape = pattern(r"[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]){11,30}")
_nhs_shape = pattern(r"[0-9]{3} [0-9]{3} [0-9]{4}")
_vin_shape = pattern(r"(?=[0-9]{0,16}[a-z])(?=[a-z]{0,16}[0-9])[a-hj-npr-z0-9]{17}")
_dni_shape = pattern(r"(?:[0-9]{8}|[xyz][0-9]{7})-?[a-z]")
_codice_fiscale = pattern(r"[a-z]{6}[0-9]{2}[abcdehlmprst][0-9]{2}[a-z][0-9]{3}[a-z]")
_quad = pattern(r"[0-9]{1,6}(?:\.[0-9]{1,6}){3}(?::[0-9]{1,5}|/[0-9]{1,2})?")


def _is_marked_phone(value: str) -> bool:
    """A phone number that is marked as one: by +, brackets, or North American groups."""
    digits = sum(map(str.isdigit, value))
    marked = value[:1] in "+(t" and (digits >= 10 or any(sign in value for sign in " -./("))
    grouped = _american(value)
    return (marked or grouped) and _strict["phone_number"](value)


_american = pattern(r"(?:1[ .-])?[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-][0-9]{4}")


def _is_nhs_number(value: str) -> bool:
    return _nhs_shape(value) and _strict["nhs_number"](value)


def _is_vin(value: str) -> bool:
    return _vin_shape(value) and _strict["vin"](value)


def _itself(type_id: str, matches: Test) -> SingleValueType:
    return SingleValueType(type_id, matches, matches, 0.0)


SINGLE_VALUE_TYPES: tuple[SingleValueType, ...] = (
    _itself("email_address", _strict["email_address"]),
    _itself("secret", _strict["secret"]),
    _itself("ssn", _strict["ssn"]),
    _itself("phone_number", _is_marked_phone),
    _itself("mac_address", _strict["mac_address"]),
    SingleValueType("iban_code", _strict["iban_code"], _iban_shape, 1 / 97),
    SingleValueType("credit_card_number", is_luhn, resembles_payment_card, 1 / 10),
    SingleValueType("nhs_number", _is_nhs_number, _nhs_shape, 1 / 11),
    SingleValueType("vin", _is_vin, _vin_shape, 1 / 11),
    SingleValueType("national_id", lambda v: _dni_shape(v) and _strict["national_id"](v),
                    _dni_shape, 1 / 23),
    _itself("national_id", _codice_fiscale),
    # Version numbers of four parts are no addresses, but some could be.
    SingleValueType("ip_address", _strict["ip_address"],
                    lambda v: _quad(v) or _strict["ip_address"](v), 1 / 3),
)  # fmt: skip

NUMBERS_FROM = 10**12
"""In a column of numbers only cards are told by a single value, and these are that large."""

CANDIDATES = (
    r"@|(?:[0-9][^0-9]{0,2}){8}[0-9]|[+(][0-9]|tel:|(?:[0-9]{1,3}\.){3}[0-9]"
    r"|:[0-9A-Fa-f]{0,4}:|(?:[0-9A-Fa-f]{2}[:-]){5}|(?:[0-9A-Fa-f]{4}\.){2}"
    r"|[0-9XYZxyz][0-9]{7}-?[A-Za-z]|[A-Za-z]{2}[0-9]{2} ?[A-Za-z0-9]{4}"
    r"|[A-HJ-NPR-Za-hj-npr-z0-9]{17}"
    r"|" + SECRET_START
)
"""A regular expression without which no value passes: it only saves time."""

_CAP = 2_048
_CARD = next(i for i, one in enumerate(SINGLE_VALUE_TYPES) if one.type == "credit_card_number")
_EDGES = "<>()[]{},;:!?\"'`.|="


def told(value: str) -> Iterator[tuple[int, bool]]:
    """For each entry of SINGLE_VALUE_TYPES that ``value`` resembles: its place, and whether it is.

    The value is taken whole and, where it has blanks, word by word: an address inside a remark is
    an address.
    """
    parts = pieces(value)
    for place, entry in enumerate(SINGLE_VALUE_TYPES):
        alike = [piece for piece in parts if piece and entry.resembles(piece)]
        if alike:
            yield place, any(map(entry.matches, alike))


def pieces(value: str) -> list[str]:
    """The value and, where it has blanks, its words without the marks around them."""
    text = value[:_CAP]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.strip()
    found = [text]
    if " " in text or "\n" in text or "\t" in text:
        found += [word.strip(_EDGES) for word in text.split()]
    return found


def told_by_number(digits: str) -> Iterator[tuple[int, bool]]:
    """The same for a value of a column of numbers, which can only be a card's."""
    if resembles_payment_card(digits):
        yield _CARD, is_luhn(digits)


def is_luck(passing: int, alike: int, chance: float) -> bool:
    """Whether ``passing`` of ``alike`` different values are no more than luck explains.

    >>> is_luck(1, 1, 0.1), is_luck(9, 100, 0.1), is_luck(30, 100, 0.1)
    (False, True, False)
    """
    if not passing:
        return True
    if chance == 0 or alike < FEW:
        return False
    return _tail(passing, alike, chance) > _LUCK


def _tail(passing: int, alike: int, chance: float) -> float:
    """The probability that ``passing`` or more of ``alike`` pass by luck."""
    logs = [
        math.lgamma(alike + 1) - math.lgamma(n + 1) - math.lgamma(alike - n + 1)
        + n * math.log(chance) + (alike - n) * math.log1p(-chance)
        for n in range(passing, alike + 1)
    ]  # fmt: skip
    return min(1.0, math.fsum(map(math.exp, logs)))
