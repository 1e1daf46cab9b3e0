"""Draws from the operating system's randomness, shaped by inverse distribution functions.

A seeded generator would do for statistics, but whoever recovers its state from some outputs knows
the noise of all others.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Distribution", "draws", "draws_from"]

Distribution = Literal["laplace", "gaussian", "uniform"]


def draws(distribution: Distribution, count: int) -> npt.NDArray[np.float64]:
    """``count`` independent draws around 0: Laplace of scale 1, normal of deviation 1, or
    uniform between -1 and 1."""
    import numpy as np

    return draws_from(distribution, np.frombuffer(os.urandom(16 * count), "<u8").reshape(2, count))


def draws_from(
    distribution: Distribution, words: npt.NDArray[np.uint64]
) -> npt.NDArray[np.float64]:
    """One draw for each column of two 64-bit words; equal words give equal draws."""
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
