"""Equivalence classes at some levels, and how they join at more general ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.problem import View

__all__ = ["Classes", "coarsen", "from_view", "group"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_MOST_KEYS = 2**62
_NO_PAIRS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class Classes:
    """One entry a class: its code per column, rows and distinct units.

    ``units`` is exact below the k it was made for and at least k otherwise: a class that is large
    enough stays so in every generalisation, so its pairs (units that occur in several classes)
    are dropped. ``single`` counts the units of each class that no pair lists.
    """

    codes: tuple[Int32, ...]
    rows: Int64
    units: Int64
    single: Int64
    pair_class: Int64
    pair_unit: Int64

    @property
    def nbytes(self) -> int:
        counts = 3 * self.rows.nbytes + self.pair_class.nbytes + self.pair_unit.nbytes
        return counts + sum(codes.nbytes for codes in self.codes)


def from_view(view: View) -> Classes:
    """A view's combinations as classes at level 0, not yet grouped: combinations may repeat."""
    codes = tuple(np.ascontiguousarray(view.codes[:, n]) for n in range(len(view.columns)))
    if view.units is None:
        return Classes(codes, view.rows, view.rows, view.rows, _NO_PAIRS, _NO_PAIRS)
    single = np.asarray(view.units.single, dtype=np.int64)
    pair_class = np.asarray(view.units.pair_combo, dtype=np.int64)
    pair_unit = np.unique(view.units.pair_unit, return_inverse=True)[1].astype(np.int64)
    units = single + np.bincount(pair_class, minlength=single.size)
    return Classes(codes, view.rows, units, single, pair_class, pair_unit)


def coarsen(
    classes: Classes, lifts: Sequence[Int32 | None], sizes: Sequence[int], k: int
) -> Classes:
    """The classes after replacing each column's codes by ``lifts`` (None: as they are).

    ``sizes`` says how many codes each column has afterwards.
    """
    codes = [c if m is None else m[c] for c, m in zip(classes.codes, lifts, strict=True)]
    chosen, inverse = group(codes, sizes, classes.rows.size)
    count = chosen.size
    kept = tuple(code[chosen] for code in codes)
    rows = _sums(inverse, classes.rows, count)
    if classes.units is classes.rows:
        return Classes(kept, rows, rows, rows, _NO_PAIRS, _NO_PAIRS)
    single = _sums(inverse, classes.single, count)
    pair_class, pair_unit = _distinct(inverse[classes.pair_class], classes.pair_unit, count)
    units = single + np.bincount(pair_class, minlength=count)
    single, pair_class, pair_unit = _settle(units, single, pair_class, pair_unit, k)
    return Classes(kept, rows, units, single, pair_class, pair_unit)


def group(codes: Sequence[Int32], sizes: Sequence[int], length: int) -> tuple[Int64, Int64]:
    """One position for each distinct combination of codes, and each position's combination.

    Codes become one mixed-radix number; before that would overflow 64 bits, the columns so far
    are numbered by their distinct combinations.
    """
    if not length:
        return _NO_PAIRS, _NO_PAIRS
    key = np.zeros(length, dtype=np.int64)
    span = 1
    for code, size in zip(codes, sizes, strict=True):
        if size <= 1:
            continue
        if span * size > _MOST_KEYS:
            chosen, key = _number(key, span)
            span = chosen.size
        key = key * size + code
        span *= size
    return _number(key, span)


def _number(key: Int64, span: int) -> tuple[Int64, Int64]:
    """Number the distinct keys from 0; a position of each, and every position's number."""
    positions = np.arange(key.size, dtype=np.int64)
    if span <= 4 * key.size + 1024:
        present = np.zeros(span, dtype=bool)
        present[key] = True
        inverse = (np.cumsum(present, dtype=np.int64) - 1)[key]
        chosen = np.empty(int(np.count_nonzero(present)), dtype=np.int64)
        chosen[inverse] = positions
        return chosen, inverse
    order, ordered = _sorted(key, span, positions)
    first = np.ones(key.size, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    inverse = np.empty(key.size, dtype=np.int64)
    inverse[order] = np.cumsum(first, dtype=np.int64) - 1
    return order[first], inverse


def _sorted(key: Int64, span: int, positions: Int64) -> tuple[Int64, Int64]:
    """The order that sorts the keys, and the sorted keys."""
    bits = key.size.bit_length()
    if span << bits > _MOST_KEYS:
        order = np.argsort(key)
        return order, key[order]
    # Sorting keys with their positions packed beside them is faster than an argsort.
    packed = (key << bits) | positions
    packed.sort()
    return packed & ((1 << bits) - 1), packed >> bits


def _sums(inverse: Int64, values: Int64, count: int) -> Int64:
    return np.bincount(inverse, weights=values, minlength=count).astype(np.int64)


def _distinct(pair_class: Int64, pair_unit: Int64, count: int) -> tuple[Int64, Int64]:
    """Each (class, unit) pair once, in order of units."""
    if not pair_class.size:
        return _NO_PAIRS, _NO_PAIRS
    key = pair_unit * count + pair_class
    key.sort()
    fresh = np.ones(key.size, dtype=bool)
    np.not_equal(key[1:], key[:-1], out=fresh[1:])
    units, classes = np.divmod(key[fresh], count)
    return classes, units


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
