"""Which rows of a combination are lent: a draw for each row, by a key, and ranks by these draws.

Rows with equal quasi-identifiers differ in what else they hold, so nothing but chance may decide
which of them are released in another class: whoever could work the choice out again would know
which row of that class isn't a lent one. The draw is a keyed hash of all that the policy lists of a
row. So it depends on no order, no file and no number of executors, and rows that draw the same are
equal in everything, so that it doesn't matter which comes first.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.arrow_text import as_text
from veilflow.errors import PolicyError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SHORTEST_KEY", "ranks", "row_draws", "row_texts"]

Int64 = npt.NDArray[np.int64]

SHORTEST_KEY = 16
_PURPOSE = b"veilflow lent rows 1\0"


def row_texts(table: pa.Table, columns: Sequence[str]) -> pa.Array:
    """One text for each row, equal for rows that are equal in ``columns`` and for no others.

    The same as :func:`veilflow.spark.lending.row_text`; but for nested types, which are written
    otherwise there.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces = []
    for column in columns:
        text = _text(table.column(column)).combine_chunks()
        length = pc.utf8_length(text).cast(pa.string())
        pieces.append(pc.fill_null(pc.binary_join_element_wise(length, text, ":"), "-"))
    return pc.binary_join_element_wise(*pieces, "")


def row_draws(texts: pa.Array, key: bytes) -> Int64:
    """A number for each text that nobody can tell without the key; equal for equal texts."""
    if len(key) < SHORTEST_KEY:
        raise UsageError(f"drawing rows needs a key of at least {SHORTEST_KEY} bytes")
    encoded = texts.dictionary_encode()
    draws = np.array([_draw(text, key) for text in encoded.dictionary.to_pylist()], dtype=np.int64)
    return np.asarray(draws[encoded.indices.to_numpy()])


def ranks(combo: Int64, draw: Int64) -> Int64:
    """The place of each row, from 0, among those of its combination, by its draw."""
    order = np.lexsort((draw, combo))
    ordered = combo[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    number = np.cumsum(np.diff(ordered, prepend=-1) != 0) - 1
    found = np.empty(combo.size, dtype=np.int64)
    found[order] = np.arange(combo.size) - first[number]
    return found


def _draw(text: str, key: bytes) -> int:
    digest = hmac.digest(key, _PURPOSE + text.encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return as_text(values)
    except PolicyError:
        texts = [None if value is None else str(value) for value in values.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
