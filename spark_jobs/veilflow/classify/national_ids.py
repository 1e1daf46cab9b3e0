"""Identity and tax numbers that states give to persons, with their check digits.

One function a country, of which each takes capitals and digits without separators. A pass is no
proof; ``chance`` is about how many other texts of the same shape pass. What a shape alone would
tell too easily (nine digits with one check digit) counts only beside a telling column name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from veilflow.classify.check_digits import (
    date_exists,
    is_luhn_sum,
    iso_11_2,
    iso_11_10,
    verhoeff,
    weighted,
)
from veilflow.classify.headers import Hint
from veilflow.classify.shape import Candidate, percent
from veilflow.classify.values import Profile

__all__ = ["SCHEMES", "Scheme", "compact", "national_id", "schemes_of"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The numbers of one country. ``shape`` is matched against the compact text."""

    country: str
    shape: re.Pattern[str]
    valid: Callable[[str], bool]
    chance: float
    alone: bool = True


_SEPARATORS = str.maketrans("", "", " -./()")


def compact(value: str) -> str:
    """The value in capitals without the separators that people write."""
    return value.translate(_SEPARATORS).upper()


def _argentina(text: str) -> bool:
    check = -weighted(text, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return text[:2] in ("20", "23", "24", "27") and (9 if check == 10 else check) == int(text[10])


def _austria(text: str) -> bool:
    check = weighted(text, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11
    return text[0] != "0" and check == int(text[3]) and _day_month(text[4:])


def _belgium(text: str) -> bool:
    number, check = int(text[:9]), int(text[9:])
    right = check in (97 - number % 97, 97 - (number + 2_000_000_000) % 97)
    return right and int(text[2:4]) <= 12 and int(text[4:6]) <= 31


def _brazil(text: str) -> bool:
    first = weighted(text, range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(text, range(11, 1, -1)) * 10 % 11 % 10
    return len(set(text)) > 1 and text[9:] == f"{first}{second}"


def _bulgaria(text: str) -> bool:
    check = weighted(text, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return check == int(text[9]) and 1 <= int(text[2:4]) % 20 <= 12 and 1 <= int(text[4:6]) <= 31


def _canada(text: str) -> bool:
    return text[0] not in "08" and is_luhn_sum(text)


def _chile(text: str) -> bool:
    total = sum(int(d) * (2 + i % 6) for i, d in enumerate(reversed(text[:-1])))
    return text[-1] == "0123456789K"[-total % 11]


def _china(text: str) -> bool:
    born = date_exists(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    return born and text[6:8] in ("18", "19", "20") and iso_11_2(text)


def _czechia(text: str) -> bool:
    month = int(text[2:4]) % 50
    dated = 1 <= (month - 20 if month > 20 else month) <= 12 and 1 <= int(text[4:6]) <= 31
    return dated and (int(text) % 11 == 0 or (int(text[:9]) % 11 == 10 and text[9] == "0"))


def _estonia_lithuania(text: str) -> bool:
    check = weighted(text, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(text, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    dated = 1 <= int(text[3:5]) <= 12 and 1 <= int(text[5:7]) <= 31
    return text[0] in "123456" and dated and check == int(text[10])


def _finland(text: str) -> bool:
    number = int(text[:6] + text[-4:-1])
    return _day_month(text) and text[-1] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31]


def _france(text: str) -> bool:
    number = text[:13].replace("2A", "19").replace("2B", "18")
    month = int(text[3:5])
    return number.isdigit() and 0 < month != 13 and 97 - int(number) % 97 == int(text[13:])


def _germany(text: str) -> bool:
    repeats = sorted(text[:10].count(digit) for digit in set(text[:10]))
    return text[0] != "0" and repeats[-2] == 1 and repeats[-1] in (2, 3) and iso_11_10(text)


def _greece(text: str) -> bool:
    return _day_month(text) and is_luhn_sum(text)


def _hong_kong(text: str) -> bool:
    letters = text[:-7].rjust(2)
    values = [36 if char == " " else ord(char) - 55 for char in letters]
    values += [int(char) for char in text[-7:-1]] + [10 if text[-1] == "A" else int(text[-1])]
    return sum(v * w for v, w in zip(values, (9, 8, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0


def _india(text: str) -> bool:
    return text[0] not in "01" and verhoeff(text)


def _ireland(text: str) -> bool:
    total = weighted(text, (8, 7, 6, 5, 4, 3, 2))
    if len(text) == 9 and text[8] != "W":
        total += 9 * (ord(text[8]) - 64)
    return text[7] == "WABCDEFGHIJKLMNOPQRSTUV"[total % 23]


_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)


def _italy(text: str) -> bool:
    values = [int(char) if char.isdigit() else ord(char) - 65 for char in text[:15]]
    total = sum(_ODD[value] for value in values[::2]) + sum(values[1::2])
    return text[15] == chr(65 + total % 26)


def _korea(text: str) -> bool:
    check = (11 - weighted(text, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return _month_day(text[2:]) and check == int(text[12])


_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def _mexico(text: str) -> bool:
    total = sum(_CURP.index(char) * (18 - place) for place, char in enumerate(text[:17]))
    return -total % 10 == int(text[17]) and _month_day(text[6:])


def _netherlands(text: str) -> bool:
    digits = text.zfill(9)
    return int(digits) > 0 and weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _norway(text: str) -> bool:
    first = weighted(text, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    second = weighted(text, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11
    return first == second == 0 and 1 <= int(text[:2]) % 40 <= 31


def _poland(text: str) -> bool:
    check = -weighted(text, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10
    return check == int(text[10]) and 1 <= int(text[2:4]) % 20 <= 12 and 1 <= int(text[4:6]) <= 31


def _portugal(text: str) -> bool:
    check = -weighted(text, range(9, 1, -1)) % 11
    return (text[0] in "12356789" or text[:2] == "45") and (0 if check == 10 else check) == int(
        text[8]
    )


def _romania(text: str) -> bool:
    check = weighted(text, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (
        text[0] != "0" and _month_day(text[3:]) and (1 if check == 10 else check) == int(text[12])
    )


def _russia_pension(text: str) -> bool:
    return weighted(text, range(9, 0, -1)) % 101 % 100 == int(text[9:])


def _russia_tax(text: str) -> bool:
    first = weighted(text, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    second = weighted(text, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return text[10:] == f"{first}{second}"


def _singapore(text: str) -> bool:
    shift = {"S": 0, "T": 4, "F": 0, "G": 4, "M": 3}[text[0]]
    total = weighted(text[1:], (2, 7, 6, 5, 4, 3, 2)) + shift
    letters = {"S": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
    table = letters[{"T": "S", "G": "F"}.get(text[0], text[0])]
    place = total % 11
    return text[8] == (table[10 - place] if text[0] == "M" else table[place])


def _south_africa(text: str) -> bool:
    return _month_day(text[2:]) and text[10] in "012" and is_luhn_sum(text)


def _spain(text: str) -> bool:
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


def _sweden(text: str) -> bool:
    digits = text.replace("+", "")[-10:]
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) % 60 <= 31 and is_luhn_sum(digits)


def _switzerland(text: str) -> bool:
    return weighted(text, (1, 3) * 6 + (1,)) % 10 == 0


_TAIWAN = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def _taiwan(text: str) -> bool:
    code = 10 + _TAIWAN.index(text[0])
    return (code // 10 + code % 10 * 9 + weighted(text[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def _thailand(text: str) -> bool:
    check = (11 - weighted(text, range(13, 1, -1)) % 11) % 10
    return text[0] != "0" and check == int(text[12])


def _turkey(text: str) -> bool:
    digits = [int(char) for char in text]
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[0] != 0 and digits[9] == tenth and digits[10] == sum(digits[:10]) % 10


def _australia(text: str) -> bool:
    return weighted(text, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def _any(text: str) -> bool:
    return True


def _day_month(text: str) -> bool:
    return 1 <= int(text[:2]) <= 31 and 1 <= int(text[2:4]) <= 12


def _month_day(text: str) -> bool:
    return 1 <= int(text[:2]) <= 12 and 1 <= int(text[2:4]) <= 31


def _scheme(
    country: str, shape: str, valid: Callable[[str], bool], chance: float, alone: bool = True
) -> Scheme:
    return Scheme(country, re.compile(shape), valid, chance, alone)


SCHEMES: tuple[Scheme, ...] = (
    _scheme("Argentina", "[0-9]{11}", _argentina, 0.01),
    _scheme("Australia", "[0-9]{9}", _australia, 0.1, alone=False),
    _scheme("Austria", "[0-9]{10}", _austria, 0.02),
    _scheme("Belgium", "[0-9]{11}", _belgium, 0.01),
    _scheme("Brazil", "[0-9]{11}", _brazil, 0.01),
    _scheme("Bulgaria", "[0-9]{10}", _bulgaria, 0.03),
    _scheme("Canada", "[0-9]{9}", _canada, 0.1, alone=False),
    _scheme("Chile", "[0-9]{7,8}[0-9K]", _chile, 0.1, alone=False),
    _scheme("China", "[0-9]{17}[0-9X]", _china, 0.005),
    _scheme("Czechia or Slovakia", "[0-9]{10}", _czechia, 0.02),
    _scheme("Estonia or Lithuania", "[0-9]{11}", _estonia_lithuania, 0.01),
    _scheme("Finland", "[0-9]{6}[+A-FU-Y]?[0-9]{3}[0-9A-Y]", _finland, 0.01),
    _scheme("France", "[1-478][0-9]{4}[0-9][0-9AB][0-9]{8}", _france, 0.01),
    _scheme("Germany", "[0-9]{11}", _germany, 0.03),
    _scheme("Greece", "[0-9]{11}", _greece, 0.02),
    _scheme("Hong Kong", "[A-Z]{1,2}[0-9]{6}[0-9A]", _hong_kong, 0.1),
    _scheme("India", "[0-9]{12}", _india, 0.08),
    _scheme("India", "[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]", _any, 0.05),
    _scheme("Ireland", "[0-9]{7}[A-W][A-IW]?", _ireland, 0.045),
    _scheme("Israel", "[0-9]{9}", is_luhn_sum, 0.1, alone=False),
    _scheme("Italy", "[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]", _italy, 0.01),
    _scheme("Korea", "[0-9]{13}", _korea, 0.01),
    _scheme("Mexico", "[A-Z]{4}[0-9]{6}[HMX][A-ZÑ]{5}[A-Z0-9][0-9]", _mexico, 0.01),
    _scheme("the Netherlands", "[0-9]{8,9}", _netherlands, 0.1, alone=False),
    _scheme("Norway", "[0-9]{11}", _norway, 0.01),
    _scheme("Poland", "[0-9]{11}", _poland, 0.06),
    _scheme("Portugal", "[0-9]{9}", _portugal, 0.1, alone=False),
    _scheme("Romania", "[0-9]{13}", _romania, 0.01),
    _scheme("Russia", "[0-9]{11}", _russia_pension, 0.01),
    _scheme("Russia", "[0-9]{12}", _russia_tax, 0.01),
    _scheme("Singapore", "[STFGM][0-9]{7}[A-Z]", _singapore, 0.05),
    _scheme("South Africa", "[0-9]{13}", _south_africa, 0.01),
    _scheme("Spain", "(?:[0-9]{8}|[XYZ][0-9]{7})[A-Z]", _spain, 0.045),
    _scheme("Sweden", "(?:19|20)?[0-9]{6}[+]?[0-9]{4}", _sweden, 0.03),
    _scheme("Switzerland", "756[0-9]{10}", _switzerland, 0.01),
    _scheme("Taiwan", "[A-Z][12][0-9]{8}", _taiwan, 0.1),
    _scheme("Thailand", "[0-9]{13}", _thailand, 0.1),
    _scheme("Turkey", "[0-9]{11}", _turkey, 0.01),
    _scheme("the United Kingdom",
            "(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]", _any, 0.05),
)  # fmt: skip

_SHORTEST, _LONGEST = 8, 22
_LUCK = 1e-4
"""Stricter than for single types, because some forty schemes are tried."""


_WITH_LETTERS = tuple(scheme for scheme in SCHEMES if re.search("[A-Z]", scheme.shape.pattern))
_ANY_SHAPE = re.compile("|".join(f"(?:{scheme.shape.pattern})" for scheme in _WITH_LETTERS))


@cache
def _of_digits(length: int) -> tuple[Scheme, ...]:
    """The schemes that some number of this many digits has the shape of."""
    examples = (
        "0" * length,
        "1" * length,
        "9" * length,
        *(f"{start:0<{length}}"[:length] for start in ("19", "20", "756")),
    )
    return tuple(s for s in SCHEMES if any(map(s.shape.fullmatch, examples)))


def schemes_of(value: str, *, alone: bool = False) -> tuple[Scheme, ...]:
    """The schemes whose shape and check digits the value has; ``alone``: that need no name.

    >>> [scheme.country for scheme in schemes_of("529.982.247-25")]
    ['Brazil']
    """
    if not _SHORTEST <= len(value) <= _LONGEST:
        return ()
    text = compact(value)
    if text.isdigit() and text.isascii():
        tried = _of_digits(len(text))
    else:
        tried = _WITH_LETTERS if _ANY_SHAPE.fullmatch(text) else ()
    return tuple(s for s in tried if s.alone >= alone and s.shape.fullmatch(text) and s.valid(text))


def national_id(seen: Profile, hint: Hint | None) -> Candidate | None:
    """Numbers of which most pass the check digits of one and the same country."""
    shortest, longest = seen.lengths
    if longest < _SHORTEST or shortest > _LONGEST or seen.kind in ("date", "decimal"):
        return None
    if not seen.has_digits:
        return None
    best = _most_passed(seen.values, named=hint is not None)
    if best is None:
        return None
    scheme, passing = best
    share = passing / len(seen.values)
    if share < 0.8 or scheme.chance**passing > (1.0 if hint else _LUCK):
        return None
    evidence = f"{percent(share)} of the distinct values have the check digits of {scheme.country}"
    return Candidate("national_id", 0.92 * (0.8 + 0.2 * share), 82, (evidence,))


_PROBED = 24


def _most_passed(values: Sequence[str], *, named: bool) -> tuple[Scheme, int] | None:
    """The scheme that most values pass, told from evenly spread values, and how many pass it."""
    probe = values[:: max(1, len(values) // _PROBED)]
    counts: dict[Scheme, int] = {}
    for place, value in enumerate(probe):
        if place == 4 and not counts:
            return None
        for scheme in schemes_of(value, alone=not named):
            counts[scheme] = counts.get(scheme, 0) + 1
    if not counts:
        return None
    best = max(counts, key=lambda scheme: (counts[scheme], -scheme.chance))
    passing = sum(
        best.shape.fullmatch(text := compact(value)) is not None and best.valid(text)
        for value in values
    )
    return best, passing
