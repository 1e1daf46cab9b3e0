"""Plots as inline SVG: pure functions from numbers to markup, without script or image.

Each plot is drawn 420 units wide, so that it stays legible on a phone, has a title and a
description for screen readers, and takes its colours from the style sheet (``report.css``): one
hue a series, told apart by luminance too, so that colour blindness and grey printing lose nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from veilflow.report.drawing import WIDTH, label_at, px, row_label, svg
from veilflow.report.markup import Markup, join, tag

__all__ = ["Bar", "Group", "Panel", "grouped_bars", "level_pips", "panel_bars", "share_bar"]

_THICK = 12
_GAP = 2
_BETWEEN = 11
_LEGEND = 26
_BOUND_TEXT = 14
_LABEL_LIMIT = 150.0


@dataclass(frozen=True)
class Bar:
    """One bar. A ``merged`` one is known only to be small: a dashed stub stands for it."""

    value: float | None
    text: str
    merged: bool = False


@dataclass(frozen=True)
class Group:
    """A label and one bar for each series; ``marked`` groups lie on the wrong side of a bound."""

    label: str
    bars: tuple[Bar, ...]
    marked: bool = False
    bound: float | None = None
    bound_text: str = ""


@dataclass(frozen=True)
class Panel:
    """One column of bars in :func:`panel_bars`: a heading and one bar for each row."""

    heading: str
    series: str
    bars: tuple[Bar, ...]


def grouped_bars(
    ident: str,
    title: str,
    description: str,
    series: Sequence[tuple[str, str]],
    groups: Sequence[Group],
    *,
    top: float | None = None,
    marked_text: str = "",
) -> Markup:
    """Horizontal bars in groups, one bar a series; ``series`` gives (style class, legend).

    ``top`` fixes the end of the axis; by default the longest bar has the full length. Values
    that aren't finite, or lie outside 0 to ``top``, are drawn at the nearer end: the text beside
    a bar is what counts.
    """
    left = _label_column([group.label for group in groups])
    right = 14 + max((px(bar.text) for g in groups for bar in g.bars), default=0.0)
    scale = _Scale(left, max(40.0, WIDTH - left - right), top or _longest(groups))
    tall = len(series) * (_THICK + _GAP) - _GAP
    parts = [_legend(series)]
    y = marked_top = float(_LEGEND + 8)
    for group in groups:
        y += 0 if group.bound is None else _BOUND_TEXT
        parts.append(_group(group, series, scale, y, tall))
        y += tall + _BETWEEN
    marked = [index for index, group in enumerate(groups) if group.marked]
    if marked and marked_text:
        parts[0] = _legend([*series, ("marked swatch", marked_text)])
        first = marked_top + marked[0] * (tall + _BETWEEN) - _BETWEEN / 2
        high = (marked[-1] - marked[0] + 1) * (tall + _BETWEEN)
        band = {"x": 0, "y": first, "width": WIDTH, "height": high}
        parts.insert(0, tag("rect", class_="marked", rx=3, **band))
    axis = tag("line", class_="axis", x1=left, x2=left, y1=marked_top - 5, y2=y - 5)
    return svg(ident, title, description, y, join(parts, axis))


def panel_bars(
    ident: str, title: str, description: str, labels: Sequence[str], panels: Sequence[Panel]
) -> Markup:
    """Rows of shares from 0 to 1, one column of bars for each panel, on a shared label column."""
    left = _label_column(labels)
    room = (WIDTH - left) / max(1, len(panels))
    step = _THICK + _BETWEEN
    base = float(_LEGEND + 8)
    parts: list[Markup] = []
    for index, panel in enumerate(panels):
        x = left + index * room
        text = max((px(bar.text) for bar in panel.bars), default=0.0)
        scale = _Scale(x, max(24.0, room - text - 20), 1.0)
        end = scale.left + scale.length
        parts.append(label_at(x, 15, panel.heading, class_="heading", anchor="start"))
        for row, bar in enumerate(panel.bars):
            y = base + row * step
            if bar.value is not None:
                track = {"x": x, "y": y, "width": scale.length, "height": _THICK, "rx": 1.5}
                parts.append(tag("rect", class_="track", **track))
            parts.append(_bar(bar, panel.series, scale, y, text_from=end))
    rows = [row_label(label, left, base + i * step, _THICK) for i, label in enumerate(labels)]
    return svg(ident, title, description, base + len(labels) * step, join(rows, parts))


def share_bar(share: float | None, text: str) -> Markup:
    """A small bar for a table cell. It is decoration: ``text`` stands beside it."""
    if share is None or not math.isfinite(share):
        return tag("span", text, class_="quiet")
    filled = tag("rect", class_="after", width=64 * _clamp(share), height=8, rx=2)
    track = tag("rect", class_="track", width=64, height=8, rx=2)
    picture = tag("svg", track, filled, class_="mini", viewBox="0 0 64 8", aria_hidden="true")
    return tag("span", picture, tag("span", text), class_="share")


def level_pips(level: int, levels: int | None) -> Markup:
    """One square for each step of a hierarchy, the chosen ones filled; decoration again."""
    steps = min(max(levels - 1 if levels else level, level, 0), 12)
    squares = [
        tag("rect", class_="after" if i < level else "track", x=i * 11, width=9, height=9, rx=2)
        for i in range(steps)
    ]
    width = max(1, steps * 11 - 2)
    box = f"0 0 {width} 9"
    return tag("svg", squares, class_="pips", viewBox=box, width=width, aria_hidden="true")


@dataclass(frozen=True)
class _Scale:
    left: float
    length: float
    top: float

    def at(self, value: float) -> float:
        return self.length * _clamp(value / self.top if self.top > 0 else 0.0)


def _group(
    group: Group, series: Sequence[tuple[str, str]], scale: _Scale, y: float, tall: int
) -> Markup:
    bars = [
        _bar(bar, style, scale, y + i * (_THICK + _GAP), text_from=_past_bound(group, bar, scale))
        for i, (bar, (style, _)) in enumerate(zip(group.bars, series, strict=True))
    ]
    return join(row_label(group.label, scale.left, y, tall), bars, _bound(group, scale, y, tall))


def _past_bound(group: Group, bar: Bar, scale: _Scale) -> float | None:
    """Where a bar's text has to start so that the line of the bound doesn't strike it through."""
    if group.bound is None:
        return None
    line, end = scale.left + scale.at(group.bound), scale.left + scale.at(bar.value or 0.0)
    return line if end <= line < end + 10 + px(bar.text) else None


def _bar(
    bar: Bar, series: str, scale: _Scale, y: float, *, text_from: float | None = None
) -> Markup:
    if bar.merged:
        length = 9.0
        box = {"x": scale.left + 1, "y": y + 1, "width": length - 1, "height": _THICK - 2}
        shape = tag("rect", class_=f"merged {series}", rx=1.5, **box)
    else:
        length = scale.at(bar.value) if bar.value is not None else 0.0
        length = max(length, 1.5) if bar.value else length
        shape = tag("rect", class_=series, x=scale.left, y=y, width=length, height=_THICK, rx=1.5)
    x = (scale.left + length if text_from is None else text_from) + 6
    text = label_at(x, y + _THICK - 2, bar.text, class_="value", anchor="start")
    return join(shape if length else None, text)


def _bound(group: Group, scale: _Scale, y: float, tall: int) -> Markup | None:
    if group.bound is None:
        return None
    x = scale.left + scale.at(group.bound)
    line = tag("line", class_="bound", x1=x, x2=x, y1=y - 3, y2=y + tall + 3)
    half = px(group.bound_text) / 2
    middle = min(max(x, half), WIDTH - half)
    return join(
        line, label_at(middle, y - 7, group.bound_text, class_="bound-text", anchor="middle")
    )


def _legend(series: Sequence[tuple[str, str]]) -> Markup:
    parts: list[Markup] = []
    x = 0.0
    for style, name in series:
        parts.append(tag("rect", class_=style, x=x, y=4, width=12, height=12, rx=2))
        parts.append(label_at(x + 18, 14.5, name, class_="legend", anchor="start"))
        x += 18 + px(name) + 22
    return join(parts)


def _label_column(labels: Sequence[str]) -> float:
    return min(_LABEL_LIMIT, max((px(label) for label in labels), default=0.0)) + 12


def _longest(groups: Sequence[Group]) -> float:
    values = [b.value for g in groups for b in g.bars if b.value and math.isfinite(b.value)]
    return max(values, default=1.0)


def _clamp(share: float) -> float:
    return 0.0 if not share > 0 else min(1.0, share)
