"""Disjoint pairs of groups that may gain by exchanging members."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.partition import Members

__all__ = ["Orders", "beside", "neighbours"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_LOOKS = 5
_ROUNDS = 4
_SPREAD = 256
_FARTHEST = 3
_MOST_FOUND = 2**24


class Orders:
    """Ranks of each column's values at each level allowed, nested: children lie together."""

    def __init__(self, cells: LabelCells) -> None:
        self.ranks: list[list[Int32]] = []
        for table, low, high in zip(cells.tables, cells.low, cells.high, strict=True):
            each = []
            for level in range(int(low), int(high) + 1):
                order = np.lexsort(table.codes[level:])
                rank = np.empty(order.size, dtype=np.int32)
                rank[order] = np.arange(order.size, dtype=np.int32)
                each.append(rank if level == low else table.codes[level])
            self.ranks.append(each)


def neighbours(
    cells: LabelCells,
    orders: Orders,
    members: Members,
    groups: Int64,
    random: np.random.Generator,
) -> tuple[Int64, Int64]:
    """Disjoint pairs of ``groups``, near ones preferred.

    A few times all groups are sorted by one random member's labels, at random levels and in a
    random order of columns. Whoever is next to each other then is a candidate, and of the
    candidates those are taken whose members need the cheapest common label, within some chance.
    So the work grows with the number of groups, not with that of their pairs.
    """
    one, other, apart = [], [], []
    for _ in range(_LOOKS):
        offset = random.integers(0, 2**30, groups.size) % members.count[groups]
        face = members.combos[members.first[groups] + offset]
        keys = [random.integers(0, 2**30, groups.size)]
        for column in random.permutation(len(cells.tables)):
            ranks = orders.ranks[column]
            rank = ranks[int(random.integers(0, len(ranks)))]
            keys.append(rank[cells.codes[face, column]])
        order = np.lexsort(keys)
        left, right = order[:-1], order[1:]
        one.append(left)
        other.append(right)
        apart.append(_cost(cells, face[left], face[right]))
    found = _match(np.concatenate(one), np.concatenate(other), np.concatenate(apart), groups.size,
                   random)  # fmt: skip
    return groups[found[0]], groups[found[1]]


def beside(cells: LabelCells, combos: Int64, chosen: Int64) -> Int32:
    """For each of ``combos`` those of ``chosen`` (at least one) that are near it, in their order.

    Near is what is next to it in one of the orders that start with a different column each, or
    up to three places away unless there are too many combinations. One may be named several times.
    Work and memory grow with the number of combinations.
    """
    every = np.concatenate([chosen, combos])
    is_chosen = np.arange(every.size) < chosen.size
    ranks = [each[0] for each in Orders(cells).ranks]
    keys = [rank[cells.codes[every, column]] for column, rank in enumerate(ranks)]
    farthest = min(max(1, _MOST_FOUND // (2 * len(keys) * every.size)), _FARTHEST)
    found = np.empty((combos.size, len(keys), farthest, 2), dtype=np.int32)
    for start in range(len(keys)):
        order = np.lexsort([is_chosen, *keys[start + 1 :], *keys[: start + 1]])
        in_order = every[order[is_chosen[order]]]
        place = np.empty(every.size, dtype=np.int64)
        place[order] = np.cumsum(is_chosen[order])
        after = place[chosen.size :]
        for apart in range(farthest):
            found[:, start, apart, 0] = in_order[np.maximum(after - 1 - apart, 0)]
            found[:, start, apart, 1] = in_order[np.minimum(after + apart, chosen.size - 1)]
    return np.sort(found.reshape(combos.size, -1), axis=1)


def _cost(cells: LabelCells, one: Int64, other: Int64) -> Int64:
    total = np.zeros(one.size, dtype=np.int64)
    for column in range(len(cells.tables)):
        total += cells.common_costs(column, one, other)
    return total


def _match(
    one: Int64, other: Int64, apart: Int64, groups: int, random: np.random.Generator
) -> tuple[Int64, Int64]:
    """Pairs that are each other's best, taken out, and so on for a few rounds."""
    blurred = apart * (_SPREAD + random.integers(0, 2 * _SPREAD, apart.size))
    rank = np.empty(apart.size, dtype=np.int64)
    rank[np.argsort(blurred, kind="stable")] = np.arange(apart.size)
    taken: list[tuple[Int64, Int64]] = []
    for _ in range(_ROUNDS):
        best = np.full(groups, apart.size, dtype=np.int64)
        np.minimum.at(best, one, rank)
        np.minimum.at(best, other, rank)
        mutual = (best[one] == rank) & (best[other] == rank)
        taken.append((one[mutual], other[mutual]))
        free = np.ones(groups, dtype=bool)
        free[one[mutual]] = free[other[mutual]] = False
        kept = free[one] & free[other]
        one, other, rank = one[kept], other[kept], rank[kept]
    return np.concatenate([a for a, _ in taken]), np.concatenate([b for _, b in taken])
