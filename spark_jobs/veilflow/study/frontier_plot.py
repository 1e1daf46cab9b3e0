"""The frontier as one picture: loss against rows suppressed, a line for each k."""

from __future__ import annotations

import math
from collections.abc import Sequence

from veilflow.report.drawing import WIDTH, label_at, px, svg
from veilflow.report.formatting import percent
from veilflow.report.markup import Markup, join, tag
from veilflow.study.frontier import GridPoint
from veilflow.study.told import Exploration

__all__ = ["frontier_plot"]

_LEFT, _TOP, _HIGH, _RIGHT = 46.0, 24.0, 270.0, 58.0
_SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_LINE = 14.0


def frontier_plot(found: Exploration) -> Markup:
    """Loss over the share of suppressed rows. A disc can't be bettered, a ring can.

    The share has a square-root scale, since small ones matter most; too small to be told is 0.
    """
    points = found.frontier.points
    scale = _Scale(found)
    ks = sorted({point.k for point in points})
    lines = [_line(found, scale, k, n, len(ks)) for n, k in enumerate(ks)]
    place = found.policy_point
    ring = None if place is None else _policy(scale, points[place])
    description = (
        f"For {', '.join(f'k = {k}' for k in ks)}: the loss of the best generalisation against the "
        "share of rows that it leaves out. The table below has the figures."
    )
    content = join(_axes(scale), lines, _names(found, scale, ks), ring)
    return svg("frontier", "Loss against suppression", description, _TOP + _HIGH + 42, content)


class _Scale:
    def __init__(self, found: Exploration) -> None:
        points = found.frontier.points
        self._found = found
        share = max((self.share(point) for point in points), default=0.0)
        self.widest = max(share * 1.05, 0.02)
        loss = max((point.figures.loss for point in points), default=1.0)
        self.highest = max(0.1, math.ceil(loss * 10) / 10)

    def share(self, point: GridPoint) -> float:
        return self._found.suppressed_share(point) or 0.0

    def x(self, share: float) -> float:
        room = WIDTH - _LEFT - _RIGHT
        return _LEFT + room * math.sqrt(min(share / self.widest, 1.0))

    def y(self, loss: float) -> float:
        return _TOP + _HIGH * (1 - min(loss / self.highest, 1.0))

    def at(self, point: GridPoint) -> tuple[float, float]:
        return self.x(self.share(point)), self.y(point.figures.loss)


def _line(found: Exploration, scale: _Scale, k: int, place: int, count: int) -> Markup:
    mine = [point for point in found.frontier.points if point.k == k]
    at = [scale.at(point) for point in mine]
    # Larger k are darker: told apart without colour, too.
    shade = 0.35 + 0.65 * (place + 1) / count
    path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in at)
    dots = [
        tag(
            "circle",
            tag("title", f"k = {k}, {percent(scale.share(point))} suppressed"),
            class_="dot" if point.is_best else "open",
            cx=x, cy=y, r=3.4,
        )
        for point, (x, y) in zip(mine, at, strict=True)
    ]  # fmt: skip
    return tag("g", tag("path", class_="trend", d=path), dots, opacity=shade)


def _names(found: Exploration, scale: _Scale, ks: Sequence[int]) -> Markup:
    """Each line's k at its right end, moved apart where they would touch."""
    ends = []
    for k in ks:
        x, y = scale.at([point for point in found.frontier.points if point.k == k][-1])
        ends.append((y, x, k))
    parts = []
    lowest = math.inf
    for y, x, k in sorted(ends, reverse=True):
        lowest = min(y + 4.5, lowest - _LINE)
        parts.append(label_at(x + 8, lowest, f"k = {k}", class_="value", anchor="start"))
    return join(parts)


def _policy(scale: _Scale, point: GridPoint) -> Markup:
    x, y = scale.at(point)
    words = "the policy"
    anchor = "start" if x + px(words) + 14 < WIDTH else "end"
    shift = 12 if anchor == "start" else -12
    return join(
        tag("circle", class_="chosen", cx=x, cy=y, r=8),
        label_at(x + shift, y - 9, words, class_="chosen-text", anchor=anchor),
    )


def _axes(scale: _Scale) -> Markup:
    bottom = _TOP + _HIGH
    parts = [label_at(0, 12, "loss", class_="heading", anchor="start")]
    steps = round(scale.highest * 10)
    for step in range(0, steps + 1, 2 if steps > 5 else 1):
        y = scale.y(step / 10)
        parts.append(tag("line", class_="grid", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y))
        parts.append(label_at(_LEFT - 8, y + 4, f"{step / 10:g}", class_="tick", anchor="end"))
    for share in _SHARES:
        if share <= scale.widest:
            x = scale.x(share)
            parts.append(tag("line", class_="axis", x1=x, x2=x, y1=bottom, y2=bottom + 4))
            words = percent(share)
            parts.append(label_at(x, bottom + 17, words, class_="tick", anchor="middle"))
    parts.append(tag("line", class_="axis", x1=_LEFT, x2=WIDTH - _RIGHT, y1=bottom, y2=bottom))
    middle = _LEFT + (WIDTH - _LEFT - _RIGHT) / 2
    words = "rows suppressed"
    parts.append(label_at(middle, bottom + 36, words, class_="heading", anchor="middle"))
    return join(parts)
