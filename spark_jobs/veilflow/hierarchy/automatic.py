"""A hierarchy chosen by looking at a column: numbers, dates, codes, or texts.

Everything data-derived is coarse: widths are 1, 2 or 5 times a power of ten, ends are coded at
multiples of the finest width with at least ten people beyond them, lengths are rounded up. No
value is quoted, no minimum or maximum, and no frequency decides what a label is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import numpy as np

from veilflow.hierarchy.column_values import ColumnValues
from veilflow.hierarchy.date_formats import date_formats, date_levels
from veilflow.hierarchy.quantiles import FEWEST_PEOPLE
from veilflow.hierarchy.rounding import next_step, rounded, step_from

__all__ = ["Content", "automatic_hierarchy"]

Content = Literal["numbers", "dates", "texts"]

_MOST = 0.95  # of the distinct values must look alike for a kind to be chosen
_LOOKED_AT = 1_000
_TAIL = 0.025
_INTERVALS = 20
_EXACT_SPAN = 200
_LONGEST_CODE = 16
_FEW_WORDS = 32
_LONGEST_TEXT = 64


def automatic_hierarchy(values: ColumnValues, content: Content | None = None) -> Mapping[str, Any]:
    """The kind and its parameters as a policy would say them; ``content`` settles what is known.

    - numbers: themselves where they are whole and span at most 200, then about 20 intervals of a
      round width, then wider ones, with ends coded at the outer 2.5 %;
    - dates: day, month, quarter, year, 5 years, decade, as far as the format tells them;
    - codes, which have one length and digits: their first characters;
    - texts of many kinds: characters hidden from the right in four steps;
    - the value or nothing for everything else: few words, one value, fewer than 20 people.
    """
    looked_at = _spread(values.texts)
    if not looked_at:
        return {"redact": True}
    if content in (None, "dates"):
        formats = date_formats(looked_at, _MOST)
        if formats is not None:
            named = {"formats": list(formats)} if formats else {}
            return {"dates": list(date_levels(formats)), **named}
    are_numbers = np.count_nonzero(~np.isnan(values.numbers)) >= _MOST * len(values.texts)
    if content != "texts" and are_numbers and not (content is None and _zero_led(looked_at)):
        return _numbers(values) or {"redact": True}
    return _code(looked_at) or _text(values.texts, looked_at)


def _spread(texts: tuple[str, ...]) -> list[str]:
    step = max(1, len(texts) // _LOOKED_AT)
    return list(texts[::step])


def _zero_led(texts: list[str]) -> bool:
    """Whether these digits are codes: all of one length, and some of them begin with 0."""
    return (
        len({len(text) for text in texts}) == 1
        and len(texts[0]) > 1
        and all(text.isdigit() for text in texts)
        and any(text[0] == "0" for text in texts)
    )


def _numbers(values: ColumnValues) -> Mapping[str, Any] | None:
    numbers, unit = values.numbered
    last = numbers.size - 1
    low, high = numbers[int(_TAIL * last)], numbers[last - int(_TAIL * last)]
    span = float(high - low)
    if not span > 0:
        return None
    whole = bool(np.all(numbers == np.floor(numbers)))
    finest = step_from(span / _INTERVALS)
    finest = max(finest, Decimal(1)) if whole else finest
    bounds = _coded_ends(float(low), float(high), finest, values)
    if bounds is None:
        return None
    widths = [Decimal(0)] if whole and span <= _EXACT_SPAN else []
    width = finest
    while not widths or float(width) < span / 2:
        # Where numbers are whole, an interval of width 1 is the number itself.
        if not (widths and whole and width == 1):
            widths.append(width)
        width = next_step(width)
    lower, upper = bounds
    return {
        "intervals": [_plain(one) for one in widths],
        "lower": _plain(lower),
        "upper": _plain(upper),
    }


def _coded_ends(
    low: float, high: float, step: Decimal, values: ColumnValues
) -> tuple[Decimal, Decimal] | None:
    """Multiples of ``step`` near ``low`` and ``high`` with enough people beyond each."""
    numbers, unit = values.numbered
    lower, upper = rounded(low, step), rounded(high, step)
    while lower < upper and _people(unit[: np.searchsorted(numbers, float(lower))]) < FEWEST_PEOPLE:
        lower += step
    while lower < upper and _people(unit[np.searchsorted(numbers, float(upper)) :]) < FEWEST_PEOPLE:
        upper -= step
    return (lower, upper) if lower < upper else None


def _people(unit: Any) -> int:
    return int(np.unique(unit[unit >= 0]).size)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _code(texts: list[str]) -> Mapping[str, Any] | None:
    lengths = [len(text) for text in texts]
    length = max(set(lengths), key=lengths.count)
    with_digits = sum(any(c.isdigit() for c in text) for text in texts)
    spaced = any(" " in text for text in texts)
    alike = lengths.count(length) >= _MOST * len(texts)
    if not (alike and 2 <= length <= _LONGEST_CODE and with_digits * 2 >= len(texts)) or spaced:
        return None
    step = -(-length // 6)
    return {"prefix": list(range(length, 0, -step))}


def _text(texts: tuple[str, ...], looked_at: list[str]) -> Mapping[str, Any]:
    if len(texts) <= _FEW_WORDS:
        return {"redact": True}
    lengths = sorted(len(text) for text in looked_at)
    typical = lengths[int(0.9 * (len(lengths) - 1))]
    quarter = min(-(-max(typical, 1) // 4), _LONGEST_TEXT // 4)
    return {"redact": {"length": 4 * quarter, "hide": [0, quarter, 2 * quarter, 3 * quarter]}}
