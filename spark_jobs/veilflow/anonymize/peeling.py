"""A first partition: node by node, cheapest first, whatever forms classes leaves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.label_cells import LabelCells
from veilflow.anonymize.pairing import beside
from veilflow.anonymize.partition import Members, common_levels, members_of

__all__ = ["absorb", "peel"]

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_MOST_TRIED = 2**23
_HOSTS_TRIED = 20
_BLOCK = 2**18
_NEVER = 2**62


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
    """``groups`` with each stray (-1) in a group that it costs little to join, if one will do.

    The groups tried are those that cost the least to join as they are; of a great many strays and
    groups, those that are near in some order of columns. Strays that want the same group join it
    together, or else the first of them, if it then satisfies ``rule``.
    """
    groups = groups.copy()
    placed, strays = np.flatnonzero(groups >= 0), np.flatnonzero(groups < 0)
    if not strays.size or not placed.size:
        return groups
    wanted = _Hosts(cells, groups[placed], combos[placed]).cheapest(combos[strays])
    for host in wanted.T:
        open_ones = (host >= 0) & (groups[strays] < 0)
        if not open_ones.any():
            continue
        asking, asked = strays[open_ones], host[open_ones]
        _, first = np.unique(asked, return_index=True)
        for some in (np.arange(asking.size), first):
            still = groups[asking[some]] < 0
            joined = groups.copy()
            joined[asking[some[still]]] = asked[some[still]]
            concerned = np.flatnonzero(np.isin(joined, asked[some[still]]))
            if concerned.size:
                numbers, classes = np.unique(joined[concerned], return_inverse=True)
                good = numbers[rule.holds(combos[concerned], classes)]
                accepted = some[still][np.isin(asked[some[still]], good)]
                groups[asking[accepted]] = asked[accepted]
    return groups


class _Hosts:
    """Groups numbered without gaps, each known by one member and its common levels."""

    def __init__(self, cells: LabelCells, groups: Int64, combos: Int64) -> None:
        self._cells = cells
        members = members_of(groups)
        self._leader = combos[members.combos[members.first]]
        self._rows = Members(combos[members.combos], members.first, members.count).sums(cells.rows)
        self._levels = common_levels(cells, groups, combos)[members.combos[members.first]]
        self._cost = self._costs(self._levels, np.arange(self._leader.size))

    def cheapest(self, strays: Int64) -> Int64:
        """The groups that each of ``strays`` may join, cheapest first, one row a stray; then -1."""
        hosts = self._leader.size
        if strays.size * hosts <= _MOST_TRIED:
            near = np.broadcast_to(np.arange(hosts, dtype=np.int64), (strays.size, hosts))
        else:
            group_of = np.full(self._cells.size, -1, dtype=np.int64)
            group_of[self._leader] = np.arange(hosts)
            near = group_of[beside(self._cells, strays, self._leader)]
        step = max(1, _BLOCK // near.shape[1])
        blocks = [
            self._best(strays[start : start + step], near[start : start + step])
            for start in range(0, strays.size, step)
        ]
        return np.concatenate(blocks)

    def _best(self, strays: Int64, near: Int64) -> Int64:
        columns = range(len(self._cells.tables))
        one, other = self._leader[near], np.broadcast_to(strays[:, None], near.shape)
        met = np.stack([self._cells.common_levels(c, one, other) for c in columns], axis=2)
        met = np.maximum(met, self._levels[near])
        rows = self._rows[near]
        added = self._costs(met, near) * (rows + self._cells.rows[strays][:, None])
        added -= self._cost[near] * rows
        repeated = np.zeros(near.shape, dtype=bool)
        repeated[:, 1:] = near[:, 1:] == near[:, :-1]
        added[repeated | (met > self._cells.high).any(axis=2)] = _NEVER
        order = np.argsort(added, axis=1, kind="stable")[:, :_HOSTS_TRIED]
        chosen = np.take_along_axis(near, order, axis=1)
        return np.where(np.take_along_axis(added, order, axis=1) == _NEVER, -1, chosen)

    def _costs(self, levels: Int8, hosts: Int64) -> Int64:
        total = np.zeros(hosts.shape, dtype=np.int64)
        for column, costs in enumerate(self._cells.costs):
            level = np.minimum(levels[..., column], self._cells.high[column])
            total += costs[level, self._cells.codes[self._leader[hosts], column]]
        return total
