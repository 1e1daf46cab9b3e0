"""The strokes that all plots share: the picture itself, texts and the labels of rows."""

from __future__ import annotations

import math

from veilflow.report.formatting import shorten, text_width
from veilflow.report.markup import Markup, tag

__all__ = ["FONT", "WIDTH", "label_at", "px", "row_label", "svg"]

WIDTH = 420
FONT = 13


def svg(
    ident: str,
    title: str,
    description: str,
    height: float,
    content: Markup,
    *,
    width: int = WIDTH,
    class_: str = "plot",
) -> Markup:
    """A picture with its title and its words for who can't see it."""
    return tag(
        "svg",
        tag("title", title, id=f"{ident}-title"),
        tag("desc", description, id=f"{ident}-desc"),
        content,
        class_=class_,
        viewBox=f"0 0 {width} {math.ceil(height)}",
        role="img",
        aria_labelledby=f"{ident}-title",
        aria_describedby=f"{ident}-desc",
    )


def label_at(x: float, y: float, words: str, *, class_: str, anchor: str) -> Markup:
    return tag("text", words, class_=class_, x=x, y=y, text_anchor=anchor)


def row_label(label: str, left: float, y: float, tall: float) -> Markup:
    """A label that ends before ``left``; one that is too long keeps its whole text as a title."""
    short = shorten(label, (left - 10) / FONT)
    whole = tag("title", label) if short != label else None
    place = {"x": left - 9, "y": y + tall / 2 + 4.5}
    return tag("text", short, whole, class_="label", text_anchor="end", **place)


def px(words: str) -> float:
    return text_width(words) * FONT
