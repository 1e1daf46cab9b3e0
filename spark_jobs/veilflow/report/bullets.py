"""A found figure against its bound, as a bullet bar (after Stephen Few) with its uncertainty.

The bar is what was found, the band behind it what is allowed, the line across the bound. An
estimate has its 95 % interval as a whisker, an attack what guessing reaches as a diamond, and the
smallest figure that the check would have seen as a triangle below.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from veilflow.report.drawing import label_at, px, row_label, svg
from veilflow.report.explanations.model import Allowed
from veilflow.report.formatting import amount
from veilflow.report.markup import Markup, join, tag

__all__ = ["BULLET_WIDTH", "Bullet", "bullet_plot", "can_be_drawn"]

BULLET_WIDTH = 340
_THICK = 14
_BAR = 6
_STEP = 25
_TOP = 17
_AXIS = 18
_LABEL_LIMIT = 120.0
# Further out a picture says no more than the number does.
_LARGEST, _SMALLEST = 1e15, 1e-12
_NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Bullet:
    """One figure: ``style`` is the outcome's style class, ``found_text`` stands at the end."""

    label: str
    style: str
    found: float
    found_text: str
    bound: float | None = None
    allowed: Allowed | None = None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    smallest_detectable: float | None = None

    @property
    def references(self) -> tuple[float, ...]:
        """What the found figure can be compared with, as far as it is a number."""
        given = (self.bound, self.low, self.high, self.baseline, self.smallest_detectable)
        return tuple(each for each in given if each is not None and math.isfinite(each))


def can_be_drawn(bullet: Bullet) -> bool:
    """Whether a picture says more than the number: there is something to compare, and room."""
    figures = (bullet.found, *bullet.references)
    return (
        bool(bullet.references)
        and math.isfinite(bullet.found)
        and any(figures)
        and all(each == 0 or _SMALLEST < abs(each) < _LARGEST for each in figures)
    )


def bullet_plot(
    ident: str, title: str, description: str, rows: Sequence[Bullet], unit: str, bound_text: str
) -> Markup:
    """One bullet bar a row on a shared axis; only for rows that :func:`can_be_drawn`.

    ``bound_text`` stands above the line of the bound; give it only where all rows have the same.
    """
    labels = [row.label for row in rows] if len(rows) > 1 else []
    left = min(_LABEL_LIMIT, max(px(label) for label in labels)) + 12 if labels else 4.0
    right = 10 + max(px(row.found_text) for row in rows)
    scale = _Scale.over(rows, left, max(60.0, BULLET_WIDTH - left - right), unit)
    top = _TOP if bound_text else 4
    parts = [_row(row, scale, top + i * _STEP) for i, row in enumerate(rows)]
    if labels:
        parts += [row_label(name, left, top + i * _STEP, _THICK) for i, name in enumerate(labels)]
    if bound_text and rows[0].bound is not None:
        parts.append(_bound_label(scale.at(rows[0].bound), bound_text))
    is_below = any(row.smallest_detectable is not None for row in rows)
    bottom = top + len(rows) * _STEP + (4 if is_below else 0)
    parts += _axis(scale, bottom + 1, unit)
    height = bottom + _AXIS - 9
    return svg(
        ident, title, description, height, join(parts), width=BULLET_WIDTH, class_="plot bullet"
    )


@dataclass(frozen=True)
class _Scale:
    left: float
    length: float
    low: float
    high: float

    @classmethod
    def over(cls, rows: Sequence[Bullet], left: float, length: float, unit: str) -> _Scale:
        figures = [each for row in rows for each in (row.found, *row.references)]
        low, high = min(0.0, *figures), max(0.0, *figures)
        is_share = unit == "share" and 0 <= low and high <= 1
        top = _nice(high * 1.08)
        bottom = -_nice(-low * 1.08) if low < 0 else 0.0
        return cls(left, length, bottom, min(1.0, top) if is_share else top)

    def at(self, value: float) -> float:
        span = self.high - self.low
        share = (value - self.low) / span if span > 0 else 0.0
        return self.left + self.length * min(1.0, max(0.0, share))


def _nice(number: float) -> float:
    """The next round number upwards, so that the end of an axis can be read."""
    if number <= 0:
        return 0.0
    power: float = 10.0 ** math.floor(math.log10(number))
    return next((step * power for step in _NICE if step * power >= number), 10 * power)


def _row(row: Bullet, scale: _Scale, y: float) -> Markup:
    parts = [_rect("track", scale.left, scale.left + scale.length, y, _THICK)]
    if row.bound is not None and row.allowed is not None:
        ends = sorted((scale.at(row.bound), scale.at(_far_end(row.allowed, scale))))
        parts.append(_rect("allowed", ends[0], ends[1], y, _THICK))
    ends = sorted((scale.at(0.0), scale.at(row.found)))
    drawn = max(ends[1], ends[0] + 2) if row.found else ends[1]
    parts.append(_rect(f"found {row.style}", ends[0], drawn, y + (_THICK - _BAR) / 2, _BAR))
    parts += _marks(row, scale, y)
    x = scale.left + scale.length + 7
    parts.append(label_at(x, y + _THICK - 2.5, row.found_text, class_="value", anchor="start"))
    return join(parts)


def _far_end(allowed: Allowed, scale: _Scale) -> float:
    return scale.low if allowed == "at most" else scale.high


def _marks(row: Bullet, scale: _Scale, y: float) -> Iterator[Markup]:
    middle, foot = y + _THICK / 2, y + _THICK
    if row.bound is not None and math.isfinite(row.bound):
        yield _line("bound", scale.at(row.bound), y - 3, scale.at(row.bound), foot + 3)
    ends = [end for end in (row.low, row.high) if end is not None and math.isfinite(end)]
    if len(ends) == 2 and ends[0] < ends[1]:
        low, high = scale.at(ends[0]), scale.at(ends[1])
        yield _line("interval", low, middle, high, middle)
        yield from (_line("interval", x, middle - 4, x, middle + 4) for x in (low, high))
    if row.baseline is not None and math.isfinite(row.baseline):
        yield tag("path", class_="baseline", d=diamond(scale.at(row.baseline), middle, 4.6))
    least = row.smallest_detectable
    if least is not None and math.isfinite(least):
        x = scale.at(least)
        yield tag("path", class_="smallest", d=triangle(x, foot + 1, 4.2))


def diamond(x: float, y: float, half: float) -> str:
    return f"M{x:.2f} {y - half:.2f}l{half} {half}l-{half} {half}l-{half} -{half}z"


def triangle(x: float, top: float, half: float) -> str:
    return f"M{x:.2f} {top:.2f}l{half} {2 * half}h-{2 * half}z"


def _bound_label(x: float, words: str) -> Markup:
    half = px(words) / 2
    middle = min(max(x, half), BULLET_WIDTH - half)
    return label_at(middle, 10, words, class_="bound-text", anchor="middle")


def _axis(scale: _Scale, y: float, unit: str) -> Iterator[Markup]:
    ends = ((scale.low, scale.left, "start"), (scale.high, scale.left + scale.length, "end"))
    for value, x, anchor in ends:
        words = amount(value, unit if unit == "share" else "")
        yield label_at(x, y + 7, words, class_="tick", anchor=anchor)


def _rect(style: str, start: float, end: float, y: float, height: float) -> Markup:
    width = max(0.0, end - start)
    return tag("rect", class_=style, x=start, y=y, width=width, height=height, rx=1.5)


def _line(style: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return tag("line", class_=style, x1=x1, y1=y1, x2=x2, y2=y2)
