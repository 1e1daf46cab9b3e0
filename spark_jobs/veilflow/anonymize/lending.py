"""Combinations with more rows than a class needs, which lend some to groups that are short.

A common combination is a class by itself, at the lowest levels, and needs no more than k people
there. So a few of its rows can be released in the class of rarer combinations instead, which then
don't have to be generalised as far as the next of their kind. Only the lender's rows that are lent
lose anything, and its class shrinks, which discernibility counts as a gain.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.label_cells import SUPPRESSED_CELL, LabelCells
from veilflow.anonymize.pairing import beside
from veilflow.anonymize.partition import Members
from veilflow.anonymize.repartition import NOBODY, Division, Offers

__all__ = ["Lenders", "Loans"]

Bools = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

CROWD_LENT = SUPPRESSED_CELL // 1250
"""Price of a row squared in a lender's class: 1,250 fewer are worth one cell suppressed.

A fifth of the price elsewhere: rows are lent to lose less, and large classes aren't broken up for
their own sake.
"""

_NEAREST = 12
_ROWS_COUNTED = 2**18
_SKIPPED = 0.4
_ROWS_TOLD = 255
_BLOCK = 2**20


class Lenders:
    """Who may lend, and for every combination those lenders who share the cheapest labels.

    The lenders looked at are those next to a combination in one of the orders that start with a
    different column each; of those that cost the same, the largest comes first.
    """

    def __init__(self, cells: LabelCells, rule: ClassRule) -> None:
        self.spare = np.where(rule.may_lend, cells.rows - rule.least, 0)
        self.cost = cells.costs_of(np.broadcast_to(cells.low, (cells.size, len(cells.tables))))
        self._near = _nearest(cells, np.flatnonzero(self.spare > 0))

    @property
    def any(self) -> bool:
        return self._near.size > 0

    def of(self, combos: Int64, free: Int64, random: np.random.Generator) -> Int64:
        """For each of ``combos`` one near lender that has rows left, or ``NOBODY``."""
        near = self._near[combos]
        able = (near != NOBODY) & (free[near] > 0)
        found = np.cumsum(able, axis=1)
        skipped = random.geometric(_SKIPPED, combos.size)
        wanted = np.minimum(skipped, np.maximum(found[:, -1], 1))
        place = np.argmax(found >= wanted[:, None], axis=1)
        chosen = np.arange(combos.size), place
        return np.where(able[chosen], near[chosen], NOBODY).astype(np.int64)


def _nearest(cells: LabelCells, lenders: Int64) -> Int32:
    if not lenders.size:
        return np.empty((cells.size, 0), dtype=np.int32)
    every = np.arange(cells.size)
    found = beside(cells, every, lenders)
    step = max(1, _BLOCK // found.shape[1])
    blocks = range(0, cells.size, step)
    return np.concatenate(
        [_cheapest(cells, every[n : n + step], found[n : n + step]) for n in blocks]
    )


def _cheapest(cells: LabelCells, combos: Int64, near: Int32) -> Int32:
    found = near.astype(np.int64)
    every = np.broadcast_to(combos[:, None], found.shape)
    cost = np.zeros(found.shape, dtype=np.int64)
    for column in range(len(cells.tables)):
        cost += cells.common_costs(column, every, found)
    cost = cost * (_ROWS_TOLD + 1) + _ROWS_TOLD - np.minimum(cells.rows[found], _ROWS_TOLD)
    useless = found == every
    useless[:, 1:] |= found[:, 1:] == found[:, :-1]
    order = np.argsort(np.where(useless, 2**62, cost), axis=1, kind="stable")[:, :_NEAREST]
    useless = np.take_along_axis(useless, order, axis=1)
    chosen = np.take_along_axis(found, order, axis=1)
    return np.where(useless, NOBODY, chosen).astype(np.int32)


class Loans:
    """Whom each combination's group borrows from, while groups are being changed.

    ``lender`` has one entry a combination, the same for all members of a group. Lenders stay in
    groups of their own while they lend. What a group borrows is what it is short of.
    """

    def __init__(self, cells: LabelCells, rule: ClassRule, lenders: Lenders) -> None:
        self._cells, self._rule, self._lenders = cells, rule, lenders
        self.lender = np.full(cells.size, NOBODY, dtype=np.int64)
        self._free = np.zeros(cells.size, dtype=np.int64)
        self._of_group = self._need = self._free

    @property
    def able(self) -> Bools:
        """Which combinations have more than a class needs."""
        return np.asarray(self._lenders.spare > 0)

    def count(self, members: Members, random: np.random.Generator | None) -> Bools:
        """Take stock of all groups; which of them lend and so may not be changed.

        Small lenders that lend nothing are free to be changed, half of the time if there is
        ``random``, or else never.
        """
        leader = members.combos[members.first]
        held = members.sums(self._rule.people)
        self._of_group = self.lender[leader]
        self._need = self.needed(held, self._of_group)
        lent = np.zeros(self._cells.size, dtype=np.int64)
        np.add.at(lent, self._of_group, np.where(self._of_group == NOBODY, 0, self._need))
        spare = np.where(members.count == 1, self._lenders.spare[leader], 0)
        closed = spare > 0
        if random is not None:
            idle = (lent[leader] == 0) & (spare < self._rule.least - 1)
            closed &= ~(idle & (random.integers(0, 2, members.size) == 0))
        self._free[:] = 0
        self._free[leader[closed]] = spare[closed] - lent[leader[closed]]
        return np.asarray(closed)

    def needed(self, held: Int64, lender: Int64) -> Int64:
        """How many rows groups borrow that hold so many people of their own."""
        return np.where(lender == NOBODY, 0, np.maximum(self._rule.least - held, 0))

    def offers(
        self, members: Members, one: Int64, other: Int64, random: np.random.Generator
    ) -> Offers:
        """Those who lend to each pair of groups already, and others near a member of each.

        The other group may be a new one, with a number beyond those of ``members``.
        """
        asked = [self._lender_of(one), self._lender_of(other)]
        for place, groups in enumerate((one, np.where(other < members.size, other, one))):
            fresh = self._lenders.of(_one_of(members, groups, random), self._free, random)
            asked[place] = np.where(asked[place] == NOBODY, fresh, asked[place])
        asked.append(self._lenders.of(_one_of(members, one, random), self._free, random))
        lender = np.stack(asked, axis=1)
        rows = self._free[lender]
        for groups in (one, other):
            own, need = self._lender_of(groups), self._borrowed_by(groups)
            rows += np.where(lender == own[:, None], need[:, None], 0)
        rows[lender == NOBODY] = 0
        class_rows = np.minimum(self._free[lender] + self._rule.least, _ROWS_COUNTED)
        saved = self._lenders.cost[lender] + CROWD_LENT * (2 * class_rows - self._rule.least)
        return Offers(lender, rows, saved)

    def granted(self, found: Division, one: Int64, other: Int64) -> Bools:
        """For which sets the lenders have what the division borrows; it counts as lent then.

        What sets before one would take counts against it, so in the end nobody lends too much.
        """
        before = np.stack([self._lender_of(one), self._lender_of(other)], axis=1)
        paid = np.stack([self._borrowed_by(one), self._borrowed_by(other)], axis=1)
        lender = np.concatenate([found.lender, before], axis=1)
        change = np.concatenate([found.borrowed, -paid], axis=1)
        place = np.broadcast_to(np.arange(one.size)[:, None], lender.shape)
        there = lender != NOBODY
        keys, inverse = np.unique(lender[there] * one.size + place[there], return_inverse=True)
        net = np.zeros(keys.size, dtype=np.int64)
        np.add.at(net, inverse, change[there])
        who, where = keys // max(one.size, 1), keys % max(one.size, 1)
        wanted = np.maximum(net, 0)
        first = np.flatnonzero(np.diff(who, prepend=NOBODY))
        number = np.cumsum(np.diff(who, prepend=NOBODY) != 0) - 1
        summed = np.cumsum(wanted)
        summed -= (summed - wanted)[first][number]
        granted = np.ones(one.size, dtype=bool)
        granted[where[(summed > self._free[who]) & (wanted > 0)]] = False
        kept = granted[where]
        np.subtract.at(self._free, who[kept], net[kept])
        return granted

    def _lender_of(self, groups: Int64) -> Int64:
        known = groups < self._of_group.size
        return np.where(known, self._of_group[np.where(known, groups, 0)], NOBODY)

    def _borrowed_by(self, groups: Int64) -> Int64:
        known = groups < self._need.size
        return np.where(known, self._need[np.where(known, groups, 0)], 0)


def _one_of(members: Members, groups: Int64, random: np.random.Generator) -> Int64:
    offset = random.integers(0, 2**30, groups.size) % members.count[groups]
    return np.asarray(members.combos[members.first[groups] + offset])
