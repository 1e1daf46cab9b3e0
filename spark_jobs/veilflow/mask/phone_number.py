"""Phone numbers that keep the country and, if wanted, the area; the rest is masked digit by digit.

Country codes are those of ITU-T E.164 by their length: one digit for +1 and +7, two for those of
the list below, else three. Which of them are assigned changes, and isn't checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from veilflow.mask.checked_text import CheckedText
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import OnInvalid
from veilflow.mask.registry import transform

__all__ = ["COUNTRY", "INTERNATIONAL", "NUMBER", "SHORTEST_HIDDEN", "SIZES", "Phone"]

NUMBER = r"\+?[0-9 ()./-]+"
"""What counts as a phone number by its characters; how many digits is a separate question."""

COUNTRY = (
    r"(?:\+|00) ?(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|(?:2[1-689]|3[578]|42|5[09]|6[7-9]|8[03578]|9[679])[0-9])"
)
"""The international prefix and the country code, at the beginning."""

SHORTEST_HIDDEN = 6
"""So many digits are always masked; a number that leaves fewer loses its area digits too."""

SIZES = range(7, 18)
"""How many digits a number has: fifteen at most (E.164), and two for the prefix 00."""

INTERNATIONAL = ("+", "00")

_NUMBER, _COUNTRY, _DIGIT = re.compile(NUMBER), re.compile(COUNTRY), re.compile("[0-9]")


@transform("phone")
@dataclass(frozen=True)
class Phone(CheckedText):
    """The country code and the next ``area_digits`` digits; other digits become ``fill``.

    Separators stay. ``country: false`` masks the country code too. A number without + or 00 has no
    country code, and its area is its first digits. Six digits at least are masked. What isn't 7 to
    17 digits and separators is invalid, extensions and names of places among it.
    """

    country: bool = True
    area_digits: int = 0
    fill: str = "#"
    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        keeps=("length", "format", "prefix"),
        empty="invalid",
        not_for="areas with few numbers: each kept digit leaves a tenth of the people",
    )

    def __post_init__(self) -> None:
        if not 0 <= self.area_digits <= 6:
            raise ValueError("area_digits is from 0 to 6")
        if len(self.fill) != 1:
            raise ValueError("fill is one character")

    def mask(self, value: str) -> str | None:
        if not _NUMBER.fullmatch(value) or len(_DIGIT.findall(value)) not in SIZES:
            return None
        match = _COUNTRY.match(value)
        if match is None and value.startswith(INTERNATIONAL):
            return None
        start = match.end() if match else 0
        country, rest = value[:start], value[start:]
        return (country if self.country else self._filled(country)) + self._masked(rest)

    def _masked(self, rest: str) -> str:
        ends = [match.end() for match in _DIGIT.finditer(rest)]
        is_long = len(ends) - self.area_digits >= SHORTEST_HIDDEN
        area = ends[self.area_digits - 1] if self.area_digits and is_long else 0
        return rest[:area] + self._filled(rest[area:])

    def _filled(self, text: str) -> str:
        return _DIGIT.sub(lambda _: self.fill, text)
