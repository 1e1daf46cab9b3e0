"""Base 32 for whole columns: lower case, the "hex" alphabet of RFC 4648 (section 7), no padding.

Python's own takes 4 microseconds a value, four times what the HMAC before it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["base32_characters", "base32_column"]

_ALPHABET = np.frombuffer(b"0123456789abcdefghijklmnopqrstuv", np.uint8)
_BITS = 5  # a character


def base32_column(
    rows: Sequence[bytes], *, length: int | None = None, prefix: str = ""
) -> pa.Array:
    """``prefix`` and the spelling of each of ``rows``, or the first ``length`` characters of it.

    The rows may have any lengths; a batch of one length is made at once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    sizes = np.fromiter(map(len, rows), np.int64, len(rows))
    different = np.unique(sizes)
    if different.size <= 1:
        size = int(different[0]) if different.size else 0
        return _of_one_size(rows, size, length, prefix)
    places, parts = [], []
    for size in different.tolist():
        where = np.flatnonzero(sizes == size)
        places.append(where)
        parts.append(_of_one_size([rows[one] for one in where.tolist()], size, length, prefix))
    order = np.argsort(np.concatenate(places), kind="stable")
    return pc.take(pa.concat_arrays(parts), pa.array(order))


def _of_one_size(rows: Sequence[bytes], size: int, length: int | None, prefix: str) -> pa.Array:
    import pyarrow as pa

    head = np.frombuffer(prefix.encode(), np.uint8)
    characters = -(-size * 8 // _BITS) if length is None else min(length, -(-size * 8 // _BITS))
    table = np.empty((len(rows), head.size + characters), np.uint8)
    table[:, : head.size] = head
    data = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), size)
    table[:, head.size :] = base32_characters(data, characters)
    ends = np.arange(len(rows) + 1, dtype=np.int64) * table.shape[1]
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(table)]
    return pa.Array.from_buffers(pa.large_string(), len(rows), buffers).cast(pa.string())


def base32_characters(data: npt.NDArray[np.uint8], count: int) -> npt.NDArray[np.uint8]:
    """The first ``count`` characters of each row; each is cut out of two neighbouring bytes."""
    starts = np.arange(count) * _BITS
    at, shift = starts // 8, (16 - _BITS - starts % 8).astype(np.uint16)
    needed = int(at[-1]) + 2 if count else 0
    padded = np.zeros((len(data), needed), np.uint16)
    used = min(needed, data.shape[1])
    padded[:, :used] = data[:, :used]
    pairs = (padded[:, :-1] << np.uint16(8)) | padded[:, 1:]
    digits = (pairs[:, at] >> shift) & np.uint16(31)
    found: npt.NDArray[np.uint8] = np.take(_ALPHABET, digits)
    return found
