"""What generalisation and suppression cost, computed from the output.

``share`` of an output label is the part of its hierarchy's leaves that lie under it; a suppressed
cell has share 1. Definitions as in ARX 3.9.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError

__all__ = [
    "ColumnShares",
    "average_class_size",
    "discernibility",
    "granularity_quality",
    "loss_score",
]


@dataclass(frozen=True, eq=False, repr=False)
class ColumnShares:
    """One column of the output: a share and a number of rows for each of its distinct labels.

    ``suppressed`` rows come on top: they are in neither array. ``leaves`` is how many the
    column's hierarchy has in all.
    """

    shares: npt.NDArray[np.float64]
    rows: npt.NDArray[np.int64]
    leaves: int
    suppressed: int = 0

    def __post_init__(self) -> None:
        shares = np.asarray(self.shares, dtype=np.float64)
        rows = np.asarray(self.rows)
        if shares.ndim != 1 or shares.shape != rows.shape:
            raise UsageError("each share needs its number of rows")
        if not np.all((shares > 0) & (shares <= 1)):
            raise UsageError("shares must lie above 0 and not above 1")
        if rows.size and (not np.issubdtype(rows.dtype, np.integer) or rows.min() < 0):
            raise UsageError("rows must be whole numbers from 0")
        if self.leaves < 0 or self.suppressed < 0 or (rows.size and not self.leaves):
            raise UsageError("leaves and suppressed rows can't be negative, nor leaves be none")
        object.__setattr__(self, "shares", shares)
        object.__setattr__(self, "rows", rows.astype(np.int64))

    @property
    def total_rows(self) -> int:
        return int(self.rows.sum()) + self.suppressed

    @property
    def share_sum(self) -> float:
        """Shares added up over all rows."""
        return float(np.dot(self.rows, self.shares)) + self.suppressed

    @property
    def lost(self) -> float:
        """0 where every row tells one leaf, 1 where none tells anything (x in the loss score)."""
        least = self.total_rows / max(self.leaves, 1)
        most = self.total_rows
        return max(0.0, (self.share_sum - least) / (most - least)) if most > least else 0.0


def granularity_quality(columns: Sequence[ColumnShares]) -> float:
    """1 for exact data, 0 where nothing is left: ``1 - (mean raw - mean min) / (1 - mean min)``.

    raw is a column's mean share and min the least it could be, 1 / leaves; means over columns.
    Columns without rows are left out. 1 where nothing could be lost.
    """
    counted = [column for column in _some(columns) if column.total_rows]
    if not counted:
        return 1.0
    raw = sum(column.share_sum / column.total_rows for column in counted) / len(counted)
    least = sum(1 / max(column.leaves, 1) for column in counted) / len(counted)
    return 1 - (raw - least) / (1 - least) if least < 1 else 1.0


def loss_score(columns: Sequence[ColumnShares], weights: Sequence[float] | None = None) -> float:
    """0 for exact data, 1 where nothing is left: the geometric mean of ``1 + x``, less 1.

    ``weights`` says what each column counts for; they are exponents, and add up to more than 0.
    """
    counted = _some(columns)
    if weights is None:
        return float(math.prod(1 + column.lost for column in counted) ** (1 / len(counted))) - 1
    if len(weights) != len(counted) or min(weights) < 0 or not sum(weights) > 0:
        raise UsageError("give a weight from 0 for each column, and one of them above 0")
    pairs = zip(counted, weights, strict=True)
    total = math.fsum(weight * math.log1p(column.lost) for column, weight in pairs)
    return math.expm1(total / math.fsum(weights))


def discernibility(class_rows: npt.NDArray[np.int64], suppressed: int) -> int:
    """The sum over classes of their rows squared, plus ``suppressed`` times all rows.

    Exact at any size: equal sizes are counted and then multiplied as Python integers.
    """
    pairs = _sizes(class_rows, suppressed)
    total = sum(size * n for size, n in pairs) + suppressed
    return sum(size**2 * n for size, n in pairs) + suppressed * total


def average_class_size(class_rows: npt.NDArray[np.int64], suppressed: int) -> float:
    """All rows / classes, the suppressed rows being one class more; 0 for a table without rows.

    LeFevre, DeWitt and Ramakrishnan, "Mondrian Multidimensional k-Anonymity" (ICDE 2006), but, as
    ARX does, not divided by k: other models than k-anonymity have none.
    """
    pairs = _sizes(class_rows, suppressed)
    total = sum(size * n for size, n in pairs) + suppressed
    classes = sum(n for _, n in pairs) + (suppressed > 0)
    return total / classes if classes else 0.0


def _sizes(class_rows: npt.NDArray[np.int64], suppressed: int) -> list[tuple[int, int]]:
    """Each size of a class, and how many classes have it."""
    rows = np.asarray(class_rows)
    if suppressed < 0 or (rows.size and (rows.dtype.kind not in "iu" or rows.min() < 1)):
        raise UsageError("classes need whole numbers of rows from 1, suppressed rows from 0")
    sizes, times = np.unique(rows, return_counts=True)
    return [(int(size), int(n)) for size, n in zip(sizes.tolist(), times.tolist(), strict=True)]


def _some(columns: Sequence[ColumnShares]) -> Sequence[ColumnShares]:
    if not columns:
        raise UsageError("no columns: there is no information to lose")
    return columns
