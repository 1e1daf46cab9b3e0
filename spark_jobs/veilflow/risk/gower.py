"""How far rows are apart, and which are closest, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.encoding import EncodedTable

__all__ = ["Nearest", "distance_blocks", "nearest_rows"]

Float32s = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Distances of so many pairs fit in a core's second-level cache.
_PAIRS_AT_A_TIME = 1 << 18


def distance_blocks(
    queries: EncodedTable, reference: EncodedTable
) -> Iterator[tuple[slice, Float32s]]:
    """The distances of all queries (rows of the block) to the whole reference (its columns).

    Gower's distance (J. C. Gower, "A general coefficient of similarity and some of its properties",
    1971), from 0 to 1: the mean over columns of 0 or 1 for categories, and of the difference for
    numbers. It differs from his in that numbers are scaled by the width of the reference's middle
    nine tenths instead of its whole range, which a single outlier could stretch, and cut off at 1,
    and that missing equals missing and is 1 away from any value.

    A few megabytes at a time. The block is overwritten by the next one, and may be changed.
    """
    if queries.columns != reference.columns or not queries.columns:
        raise UsageError("both tables need the same columns, at least one, in the same order")
    if not reference.rows:
        raise UsageError("there is no distance to an empty reference")
    numeric = np.flatnonzero(reference.is_number)
    nominal = np.flatnonzero(~reference.is_number)
    query_codes, codes = _small_codes(queries, reference, nominal)
    query_numbers = np.ascontiguousarray(queries.numbers[:, numeric].T, dtype=np.float32)
    numbers = np.ascontiguousarray(reference.numbers[:, numeric].T, dtype=np.float32)
    height = max(1, _PAIRS_AT_A_TIME // reference.rows)
    shape = (min(height, max(queries.rows, 1)), reference.rows)
    total, part = np.empty(shape, np.float32), np.empty(shape, np.float32)
    differs = np.empty(shape, np.bool_)
    # Differing columns are counted in the smallest integer that holds them, for speed.
    count = np.empty(shape, np.uint8 if nominal.size < 256 else np.uint16)
    for start in range(0, queries.rows, height):
        rows = slice(start, min(start + height, queries.rows))
        n = rows.stop - start
        count[:n] = 0
        for mine, theirs in zip(query_codes, codes, strict=True):
            np.not_equal(mine[rows, None], theirs[None, :], out=differs[:n])
            np.add(count[:n], differs[:n].view(np.uint8), out=count[:n])
        total[:n] = count[:n]
        for my_numbers, their_numbers in zip(query_numbers, numbers, strict=True):
            np.subtract(my_numbers[rows, None], their_numbers[None, :], out=part[:n])
            np.abs(part[:n], out=part[:n])
            np.minimum(part[:n], 1, out=part[:n])
            np.add(total[:n], part[:n], out=total[:n])
        np.divide(total[:n], len(queries.columns), out=total[:n])
        yield rows, total[:n]


@dataclass(frozen=True, eq=False, repr=False)
class Nearest:
    """For each query the closest row of the reference (the first of several), and two distances.

    ``second`` is the distance of the next closest row, equal to ``first`` where several are
    closest, and infinite where the reference has one row only.
    """

    index: Ints
    first: Float32s
    second: Float32s


def nearest_rows(queries: EncodedTable, reference: EncodedTable) -> Nearest:
    """The closest and second closest rows of the whole reference for each query."""
    index = np.empty(queries.rows, dtype=np.int64)
    first = np.empty(queries.rows, dtype=np.float32)
    second = np.empty(queries.rows, dtype=np.float32)
    for rows, block in distance_blocks(queries, reference):
        at = np.arange(rows.stop - rows.start)
        found = block.argmin(axis=1)
        index[rows] = found
        first[rows] = block[at, found]
        block[at, found] = np.inf
        second[rows] = block.min(axis=1)
    return Nearest(index, first, second)


def _small_codes(
    queries: EncodedTable, reference: EncodedTable, nominal: Ints
) -> tuple[list[npt.NDArray[Any]], list[npt.NDArray[Any]]]:
    """The codes of each column of categories in the smallest integer that holds them."""
    mine, theirs = [], []
    for at in nominal:
        most = max(int(table.codes[:, at].max(initial=0)) for table in (queries, reference))
        kind = np.min_scalar_type(most)
        mine.append(queries.codes[:, at].astype(kind))
        theirs.append(reference.codes[:, at].astype(kind))
    return mine, theirs
