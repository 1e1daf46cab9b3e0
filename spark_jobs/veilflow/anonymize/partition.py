"""Partitions of a view's combinations into groups, each released at its lowest common levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.label_cells import LabelCells

__all__ = ["Members", "common_levels", "connected", "members_of", "renumbered"]

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Members:
    """The combinations of each group: ``combos[first[g] : first[g] + count[g]]``."""

    combos: Int64
    first: Int64
    count: Int64

    @property
    def size(self) -> int:
        return int(self.first.size)

    def sums(self, values: Int64) -> Int64:
        """``values`` of combinations added up by group."""
        if not self.size:
            return np.zeros(0, dtype=np.int64)
        found: Int64 = np.add.reduceat(values[self.combos], self.first)
        return found

    def rectangle(self, groups: Int64) -> Int64:
        """The members of ``groups``, which all have the same count, one row a group."""
        count = int(self.count[groups[0]])
        return np.asarray(self.combos[self.first[groups][:, None] + np.arange(count)])


def renumbered(groups: Int64) -> Int64:
    """The same partition with groups numbered from 0, without gaps."""
    found: Int64 = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return found


def connected(size: int, one: Int64, other: Int64) -> Int64:
    """For each of ``size`` nodes the least of those that edges ``one`` - ``other`` tie it to."""
    label = np.arange(size)
    while True:
        least = label.copy()
        np.minimum.at(least, one, label[other])
        np.minimum.at(least, other, least[one])
        least = least[least]
        if np.array_equal(least, label):
            return label
        label = least


def members_of(groups: Int64) -> Members:
    """The members of groups that are numbered without gaps; members are in ascending order."""
    combos = np.argsort(groups, kind="stable")
    count = np.bincount(groups)
    return Members(combos, np.cumsum(count) - count, count)


def common_levels(cells: LabelCells, groups: Int64, combos: Int64) -> Int8:
    """For each of ``combos`` the levels of its group: the lowest at which all members are alike.

    ``groups`` are numbered without gaps.
    """
    members = members_of(groups)
    ordered = combos[members.combos]
    leader = np.repeat(ordered[members.first], members.count)
    levels = np.empty((combos.size, len(cells.tables)), dtype=np.int8)
    if not combos.size:
        return levels
    for column in range(len(cells.tables)):
        apart = cells.common_levels(column, leader, ordered)
        most = np.maximum.reduceat(apart, members.first)
        levels[members.combos, column] = np.repeat(most, members.count)
    return levels
