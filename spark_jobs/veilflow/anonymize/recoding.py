"""What becomes of each combination of a view: the level of every cell, or suppression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError

__all__ = ["Lent", "Lots", "Recoding"]

Bools = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Lent:
    """Rows of some combinations that are released at other levels than the rest of them.

    One entry a lot, those of one combination together: ``rows`` of the rows of ``combo`` are
    released at ``levels``. Which rows is for whoever applies it to draw; nothing but chance may
    decide it.
    """

    combo: Int64
    rows: Int64
    levels: Int8

    def __post_init__(self) -> None:
        shapes = {self.combo.shape, self.rows.shape, self.levels.shape[:1]}
        if len(shapes) > 1 or (np.diff(self.combo) < 0).any() or (self.rows < 1).any():
            raise UsageError("lots of rows that are lent don't fit together")

    @property
    def ends(self) -> Int64:
        """The rank, within its combination, of the first row after each lot."""
        ends = np.cumsum(self.rows)
        before = np.searchsorted(self.combo, self.combo)
        return np.asarray(ends - (ends - self.rows)[before])

    def lot(self, combo: Int64, rank: Int64) -> Int64:
        """The lot of the row with this rank, from 0, in its combination; -1 for the rest."""
        found = np.full(combo.size, -1, dtype=np.int64)
        size = int(self.ends.max(initial=0)) + 1
        able = (rank < size) & np.isin(combo, self.combo)
        if able.any():
            place = np.searchsorted(
                self.combo * size + self.ends, combo[able] * size + rank[able], side="right"
            )
            same = self.combo[np.minimum(place, self.combo.size - 1)] == combo[able]
            found[able] = np.where(same & (place < self.combo.size), place, -1)
        return found


@dataclass(frozen=True, eq=False, repr=False)
class Lots:
    """Rows that are treated alike: first the rest of each combination, then what is lent."""

    combo: Int64
    rows: Int64
    levels: Int8
    suppressed: Bools


@dataclass(frozen=True, eq=False, repr=False)
class Recoding:
    """One entry a combination (row of ``View.codes``), for all its rows that aren't ``lent``.

    ``levels`` has the shape (combinations, columns of the view) and says at which level of its
    hierarchy each cell is released; under full-domain generalisation every row of it is the same.
    A cell at its hierarchy's root is suppressed by itself. ``suppressed`` marks the combinations
    whose rows are left out; their levels mean nothing, and none of their rows are lent.
    """

    view: str
    levels: Int8
    suppressed: Bools
    lent: Lent | None = None

    def __post_init__(self) -> None:
        if self.levels.ndim != 2 or self.suppressed.shape != self.levels.shape[:1]:
            raise UsageError(f"view {self.view!r}: levels and suppression don't fit together")
        if self.lent is not None and self.suppressed[self.lent.combo].any():
            raise UsageError(f"view {self.view!r}: rows of a suppressed combination are lent")

    @property
    def combinations(self) -> int:
        return int(self.suppressed.size)

    @property
    def has_one_level(self) -> bool:
        """Whether each column is at one level in all combinations that are released."""
        levels = self.levels[~self.suppressed]
        return self.lent is None and bool(np.all(levels == levels[:1]))

    def lots(self, rows: Int64) -> Lots:
        """All lots, where combinations have so many ``rows``."""
        every = np.arange(self.combinations)
        if self.lent is None:
            return Lots(every, rows, self.levels, self.suppressed)
        left = rows.copy()
        np.subtract.at(left, self.lent.combo, self.lent.rows)
        return Lots(
            np.concatenate([every, self.lent.combo]),
            np.concatenate([left, self.lent.rows]),
            np.concatenate([self.levels, self.lent.levels]),
            np.concatenate([self.suppressed, np.zeros(self.lent.combo.size, dtype=bool)]),
        )

    def __repr__(self) -> str:
        return f"Recoding({self.view!r}, combinations={self.combinations})"
