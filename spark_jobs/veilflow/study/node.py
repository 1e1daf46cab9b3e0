"""What full-domain generalisation at some levels makes of a table: figures, exactly counted."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.anonymize import Problem, View
from veilflow.anonymize.equivalence import Classes, coarsen, from_view
from veilflow.anonymize.judging import ClassJudge
from veilflow.risk import (
    ClassTable,
    ColumnShares,
    discernibility,
    granularity_quality,
    loss_score,
    prosecutor_average_risk,
    prosecutor_max_risk,
)

__all__ = ["NodeFigures", "node_figures"]

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class NodeFigures:
    """The output that releasing a table at ``levels`` would make, by the judge's arithmetic.

    ``columns`` has the shares of each quasi-identifier. ``suppressed_rows`` is exact: small counts
    are for the caller to merge.
    """

    levels: tuple[int, ...]
    columns: tuple[ColumnShares, ...]
    suppressed_rows: int
    classes: int
    discernibility: int
    average_risk: float
    max_risk: float

    @property
    def loss(self) -> float:
        return loss_score(self.columns)

    @property
    def granularity_quality(self) -> float:
        return granularity_quality(self.columns)

    def loss_without(self, column: int) -> float:
        """The loss of the other columns."""
        return loss_score([c for n, c in enumerate(self.columns) if n != column])

    def part_of_loss(self, column: int) -> float:
        """How much of the loss is this column's, the parts of all adding up to 1.

        1 + loss is a geometric mean, so the parts are those of its logarithm.
        """
        logs = [math.log1p(one.lost) for one in self.columns]
        return logs[column] / total if (total := sum(logs)) else 0.0


def node_figures(problem: Problem, levels: Sequence[int]) -> NodeFigures:
    """The figures of a problem with one view at ``levels``."""
    (view,) = problem.views
    classes = _classes(problem, view, levels)
    released = ClassJudge(problem, view).judge(classes).released
    rows = classes.rows[released]
    suppressed = view.total_rows - int(rows.sum())
    table = ClassTable(rows, classes.units[released])
    return NodeFigures(
        levels=tuple(levels),
        columns=tuple(
            _shares(problem, classes, released, position, levels[column], suppressed)
            for position, column in enumerate(view.columns)
        ),
        suppressed_rows=suppressed,
        classes=int(rows.size),
        discernibility=discernibility(rows, suppressed),
        average_risk=prosecutor_average_risk(table),
        max_risk=prosecutor_max_risk(table),
    )


def _classes(problem: Problem, view: View, levels: Sequence[int]) -> Classes:
    tables = [problem.columns[column] for column in view.columns]
    chosen = [levels[column] for column in view.columns]
    lifts = [table.codes[level] for table, level in zip(tables, chosen, strict=True)]
    sizes = [len(table.labels[level]) for table, level in zip(tables, chosen, strict=True)]
    values = [column.values for column in view.sensitive]
    # No class is large enough to be counted roughly.
    return coarsen(from_view(view), lifts, sizes, sys.maxsize, values)


def _shares(
    problem: Problem,
    classes: Classes,
    released: Bools,
    position: int,
    level: int,
    suppressed: int,
) -> ColumnShares:
    table = problem.columns[problem.views[0].columns[position]]
    codes = classes.codes[position][released]
    rows = np.bincount(codes, classes.rows[released], len(table.labels[level])).astype(np.int64)
    return ColumnShares(table.shares(level), rows, table.leaf_count, suppressed)
