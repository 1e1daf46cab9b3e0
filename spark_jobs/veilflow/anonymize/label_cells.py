"""What one view's cells look like, and cost, at every level: the arithmetic of local recoding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.problem import Problem, View
from veilflow.hierarchy import HierarchyTable

__all__ = ["IMPOSSIBLE", "SUPPRESSED_CELL", "LabelCells"]

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

SUPPRESSED_CELL = 2**16
"""The cost of a suppressed cell in the heaviest column. Whole numbers add up in any order."""

IMPOSSIBLE = 2**24
"""The cost of a cell that has no common label at the levels allowed: above any row's cost."""

_MOST_KEYS = 2**62
_LARGEST_TABLE = 2**22


class LabelCells:
    """Keys and costs of a view's combinations at any node (a level for each column).

    A class is what an attacker sees: equal labels. So a key stands for labels, whatever the level
    they come from: a label that stays the same over two levels has one key. Keys are the labels'
    numbers in mixed radix where that fits 62 bits. Otherwise they are sums of fixed pseudorandom
    numbers, one a label, which tell different labels apart except with a chance of about
    classes^2 / 2^64.

    A cell costs its weighted share of leaves, in units of ``1 / SUPPRESSED_CELL``: the part of
    granularity that a choice of levels can change.
    """

    def __init__(self, problem: Problem, view: View) -> None:
        self.tables = tuple(problem.columns[column] for column in view.columns)
        self.low = np.array([problem.low[column] for column in view.columns], dtype=np.int8)
        self.high = np.array([problem.high[column] for column in view.columns], dtype=np.int8)
        self.codes = np.asfortranarray(view.codes)
        self.rows = view.rows
        weights = problem.weights or (1.0,) * len(problem.columns)
        scales = [weights[column] / max(weights) for column in view.columns]
        self.costs = [_costs(t, scale) for t, scale in zip(self.tables, scales, strict=True)]
        self.labels = _label_numbers(self.tables)
        self._apart = [_apart(table) for table in self.tables]
        self._joined = [self._joined_costs(column) for column in range(len(self.tables))]

    @property
    def size(self) -> int:
        return int(self.rows.size)

    def keys(self, node: Sequence[int] | Int8, combos: Int64) -> Int64:
        """One number for the labels of each of ``combos`` at ``node``: equal ones, equal number."""
        total = np.zeros(combos.size, dtype=np.int64)
        for column, level in enumerate(node):
            total += self.labels[column][level][self.codes[combos, column]]
        return total

    def node_costs(self, node: Sequence[int] | Int8, combos: Int64) -> Int64:
        """What one row of each of ``combos`` costs at ``node``."""
        total = np.zeros(combos.size, dtype=np.int64)
        for column, level in enumerate(node):
            total += self.costs[column][level][self.codes[combos, column]]
        return total

    def keys_of(self, levels: Int8) -> Int64:
        """The same for all combinations, each at its own row of ``levels``."""
        total = np.zeros(self.size, dtype=np.int64)
        for column, labels in enumerate(self.labels):
            total += labels[levels[:, column], self.codes[:, column]]
        return total

    def costs_of(self, levels: Int8) -> Int64:
        """What one row of each combination costs at its row of ``levels``."""
        total = np.zeros(self.size, dtype=np.int64)
        for column, costs in enumerate(self.costs):
            total += costs[levels[:, column], self.codes[:, column]]
        return total

    def mean_cost(self, column: int, level: int) -> float:
        """The average cost of a cell of ``column`` at ``level`` over all rows."""
        costs = self.costs[column][level][self.codes[:, column]].astype(np.int64)
        return int(costs @ self.rows) / max(int(self.rows.sum()), 1)

    def common_levels(self, column: int, one: Int64, other: Int64) -> Int8:
        """The lowest level allowed at which pairs of combinations share their label in ``column``.

        One above the highest level allowed where there is none.
        """
        apart = self._apart[column]
        a, b = self.codes[one, column], self.codes[other, column]
        if apart is not None:
            found = apart[a, b]
        else:
            levels = [codes[a] != codes[b] for codes in self.tables[column].codes]
            found = np.sum(levels, axis=0, dtype=np.int8)
        found = np.maximum(found, self.low[column])
        return np.asarray(np.minimum(found, self.high[column] + 1), dtype=np.int8)

    def common_costs(self, column: int, one: Int64, other: Int64) -> Int32:
        """What a cell of the label that pairs of combinations share costs."""
        joined = self._joined[column]
        if joined is not None:
            return np.asarray(joined[self.codes[one, column], self.codes[other, column]])
        levels = self.common_levels(column, one, other)
        high = self.high[column]
        costs = self.costs[column][np.minimum(levels, high), self.codes[one, column]]
        return np.where(levels > high, np.int32(IMPOSSIBLE), costs)

    def _joined_costs(self, column: int) -> Int32 | None:
        """:meth:`common_costs` of all pairs of codes, where there are few enough."""
        apart = self._apart[column]
        if apart is None:
            return None
        levels, high = np.maximum(apart, self.low[column]), self.high[column]
        codes = np.arange(apart.shape[0])[:, None]
        costs = self.costs[column][np.minimum(levels, high), codes]
        return np.where(levels > high, np.int32(IMPOSSIBLE), costs)


def _costs(table: HierarchyTable, scale: float) -> Int32:
    shares = [table.shares(level)[table.codes[level]] for level in range(table.levels)]
    return np.rint(np.stack(shares) * (scale * SUPPRESSED_CELL)).astype(np.int32)


def _apart(table: HierarchyTable) -> Int8 | None:
    """For each pair of level-0 codes, the number of levels at which they differ."""
    if table.codes[0].size ** 2 > _LARGEST_TABLE:
        return None
    differs = [codes[:, None] != codes[None, :] for codes in table.codes]
    return np.asarray(np.sum(differs, axis=0, dtype=np.int8))


def _label_numbers(tables: tuple[HierarchyTable, ...]) -> list[Int64]:
    """Per column an array (level, level-0 code) of numbers whose sums identify label tuples."""
    ranks, sizes = [], []
    for table in tables:
        number: dict[str | None, int] = {}
        rank = np.empty((table.levels, table.codes[0].size), dtype=np.int64)
        for level in range(table.levels):
            names = [number.setdefault(label, len(number)) for label in table.labels[level]]
            rank[level] = np.array(names, dtype=np.int64)[table.codes[level]]
        ranks.append(rank)
        sizes.append(max(len(number), 1))
    span = 1
    for size in sizes:
        span *= size
    if span > _MOST_KEYS:
        random = np.random.default_rng(0)
        numbers = [random.integers(-(2**63), 2**63 - 1, size, dtype=np.int64) for size in sizes]
        return [labels[rank] for labels, rank in zip(numbers, ranks, strict=True)]
    stride = 1
    for position, size in enumerate(sizes):
        ranks[position] = ranks[position] * stride
        stride *= size
    return ranks
