"""Equivalence classes at some levels, and how they join at more general ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.grouping import distinct_pairs, group, sums
from veilflow.anonymize.problem import View
from veilflow.anonymize.sensitive import Lines

__all__ = ["Classes", "coarsen", "from_view"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_NO_PAIRS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class Classes:
    """One entry a class: its code per column, rows and distinct units.

    ``units`` is exact below the k it was made for and at least k otherwise: a class that is large
    enough stays so in every generalisation, so its pairs (units that occur in several classes)
    are dropped. ``single`` counts the units of each class that no pair lists. ``lines`` has the
    values of each sensitive column of the view, ``population`` the people of the population table
    that have the class's quasi-identifiers. A class without rows stands for people of the
    population that the table doesn't have.
    """

    codes: tuple[Int32, ...]
    rows: Int64
    units: Int64
    single: Int64
    pair_class: Int64
    pair_unit: Int64
    lines: tuple[Lines, ...] = ()
    population: Int64 | None = None

    @property
    def nbytes(self) -> int:
        counts = 4 * self.rows.nbytes + self.pair_class.nbytes + self.pair_unit.nbytes
        held = sum(lines.nbytes for lines in self.lines)
        return counts + held + sum(codes.nbytes for codes in self.codes)


def from_view(view: View) -> Classes:
    """A view's combinations as classes at level 0, not yet grouped: combinations may repeat."""
    codes = tuple(np.ascontiguousarray(view.codes[:, n]) for n in range(len(view.columns)))
    lines = tuple(column.lines for column in view.sensitive)
    if view.units is None:
        rows = view.rows
        return Classes(codes, rows, rows, rows, _NO_PAIRS, _NO_PAIRS, lines, view.population)
    single = np.asarray(view.units.single, dtype=np.int64)
    pair_class = np.asarray(view.units.pair_combo, dtype=np.int64)
    pair_unit = np.unique(view.units.pair_unit, return_inverse=True)[1].astype(np.int64)
    units = single + np.bincount(pair_class, minlength=single.size)
    return Classes(codes, view.rows, units, single, pair_class, pair_unit, lines, view.population)


def coarsen(
    classes: Classes,
    lifts: Sequence[Int32 | None],
    sizes: Sequence[int],
    k: int,
    values: Sequence[int] = (),
) -> Classes:
    """The classes after replacing each column's codes by ``lifts`` (None: as they are).

    ``sizes`` says how many codes each column has afterwards, ``values`` how many values each
    sensitive column has.
    """
    codes = [c if m is None else m[c] for c, m in zip(classes.codes, lifts, strict=True)]
    chosen, inverse = group(codes, sizes, classes.rows.size)
    count = chosen.size
    kept = tuple(code[chosen] for code in codes)
    rows = sums(inverse, classes.rows, count)
    lines = tuple(
        held.joined(inverse, count, known)
        for held, known in zip(classes.lines, values, strict=True)
    )
    population = classes.population
    if population is not None:
        population = sums(inverse, population, count)
    if classes.units is classes.rows:
        return Classes(kept, rows, rows, rows, _NO_PAIRS, _NO_PAIRS, lines, population)
    single = sums(inverse, classes.single, count)
    pair_class, pair_unit = distinct_pairs(inverse[classes.pair_class], classes.pair_unit, count)
    units = single + np.bincount(pair_class, minlength=count)
    single, pair_class, pair_unit = _settle(units, single, pair_class, pair_unit, k)
    return Classes(kept, rows, units, single, pair_class, pair_unit, lines, population)


def _settle(
    units: Int64, single: Int64, pair_class: Int64, pair_unit: Int64, k: int
) -> tuple[Int64, Int64, Int64]:
    """Drop the pairs of large enough classes, and those of units left in one class only."""
    safe = units >= k
    open_pairs = ~safe[pair_class]
    pair_class, pair_unit = pair_class[open_pairs], pair_unit[open_pairs]
    lonely = np.ones(pair_unit.size, dtype=bool)
    if pair_unit.size:
        same = pair_unit[1:] == pair_unit[:-1]
        lonely[1:] &= ~same
        lonely[:-1] &= ~same
    single = np.where(safe, units, single)
    single += np.bincount(pair_class[lonely], minlength=units.size)
    return single, pair_class[~lonely], pair_unit[~lonely]
