"""Numbers that nobody has: ranges set aside for fiction, or outside what is ever issued.

Sources:

* +1: NANPA, "555 Line Numbers": 555-0100 to 555-0199 are for fictional use in every area code.
* +44: Ofcom, "Telephone numbers for use in TV and radio drama programmes".
* +49: Bundesnetzagentur, Mitteilung 148/2021, numbers for media productions.
* +33: ARCEP, decision 2018-0881, numbers for audiovisual works.
* +61: ACMA, "Phone numbers for use in TV shows, films and creative works".
* +46: PTS, "Telefonnummer för användning i böcker och filmer".
* Cards: ISO/IEC 7812-1 gives numbers that begin with 9 to the country whose ISO 3166-1 number
  follows, and 999 is no country's: nobody issues 9999.... The check digit (Luhn) is right.
* IBAN: ISO 3166-1 leaves ZZ to users, so no bank has a ZZ account. The check digits are right.
* SSN: the Social Security Administration never assigns the area 666.
* Postcodes of the United Kingdom never begin with Q, V or X (Royal Mail).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Draws = npt.NDArray[np.uint32]
    Digits = npt.NDArray[np.int64]

__all__ = ["PHONE_LOCALES", "card", "iban", "phone", "postcode", "ssn"]


@dataclass(frozen=True)
class _Range:
    """Numbers ``form`` with ``size`` different values in the place of ``{}``."""

    form: str
    size: int
    first: int = 0


_AREAS = (201, 202, 212, 213, 301, 303, 305, 312, 404, 415, 503, 512, 602, 614, 617, 702, 713, 804,
          901, 916)  # fmt: skip
_PHONES: dict[str, tuple[_Range, ...]] = {
    "en_US": tuple(_Range(f"({area}) 555-{{:04d}}", 100, 100) for area in _AREAS),
    "en_GB": (
        _Range("07700 900{:03d}", 1000), _Range("01632 960{:03d}", 1000),
        _Range("020 7946 0{:03d}", 1000), _Range("0113 496 0{:03d}", 1000),
        _Range("0121 496 0{:03d}", 1000), _Range("0131 496 0{:03d}", 1000),
        _Range("0161 496 0{:03d}", 1000),
    ),
    "de_DE": (
        _Range("030 23125{:03d}", 1000), _Range("069 90009{:03d}", 1000),
        _Range("040 66969{:03d}", 1000), _Range("0221 4710{:03d}", 1000),
        _Range("089 99998{:03d}", 1000),
    ),
    "fr_FR": (
        _Range("01 99 00 {:04d}", 10_000), _Range("02 61 91 {:04d}", 10_000),
        _Range("03 53 01 {:04d}", 10_000), _Range("04 65 71 {:04d}", 10_000),
        _Range("05 36 49 {:04d}", 10_000), _Range("06 39 98 {:04d}", 10_000),
    ),
    "en_AU": tuple(
        _Range(f"0{area} {block} {{:04d}}", 10_000)
        for area in (2, 3, 7, 8) for block in ("5550", "7010")
    ),
    "sv_SE": (
        _Range("031-39006{:02d}", 100), _Range("040-62804{:02d}", 100),
        _Range("08-465004{:02d}", 100), _Range("0980-319{:03d}", 100, 200),
        _Range("070-17406{:02d}", 95, 5),
    ),
}  # fmt: skip

PHONE_LOCALES: tuple[str, ...] = tuple(_PHONES)
"""Locales whose regulator set numbers aside for fiction."""

_UK_FIRST, _UK_LETTERS = "QVX", "ABDEFGHJLNPQRSTUWXYZ"


def phone(locale: str, draws: Draws) -> list[str]:
    """Telephone numbers; ``draws`` has one column or more, and each row chooses one number."""
    import numpy as np

    ranges = _PHONES[locale]
    ends = np.cumsum([one.size for one in ranges])
    chosen = draws[:, 0].astype("int64") % int(ends[-1])
    which = np.searchsorted(ends, chosen, side="right")
    made = []
    for number, place in zip(chosen.tolist(), which.tolist(), strict=True):
        own = ranges[place]
        said = own.form.format(number - int(ends[place]) + own.size + own.first)
        made.append(f"{said[:-2]} {said[-2:]}" if locale == "fr_FR" else said)
    return made


def _digits(draws: Draws, columns: int) -> Digits:
    """``columns`` digits for each row, two draws of nine digits each at most."""
    import numpy as np

    wide = draws[:, :2].astype("uint64")
    both = wide[:, 0] * np.uint64(2**32) + wide[:, 1]
    powers = np.array([10**place for place in range(columns)], dtype=np.uint64)
    digits: Digits = ((both[:, None] // powers) % np.uint64(10)).astype(np.int64)
    return digits


def card(draws: Draws) -> list[str]:
    """Sixteen digits from 9999 on, with the check digit of Luhn (ISO/IEC 7812-1, annex B)."""
    import numpy as np

    body = np.concatenate([np.full((len(draws), 4), 9), _digits(draws, 11)], axis=1)
    doubled = body.copy()
    doubled[:, ::2] *= 2
    total = (doubled // 10 + doubled % 10).sum(axis=1)
    whole = np.concatenate([body, ((10 - total % 10) % 10)[:, None]], axis=1)
    return ["".join(map(str, row)) for row in whole.tolist()]


def iban(draws: Draws) -> list[str]:
    """ZZ, two check digits (ISO 13616, mod 97), and eighteen digits."""
    made = []
    for row in _digits(draws, 18).tolist():
        account = "".join(map(str, row))
        check = 98 - int(account + "3535" + "00") % 97
        made.append(f"ZZ{check:02d}{account}")
    return made


def ssn(draws: Draws) -> list[str]:
    """666, a group from 01 to 99 and a serial from 0001 to 9999."""
    group = draws[:, 0] % 99 + 1
    serial = draws[:, 1] % 9999 + 1
    return [f"666-{a:02d}-{b:04d}" for a, b in zip(group.tolist(), serial.tolist(), strict=True)]


def postcode(locale: str, draws: Draws) -> list[str]:
    """In the locale's form. Outside the United Kingdom somebody may live there."""
    if locale == "en_GB":
        return [_uk_postcode(row) for row in draws[:, :6].tolist()]
    forms = {"pt_BR": "{:08d}", "nl_NL": "{:04d}", "en_AU": "{:04d}"}
    size = 10 ** int(forms.get(locale, "{:05d}")[3])
    numbers = (size // 10 + draws[:, 0].astype("int64") % (size - size // 10)).tolist()
    made = [forms.get(locale, "{:05d}").format(number) for number in numbers]
    if locale == "pt_BR":
        return [f"{one[:5]}-{one[5:]}" for one in made]
    if locale == "pl_PL":
        return [f"{one[:2]}-{one[2:]}" for one in made]
    if locale == "nl_NL":
        ends = (draws[:, 1:3] % len(_UK_LETTERS)).tolist()
        return [f"{one} {_UK_LETTERS[a]}{_UK_LETTERS[b]}"
                for one, (a, b) in zip(made, ends, strict=True)]  # fmt: skip
    return made


def _uk_postcode(row: list[int]) -> str:
    first, second, out, digit, one, other = row
    return (
        f"{_UK_FIRST[first % 3]}{_UK_LETTERS[second % len(_UK_LETTERS)]}{out % 99 + 1} "
        f"{digit % 10}{_UK_LETTERS[one % len(_UK_LETTERS)]}{_UK_LETTERS[other % len(_UK_LETTERS)]}"
    )
