"""A partition in which rare combinations are grouped by prices, the rest by peeling."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.covering import Cover, cover
from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.partition import common_levels, renumbered
from veilflow.anonymize.peeling import absorb, peel
from veilflow.anonymize.pricing import MOST_PAIRS, chosen_cells, priced

__all__ = ["priced_partition"]

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_STEPS = 40
_MOST_COMBINATIONS = 20_000


def priced_partition(
    cells: LabelCells, rule: ClassRule, nodes: Int8, combos: Int64, groups: Int64
) -> Int64:
    """Another partition of ``combos`` than ``groups`` (-1 for strays), to start annealing from.

    It is of more and smaller groups. Where models ask for more than a number of units, or there are
    too many combinations to price, ``groups`` is what comes back. So it does if there were strays
    that ``groups`` has placed.
    """
    rare = np.flatnonzero((rule.people[combos] < rule.least) & (rule.people[combos] > 0))
    placed = np.flatnonzero(groups >= 0)
    if not rule.counts_only or not placed.size or not 0 < rare.size <= _MOST_COMBINATIONS:
        return groups
    levels = np.broadcast_to(cells.high, (cells.size, len(cells.tables))).copy()
    levels[combos[placed]] = common_levels(cells, renumbered(groups[placed]), combos[placed])
    worth = cells.costs_of(np.minimum(levels, cells.high))[combos[rare]]
    people = rule.people[combos[rare]]
    found = cover(cells, nodes, combos[rare], people, worth, rule.least, MOST_PAIRS)
    if found is None:
        return groups
    price = priced(found, people, worth, rule.least, _STEPS)
    chosen = chosen_cells(found, people, price, rule.least)
    made = _completed(cells, rule, nodes, combos, rare, found, chosen)
    return groups if ((made < 0) & (groups >= 0)).any() else made


def _completed(
    cells: LabelCells,
    rule: ClassRule,
    nodes: Int8,
    combos: Int64,
    rare: Int64,
    cover: Cover,
    chosen: Int64,
) -> Int64:
    """The cells chosen for ``rare``; others join one of them, or form cheaper classes."""
    made = np.full(combos.size, -1, dtype=np.int64)
    made[rare] = chosen
    opened = np.zeros(cover.cells, dtype=bool)
    opened[chosen[chosen >= 0]] = True
    able = opened[cover.cell] & (chosen[cover.combo] < 0)
    combo, cost, cell = cover.combo[able], cover.cost[able], cover.cell[able]
    order = np.lexsort((cell, cost, combo))
    first = order[np.flatnonzero(np.diff(combo[order], prepend=-1))]
    join = np.full(combos.size, -1, dtype=np.int64)
    below = np.full(combos.size, 2**62, dtype=np.int64)
    join[rare[combo[first]]], below[rare[combo[first]]] = cell[first], cost[first]
    left = np.flatnonzero(made < 0)
    peeled = peel(cells, rule, nodes, combos[left], below[left])
    made[left] = np.where(peeled >= 0, peeled + cover.cells, join[left])
    return absorb(cells, rule, renumbered(made) - int((made < 0).any()), combos)
