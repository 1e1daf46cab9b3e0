"""Dates inside texts: where they are, and which days they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from veilflow.classify.headers import fold
from veilflow.classify.words import MONTHS

__all__ = ["find_dates"]

_MONTH = r"[^\W\d_]{3,12}\.?"
_DATES = re.compile(
    r"(?<![\w./-])(?:"
    r"(?P<y1>[12][0-9]{3})(?P<s1>[-/.])(?P<m1>[0-9]{1,2})(?P=s1)(?P<d1>[0-9]{1,2})"
    r"|(?P<a2>[0-9]{1,2})(?P<s2>[-/.])(?P<b2>[0-9]{1,2})(?P=s2)(?P<y2>[12][0-9]{3}|[0-9]{2})"
    r"|(?P<y3>[12][0-9]{3})(?P<m3>[01][0-9])(?P<d3>[0-3][0-9])"
    rf"|(?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?[ -](?:of |de )?(?P<w4>{_MONTH})[ ,-]{{1,2}}(?:de )?"
    r"(?P<y4>[12][0-9]{3}|[0-9]{2})"
    rf"|(?P<w5>{_MONTH})[ -](?P<d5>[0-9]{{1,2}})(?:st|nd|rd|th)?[ ,-]{{1,2}}(?P<y5>[12][0-9]{{3}})"
    r")(?![\w/-]|\.[0-9])"
)


def find_dates(text: str) -> Iterator[tuple[int, int, tuple[date, ...]]]:
    """Start, end and the days that each date in ``text`` may mean.

    Numeric dates are read day first and month first, years of two digits in both centuries. A
    year, or a month and a year, is no date.
    """
    for found in _DATES.finditer(text):
        days = tuple(dict.fromkeys(_days(found)))
        if days:
            yield found.start(), found.end(), days


def _days(found: re.Match[str]) -> Iterator[date]:
    if found["y1"]:
        yield from _day(found["y1"], found["m1"], found["d1"])
    elif found["y2"]:
        yield from _day(found["y2"], found["a2"], found["b2"])
        yield from _day(found["y2"], found["b2"], found["a2"])
    elif found["y3"]:
        yield from _day(found["y3"], found["m3"], found["d3"])
    else:
        which = "4" if found["y4"] else "5"
        month = MONTHS.get(fold(found["w" + which]).rstrip("."))
        if month is not None:
            yield from _day(found["y" + which], str(month), found["d" + which])


def _day(year: str, month: str, day: str) -> Iterator[date]:
    number = int(year)
    for full in (number,) if len(year) == 4 else (1900 + number, 2000 + number):
        try:
            made = date(full, int(month), int(day))
        except ValueError:
            continue
        if 1850 <= full <= 2100:
            yield made
