"""How a figure and its verdict went over the last validations, in one small picture.

Verdicts are told apart by their shape: a disc passed, a cross failed, a triangle warned, a dash
wasn't asked. The line is the figure, the dashed one its bound; where a figure wasn't told, the
line has a gap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from veilflow.report.bullets import BULLET_WIDTH, triangle
from veilflow.report.drawing import label_at, px, svg
from veilflow.report.formatting import date
from veilflow.report.markup import Markup, join, tag
from veilflow.report.trends import Point

__all__ = ["sparkline"]

_HIGH = 34.0
_STRIP = 12.0
_DATES = 15.0
_EDGE = 7.0
_LARGEST = 1e15


def sparkline(
    ident: str,
    title: str,
    description: str,
    points: Sequence[Point],
    last_text: str = "",
    *,
    is_flat: bool = False,
) -> Markup:
    """The figure's line, where at least two are told, above the strip of verdicts and the dates.

    ``last_text`` is the last figure in words; it stands at the end of the line. A flat line would
    say nothing and is left out.
    """
    right = px(last_text) + 8 if last_text else 0.0
    room = BULLET_WIDTH - 2 * _EDGE - right
    step = room / max(1, len(points) - 1)
    places = [_EDGE + i * step for i in range(len(points))]
    parts: list[Markup] = []
    y = 0.0
    if not is_flat and sum(_is_told(point.observed) for point in points) >= 2:
        parts += _line_of(points, places)
        if last_text and _is_told(points[-1].observed):
            at = _height(points, points[-1].observed or 0.0)
            words = label_at(places[-1] + 9, at + 4.5, last_text, class_="value", anchor="start")
            parts.append(words)
        y = _HIGH + 4
    parts += [_glyph(p.outcome, x, y + _STRIP / 2) for p, x in zip(points, places, strict=True)]
    y += _STRIP + _DATES
    first, last = date(points[0].when), "this run"
    parts.append(label_at(0, y - 2, first, class_="tick", anchor="start"))
    end = max(places[-1] + _EDGE, px(first) + px(last) + 10)
    parts.append(label_at(end, y - 2, last, class_="tick", anchor="end"))
    return svg(
        ident, title, description, y, join(parts), width=BULLET_WIDTH, class_="plot sparkline"
    )


def _line_of(points: Sequence[Point], places: Sequence[float]) -> Iterator[Markup]:
    bounds = [(x, p.bound) for x, p in zip(places, points, strict=True)]
    yield from _paths("bound dashed", points, bounds)
    yield from _paths(
        "trend", points, [(x, p.observed) for (x, _), p in zip(bounds, points, strict=True)]
    )
    for x, point in zip(places, points, strict=True):
        if _is_told(point.observed):
            y = _height(points, point.observed or 0.0)
            half = 3.2 if point is points[-1] else 1.8
            box = {"x": x - half, "y": y - half, "width": 2 * half, "height": 2 * half}
            yield tag("rect", class_="dot", rx=half, **box)


def _paths(
    style: str, points: Sequence[Point], given: Sequence[tuple[float, float | None]]
) -> Iterator[Markup]:
    """One path for each stretch without a gap."""
    stretch: list[str] = []
    for x, value in (*given, (0.0, None)):
        if _is_told(value):
            stretch.append(f"{x:.2f} {_height(points, value or 0.0):.2f}")
        elif stretch:
            yield tag("path", class_=style, d="M" + "L".join(stretch))
            stretch = []


def _height(points: Sequence[Point], value: float) -> float:
    figures = [v for p in points for v in (p.observed, p.bound) if v is not None and _is_told(v)]
    low, high = min(0.0, *figures), max(0.0, *figures)
    span = high - low
    share = (value - low) / span if span > 0 else 0.0
    return 4 + (_HIGH - 8) * (1 - share)


def _glyph(outcome: str, x: float, y: float) -> Markup:
    if outcome == "passed":
        return tag("rect", class_="glyph passed", x=x - 3.5, y=y - 3.5, width=7, height=7, rx=3.5)
    if outcome == "failed":
        cross = f"M{x - 3.5:.2f} {y - 3.5:.2f}l7 7m0 -7l-7 7"
        return tag("path", class_="glyph failed", d=cross)
    if outcome == "warning":
        return tag("path", class_="glyph warning", d=triangle(x, y - 4.2, 4.2))
    return tag("path", class_="glyph absent", d=f"M{x - 3:.2f} {y:.2f}h6")


def _is_told(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and abs(value) < _LARGEST
