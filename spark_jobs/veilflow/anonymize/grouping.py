"""Group-by on small integers, in NumPy: the arithmetic under classes and their joining."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["distinct_pairs", "group", "sums"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_MOST_KEYS = 2**62
_NOTHING = np.zeros(0, dtype=np.int64)


def group(codes: Sequence[Int32], sizes: Sequence[int], length: int) -> tuple[Int64, Int64]:
    """One position for each distinct combination of codes, and each position's combination.

    Codes become one mixed-radix number; before that would overflow 64 bits, the columns so far
    are numbered by their distinct combinations.
    """
    if not length:
        return _NOTHING, _NOTHING
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


def sums(inverse: Int64, values: Int64, count: int) -> Int64:
    """``values`` added up by group; exact below 2**53."""
    return np.bincount(inverse, weights=values, minlength=count).astype(np.int64)


def distinct_pairs(owner: Int64, unit: Int64, owners: int) -> tuple[Int64, Int64]:
    """Each (owner, unit) pair once, in order of units."""
    if not owner.size:
        return _NOTHING, _NOTHING
    key = unit * owners + owner
    key.sort()
    fresh = np.ones(key.size, dtype=bool)
    np.not_equal(key[1:], key[:-1], out=fresh[1:])
    units, found = np.divmod(key[fresh], owners)
    return found, units


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
