"""A partition found by prices: what a row is worth says which cells are worth opening.

Choosing cells so that every combination is in one, and each cell chosen has enough units, is a
set-covering problem. Lagrangian relaxation (Fisher 1981) puts a price on each combination's rows
and chooses every cell that gains at these prices; subgradient steps raise the price of rows that no
cell takes and lower that of rows that several take. In the end a greedy choice at these prices is
a partition, whose cells fit together better than those that :func:`~veilflow.anonymize.peeling.
peel` takes one by one. All numbers are whole, so the result is the same on every processor.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.covering import Cover

__all__ = ["MOST_PAIRS", "chosen_cells", "priced"]

Bools = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]

MOST_PAIRS = 2**21
_LARGEST_GAIN = 2**20
_PATIENCE = 5
_SHARE = 64
_NONE = -1


def priced(cover: Cover, rows: Int64, worth: Int64, least: int, steps: int) -> Int64:
    """A price for a row of each combination, starting from ``worth``, after ``steps`` steps."""
    own = np.full(rows.size, 2**40, dtype=np.int64)
    np.minimum.at(own, cover.combo, cover.cost)
    price, best, found = worth.copy(), worth, None
    length, since = _SHARE // 2, 0
    upper = int(worth @ rows)
    for _ in range(steps):
        bound, taken = _relaxed(cover, rows, price, least)
        since += 1
        if found is None or bound > found:
            best, found, since = price, bound, 0
        if since > _PATIENCE:
            length, since = length * 7 // 10, 0
        slope = rows - taken
        slope[(price <= own) & (slope < 0)] = 0
        square = int((slope * slope // rows).sum())
        if not square:
            break
        gap = max(upper * 97 // 100 - bound, 1)
        price = np.maximum(price + length * gap * slope // (_SHARE * square * rows), own)
    return best


def _relaxed(cover: Cover, rows: Int64, price: Int64, least: int) -> tuple[int, Int64]:
    """What covering costs at least at these prices, and how many rows of each the cells take."""
    order, reduced, ahead = _ordered(cover, rows, price)
    combo = cover.combo[order]
    taken = np.where(reduced < 0, rows[combo], np.clip(least - ahead, 0, rows[combo]))
    value = np.add.reduceat(taken * reduced, cover.first)
    opened = value < 0
    counts = np.zeros(rows.size, dtype=np.int64)
    np.add.at(counts, combo, taken * opened[cover.cell])
    return int(price @ rows) + int(value[opened].sum()), counts


def _ordered(cover: Cover, rows: Int64, price: Int64) -> tuple[Int64, Int64, Int64]:
    """Within each cell the pairs that gain most first: their order, gains, and rows before."""
    reduced = cover.cost - price[cover.combo]
    # One number holds cell, gain and place: sorting numbers is many times faster than by keys.
    place = np.arange(reduced.size)
    gain = np.clip(reduced, -_LARGEST_GAIN, _LARGEST_GAIN - 1) + _LARGEST_GAIN
    packed = (cover.cell * (2 * _LARGEST_GAIN) + gain) * MOST_PAIRS + place
    packed.sort()
    order = packed % MOST_PAIRS
    held = rows[cover.combo[order]]
    before = np.cumsum(held) - held
    return order, reduced[order], before - before[cover.first][cover.cell]


def chosen_cells(cover: Cover, rows: Int64, price: Int64, least: int) -> Int64:
    """The cell of each combination under a greedy choice at these prices; -1 where it has none.

    The cell that gains most a row comes first, and takes what gains and what it needs beside that;
    what it has taken is in no other. Cells that share nothing with a better one are taken at once.
    """
    order, reduced, _ = _ordered(cover, rows, price)
    combo, cell = cover.combo[order], cover.cell
    group = np.full(rows.size, _NONE, dtype=np.int64)
    while combo.size:
        held = rows[combo]
        first = np.flatnonzero(np.diff(cell, prepend=-1))
        number = np.cumsum(np.diff(cell, prepend=-1) != 0) - 1
        before = np.cumsum(held) - held
        takes = (reduced < 0) | (before - before[first][number] < least)
        size = np.add.reduceat(held * takes, first)
        gain = np.add.reduceat(held * reduced * takes, first)
        full = size >= least
        if not full.any():
            break
        rank = _ranks(gain, size, full)
        wanted = takes & full[number]
        best = np.full(rows.size, rank.size, dtype=np.int64)
        np.minimum.at(best, combo[wanted], rank[number[wanted]])
        beaten = np.zeros(rank.size, dtype=bool)
        beaten[number[wanted][best[combo[wanted]] != rank[number[wanted]]]] = True
        accepted = wanted & ~beaten[number]
        group[combo[accepted]] = cell[accepted]
        kept = (group[combo] == _NONE) & full[number]
        combo, cell, reduced = combo[kept], cell[kept], reduced[kept]
    return group


def _ranks(gain: Int64, size: Int64, full: Bools) -> Int64:
    """The place of each cell in the order of its gain a row."""
    each = np.where(full, gain * 256 // np.maximum(size, 1), 2**60)
    rank = np.empty(each.size, dtype=np.int64)
    rank[np.argsort(each, kind="stable")] = np.arange(each.size)
    return rank
