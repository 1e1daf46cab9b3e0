"""Draws by the operating system or by a key, shaped by inverse distribution functions.

A seeded generator would do for statistics, but whoever recovers its state from some outputs knows
the noise of all others. A keyed hash tells nothing of its other outputs.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["Distribution", "draws_from", "keyed_words", "random_words"]

Distribution = Literal["laplace", "gaussian", "uniform"]


def random_words(count: int) -> npt.NDArray[np.uint64]:
    """Two 64-bit words of the operating system's for each of ``count`` draws."""
    import numpy as np

    return np.frombuffer(os.urandom(16 * count), "<u8").reshape(2, count)


def keyed_words(texts: pa.Array, key: bytes) -> npt.NDArray[np.uint64]:
    """As :func:`random_words`, one draw for each text; equal texts and keys give equal words."""
    import numpy as np

    base = hashlib.blake2b(key=key, digest_size=16)
    drawn = bytearray()
    for text in texts.to_pylist():
        each = base.copy()
        each.update(text.encode())
        drawn += each.digest()
    return np.frombuffer(bytes(drawn), "<u8").reshape(-1, 2).T


def draws_from(
    distribution: Distribution, words: npt.NDArray[np.uint64]
) -> npt.NDArray[np.float64]:
    """One draw around 0 for each column of two 64-bit words; equal words give equal draws.

    Laplace of scale 1, normal of deviation 1, or uniform between -1 and 1.
    """
    import numpy as np

    # 53 bits each, and half a step away from 0 and 1: no logarithm of 0.
    unit = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    drawn: npt.NDArray[np.float64] = 2.0 * unit[0] - 1.0
    if distribution == "laplace":
        drawn = -np.sign(drawn) * np.log1p(-np.abs(drawn))
    elif distribution == "gaussian":
        # Box and Muller, 1958.
        drawn = np.sqrt(-2.0 * np.log(unit[0])) * np.cos(2.0 * np.pi * unit[1])
    return drawn
