"""Dates, dates of birth and ages."""

from __future__ import annotations

import re
from datetime import date

from veilflow.classify.detector import DIGITS, NUMERIC, Detector, pattern
from veilflow.classify.headers import fold
from veilflow.classify.words import MONTHS

__all__ = ["DETECTORS", "IN_ISO_FORM", "is_date"]

_TIME = (
    r"(?:[T ,-]{1,2}[0-9]{1,2}[:-][0-9]{2}(?:[:-][0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"\s?(?:[AaPp]\.?\s?[Mm]\.?)?\s?(?:[A-Z]{1,5}|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WRITTEN = re.compile(r"[0-9]{1,4}|[^\W\d_]+")
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3}|\.[0-9]{1,6})?")
_COMPACT_LAST = re.compile(r"([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})")
_TIME_OF_DAY = re.compile(
    r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?\s?(?:[AaPp]\.?[Mm]\.?)?"
)
_AROUND = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?(.{6,40}?)"
    r"(?: \([^()]{1,20}\))?",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = re.compile(r"([^\W\d_]{3,10})\.?[- /]{1,2}((?:18[5-9]|19[0-9]|20[0-4])[0-9])")
_NUMERIC_MONTH = re.compile(
    r"(?:0?[1-9]|1[0-2])[/.-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[/.-](?:0[1-9]|1[0-2])"
)
_YEAR = re.compile(r"(?:18[5-9]|19[0-9]|20[0-4])[0-9]")


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return 1850 <= year <= 2262


def is_date(value: str) -> bool:
    """A calendar date that exists, with or without a time of day, in the usual notations.

    Numeric dates pass day first or month first; a month by its name with a year passes too. A bare
    year or number is none.
    """
    if not 6 <= len(value) <= 40 or not any(map(str.isdigit, value)):
        return False
    if found := _YEAR_FIRST.fullmatch(value):
        return _exists(int(found[1]), int(found[3]), int(found[4]))
    if found := _YEAR_LAST.fullmatch(value):
        first, second, last = int(found[1]), int(found[3]), found[4]
        year = int(last) if len(last) == 4 else 1900 + int(last)
        return _exists(year, second, first) or _exists(year, first, second)
    if found := _MONTH_AND_YEAR.fullmatch(value):
        return fold(found[1]) in MONTHS
    return _is_written_date(value)


def _is_written_date(value: str) -> bool:
    """12 March 1985, Mar 12, 1985, 1. Februar 2001, 12-MAR-85, 3 de mayo de 1990."""
    parts = [part for part in _WRITTEN.findall(fold(value.split(":")[0])) if part not in _FILLERS]
    words = [part for part in parts if not part.isdigit()]
    numbers = [int(part) for part in parts if part.isdigit()]
    months = [MONTHS[word] for word in words if word in MONTHS]
    if len(months) != 1 or len(words) - len(months) > 1 or not 2 <= len(numbers) <= 4:
        return False
    day_first, year_first = numbers[0], numbers[1]
    return _exists(_full_year(year_first), months[0], day_first) or _exists(
        _full_year(day_first), months[0], year_first
    )


_FILLERS = frozenset(["de", "del", "of", "the", "th", "st", "nd", "rd", "er", "t", "den", "le"])


def _full_year(year: int) -> int:
    return year + 1900 if year < 100 else year


def is_iso_date(value: str) -> bool:
    """A date as ISO 8601 writes it, which hardly anything else looks like."""
    return value[4:5] == "-" and value[7:8] == "-" and is_date(value)


def is_written_or_compact_date(value: str) -> bool:
    """A date, with or without marks between its parts; no bare year."""
    if (found := _COMPACT.fullmatch(value)) and _exists(*map(int, found.groups())):
        return True
    if found := _COMPACT_LAST.fullmatch(value):
        first, second, year = map(int, found.groups())
        return _exists(year, first, second) or _exists(year, second, first)
    return is_date(value)


def is_date_or_unix_time(value: str) -> bool:
    """What a column with a name that hints at times holds: also a time of day."""
    return (
        is_written_or_compact_date(value)
        or _EPOCH.fullmatch(value) is not None
        or _TIME_OF_DAY.fullmatch(value) is not None
    )


def is_possible_date(value: str) -> bool:
    """What a column called "date" may hold besides: 19850312, 1985-03, a year, a time of day.

    A weekday before it and a remark in brackets behind it are left aside.
    """
    if _NUMERIC_MONTH.fullmatch(value) or _EPOCH.fullmatch(value):
        return True
    if _YEAR.fullmatch(value) or _TIME_OF_DAY.fullmatch(value):
        return True
    found = _AROUND.fullmatch(value)
    return is_written_or_compact_date(found[1] if found else value)


is_age = pattern(r"(?:1[01][0-9]|120|[0-9]{1,2})(?:\.[0-9]{1,2})?")
is_possible_age = pattern(
    r"(?:1[01][0-9]|120|[0-9]{1,2})(?:\.[0-9]{1,2})?"
    r"(?:\s?\+|\s?(?:y|yo|yrs?|years?|months?|m|jahre|ans|anos)(?: old)?"
    r"|\s?(?:-|–|to)\s?[0-9]{1,3})?"
    r"|[<>]=?\s?[0-9]{1,3}|[0-9]{1,3}s|[\[(][0-9]{1,3}\s?[-,–]\s?[0-9]{1,3}[\])]"
    r"|(?:under|over|below|above|less than|more than|up to) [0-9]{1,3}(?: years)?"
    r"|[0-9]{1,3}(?: years| yrs)? (?:and|or|&) (?:over|older|above|more|under|younger|up)"
    r"|(?:child|adolescent|teen|teenager|young|young adult|youth|adult|middle-aged|middle aged"
    r"|senior|elderly|infant|newborn|toddler)(?:s|ren)?"
)

IN_ISO_FORM = Detector("date", is_iso_date, 50, alone=0.75, ceiling=0.75, characters=DIGITS,
                       lengths=(10, 40), alone_not_kinds=NUMERIC)  # fmt: skip
"""One such date is no chance, while one "3.4.12" may be."""

DETECTORS = (
    Detector("date_of_birth", is_possible_date, 68, named_share=0.5,
             characters=DIGITS, lengths=(4, 40)),
    Detector("date", is_date, 50, alone=0.75, chance=0.01, named=is_possible_date,
             hinted=is_date_or_unix_time, ceiling=0.75,
             characters=DIGITS, lengths=(4, 40),
             alone_lengths=(6, 40), alone_not_kinds=NUMERIC),
    Detector("age", is_age, 48, named=is_possible_age, named_share=0.6,
             lengths=(1, 24), not_kinds=("date",)),
)  # fmt: skip
