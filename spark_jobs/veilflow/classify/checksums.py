"""Check digits and issuing rules of common identifiers.

Every function takes the text of one cell and says whether it *could* have been issued. A pass is
no proof: one in ten random digit strings passes Luhn, one in 97 random IBANs passes. Separators
that people write (blank, hyphen, dot where usual) are ignored; anything else fails.
"""

from __future__ import annotations

__all__ = [
    "is_aba_routing_number",
    "is_iban",
    "is_imei",
    "is_luhn",
    "is_nhs_number",
    "is_payment_card",
    "is_ssn",
    "is_vin",
    "resembles_payment_card",
]

_SEPARATORS = str.maketrans("", "", " -")


def _digits(text: str, lowest: int, highest: int | None = None) -> str | None:
    compact = text.translate(_SEPARATORS)
    right_length = lowest <= len(compact) <= (highest or lowest)
    return compact if right_length and compact.isascii() and compact.isdigit() else None


def _luhn_sum(digits: str) -> int:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return sum(map(int, digits[-1::-2])) + sum(doubled)


def is_luhn(text: str) -> bool:
    """Luhn's check digit (ISO/IEC 7812-1, annex B) over 2 to 32 digits; all zeros fail.

    >>> is_luhn("79927398713"), is_luhn("79927398710")
    (True, False)
    """
    digits = _digits(text, 2, 32)
    return digits is not None and digits.strip("0") != "" and _luhn_sum(digits) % 10 == 0


def is_payment_card(text: str) -> bool:
    """A card number of a large scheme: known first digits, the scheme's length, and Luhn."""
    digits = _digits(text, 13, 19)
    return digits is not None and _is_card_range(digits) and is_luhn(digits)


def resembles_payment_card(text: str) -> bool:
    """A large scheme's first digits and length, whatever the check digit says."""
    digits = _digits(text, 13, 19)
    return digits is not None and _is_card_range(digits)


def _is_card_range(digits: str) -> bool:
    length, two, three, four = len(digits), *(int(digits[:size]) for size in (2, 3, 4))
    return (
        (digits[0] == "4" and length in (13, 16, 19))
        or ((51 <= two <= 55 or 2221 <= four <= 2720) and length == 16)
        or (two in (34, 37) and length == 15)
        or ((300 <= three <= 305 or two in (36, 38, 39)) and length in (14, 16))
        or ((four == 6011 or 644 <= three <= 649 or two == 65) and 16 <= length <= 19)
        or (3528 <= four <= 3589 and 16 <= length <= 19)
        or (two == 62 and 16 <= length <= 19)
        or ((two in (50, 67) or two in (56, 57, 58)) and 13 <= length <= 19)
    )


def is_imei(text: str) -> bool:
    """A 15-digit IMEI with its Luhn digit (3GPP TS 23.003, annex B)."""
    digits = _digits(text, 15)
    return digits is not None and digits[:2] != "00" and is_luhn(digits)


_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
    }.items()
    for country in countries.split()
}


def is_iban(text: str) -> bool:
    """An IBAN of its country's length whose remainder modulo 97 is 1 (ISO 13616-1).

    >>> is_iban("GB82 WEST 1234 5698 7654 32"), is_iban("GB82 WEST 1234 5698 7654 33")
    (True, False)
    """
    compact = text.translate(_SEPARATORS).upper()
    if not (compact.isascii() and compact.isalnum() and compact[2:4].isdigit()):
        return False
    if _IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
                       (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)),
                       strict=True))  # fmt: skip
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_vin(text: str) -> bool:
    """A 17-character VIN with its check digit (49 CFR 565.15); Europe often leaves it unset."""
    vin = text.strip().upper()
    if len(vin) != 17 or any(char not in _VIN_VALUES for char in vin) or len(set(vin)) < 4:
        return False
    total = sum(_VIN_VALUES[char] * weight for char, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    return vin[8] == "0123456789X"[total % 11]


def is_ssn(text: str) -> bool:
    """Nine digits in the ranges that the Social Security Administration issues; no check digit.

    Area 000, 666 and 900-999, group 00 and serial 0000 were never issued.
    """
    digits = _digits(text, 9)
    if digits is None:
        return False
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def is_nhs_number(text: str) -> bool:
    """A ten-digit NHS number of England and Wales: modulo 11, weights 10 to 2."""
    digits = _digits(text, 10)
    if digits is None or len(set(digits)) == 1:
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)
    )
    return (11 - total % 11) % 11 == int(digits[9])


def is_aba_routing_number(text: str) -> bool:
    """A nine-digit ABA routing number: modulo 10, weights 3 7 1, an assigned first pair."""
    digits = _digits(text, 9)
    if digits is None:
        return False
    first = int(digits[:2])
    assigned = 1 <= first <= 12 or 21 <= first <= 32 or 61 <= first <= 72 or first == 80
    weighted = sum(int(d) * w for d, w in zip(digits, (3, 7, 1) * 3, strict=True))
    return assigned and weighted % 10 == 0
