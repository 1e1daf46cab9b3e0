"""Days and minutes as text: looked up, because formatting them row by row is slow.

Days are counted from 1970-01-01, as NumPy counts them. The data ends on a fixed day, so that no
output depends on when it was made.
"""

from __future__ import annotations

import datetime
from functools import cache

import numpy as np
import pyarrow as pa

from veilflow.sample_data.draw import Ints, join, take

__all__ = [
    "BIRTH_FORMATS",
    "LAST_DAY",
    "NOTE_FORMATS",
    "day_number",
    "format_days",
    "format_minutes",
    "january_first",
    "year_of",
]

_EPOCH = datetime.date(1970, 1, 1)
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def day_number(iso: str) -> int:
    """The day's count from 1970-01-01."""
    return (datetime.date.fromisoformat(iso) - _EPOCH).days


FIRST_DAY = day_number("1910-01-01")
LAST_DAY = day_number("2025-12-31")
_AFTER = day_number("2026-12-31")  # stays and notes run a little past the last day

BIRTH_FORMATS = ("iso", "us", "day-month", "compact")
NOTE_FORMATS = ("iso", "us", "long")


def _text(day: datetime.date, style: str) -> str:
    month = _MONTHS[day.month - 1]
    if style == "us":
        return f"{day.month:02d}/{day.day:02d}/{day.year}"
    if style == "day-month":
        return f"{day.day:02d} {month[:3]} {day.year}"
    if style == "compact":
        return f"{day.year}{day.month:02d}{day.day:02d}"
    if style == "long":
        return f"{month} {day.day}, {day.year}"
    return day.isoformat()


@cache
def _days(style: str) -> pa.Array:
    return pa.array(
        [
            _text(_EPOCH + datetime.timedelta(days=number), style)
            for number in range(FIRST_DAY, _AFTER + 1)
        ],
        pa.string(),
    )


@cache
def _all_days(styles: tuple[str, ...]) -> pa.Array:
    return pa.concat_arrays([_days(style) for style in styles])


@cache
def _times() -> pa.Array:
    return pa.array([f"T{m // 60:02d}:{m % 60:02d}:00" for m in range(1440)], pa.string())


def format_days(days: Ints, styles: tuple[str, ...], style: Ints) -> pa.Array:
    """Each day in the style that ``style`` gives as a position in ``styles``."""
    return take(_all_days(styles), style * (_AFTER - FIRST_DAY + 1) + (days - FIRST_DAY))


def format_minutes(minutes: Ints) -> pa.Array:
    """Minutes since 1970-01-01T00:00 as ISO timestamps without a zone, such as a ward's clock."""
    day, minute = np.divmod(minutes, 1440)
    return join(take(_days("iso"), day - FIRST_DAY), take(_times(), minute))


def year_of(days: Ints) -> Ints:
    """The year of each day."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def january_first(days: Ints) -> Ints:
    """The first day of each day's year."""
    years = days.astype("datetime64[D]").astype("datetime64[Y]")
    return years.astype("datetime64[D]").astype(np.int64)
