"""How large the equivalence classes of a table are, in rows and in privacy units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError

__all__ = ["BIN_EDGES", "ClassTable", "HistogramBin", "class_size_histogram", "smallest_class"]

# The first size of each bin; the last bin is open.
BIN_EDGES = (1, 2, 3, 5, 10, 20, 50, 100, 500, 1000)

_SMALL = 10


@dataclass(frozen=True, eq=False, repr=False)
class ClassTable:
    """One entry a class: its rows, and the distinct privacy units among them.

    Where each row is its own unit, both are the same. Suppressed rows make no class and are left
    out. A class whose rows all lack a unit has 0 units: it hides nobody and counts as size 1
    wherever a risk is asked.
    """

    rows: npt.NDArray[np.int64]
    units: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        for name in ("rows", "units"):
            given = np.asarray(getattr(self, name))
            if given.size and not np.issubdtype(given.dtype, np.integer):
                raise UsageError(f"class {name} must be whole numbers")
            object.__setattr__(self, name, given.astype(np.int64))
        if self.rows.ndim != 1 or self.rows.shape != self.units.shape:
            raise UsageError("rows and units must be one-dimensional and of the same length")
        if np.any(self.rows < 1) or np.any(self.units < 0) or np.any(self.units > self.rows):
            raise UsageError("each class needs at least one row, and no more units than rows")

    @property
    def total_rows(self) -> int:
        return int(self.rows.sum())

    @property
    def classes(self) -> int:
        return int(self.rows.size)

    def __repr__(self) -> str:
        return f"ClassTable(classes={self.classes})"


@dataclass(frozen=True)
class HistogramBin:
    """The classes whose size in units lies in [low, high] (``high`` None: no end), and their rows.

    ``classes`` and ``rows`` are None where they are too few to be told.
    """

    low: int
    high: int | None
    classes: int | None
    rows: int | None


def smallest_class(table: ClassTable) -> int | None:
    """The k that the table has: the units of its smallest class; None for a table without rows.

    From the raw side this is a small count: keep it out of evidence there.
    """
    return int(table.units.min()) if table.classes else None


def class_size_histogram(table: ClassTable, *, raw: bool = False) -> tuple[HistogramBin, ...]:
    """Classes and rows by class size in units, in bins 1, 2, 3-4, 5-9, 10-19, 20-49, 50-99,
    100-499, 500-999 and 1000 or more.

    With ``raw`` (the table was counted on the raw side) neighbouring bins are merged until each
    holds no class or at least 10; where the whole table has fewer than 10 classes, one open bin
    without counts is all there is to tell. Without it every count is told: the output is public.
    A class of 0 units counts as size 1.
    """
    sizes = np.maximum(table.units, 1)
    index = np.searchsorted(np.array(BIN_EDGES), sizes, side="right") - 1
    classes = np.bincount(index, minlength=len(BIN_EDGES)).tolist()
    rows = np.zeros(len(BIN_EDGES), dtype=np.int64)
    np.add.at(rows, index, table.rows)
    ends = [*(edge - 1 for edge in BIN_EDGES[1:]), None]
    bins = [HistogramBin(*one) for one in zip(BIN_EDGES, ends, classes, rows.tolist(), strict=True)]
    return tuple(_merge_small(bins, table.classes) if raw else bins)


def _merge_small(bins: list[HistogramBin], total: int) -> list[HistogramBin]:
    if 0 < total < _SMALL:
        return [HistogramBin(BIN_EDGES[0], None, None, None)]
    merged: list[HistogramBin] = []
    for one in bins:
        # An empty bin swallowed by a small one tells nothing about which bin was small.
        if merged and 0 < (merged[-1].classes or 0) < _SMALL:
            merged[-1] = _join(merged[-1], one)
        else:
            merged.append(one)
    while len(merged) > 1 and 0 < (merged[-1].classes or 0) < _SMALL:
        merged[-2:] = [_join(merged[-2], merged[-1])]
    return merged


def _join(a: HistogramBin, b: HistogramBin) -> HistogramBin:
    return HistogramBin(
        a.low, b.high, (a.classes or 0) + (b.classes or 0), (a.rows or 0) + (b.rows or 0)
    )
