"""Padding, so that a ciphertext tells the length of its text only to the next 16 bytes."""

from __future__ import annotations

__all__ = ["PADDING_MARK", "padded", "unpadded"]

_BLOCK = 16
PADDING_MARK = 0x80
_MARK = bytes([PADDING_MARK])


def padded(data: bytes) -> bytes:
    """ISO/IEC 7816-4: a mark, then zeros to the next whole block; never empty."""
    return data + _MARK + bytes(-(len(data) + 1) % _BLOCK)


def unpadded(data: bytes) -> bytes:
    """The inverse of :func:`padded`, for data that was authenticated. ValueError for other data."""
    return data[: data.rindex(_MARK)]
