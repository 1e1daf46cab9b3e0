"""How far a column's distribution moved, from counts alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError

__all__ = ["kolmogorov_smirnov", "normalised_entropy_loss", "total_variation"]

Counts = npt.ArrayLike
Floats = npt.NDArray[np.float64]


def total_variation(before: Counts, after: Counts) -> float:
    """Half the sum of absolute differences of probabilities: 0 equal, 1 disjoint.

    Both arrays count the same categories in the same order; each is scaled to sum 1, so the
    number of rows may differ. Categories that generalisation joined must be joined on both sides.
    """
    p, q = _distributions(before, after)
    return float(np.abs(p - q).sum() / 2)


def kolmogorov_smirnov(before: Counts, after: Counts) -> float:
    """The largest difference of the cumulative distributions, in the order of the arrays."""
    p, q = _distributions(before, after)
    return float(np.abs(np.cumsum(p) - np.cumsum(q)).max())


def normalised_entropy_loss(before: Counts, after: Counts) -> float:
    """The part of the entropy that is gone: ``(H(before) - H(after)) / H(before)``.

    0 where the column tells as much as before, 1 where it is constant. The two may count different
    categories (values before, labels after, suppressed cells as one more label). Below 0 where the
    output varies more than the input, as noise does. 0 for a column that was constant already.
    """
    start, end = _entropy(_counts(before)), _entropy(_counts(after))
    return (start - end) / start if start > 0 else 0.0


def _distributions(before: Counts, after: Counts) -> tuple[Floats, Floats]:
    p, q = _counts(before), _counts(after)
    if p.shape != q.shape:
        raise UsageError("both sides must count the same categories, in the same order")
    return p / p.sum(), q / q.sum()


def _counts(given: Counts) -> Floats:
    counts = np.asarray(given, dtype=np.float64)
    if counts.ndim != 1 or not np.all(np.isfinite(counts) & (counts >= 0)) or not counts.sum():
        raise UsageError("counts must be finite, not negative and not all 0")
    return counts


def _entropy(counts: Floats) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())
