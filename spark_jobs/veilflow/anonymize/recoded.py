"""What a recoding costs, whichever way it was found: the figures of a solution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.grouping import group
from veilflow.anonymize.objective import Outcome
from veilflow.anonymize.problem import Problem, View
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.scores import figures
from veilflow.anonymize.view_search import sum_of_squares
from veilflow.hierarchy import HierarchyTable

__all__ = ["class_rows", "level_shares", "recoded_figures"]

Int64 = npt.NDArray[np.int64]


def class_rows(problem: Problem, recoding: Recoding) -> Int64:
    """The rows of each class of the output: what shows equal labels is one class.

    Labels count, not levels: a value that keeps its label over two levels is the same at both.
    """
    view = problem.view(recoding.view)
    lots = recoding.lots(view.rows)
    kept = ~lots.suppressed & (lots.rows > 0)
    shown = []
    sizes = []
    for position, column in enumerate(view.columns):
        numbers, size = _label_numbers(problem.columns[column])
        levels = lots.levels[kept, position].astype(np.int64)
        shown.append(numbers[levels, view.codes[lots.combo[kept], position]])
        sizes.append(size)
    classes, place = group(shown, sizes, int(np.count_nonzero(kept)))
    return np.bincount(place, lots.rows[kept], classes.size).astype(np.int64)


def recoded_figures(problem: Problem, recoding: Recoding) -> tuple[int, int, dict[str, float]]:
    """Suppressed rows, classes, and the figures of :func:`veilflow.anonymize.scores.figures`."""
    view = problem.view(recoding.view)
    rows = class_rows(problem, recoding)
    suppressed = int(view.rows[recoding.suppressed].sum())
    finest = [0] * len(problem.columns)
    outcome = Outcome(
        suppressed=suppressed,
        classes=rows.size,
        leaves=tuple(_leaves_added(problem, view, recoding)),
        squares=sum_of_squares(rows),
    )
    return suppressed, rows.size, dict(figures(problem, finest, [outcome]))


def level_shares(problem: Problem, recoding: Recoding) -> list[list[float]]:
    """Per column of the view, the share of its released cells at each level."""
    view = problem.view(recoding.view)
    lots = recoding.lots(view.rows)
    kept = ~lots.suppressed
    rows = lots.rows[kept]
    total = max(int(rows.sum()), 1)
    return [
        (np.bincount(lots.levels[kept, n], rows, problem.columns[column].levels) / total).tolist()
        for n, column in enumerate(view.columns)
    ]


def _leaves_added(problem: Problem, view: View, recoding: Recoding) -> list[int]:
    """Per own column, the leaves under its cells beyond those of level 0; all for suppressed."""
    lots = recoding.lots(view.rows)
    added = []
    for column in view.own:
        table = problem.columns[column]
        position = view.columns.index(column)
        codes = view.codes[lots.combo, position]
        levels = lots.levels[:, position].astype(np.int64)
        under = np.stack([leaves[c] for leaves, c in zip(table.leaves, table.codes, strict=True)])
        here = np.where(lots.suppressed, table.leaf_count, under[levels, codes])
        added.append(int(lots.rows @ (here - under[0, codes])))
    return added


def _label_numbers(table: HierarchyTable) -> tuple[npt.NDArray[np.int32], int]:
    """For each level and level-0 code the number of its label; equal labels have equal numbers."""
    number: dict[str | None, int] = {}
    for labels in table.labels:
        for label in labels:
            number.setdefault(label, len(number))
    of = [np.array([number[label] for label in labels], np.int32) for labels in table.labels]
    each = zip(of, table.codes, strict=True)
    return np.stack([numbers[codes] for numbers, codes in each]), len(number)
