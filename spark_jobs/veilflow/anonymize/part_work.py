"""What is done to the combinations of one part, wherever the part is: code, recode, label.

The work is shipped to whoever holds combinations. It holds values of the data and the policy's
hierarchies: it travels encrypted, and is never part of a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.grouping import group, sums
from veilflow.anonymize.specialisation import specialise
from veilflow.hierarchy import HierarchyTable

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Coder", "Labeller", "Locator", "PartRule"]

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UInt64 = npt.NDArray[np.uint64]


@dataclass(frozen=True, eq=False, repr=False)
class Coder:
    """Level-0 codes of raw values: one array of distinct texts and one of their codes a column."""

    values: tuple[pa.Array, ...]
    lifts: tuple[Int32, ...]

    def codes(self, columns: Sequence[pa.Array]) -> list[Int32]:
        """The codes of each column; every value must be among those that were counted."""
        import pyarrow.compute as pc

        found = []
        for texts, values, lift in zip(columns, self.values, self.lifts, strict=True):
            places = pc.index_in(texts, value_set=values)
            found.append(lift[places.to_numpy(zero_copy_only=False)])
        return found


@dataclass(frozen=True, eq=False, repr=False)
class Labeller:
    """Labels of level-0 codes, each at a level of its own, and the leaves under them."""

    tables: tuple[HierarchyTable, ...]

    def labels(self, column: int, levels: Int8, codes: Int32) -> pa.Array:
        import pyarrow as pa

        table = self.tables[column]
        starts = np.cumsum([0, *(len(labels) for labels in table.labels)])
        places = starts[levels] + np.stack(table.codes)[levels, codes]
        every = pa.array([label for labels in table.labels for label in labels], pa.string())
        return every.take(pa.array(places))

    def leaves(self, column: int, levels: Int8, codes: Int32) -> Int64:
        table = self.tables[column]
        under = np.stack([table.leaves[n][table.codes[n]] for n in range(table.levels)])
        found: Int64 = under[levels, codes]
        return found


class Locator:
    """Which of some known classes a combination is in, by a hash that tells these classes apart.

    Made of the classes' codes at ``levels``, one row a class.
    """

    def __init__(
        self, tables: Sequence[HierarchyTable], levels: Sequence[int], classes: Int32
    ) -> None:
        self._lifts = [table.codes[level] for table, level in zip(tables, levels, strict=True)]
        sizes = [len(table.labels[level]) for table, level in zip(tables, levels, strict=True)]
        for seed in range(8):
            random, most = np.random.default_rng(seed), np.iinfo(np.uint64).max
            self._numbers = [
                random.integers(0, most, size, dtype=np.uint64, endpoint=True) for size in sizes
            ]
            keys = self._keys([classes[:, n] for n in range(len(sizes))])
            self._order = np.argsort(keys, kind="stable")
            self._sorted = keys[self._order]
            if np.all(self._sorted[1:] != self._sorted[:-1]):
                return
        raise AssertionError("eight hashes of 64 bits collided, or a class is listed twice")

    def locate(self, codes: Sequence[Int32]) -> Int64:
        """The class (row) of each combination of level-0 codes; all must be in one."""
        lifted = [lift[code] for lift, code in zip(self._lifts, codes, strict=True)]
        found: Int64 = self._order[np.searchsorted(self._sorted, self._keys(lifted))]
        return found

    def _keys(self, codes: Sequence[Int32]) -> UInt64:
        key = np.zeros(len(codes[0]), dtype=np.uint64)
        for numbers, code in zip(self._numbers, codes, strict=True):
            key += numbers[code]
        return key


@dataclass(frozen=True, eq=False, repr=False)
class PartRule:
    """How the combinations of one part are recoded, given the levels that bound the part."""

    tables: tuple[HierarchyTable, ...]
    k: int
    low: tuple[int, ...]
    weights: tuple[float, ...] | None

    def recode(
        self, codes: Sequence[Int32], rows: Int64, units: Int64, high: Sequence[int]
    ) -> tuple[Int8, Int32]:
        """Levels (lines, columns) and class of each line. Lines may repeat.

        Only a class at the levels ``high`` can have fewer than ``k`` units: it can't be released.
        """
        sizes = [len(table.labels[0]) for table in self.tables]
        first, line = group(list(codes), sizes, rows.size)
        combos = np.stack([code[first] for code in codes], axis=1)
        parts = specialise(
            self.tables,
            combos,
            sums(line, rows, first.size),
            sums(line, units, first.size),
            self.k,
            self.low,
            high,
            weights=self.weights,
        )
        return parts.levels[parts.part[line]], parts.part[line]
