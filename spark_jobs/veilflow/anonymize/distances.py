"""Earth mover's distances of the values of classes from those of the whole view.

After Li, Li and Venkatasubramanian, "t-Closeness" (ICDE 2007), section 5. Numerators are exact
whole numbers, so the order of additions can't decide about a class at the bound. The judge has its
own in ``veilflow.risk.t_closeness``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.sensitive import Lines, SensitiveColumn

__all__ = ["equal_distance", "hierarchical_distance", "ordered_distance"]

Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

# Cells of a table of classes by values that are worked on at once: 32 MB.
_CELLS = 2**22


def equal_distance(column: SensitiveColumn, lines: Lines, owners: int, totals: Int64) -> Floats:
    """The total variation: all values are equally far from each other."""
    whole = max(int(totals.sum()), 1)
    people, counts = _people(lines, owners)
    inside, outside = counts * whole, totals[lines.value] * people[lines.owner]
    gained = np.maximum(inside - outside, 0)
    moved = np.zeros(owners, dtype=np.int64)
    np.add.at(moved, lines.owner, gained)
    return np.asarray(moved / np.maximum(people * whole, 1), dtype=np.float64)


def ordered_distance(column: SensitiveColumn, lines: Lines, owners: int, totals: Int64) -> Floats:
    """Values are as far apart as their ranks, of all values that occur; at most 1."""
    assert column.order is not None, "an ordered distance needs an order"
    rank = column.order
    found = np.zeros(owners)
    steps = max(column.values - 1, 1)
    for first, excess, scale in _excess(lines, owners, totals, rank):
        moved = np.abs(np.cumsum(excess, axis=1)).sum(axis=1)
        found[first : first + len(excess)] = moved / (scale * steps)
    return found


def hierarchical_distance(
    column: SensitiveColumn, lines: Lines, owners: int, totals: Int64
) -> Floats:
    """Values are as far apart as the lowest level that joins them, of all levels above 0."""
    table = column.hierarchy
    assert table is not None, "a hierarchical distance needs a hierarchy"
    height = max(table.levels - 1, 1)
    found = np.zeros(owners)
    same = np.arange(column.values)
    for first, excess, scale in _excess(lines, owners, totals, same):
        moved = np.zeros(len(excess))
        extra = excess
        for level in range(1, table.levels):
            parent = np.zeros(extra.shape[1], dtype=np.int64)
            parent[table.codes[level - 1]] = table.codes[level]
            width = len(table.labels[level])
            gained, lacked = (_by_column(np.maximum(part, 0), parent, width)
                              for part in (extra, -extra))  # fmt: skip
            moved += level * np.minimum(gained, lacked).sum(axis=1)
            extra = gained - lacked
        found[first : first + len(excess)] = moved / (scale * height)
    return found


def _people(lines: Lines, owners: int) -> tuple[Int64, Int64]:
    counts = lines.counts
    return np.bincount(lines.owner, counts, owners).astype(np.int64), counts


def _excess(
    lines: Lines, owners: int, totals: Int64, place: Int64
) -> Iterator[tuple[int, Int64, Int64]]:
    """Some classes at a time: the first, q * n * N - p * n * N by place, and n * N of each.

    n are the people of the class and N those of the view.
    """
    whole = max(int(totals.sum()), 1)
    people, counts = _people(lines, owners)
    width = totals.size
    expected = np.zeros(width, dtype=np.int64)
    expected[place] = totals
    order = np.argsort(lines.owner, kind="stable")
    owner, value, count = lines.owner[order], place[lines.value[order]], counts[order]
    step = max(1, _CELLS // max(width, 1))
    for first in range(0, owners, step):
        last = min(first + step, owners)
        a, b = np.searchsorted(owner, [first, last])
        table = np.zeros((last - first, width), dtype=np.int64)
        table[owner[a:b] - first, value[a:b]] = count[a:b]
        some = people[first:last]
        yield (
            first,
            table * whole - some[:, None] * expected[None, :],
            np.maximum(some * whole, 1),
        )


def _by_column(table: Int64, parent: Int64, width: int) -> Int64:
    summed = np.zeros((len(table), width), dtype=np.int64)
    np.add.at(summed.T, parent, table.T)
    return summed
