"""Postcodes by country: parts that mean an ever larger area when the last one goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar

from veilflow.errors import PolicyError
from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.protocol import ROOT, OnUnknown

__all__ = ["COUNTRIES", "PostcodeHierarchy"]

Parts = tuple[str, ...]


@dataclass(frozen=True)
class _Country:
    """The parts of a postcode, coarse to fine: what each adds to the text, and its level's name."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    ignored: str = ""


def _digits(*lengths: int) -> _Country:
    """A code of digits that is cut to ``lengths``, given coarse to fine."""
    steps = [b - a for a, b in zip((0, *lengths), lengths, strict=False)]
    names = ["1 digit" if n == 1 else f"{n} digits" for n in lengths[:-1]]
    return _Country(tuple(f"([0-9]{{{n}}})" for n in steps), (*names, "postcode"))


_US = _Country(
    ("([0-9])", "([0-9]{2})", "([0-9]{2})"), ("1 digit", "3 digits", "ZIP code"), "(?:-?[0-9]{4})?"
)
_GB = _Country(
    ("([A-Z]{1,2})", "([0-9][0-9A-Z]?)", "( ?[0-9])", "([A-Z]{2})"),
    ("area", "district", "sector", "postcode"),
)
_CA = _Country(
    ("([ABCEGHJ-NPRSTVXY])", "([0-9][A-Z])", "( ?[0-9][A-Z][0-9])"),
    ("district", "sortation area", "postcode"),
)
_NL = _Country(
    ("([1-9])", "([0-9])", "([0-9]{2})", "( ?[A-Z]{2})"),
    ("1 digit", "2 digits", "4 digits", "postcode"),
)

COUNTRIES: Mapping[str, _Country] = MappingProxyType(
    {
        "us": _US,
        "gb": _GB,
        "ca": _CA,
        "nl": _NL,
        **dict.fromkeys(("de", "fr", "es", "it", "fi"), _digits(1, 2, 3, 5)),
        **dict.fromkeys(("at", "ch", "be", "dk", "no", "au"), _digits(1, 2, 3, 4)),
    }
)
"""Countries by their two letters (ISO 3166-1, lower case)."""


@dataclass(frozen=True)
class PostcodeHierarchy(BuiltHierarchy[Parts]):
    """The whole postcode, then fewer and fewer of its parts: SW1A 1AA, SW1A 1, SW1A, SW.

    Letters are read in either case and blanks where the country writes them or not; the four
    digits that a ZIP code may add are cut. Codes of digits keep their length (101**), so that
    nobody takes a part for a whole. A text that isn't a postcode of ``country`` by its form is
    unknown; whether such a code is in use is not checked.

    Not promised: that an area has many people. Three digits of a ZIP code may have few (45 CFR
    164.514(b)(2)(i)(B) asks for 20,000): k is what protects them.
    """

    country: str
    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    _unplaced: ClassVar[str] = "are no postcodes of the country by their form"
    _remedy: ClassVar[str] = "Clean them."

    def __post_init__(self) -> None:
        if self.country not in COUNTRIES:
            raise PolicyError(
                "hierarchy: no rule for the postcodes of this country",
                remedy=f"Use one of {', '.join(COUNTRIES)}, or `prefix` with lengths of your own.",
            )
        self._check_root()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """All parts of a source's value, or the first few that a label shows."""
        country = COUNTRIES[self.country]
        text = country.ignored
        for part in reversed(country.parts):
            text = f"(?:{part}{text})?"
        return re.compile(text)

    def _parts(self, text: str) -> Parts:
        match = self._pattern.fullmatch(text.strip().upper().rstrip("*"))
        return () if match is None else tuple(part for part in match.groups() if part)

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        names = COUNTRIES[self.country].names[::-1]
        return tuple(
            (name, "the whole postcode" if n == 0 else f"the {name} of the postcode")
            for n, name in enumerate(names)
        )

    def _place(self, value: str) -> Parts | None:
        parts = self._parts(value)
        whole = len(parts) == len(COUNTRIES[self.country].parts)
        return parts if whole and "*" not in value else None

    def _place_label(self, label: str) -> Parts:
        return self._parts(label)

    def _label(self, place: Parts, level: int) -> str:
        whole = len(COUNTRIES[self.country].parts)
        kept = [part.strip() for part in place[: whole - level]]
        if self.country in _SPACED and len(kept) > _SPACED[self.country]:
            kept[_SPACED[self.country]] = f" {kept[_SPACED[self.country]]}"
        text = "".join(kept)
        return text if self.country in _SPACED else text.ljust(self._length, "*")

    @cached_property
    def _length(self) -> int:
        return sum(int((re.findall(r"\{(\d)\}", part) or ["1"])[0])
                   for part in COUNTRIES[self.country].parts)  # fmt: skip


# Before which part these countries write a blank.
_SPACED = {"gb": 2, "ca": 2, "nl": 3}
