"""How little any k-anonymous release can lose, from how far people are from their neighbours.

Whoever is released in a class with k - 1 others has labels that cover these others, too. To cover a
certain other, each column must go up to the first level at which the two have the same label. So a
row costs at least what covering its (k - 1)-nearest neighbour costs, whatever becomes of the other
rows, by full-domain or local recoding; and a suppressed row costs the most. Looking for neighbours
is dear, so a sample of combinations is asked, and the mean is told less three standard errors.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from veilflow.hierarchy import HierarchyTable

__all__ = ["NeighbourBound"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_WHOLE = 2**20
_UNITS = 2**16


class NeighbourBound:
    """The nearest neighbours of a ``sample`` of combinations (level-0 codes, one row each).

    A cell's cost is its leaves beyond one as a share of all beyond one: the x of Loss. Holds no
    value, and can be pickled. What is found depends on no order and no partition.
    """

    def __init__(
        self,
        tables: Sequence[HierarchyTable],
        sample: Int32,
        k: int,
        low: Sequence[int],
        high: Sequence[int],
    ) -> None:
        self._k = k
        self._columns = len(tables)
        each = zip(tables, sample.T, low, high, strict=True)
        self._costs = [_covering(table, codes, a, b) for table, codes, a, b in each]
        self.nearest: Int64 = np.zeros((sample.shape[0], 0), dtype=np.int64)

    def add(self, codes: Sequence[Int32], units: Int64) -> None:
        """Look at more combinations, with their people; each must be given once."""
        somebody = units > 0
        people = np.minimum(units[somebody], _UNITS - 1)
        cost = np.zeros((self.nearest.shape[0], people.size), dtype=np.int32)
        for code, costs in zip(codes, self._costs, strict=True):
            cost += costs[:, code[somebody]]
        self.merge(cost.astype(np.int64) * _UNITS + people)

    def merge(self, nearest: Int64) -> None:
        """Look at what another has found for the same sample."""
        found = np.concatenate([self.nearest, nearest], axis=1)
        if found.shape[1] > self._k:
            found = np.partition(found, self._k - 1, axis=1)[:, : self._k]
        self.nearest = np.sort(found, axis=1)

    def empty(self) -> NeighbourBound:
        """The same sample, with nothing looked at."""
        other = object.__new__(NeighbourBound)
        other.__dict__.update(self.__dict__)
        other.nearest = self.nearest[:, :0]
        return other

    def least_loss(self, rows: Int64) -> float:
        """A bound of Loss; ``rows`` are those of each combination in the sample.

        With a mean of S for the sum of a row's costs, the geometric mean of 1 + x is least where S
        columns are lost and the others whole, as log(1 + x) is at least x log 2.
        """
        if not self.nearest.size:
            return 0.0
        people = np.cumsum(self.nearest % _UNITS, axis=1)
        # Where all people together are fewer than k, the last is still a bound.
        place = np.minimum((people < self._k).sum(axis=1), self.nearest.shape[1] - 1)
        cost = np.take_along_axis(self.nearest // _UNITS, place[:, None], axis=1)[:, 0] / _WHOLE
        mean = float(cost @ rows) / max(int(rows.sum()), 1)
        spread = (cost - mean) * rows / max(float(rows.mean()), 1)
        error = float(spread.std()) / max(rows.size, 1) ** 0.5
        return float(2 ** (max(0.0, mean - 3 * error) / self._columns)) - 1


def _covering(table: HierarchyTable, codes: Int32, low: int, high: int) -> Int32:
    """What it costs each of ``codes`` (rows) to be covered together with any code (columns)."""
    leaves = max(table.leaf_count - 1, 1)
    most = _WHOLE if table.leaf_count > 1 else 0
    costs = np.full((codes.size, table.codes[0].size), most, dtype=np.int32)
    for level in range(high, low - 1, -1):
        up = table.codes[level]
        own = np.floor((table.leaves[level][up[codes]] - 1) / leaves * _WHOLE).astype(np.int32)
        same = up[codes][:, None] == up[None, :]
        costs = np.where(same, np.clip(own, 0, most)[:, None], costs)
    return costs
