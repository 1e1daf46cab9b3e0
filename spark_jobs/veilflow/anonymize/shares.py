"""What generalisation and suppression cost each column, in leaves: exact whole numbers."""

from __future__ import annotations

import numpy as np

from veilflow.anonymize.problem import Problem

__all__ = ["ColumnLeaves"]


class ColumnLeaves:
    """Per column the rows of the view that owns it, the leaves of its hierarchy, and for each
    level the leaves under the labels, added up over the rows, beyond one a row.

    With ``N`` rows and ``L`` leaves a column's share is (excess + N) / (N * L).
    """

    def __init__(self, problem: Problem) -> None:
        columns = problem.columns
        self.rows = [0] * len(columns)
        self.leaves = [table.leaf_count for table in columns]
        self.excess: list[list[int]] = [[0] * table.levels for table in columns]
        for view in problem.views:
            for column in view.own:
                table = columns[column]
                counts = np.zeros(table.codes[0].size, dtype=np.int64)
                np.add.at(counts, view.codes[:, view.columns.index(column)], view.rows)
                self.rows[column] = view.total_rows
                for level in range(table.levels):
                    leaves = table.leaves[level][table.codes[level]]
                    self.excess[column][level] = int(counts @ leaves) - view.total_rows
