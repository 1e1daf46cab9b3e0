"""What an output promises and costs, counted from the output itself by the judge's arithmetic.

Nothing here asks the search: the labels are those of the output, the shares of leaves those of the
policy's hierarchies, and every figure comes from :mod:`veilflow.risk`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.hierarchy import HierarchyTable
from veilflow.risk import (
    ColumnShares,
    ValueLabels,
    average_class_size,
    discernibility,
    granularity_quality,
    loss_score,
    non_uniform_entropy,
)
from veilflow.study.lines import OutputLines

__all__ = ["Figures", "figures_of"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Figures:
    """The objectives' figures of one output.

    ``non_uniform_entropy`` needs one level a column; ``weighted_loss`` is there if the policy has
    weights.
    """

    loss: float
    granularity_quality: float
    discernibility: int
    average_class_size: float
    non_uniform_entropy: float | None
    weighted_loss: float | None = None


def figures_of(
    output: OutputLines,
    tables: Sequence[HierarchyTable],
    levels: Sequence[int] | None,
    value_rows: Mapping[str, Ints],
    suppressed: int,
    weights: Sequence[float] | None = None,
) -> Figures:
    """The figures of ``output``, of which ``suppressed`` rows of the source are missing.

    ``tables`` are the hierarchies of the columns of its key, in their order. ``levels`` has the
    level of each; None says that a label may come from any, and a label that stands for different
    shares of the leaves at different levels counts as the largest. ``value_rows`` counts the
    source's rows by level-0 code.
    """
    by_label = [output.label_rows(table.column) for table in tables]
    shares = [
        _shares(table, None if levels is None else levels[n], by_label[n], suppressed)
        for n, table in enumerate(tables)
    ]
    entropy = None
    if levels is not None:
        each = zip(tables, levels, by_label, strict=True)
        entropy = non_uniform_entropy(
            [_bits(table, level, rows, value_rows[table.column]) for table, level, rows in each]
        )
    class_rows = output.classes.rows
    return Figures(
        loss=loss_score(shares),
        granularity_quality=granularity_quality(shares),
        discernibility=discernibility(class_rows, suppressed),
        average_class_size=average_class_size(class_rows, suppressed),
        non_uniform_entropy=entropy,
        weighted_loss=None if weights is None else loss_score(shares, weights),
    )


def _shares(
    table: HierarchyTable, level: int | None, rows: Mapping[str | None, int], suppressed: int
) -> ColumnShares:
    share: dict[str | None, float] = {}
    for one in range(table.levels) if level is None else (level,):
        for label, found in table.share_by_label(one).items():
            share[label] = max(found, share.get(label, 0.0))
    return ColumnShares(
        np.array([share[label] for label in rows], dtype=np.float64),
        np.array(list(rows.values()), dtype=np.int64),
        table.leaf_count,
        suppressed,
    )


def _bits(
    table: HierarchyTable, level: int, rows: Mapping[str | None, int], value_rows: Ints
) -> ValueLabels:
    released = np.array([rows.get(label, 0) for label in table.labels[level]], dtype=np.int64)
    return ValueLabels.of_one_level(value_rows, table.codes[level].astype(np.int64), released)
