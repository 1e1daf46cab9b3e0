"""Numbers, sizes, times and names as people read them. Undefined numbers say so."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata

__all__ = [
    "MERGED",
    "amount",
    "bytes_size",
    "count",
    "date",
    "days",
    "decimal",
    "humanise",
    "moment",
    "one_in",
    "percent",
    "plural",
    "seconds",
    "shorten",
    "text_width",
    "utc",
]

MERGED = "fewer than 10"
_ABSENT = "not measured"
_UNDEFINED = "undefined"
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_SHARES = frozenset({"share", "shares", "fraction", "probability", "ratio", "rate", "risk"})

# l-diversity's l and t-closeness' t are numbers without a unit.
_NAMED_BY_THE_CHECK = frozenset({"l", "t"})


def count(number: int | None, *, absent: str = MERGED) -> str:
    """12,345; a count that was merged because it is small reads "fewer than 10"."""
    return absent if number is None else f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 row", "1,200 classes" (where ``many`` is "classes")."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def decimal(number: float | None, *, absent: str = _ABSENT) -> str:
    """About four significant digits, with thousands separators and no trailing zeros."""
    if number is None:
        return absent
    if not math.isfinite(number):
        return _unbounded(number)
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number):,}"
    if abs(number) >= 1000:
        return f"{number:,.0f}"
    if abs(number) < 0.0001:
        return f"{number:.2g}"
    digits = max(0, 3 - math.floor(math.log10(abs(number))))
    return f"{number:,.{digits}f}".rstrip("0").rstrip(".")


def percent(share: float | None, *, absent: str = _ABSENT) -> str:
    """A share as a percentage that never rounds to 0 % or 100 % unless it is exactly that."""
    if share is None:
        return absent
    if not math.isfinite(share):
        return _unbounded(share)
    if share in (0, 1):
        return f"{abs(share):.0%}"
    if 0 < share < 0.0001:
        return "under 0.01%"
    if 0.9999 < share < 1:
        return "over 99.99%"
    value = share * 100
    digits = 1 if 10 <= abs(value) < 99.9 else 2
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".") + "%"


def one_in(probability: float | None) -> str:
    """A probability of 0.004 as "1 in 250"; empty where that says nothing more."""
    if probability is None or not math.isfinite(probability) or not 0 < probability <= 0.5:
        return ""
    odds = 1 / probability
    shown = float(f"{odds:.3g}") if odds >= 100 else round(odds) if odds >= 10 else round(odds, 1)
    about = "" if math.isclose(shown, odds, rel_tol=1e-6) else "about "
    return f"{about}1 in {decimal(shown)}"


def amount(number: float | None, unit: str) -> str:
    """A measurement with its unit; shares and probabilities become percentages."""
    if number is None:
        return "–"
    if unit.strip().lower() in _SHARES:
        return percent(number)
    if unit.strip() == "%":
        return f"{decimal(number)}%"
    if unit.strip() in _NAMED_BY_THE_CHECK:
        return decimal(number)
    return f"{decimal(number)} {unit}".strip()


def bytes_size(size: int) -> str:
    """Decimal units, as storage is sold and billed: 1,500,000 is 1.5 MB."""
    if abs(size) < 1000:
        return plural(size, "byte")
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1000
        if abs(value) < 999.5 or unit == "PB":
            break
    return f"{value:,.3g} {unit}" if abs(value) < 1000 else f"{value:,.0f} {unit}"


def seconds(duration: float) -> str:
    if not math.isfinite(duration):
        return _UNDEFINED
    if duration < 0.95:
        return f"{duration * 1000:,.0f} ms"
    if duration < 59.95:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes:02d} min"


def date(when: dt.datetime | dt.date) -> str:
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def moment(when: dt.datetime) -> str:
    """Date and minute in UTC; a moment without a time zone is taken to be UTC."""
    there = utc(when)
    return f"{date(there)}, {there:%H:%M} UTC"


def utc(when: dt.datetime) -> dt.datetime:
    return when.astimezone(dt.UTC) if when.tzinfo else when.replace(tzinfo=dt.UTC)


def days(number: int) -> str:
    """A retention time; whole years are said as years too."""
    if number and number % 365 == 0:
        return f"{plural(number, 'day')} ({plural(number // 365, 'year')})"
    return plural(number, "day")


def humanise(name: str) -> str:
    """An identifier of ours as the start of a sentence: k_anonymity gives "K anonymity"."""
    words = re.sub(r"[_\s]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def text_width(text: str) -> float:
    """About how wide ``text`` is in ems of a proportional sans-serif face."""
    return sum(_em(char) for char in text)


def shorten(text: str, ems: float) -> str:
    """``text`` cut in its middle to about ``ems``: both ends of a column name tell it apart."""
    if text_width(text) <= ems:
        return text
    head, tail = "", ""
    while text_width(head + tail) + 1 < ems and len(head) + len(tail) < len(text):
        head += text[len(head)]
        if text_width(head + tail) + 1 < ems:
            tail = text[len(text) - len(tail) - 1] + tail
    return f"{head}…{tail}"


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if char in "iIl.,:;'|!jft()[] ":
        return 0.34
    return 0.86 if char in "mwMW@%—" else 0.68 if char.isupper() else 0.58


def _unbounded(number: float) -> str:
    return _UNDEFINED if math.isnan(number) else "unbounded"
