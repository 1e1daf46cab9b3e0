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

from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.grouping import group, sums
from veilflow.anonymize.models import Model
from veilflow.anonymize.part_values import PartColumn
from veilflow.anonymize.problem import Problem, UnitCounts, View
from veilflow.anonymize.specialisation import specialise
from veilflow.hierarchy import HierarchyTable

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Coder", "Labeller", "Locator", "PartRule"]

Bools = npt.NDArray[np.bool_]
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
    """How the combinations of one part are recoded, given the levels that bound the part.

    Every class holds ``k``, the ``models``, and by itself the bound of the average risk.
    ``columns`` are the sensitive columns that models ask about.
    """

    tables: tuple[HierarchyTable, ...]
    k: int
    low: tuple[int, ...]
    weights: tuple[float, ...] | None
    models: tuple[Model, ...] = ()
    max_average_risk: float | None = None
    columns: tuple[PartColumn, ...] = ()

    def recode(
        self,
        codes: Sequence[Int32],
        rows: Int64,
        units: Int64,
        high: Sequence[int],
        values: Sequence[pa.Array] = (),
    ) -> tuple[Int8, Int32, Bools]:
        """Levels (lines, columns) and class of each line, and whether it may be released.

        Combinations may be in several lines, with other ``values`` of the sensitive columns. Only
        a class at the levels ``high`` can't be released.
        """
        sizes = [len(table.labels[0]) for table in self.tables]
        first, line = group(list(codes), sizes, rows.size)
        nobody = np.zeros(0, dtype=np.int64)
        every = tuple(range(len(self.tables)))
        each = zip(self.columns, values, strict=True)
        view = View(
            name="part",
            columns=every,
            own=every,
            codes=np.stack([code[first] for code in codes], axis=1),
            rows=sums(line, rows, first.size),
            units=UnitCounts(sums(line, units, first.size), nobody, nobody),
            sensitive=tuple(column.within(line, texts, units) for column, texts in each),
        )
        problem = Problem(
            self.tables,
            (view,),
            self.k,
            1.0,
            models=self.models,
            max_average_risk=self.max_average_risk,
        )
        rule = ClassRule(problem, view)
        parts = specialise(
            self.tables,
            view.codes,
            view.rows,
            rule.people,
            rule.least,
            self.low,
            high,
            weights=self.weights,
            holds=rule.holds if self.columns else None,
        )
        holds = rule.holds(np.arange(first.size), parts.part.astype(np.int64))
        owner = parts.part[line]
        return parts.levels[owner], owner, holds[owner]
