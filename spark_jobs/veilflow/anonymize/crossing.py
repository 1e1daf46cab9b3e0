"""The better of two partitions into groups that lend and borrow, part by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.lending import CROWD_LENT
from veilflow.anonymize.partition import Members, connected, members_of, renumbered
from veilflow.anonymize.repartition import NOBODY

__all__ = ["Partition", "cross"]

Bools = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Partition:
    """A group for each combination, -1 where it has none, and whom its group borrows from.

    Groups are numbered without gaps.
    """

    group: Int64
    lender: Int64


def cross(
    cells: LabelCells, rule: ClassRule, best: Partition, other: Partition, crowd: int
) -> Partition:
    """``best`` with every part of ``other`` that has enough people and costs less.

    Partition crossover (Whitley et al. 2009), as in :mod:`veilflow.anonymize.combining`, but of
    groups: those that share combinations, or of which one borrows from the other, are one part. A
    group of ``best`` that is short of people costs more than any that isn't.
    """
    one, two = _Costs(cells, rule, best, crowd), _Costs(cells, rule, other, crowd)
    part = _parts(best, other, one, two)
    gain = np.zeros(part.size, dtype=np.int64)
    np.add.at(gain, part[: one.size], one.cost)
    np.subtract.at(gain, part[one.size :], two.cost)
    broken = np.zeros((2, part.size), dtype=bool)
    broken[0, part[: one.size][one.short]] = True
    broken[1, part[one.size :][two.short]] = True
    taken = ((gain > 0) | broken[0]) & ~broken[1]
    placed = best.group >= 0
    takes = np.zeros(best.group.size, dtype=bool)
    takes[placed] = taken[part[best.group[placed]]]
    group = np.full(best.group.size, -1, dtype=np.int64)
    group[placed] = renumbered(np.where(takes, other.group + one.size, best.group)[placed])
    return Partition(group, np.where(takes, other.lender, best.lender))


class _Costs:
    """What each group of a partition costs, its lender, and whether it is short of people."""

    def __init__(
        self, cells: LabelCells, rule: ClassRule, partition: Partition, crowd: int
    ) -> None:
        combos = np.flatnonzero(partition.group >= 0)
        at = members_of(partition.group[combos])
        members = Members(combos[at.combos], at.first, at.count)
        leader = members.combos[members.first]
        lender = partition.lender[leader]
        held = members.sums(rule.people)
        borrowed = np.where(lender == NOBODY, 0, np.maximum(rule.least - held, 0))
        lent = np.zeros(cells.size, dtype=np.int64)
        np.add.at(lent, lender, borrowed)
        lent = members.sums(lent)
        rows = members.sums(cells.rows)
        shown = rows - lent + borrowed
        self.size = members.size
        self.lender = np.where(borrowed > 0, lender, NOBODY)
        self.short = held + borrowed - lent < rule.least
        each = np.zeros(members.size, dtype=np.int64)
        every = np.repeat(leader, members.count)
        beside = np.where(self.lender == NOBODY, leader, lender)
        for column in range(len(cells.tables)):
            apart = cells.common_costs(column, every, members.combos)
            most = np.maximum.reduceat(apart, members.first)
            each += np.maximum(most, cells.common_costs(column, leader, beside))
        # A class that lends counts as large as it was, less what lending is priced at.
        whole = shown + lent
        credit = CROWD_LENT * (whole * whole - shown * shown)
        self.cost = each * shown + crowd * whole * whole - credit


def _parts(best: Partition, other: Partition, one: _Costs, two: _Costs) -> Int64:
    """The part of each group of ``best``, then of each of ``other``."""
    placed = best.group >= 0
    left, right = [best.group[placed]], [other.group[placed] + one.size]
    for start, partition, costs in ((0, best, one), (one.size, other, two)):
        borrows = np.flatnonzero(costs.lender != NOBODY)
        left.append(borrows + start)
        right.append(partition.group[costs.lender[borrows]] + start)
    return connected(one.size + two.size, np.concatenate(left), np.concatenate(right))
