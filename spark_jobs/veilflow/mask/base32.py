"""Base 32 for whole columns: lower case, the "hex" alphabet of RFC 4648 (section 7), no padding.

Python's own takes 4 microseconds a value, four times what the HMAC before it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["base32_characters", "base32_texts"]

_ALPHABET = np.frombuffer(b"0123456789abcdefghijklmnopqrstuv", np.uint8)
_BITS = 5  # a character


def base32_texts(data: npt.NDArray[np.uint8], prefix: str = "") -> pa.Array:
    """``prefix`` and the spelling of each row of ``data``."""
    import pyarrow as pa

    head = np.frombuffer(prefix.encode(), np.uint8)
    rows, size = data.shape
    table = np.empty((rows, head.size + -(-size * 8 // _BITS)), np.uint8)
    table[:, : head.size] = head
    table[:, head.size :] = base32_characters(data, table.shape[1] - head.size)
    ends = np.arange(rows + 1, dtype=np.int64) * table.shape[1]
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(table)]
    return pa.Array.from_buffers(pa.large_string(), rows, buffers).cast(pa.string())


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
