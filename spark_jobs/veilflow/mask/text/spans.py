"""A place in a text that is to be replaced, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["Span", "without_overlaps"]


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from ``start`` to ``end`` are of ``type``.

    ``entity`` says which thing they name: spans of one text with equal entities are replaced by the
    same words. ``is_known`` tells what the tables know from what a detector found.
    """

    start: int
    end: int
    type: str
    entity: str
    is_known: bool


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """Spans by position; of those that overlap one is made, as wide as all of them together.

    Nothing that any of them covers is left uncovered. The widest of them says what it is; of
    equally wide ones the one that the tables know.
    """
    merged: list[tuple[Span, int]] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end, not s.is_known)):
        width = span.end - span.start
        if merged and span.start < merged[-1][0].end:
            before, widest = merged[-1]
            chosen = span if width > widest else before
            whole = replace(chosen, start=before.start, end=max(before.end, span.end))
            merged[-1] = (whole, max(width, widest))
        else:
            merged.append((span, width))
    return [span for span, _ in merged]
