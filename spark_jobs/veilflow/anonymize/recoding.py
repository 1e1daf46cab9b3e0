"""What becomes of each combination of a view: the level of every cell, or suppression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError

__all__ = ["Recoding"]


@dataclass(frozen=True, eq=False, repr=False)
class Recoding:
    """One entry a combination (row of ``View.codes``), so all its rows are treated alike.

    ``levels`` has the shape (combinations, columns of the view) and says at which level of its
    hierarchy each cell is released; under full-domain generalisation every row of it is the same.
    A cell at its hierarchy's root is suppressed by itself. ``suppressed`` marks the combinations
    whose rows are left out; their levels mean nothing.
    """

    view: str
    levels: npt.NDArray[np.int8]
    suppressed: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        if self.levels.ndim != 2 or self.suppressed.shape != self.levels.shape[:1]:
            raise UsageError(f"view {self.view!r}: levels and suppression don't fit together")

    @property
    def combinations(self) -> int:
        return int(self.suppressed.size)

    @property
    def has_one_level(self) -> bool:
        """Whether each column is at one level in all combinations that are released."""
        levels = self.levels[~self.suppressed]
        return bool(np.all(levels == levels[:1]))

    def __repr__(self) -> str:
        return f"Recoding({self.view!r}, combinations={self.combinations})"
