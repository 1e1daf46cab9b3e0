"""AES on many blocks side by side; FF1 and AES-SIV chain them, a call for a step of all values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLOCK_BYTES", "AesBlocks"]

BLOCK_BYTES = 16


class AesBlocks:
    """AES under ``key`` (16, 24 or 32 bytes; ValueError for another size), each block by itself.

    No mode of operation: what uses it chains the blocks as its standard says.
    """

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        self._aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()

    def encrypt(self, data: NDArray[Any]) -> NDArray[Any]:
        """Every 16 bytes of ``data`` (bytes, contiguous) through AES; a new array of its shape."""
        import numpy as np

        made = np.empty(data.nbytes + BLOCK_BYTES - 1, np.uint8)
        self._aes.update_into(data.data.cast("B"), made.data)
        return made[: data.nbytes].reshape(data.shape)
