"""Combinations of values as 64-bit marks that are equal where the combinations are.

Made of keyed digests (digests.py), so a mark tells nothing without the key. The columns' parts are
added up, each by its column's name: the marks of some columns and those of others make the marks of
both, in whatever order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow_expectations.digests import Int64, digest_values

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "are_among",
    "chosen_rows",
    "distinct_marks",
    "every_mark",
    "is_within",
    "marks",
    "missing_marks",
    "row_places",
    "value_marks",
]

_BLANK = 1


def value_marks(values: pa.Array, key: bytes) -> Int64:
    """One mark a value: 0 for null and NaN, and spellings stay apart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    digested = digest_values(values, key, exact=True)
    found = digested.digests.copy()
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        # An empty text is a value, and the digests take it for none.
        found[(digested.lengths == 0) & pc.is_valid(values).to_numpy(zero_copy_only=False)] = _BLANK
    return found


def marks(columns: Mapping[str, Int64]) -> Int64:
    """The marks of rows, of the value marks of their columns by name."""
    rows = next((column.size for column in columns.values()), 0)
    total = np.zeros(rows, dtype=np.uint64)
    for name, column in columns.items():
        total += _mix(column.view(np.uint64) ^ _salt(name))
    return total.view(np.int64)


def every_mark(columns: Mapping[str, Sequence[Int64]]) -> Int64:
    """The marks that rows can have where each column's values have several forms.

    One mark for each choice of a form in every column: all of the first row, then of the next.
    """
    rows = next((forms[0].size for forms in columns.values()), 0)
    total: npt.NDArray[np.uint64] = np.zeros((rows, 1), dtype=np.uint64)
    for name, forms in columns.items():
        parts = np.stack([_mix(form.view(np.uint64) ^ _salt(name)) for form in forms], axis=1)
        total = (total[:, :, None] + parts[:, None, :]).reshape(rows, total.shape[1] * len(forms))
    return total.ravel().view(np.int64)


def missing_marks(columns: Sequence[str]) -> Int64:
    """The part that columns without a value have in a mark."""
    return marks({name: np.zeros(1, dtype=np.int64) for name in columns})


def distinct_marks(found: Int64) -> Int64:
    """Each mark once, in ascending order. Marks are many and random: NumPy's ``unique``, which
    hashes them first, takes ten times as long on millions."""
    ordered = np.sort(found)
    first = np.ones(ordered.size, dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def are_among(found: Int64, distinct: Int64) -> npt.NDArray[np.bool_]:
    """Which marks are among ``distinct`` ones in ascending order, however many those are."""
    if not distinct.size:
        return np.zeros(found.size, dtype=np.bool_)
    at = np.minimum(np.searchsorted(distinct, found), distinct.size - 1)
    there: npt.NDArray[np.bool_] = distinct[at] == found
    return there


def row_places(places: Int64, key: bytes) -> Int64:
    """A mark for each row's place, which tells nothing of the place without the key."""
    seed = np.uint64(int.from_bytes(key[:8], "little"))
    return _mix(places.view(np.uint64) ^ seed).view(np.int64)


def chosen_rows(rows: Int64, places: Int64, share: float) -> npt.NDArray[np.bool_]:
    """Which rows belong to a sample of about ``share`` of them, by their marks and place marks.

    Half of the sample are kinds of rows, with all of their likes, and half are rows at random: few
    large kinds are seen in the one, many small ones in the other. Below 1 never more than twice
    ``share`` and a few; 1 takes all.
    """
    if share >= 1:
        return np.ones(rows.size, dtype=np.bool_)
    kinds = _mix(rows.view(np.uint64) ^ _salt("kinds of rows")).view(np.int64)
    chosen = is_within(kinds, share / 2) | is_within(places, share / 2)
    most = 2 * share * rows.size + 64
    if chosen.sum() > most:
        chosen &= is_within(places, most / float(chosen.sum()))
    return chosen


def is_within(values: Int64, share: float) -> npt.NDArray[np.bool_]:
    """Which marks belong to a sample of ``share`` of them: the same ones wherever it is asked."""
    if share >= 1:
        return np.ones(values.size, dtype=np.bool_)
    most = int(max(share, 0.0) * 2**64)
    return values.view(np.uint64) < np.uint64(most)


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Steele, Lea and Flood's mixing function ("Fast splittable pseudorandom number generators",
    2014), as in SplitMix64."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _salt(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little"))
