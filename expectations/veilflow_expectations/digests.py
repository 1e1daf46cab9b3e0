"""Values compared without being shown: normalised, then digested under a key.

Two spellings of one value get one digest: NFKC, case-folded, without characters that show nothing
(a zero-width space, a soft hyphen), white space trimmed and collapsed, and numbers, dates and truth
values in one written form whatever their type (5, 5.0 and "5"; 2020-02-01 as a date, as a midnight
timestamp and as text; see spelling.py). Digests are SipHash-2-4 (Aumasson and Bernstein, 2012), a
pseudorandom function, under 16 bytes that are derived from the key; 64 bits long: two values share
one by chance once in 10^19 pairs, and without the key nobody can test a guess. Whoever holds the
key can: it lives for one validation.

pandas holds the SipHash, compiled, and lets a bijection follow it that takes nothing away.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from veilflow_expectations.spelling import NESTED, moment, normalised, number, spelled

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Digested",
    "digest_dictionary",
    "digest_distinct",
    "digest_rows",
    "digest_values",
    "normalised",
    "to_arrow",
]

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Digested:
    """One entry a value: its digest and the length of its normalised text.

    Nulls, NaN and texts of white space alone have length 0 and stand for no value.
    """

    digests: Int64
    lengths: npt.NDArray[np.int32]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where there is a value."""
        return self.lengths > 0


def digest_values(values: pa.Array, key: bytes, *, exact: bool = False) -> Digested:
    """The digest of every value of an Arrow array. Repeated values are digested once.

    With ``exact`` spellings stay apart: only types are levelled out.
    Raises TypeError for nested values, which have no one spelling; the message holds no value.
    """
    indices, distinct = digest_dictionary(values, key, exact=exact)
    places = indices.to_numpy()
    return Digested(distinct.digests[places], distinct.lengths[places])


def digest_distinct(values: pa.Array, key: bytes, *, exact: bool = False) -> tuple[Int64, Int64]:
    """Digests of the values of an array and the rows of each; a digest may come more than once.

    Cheaper than :func:`digest_values` where only counts are wanted. No value has no digest.
    """
    import pyarrow.types as types

    indices, distinct = digest_dictionary(values, key, exact=exact)
    size = distinct.digests.size
    if size == len(values) + 1 and not types.is_dictionary(values.type):  # each is its own
        rows = np.ones(size, dtype=np.int64)
    else:
        rows = np.bincount(indices.to_numpy(), minlength=size).astype(np.int64)
    known = distinct.known & (rows > 0)
    return distinct.digests[known], rows[known]


def digest_dictionary(
    values: pa.Array, key: bytes, *, exact: bool = False
) -> tuple[pa.Array, Digested]:
    """For each value the place of its digest, and distinct values' digests; the last is null's."""
    import pyarrow as pa
    import pyarrow.types as types

    if types.is_nested(values.type):
        raise TypeError(NESTED)
    encoded = values if types.is_dictionary(values.type) else values.dictionary_encode()
    texts, lengths = spelled(encoded.dictionary, exact=exact)
    there = np.flatnonzero(lengths)
    digests = np.zeros(len(texts) + 1, dtype=np.int64)
    known = texts if there.size == len(texts) else texts.take(pa.array(there))
    digests[there] = _digests(known, key, b"value")
    indices = encoded.indices.cast(pa.int64()).fill_null(len(texts))
    return indices, Digested(digests, np.append(lengths, np.int32(0)))


def digest_rows(columns: Sequence[pa.Array], key: bytes) -> Int64:
    """One digest a row of all ``columns`` in order. A missing value equals only a missing one."""
    import pyarrow as pa

    if not columns:
        raise ValueError("rows of no columns can't be told apart")
    matrix = np.stack([digest_values(column, key).digests for column in columns], axis=1)
    content = pa.py_buffer(np.ascontiguousarray(matrix))
    width = matrix.shape[1] * matrix.itemsize
    rows = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(matrix), [None, content])
    return _digests(rows, key, b"row")


def to_arrow(values: Any) -> pa.Array:
    """A pandas Series, an Arrow array, a NumPy array or a sequence, as one Arrow array.

    Values of several types in one sequence are taken as texts.
    """
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    if isinstance(values, pa.Array):
        return values
    try:
        converted = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError):
        converted = None  # the error quotes a value, so it goes no further
    if converted is None:
        converted = pa.array([_mixed(value) for value in values], pa.string())
    return converted.combine_chunks() if isinstance(converted, pa.ChunkedArray) else converted


def _digests(content: pa.Array, key: bytes, purpose: bytes) -> Int64:
    """The digest of each of some bytes; none is null."""
    from pandas.util import hash_array

    if not len(content):
        return np.zeros(0, dtype=np.int64)
    found = hash_array(
        content.to_numpy(zero_copy_only=False),
        # The key is a text of 16 characters that stand for a byte each; bytes aren't encoded.
        encoding="latin-1",
        hash_key=_subkey(key, purpose),
        categorize=False,
    )
    digests: Int64 = found.view(np.int64)
    return digests


def _subkey(key: bytes, purpose: bytes) -> str:
    return blake2b(digest_size=16, key=key, person=purpose).digest().decode("latin-1")


def _mixed(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | decimal.Decimal):
        return number(value)
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, list | tuple | dict | set):
        raise TypeError(NESTED)
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    # Arrow's texts can't hold a lone surrogate.
    return str(value).encode("utf-8", "backslashreplace").decode()
