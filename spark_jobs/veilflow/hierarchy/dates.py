"""Dates that lose their day, then their month, then more and more of their year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from veilflow.errors import PolicyError
from veilflow.hierarchy.built import BuiltHierarchy
from veilflow.hierarchy.protocol import ROOT, OnUnknown

__all__ = ["DateHierarchy"]

_CALENDAR = ("day", "month", "quarter")
_SPANS = {"year": 1, "decade": 10, "century": 100}
_YEARS = re.compile(r"([1-9][0-9]{0,3}) years")

# What a format must contain before a date may be told at that level.
_NEEDED = {"day": ("%d", "%j"), "month": ("%m", "%b", "%B", "%j")}

Day = tuple[int, int, int]


@dataclass(frozen=True)
class DateHierarchy(BuiltHierarchy[Day]):
    """Labels such as 1984-03-09, 1984-03, 1984-Q1, 1984, 1980-1984, 1980-1989.

    ``units`` are any of day, month, quarter, year, "5 years" (or another number), decade and
    century, from fine to coarse, each inside the next. ISO dates and timestamps are always
    understood; ``formats`` (strptime's) are tried in order after that, and the first that fits
    decides, so of "%d/%m/%Y" and "%m/%d/%Y" name only the one that the source uses. The day is the
    one written: time zones are not converted. Spans of years start at multiples of their length.
    """

    units: tuple[str, ...]
    formats: tuple[str, ...] = ()
    root: str | None = ROOT
    on_unknown: OnUnknown = "refuse"

    _unplaced: ClassVar[str] = "are no dates that its hierarchy can read"
    _remedy: ClassVar[str] = (
        "Name the source's date format under `formats` in the column's hierarchy."
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", tuple(self.units))
        object.__setattr__(self, "formats", tuple(self.formats))
        self._check_units()
        for wanted, directives in _NEEDED.items():
            finest = self.units[0]
            needed = finest == wanted or (finest == "quarter" and wanted == "month")
            if needed and not all(any(d in f for d in directives) for f in self.formats):
                raise PolicyError(
                    f"hierarchy: a date format doesn't tell the {wanted} that level 0 shows",
                    remedy="Start with a coarser level, or drop the format.",
                )
        self._check_root()

    def _check_units(self) -> None:
        unknown = [s for s in self.units if s not in _CALENDAR and _span(s) is None]
        if not self.units or unknown:
            named = ", ".join(map(repr, unknown)) or "none given"
            raise PolicyError(
                f"hierarchy: unknown date levels ({named})",
                remedy="Use day, month, quarter, year, '5 years', decade or century.",
            )
        ranks = [_CALENDAR.index(s) if s in _CALENDAR else 2 + (_span(s) or 0) for s in self.units]
        spans = [span for s in self.units if (span := _span(s)) is not None]
        nested = all(b % a == 0 for a, b in zip(spans, spans[1:], strict=False))
        if not nested or any(a >= b for a, b in zip(ranks, ranks[1:], strict=False)):
            raise PolicyError(
                "hierarchy: each date level must lie inside the next",
                remedy="Order them from fine to coarse, as in [year, 5 years, decade].",
            )

    @cached_property
    def _kinds(self) -> tuple[str | int, ...]:
        """Per level the calendar unit, or the number of years in a span."""
        return tuple(_span(unit) or unit for unit in self.units)

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        return tuple((unit, _description(unit)) for unit in self.units)

    def _place(self, value: str) -> Day | None:
        text = value.strip()
        if text[4:5] == "-" == text[7:8] and (len(text) == 10 or text[10:11] in ("T", " ")):
            try:
                day = dt.date.fromisoformat(text[:10])
                return day.year, day.month, day.day
            except ValueError:
                pass
        for pattern in self.formats:
            try:
                read = dt.datetime.strptime(text, pattern)  # noqa: DTZ007 - only the day counts
                return read.year, read.month, read.day
            except ValueError:
                continue
        return None

    def _place_label(self, label: str) -> Day:
        year, rest = int(label[:4]), label[5:]
        if len(label) == 10:
            return year, int(rest[:2]), int(rest[3:])
        if rest.startswith("Q"):
            return year, 3 * int(rest[1]) - 2, 1
        return year, int(rest) if len(label) == 7 else 1, 1

    def _label(self, place: Day, level: int) -> str:
        year, month, day = place
        match self._kinds[level]:
            case "day":
                return f"{year:04}-{month:02}-{day:02}"
            case "month":
                return f"{year:04}-{month:02}"
            case "quarter":
                return f"{year:04}-Q{(month + 2) // 3}"
            case 1:
                return f"{year:04}"
            case span:
                start = year - year % int(span)
                return f"{start:04}-{start + int(span) - 1:04}"


def _description(unit: str) -> str:
    if unit == "day":
        return "the full date"
    span = _span(unit)
    return f"the {unit}" if span in (None, 1) else f"a span of {span} years"


def _span(unit: str) -> int | None:
    if unit in _SPANS:
        return _SPANS[unit]
    match = _YEARS.fullmatch(unit)
    return int(match[1]) if match else None
