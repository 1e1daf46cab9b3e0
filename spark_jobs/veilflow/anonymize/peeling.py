"""A first partition: node by node, cheapest first, whatever forms classes leaves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.partition import Members, common_levels, members_of

__all__ = ["absorb", "peel"]

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_MOST_STRAYS = 2000
_HOSTS_TRIED = 20


def peel(
    cells: LabelCells, rule: ClassRule, nodes: Int8, combos: Int64, below: Int64 | None = None
) -> Int64:
    """A group for each of ``combos``; -1 where no node releases it.

    At each node the combinations that are left are grouped by their labels, and groups that
    satisfy ``rule`` are released there. A class consists of what was left at its node only, so it
    holds by itself, and a later class doesn't count those who left before. With ``below``
    combinations are released only where a row costs less than that.
    """
    groups = np.full(combos.size, -1, dtype=np.int64)
    left = np.arange(combos.size)
    made = 0
    for node in nodes:
        if not left.size:
            break
        here = left
        if below is not None:
            here = left[cells.node_costs(node, combos[left]) < below[left]]
        _, classes = np.unique(cells.keys(node, combos[here]), return_inverse=True)
        holds = rule.holds(combos[here], classes)
        released = holds[classes]
        number = np.cumsum(holds) - 1 + made
        groups[here[released]] = number[classes[released]]
        made += int(np.count_nonzero(holds))
        if released.any():
            left = left[groups[left] < 0]
    return groups


def absorb(cells: LabelCells, rule: ClassRule, groups: Int64, combos: Int64) -> Int64:
    """``groups`` with each stray (-1) in the group that it costs least to join, if one will do.

    Of a great many strays only the first few thousand are looked at.
    """
    groups = groups.copy()
    placed = groups >= 0
    strays = np.flatnonzero(~placed)[:_MOST_STRAYS]
    if not strays.size or not placed.any():
        return groups
    hosts = _Hosts(cells, groups[placed], combos[placed])
    for stray in strays.tolist():
        for host in hosts.cheapest(int(combos[stray])):
            members = np.append(np.flatnonzero(groups == host), stray)
            if rule.holds(combos[members], np.zeros(members.size, dtype=np.int64)).all():
                groups[stray] = host
                hosts.join(host, int(combos[stray]))
                break
    return groups


class _Hosts:
    """Groups numbered without gaps, each known by one member and its common levels."""

    def __init__(self, cells: LabelCells, groups: Int64, combos: Int64) -> None:
        self._cells = cells
        members = members_of(groups)
        self._leader = combos[members.combos[members.first]]
        self._rows = Members(combos[members.combos], members.first, members.count).sums(cells.rows)
        self._levels = common_levels(cells, groups, combos)[members.combos[members.first]]

    def cheapest(self, stray: int) -> list[int]:
        """The groups that ``stray`` may join, cheapest first."""
        met = self._met(np.arange(self._leader.size), stray)
        possible = np.all(met <= self._cells.high, axis=1)
        alone = self._rows + self._cells.rows[stray]
        added = self._costs(met) * alone - self._costs(self._levels) * self._rows
        order = np.argsort(added, kind="stable")
        return [int(host) for host in order[possible[order]][:_HOSTS_TRIED]]

    def join(self, host: int, stray: int) -> None:
        self._levels[host] = self._met(np.array([host]), stray)[0]
        self._rows[host] += self._cells.rows[stray]

    def _met(self, hosts: Int64, stray: int) -> Int8:
        leader, other = self._leader[hosts], np.full(hosts.size, stray)
        columns = range(len(self._cells.tables))
        met = [self._cells.common_levels(column, leader, other) for column in columns]
        return np.maximum(self._levels[hosts], np.stack(met, axis=1))

    def _costs(self, levels: Int8) -> Int64:
        total = np.zeros(self._leader.size, dtype=np.int64)
        for column, costs in enumerate(self._cells.costs):
            level = np.minimum(levels[:, column], self._cells.high[column])
            total += costs[level, self._cells.codes[self._leader, column]]
        return total
