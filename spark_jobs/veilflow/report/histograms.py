"""Put two class-size histograms on the same bins, so that their bars can be compared."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from veilflow.evidence import ClassSizeBin
from veilflow.report.formatting import MERGED, count

__all__ = ["AlignedBin", "Side", "align"]


@dataclass(frozen=True)
class Side:
    """What one histogram tells about a bin. None stands for what is too small to be told.

    Where only a part of the bin is too small, the figures cover the rest and are lower bounds.
    """

    classes: int | None
    rows: int | None
    is_lower_bound: bool = False

    @property
    def classes_text(self) -> str:
        return self._text(self.classes, MERGED)

    @property
    def rows_text(self) -> str:
        # Fewer than ten classes may still hold any number of rows.
        return self._text(self.rows, f"{MERGED} classes" if self.classes is None else MERGED)

    def _text(self, number: int | None, absent: str) -> str:
        return (
            f"at least {number:,}"
            if number and self.is_lower_bound
            else count(number, absent=absent)
        )


@dataclass(frozen=True)
class AlignedBin:
    """Classes of ``low`` to ``high`` units (None: no end); a side without histogram is None."""

    low: int
    high: int | None
    before: Side | None
    after: Side | None

    @property
    def label(self) -> str:
        if self.high is None:
            return f"{self.low:,} or more"
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"


def align(before: Sequence[ClassSizeBin], after: Sequence[ClassSizeBin]) -> tuple[AlignedBin, ...]:
    """The finest bins into which those of both sides fit.

    Bins of the raw side may have been joined because they were small, so the two sides don't
    always come with the same ones. Each side is taken to cover its range without a gap.
    """
    lows = _starts(before, after)
    return tuple(
        AlignedBin(
            low,
            _end(lows, index, (*before, *after)),
            _sum(before, lows, index),
            _sum(after, lows, index),
        )
        for index, low in enumerate(lows)
    )


def _starts(before: Sequence[ClassSizeBin], after: Sequence[ClassSizeBin]) -> list[int]:
    sides = [{each.low for each in side} for side in (before, after) if side]
    if not sides:
        return []
    first = min(min(side) for side in sides)
    return sorted({first, *set.intersection(*sides)})


def _end(lows: Sequence[int], index: int, bins: Sequence[ClassSizeBin]) -> int | None:
    if index + 1 < len(lows):
        return lows[index + 1] - 1
    ends = [each.high for each in bins if each.low >= lows[index]]
    return None if None in ends else max(end for end in ends if end is not None)


def _sum(bins: Sequence[ClassSizeBin], lows: Sequence[int], index: int) -> Side | None:
    if not bins:
        return None
    inside = [each for each in bins if bisect_right(lows, each.low) - 1 == index]
    classes, rows = [each.classes for each in inside], [each.rows for each in inside]
    is_partial = (None in classes or None in rows) and len(inside) > 1
    return Side(_total(classes), _total(rows), is_partial)


def _total(counts: Sequence[int | None]) -> int | None:
    known = sum(each for each in counts if each is not None)
    return None if None in counts and not known else known
