"""Sums of many reciprocals, in closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["reciprocal_sum"]

Floats = npt.NDArray[np.float64]

_DIRECT = 16


def reciprocal_sum(start: npt.ArrayLike, terms: npt.ArrayLike) -> Floats:
    """``1 / start + 1 / (start + 1) + ...``, so many ``terms``: a difference of two digammas.

    For ``start`` above 0. Relative error about 1e-14, also where start is so large that the two
    digammas would cancel. The first 16 terms are added up; Euler and Maclaurin give the others.
    """
    a, n = np.broadcast_arrays(
        np.asarray(start, dtype=np.float64), np.asarray(terms, dtype=np.float64)
    )
    total = np.zeros(a.shape)
    for step in range(_DIRECT):
        total += np.where(step < n, 1 / (a + step), 0.0)
    low = a + _DIRECT
    high = a + np.maximum(n, _DIRECT)
    rest = np.log1p((high - low) / low) - (1 / high - 1 / low) / 2
    for power, factor in ((2, 12), (4, -120), (6, 252), (8, -240)):
        rest -= (high**-power - low**-power) / factor
    total += rest
    return total
