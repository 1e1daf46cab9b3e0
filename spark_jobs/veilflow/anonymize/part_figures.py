"""What a recoding in parts costs, and what no k-anonymous release of the same rows could undercut.

The bound looks at each column alone: whoever is one of k people with the same labels is one of k
with the same label in each column. So a cell costs at least what the finest label costs that k
people share in its column. That holds for full-domain and local recoding, and with suppression, as
a suppressed cell costs the most. It is far below what can be reached when columns are many.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.hierarchy import HierarchyTable

__all__ = ["PartCost", "least_leaves", "part_figures"]

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PartCost:
    """Sums over rows that are released: leaves under their labels per column, and class sizes.

    ``level_rows`` has the rows at each level of each column, where they were counted.
    """

    leaves: tuple[int, ...]
    rows: int
    classes: int
    squares: int
    level_rows: tuple[tuple[int, ...], ...] = ()


def part_figures(
    tables: Sequence[HierarchyTable], cost: PartCost, total_rows: int
) -> Mapping[str, float]:
    """``loss``, ``granularity_quality``, ``discernibility`` and ``average_class_size``."""
    suppressed = total_rows - cost.rows
    each = zip(tables, cost.leaves, strict=True)
    whole = [leaves + suppressed * table.leaf_count for table, leaves in each]
    classes = cost.classes + (suppressed > 0)
    return {
        "loss": _loss(tables, whole, total_rows),
        "granularity_quality": _granularity_quality(tables, whole, total_rows),
        "discernibility": cost.squares + suppressed * total_rows,
        "average_class_size": total_rows / classes if classes else 0.0,
    }


def least_leaves(
    tables: Sequence[HierarchyTable],
    rows: Sequence[Int64],
    units: Sequence[Int64],
    k: int,
    low: Sequence[int],
) -> PartCost:
    """A cost that no k-anonymous release undercuts, as far as leaves go; one entry a level-0 code.

    ``classes`` and ``squares`` are not bounded and are 0.
    """
    found = []
    for table, count, people, lowest in zip(tables, rows, units, low, strict=True):
        best = np.full(count.size, table.leaf_count, dtype=np.int64)
        for level in range(table.levels - 1, lowest - 1, -1):
            codes = table.codes[level]
            common = np.bincount(codes, people, len(table.labels[level])) >= k
            best = np.where(common[codes], table.leaves[level][codes], best)
        found.append(int(count @ best))
    return PartCost(tuple(found), int(rows[0].sum()) if len(rows) else 0, 0, 0)


def _loss(tables: Sequence[HierarchyTable], leaves: Sequence[int], rows: int) -> float:
    scaled = []
    for table, under in zip(tables, leaves, strict=True):
        most = rows * (table.leaf_count - 1)
        scaled.append(1 + max(0, under - rows) / most if most else 1.0)
    return math.exp(sum(map(math.log, scaled)) / len(scaled)) - 1


def _granularity_quality(
    tables: Sequence[HierarchyTable], leaves: Sequence[int], rows: int
) -> float:
    raw = [under / (rows * max(t.leaf_count, 1)) for t, under in zip(tables, leaves, strict=True)]
    least = [1 / max(table.leaf_count, 1) for table in tables]
    mean = sum(least) / len(least)
    return 1.0 if mean == 1 or not rows else 1 - (sum(raw) / len(raw) - mean) / (1 - mean)
