"""Who holds which sensitive value in which class, kept so that classes can be joined exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.grouping import distinct_pairs, group, sums
from veilflow.errors import UsageError
from veilflow.hierarchy import HierarchyTable

__all__ = ["Lines", "SensitiveColumn"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """One line for each pair of an owner (a combination or class) and a value that it holds.

    ``single`` counts the privacy units of a line that are in no other line of the same value; the
    others are listed as (line, unit) pairs, since a unit counts once where two owners are joined.
    Without units each row is one and ``single`` counts rows.
    """

    owner: Int64
    value: Int32
    single: Int64
    pair_line: Int64 = field(default_factory=lambda: _NONE)
    pair_unit: Int64 = field(default_factory=lambda: _NONE)

    @property
    def counts(self) -> Int64:
        """The distinct units of each line."""
        if not self.pair_line.size:
            return self.single
        listed = np.bincount(self.pair_line, minlength=self.single.size)
        return self.single + listed.astype(np.int64)

    @property
    def nbytes(self) -> int:
        arrays = (self.owner, self.value, self.single, self.pair_line, self.pair_unit)
        return sum(array.nbytes for array in arrays)

    @classmethod
    def from_triples(cls, owner: Int64, value: Int32, unit: Int64) -> Lines:
        """The lines of all (owner, value, unit) triples that occur; repeats are allowed."""
        owner, unit = np.asarray(owner, np.int64), np.asarray(unit, np.int64)
        value = np.asarray(value, np.int32)
        owners, values = int(owner.max(initial=-1)) + 1, int(value.max(initial=-1)) + 1
        chosen, line = group([owner.astype(np.int32), value], [owners, values], owner.size)
        pair_line, pair_unit = distinct_pairs(
            line, np.unique(unit, return_inverse=True)[1].astype(np.int64), chosen.size
        )
        held = value[chosen]
        # Who holds a value in one owner only can't be counted twice by any joining.
        _, holder, times = np.unique(
            pair_unit * max(values, 1) + held[pair_line], return_inverse=True, return_counts=True
        )
        alone = times[holder] == 1
        single = np.bincount(pair_line[alone], minlength=chosen.size).astype(np.int64)
        return cls(owner[chosen], held, single, pair_line[~alone], pair_unit[~alone])

    def joined(self, owners: Int64, count: int, values: int) -> Lines:
        """The lines after owner ``n`` became part of ``owners[n]``, of ``count`` in all."""
        owner = owners[self.owner].astype(np.int32)
        chosen, line = group([owner, self.value], [count, values], owner.size)
        single = sums(line, self.single, chosen.size)
        pair_line, pair_unit = distinct_pairs(line[self.pair_line], self.pair_unit, chosen.size)
        return Lines(
            owner[chosen].astype(np.int64), self.value[chosen], single, pair_line, pair_unit
        )

    def of(self, wanted: npt.NDArray[np.bool_]) -> Lines:
        """The lines of the owners that are ``wanted``; owners keep their numbers."""
        kept = wanted[self.owner]
        number = np.cumsum(kept) - 1
        pairs = kept[self.pair_line]
        return Lines(
            self.owner[kept],
            self.value[kept],
            self.single[kept],
            number[self.pair_line[pairs]].astype(np.int64),
            self.pair_unit[pairs],
        )


@dataclass(frozen=True, eq=False, repr=False)
class SensitiveColumn:
    """The values of one sensitive column over the combinations of a view.

    ``values`` is how many distinct values there are; null is one of them. ``order`` ranks the
    values for the ordered distance; ``hierarchy`` joins them for the hierarchical one, with value
    ``v`` at code ``v``. Values of the data are in ``hierarchy``: keep it on the driver. ``whole``
    has the units of each value in all the table, where the combinations are a part of it.
    """

    name: str
    lines: Lines
    values: int
    order: Int64 | None = None
    hierarchy: HierarchyTable | None = None
    whole: Int64 | None = None

    def __post_init__(self) -> None:
        value = self.lines.value
        if value.size and not 0 <= int(value.min()) <= int(value.max()) < self.values:
            raise UsageError(f"sensitive column {self.name!r}: a value has no number")
        if self.order is not None and sorted(self.order.tolist()) != list(range(self.values)):
            raise UsageError(f"sensitive column {self.name!r}: each value needs a rank of its own")
        if self.hierarchy is not None and self.hierarchy.codes[0].size != self.values:
            raise UsageError(f"sensitive column {self.name!r}: its hierarchy has other values")

    @property
    def totals(self) -> Int64:
        """The distinct units that hold each value anywhere in the view, or in the ``whole``."""
        if self.whole is not None:
            return self.whole
        nowhere = np.zeros(int(self.lines.owner.max(initial=-1)) + 1, dtype=np.int64)
        whole = self.lines.joined(nowhere, 1, self.values)
        return np.bincount(whole.value, whole.counts, self.values).astype(np.int64)

    def __repr__(self) -> str:
        return f"SensitiveColumn({self.name!r}, values={self.values})"
