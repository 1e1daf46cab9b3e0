"""Combinations split where some of their rows are lent: a view of lots, in place of combinations.

A lot is some rows of one combination. Whatever works on combinations works on lots, so a recoding
in which rows of one combination go different ways is judged, combined and counted like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.annealing import Annealed
from veilflow.anonymize.problem import UnitCounts, View
from veilflow.anonymize.recoding import Lent
from veilflow.anonymize.repartition import NOBODY

__all__ = ["SplitView", "split"]

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class SplitView:
    """``view`` has a lot for each combination, then one for each loan; ``combo`` says whose.

    ``group`` has the annealed group of each lot, -1 where its combination has none.
    """

    view: View
    combo: Int64
    group: Int64

    def lent(self, levels: Int8, order: Int64) -> Lent | None:
        """The loans among lots released at ``levels``, unless the rest of the combination is, too.

        ``order`` has the number of each combination that the caller knows it by.
        """
        first = int(self.combo.max(initial=-1)) + 1
        loan = np.arange(first, self.combo.size)
        loan = loan[(levels[loan] != levels[self.combo[loan]]).any(axis=1)]
        if not loan.size:
            return None
        combo = order[self.combo[loan]]
        by = np.lexsort([*levels[loan].T[::-1], combo])
        return Lent(combo[by], self.view.rows[loan[by]], levels[loan[by]])


def split(view: View, combos: Int64, annealed: Annealed) -> SplitView:
    """``view`` split as ``annealed`` (one entry for each of ``combos``) lends its rows."""
    group = np.full(view.rows.size, -1, dtype=np.int64)
    group[combos] = annealed.group
    borrows = np.flatnonzero(annealed.lender != NOBODY)
    _, one = np.unique(annealed.group[borrows], return_index=True)
    borrows = borrows[one]
    lender, borrowed = annealed.lender[borrows], annealed.borrowed[borrows]
    every = np.arange(view.rows.size)
    if not borrows.size:
        return SplitView(view, every, group)
    combo = np.concatenate([every, lender])
    rows = np.concatenate([view.rows, borrowed])
    np.subtract.at(rows, lender, borrowed)
    units = view.units
    if units is not None:
        single = np.concatenate([units.single, borrowed])
        np.subtract.at(single, lender, borrowed)
        units = UnitCounts(single, units.pair_combo, units.pair_unit)
    lots = replace(
        view,
        codes=view.codes[combo],
        rows=rows,
        units=units,
        sensitive=(),  # rows are lent only where no model asks about them
        population=None if view.population is None else view.population[combo],
    )
    return SplitView(lots, combo, np.concatenate([group, annealed.group[borrows]]))
