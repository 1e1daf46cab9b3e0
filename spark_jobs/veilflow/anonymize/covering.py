"""Which combinations could be released together at which node, and what each would pay there.

Local recoding chooses among *cells*: a node of the lattice with one label tuple. This lists the
cells that small combinations may gain by, for :mod:`veilflow.anonymize.pricing` to choose from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.label_cells import LabelCells

__all__ = ["Cover", "cover"]

Bools = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_ROWS_KEPT = 3


@dataclass(frozen=True, eq=False, repr=False)
class Cover:
    """Pairs of a cell and a combination, those of one cell together.

    ``combo`` is a position in the list of combinations, ``cost`` what one of its rows costs in the
    cell, ``cell`` the cell's number, and ``first`` where each cell's pairs begin.
    """

    combo: Int64
    cost: Int64
    cell: Int64
    first: Int64

    @property
    def cells(self) -> int:
        return int(self.first.size)


def cover(
    cells: LabelCells,
    nodes: Int8,
    combos: Int64,
    rows: Int64,
    worth: Int64,
    least: int,
    most: int,
) -> Cover | None:
    """The cells in which ``combos`` could pay about what a row is ``worth``, or less; or None.

    ``rows`` and ``worth`` have an entry for each of ``combos``, and cells are priced with a tenth
    more, so that they needn't be cheaper for everybody. Of each cell those who gain most are
    listed, up to a few times ``least`` rows. None if there are more than ``most`` pairs: they
    would take too long to price.
    """
    found: list[tuple[Int64, Int64, Int64]] = []
    pairs = 0
    worth = worth + worth // 10
    for keys, costs in _at_nodes(cells, nodes, combos):
        useful = costs <= worth
        if not useful.any():
            continue
        wanted = np.unique(keys[useful])
        place = np.minimum(np.searchsorted(wanted, keys), wanted.size - 1)
        there = np.flatnonzero(wanted[place] == keys)
        chosen = there[_gaining(place[there], costs[there] - worth[there], rows[there], least)]
        found.append((keys[chosen], chosen, costs[chosen]))
        pairs += chosen.size
        if pairs > 2 * most:
            return None
    if not pairs:
        return None
    key, combo, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((combo, key))
    key, combo, cost = key[order], combo[order], cost[order]
    fresh = np.ones(key.size, dtype=bool)
    fresh[1:] = (key[1:] != key[:-1]) | (combo[1:] != combo[:-1])
    key, combo, cost = key[fresh], combo[fresh], cost[fresh]
    if key.size > most:
        return None
    starts = np.ones(key.size, dtype=bool)
    starts[1:] = key[1:] != key[:-1]
    return Cover(combo, cost, np.cumsum(starts) - 1, np.flatnonzero(starts))


def _at_nodes(cells: LabelCells, nodes: Int8, combos: Int64) -> Iterator[tuple[Int64, Int64]]:
    """Keys and costs of ``combos`` at each node, sums of columns being kept from node to node."""
    order = np.lexsort(nodes.T[::-1])
    columns = range(nodes.shape[1])
    codes = [cells.codes[combos, column] for column in columns]
    zero = np.zeros(combos.size, dtype=np.int64)
    keys, costs = [zero] * (len(columns) + 1), [zero] * (len(columns) + 1)
    before: tuple[int, ...] = ()
    for node in map(tuple, nodes[order].tolist()):
        same = 0
        while same < len(before) and node[same] == before[same]:
            same += 1
        for column in range(same, len(node)):
            level = node[column]
            keys[column + 1] = keys[column] + cells.labels[column][level][codes[column]]
            costs[column + 1] = costs[column] + cells.costs[column][level][codes[column]]
        before = node
        yield keys[-1], costs[-1]


def _gaining(cell: Int64, reduced: Int64, rows: Int64, least: int) -> Bools:
    """Which pairs to keep: of cells that can gain, all that gain and the cheapest beside them."""
    order = np.lexsort((reduced, cell))
    cell, reduced, rows = cell[order], reduced[order], rows[order]
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    number = np.cumsum(np.diff(cell, prepend=-1) != 0) - 1
    summed = np.cumsum(rows) - rows
    ahead = summed - summed[first][number]
    taken = np.where(reduced < 0, rows, np.clip(least - ahead, 0, rows))
    good = (np.add.reduceat(taken * reduced, first) < 0) & (np.add.reduceat(rows, first) >= least)
    kept = good[number] & ((reduced < 0) | (ahead < _ROWS_KEPT * least))
    found = np.zeros(order.size, dtype=bool)
    found[order] = kept
    return found
