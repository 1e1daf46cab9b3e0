"""What the search is given: distinct combinations of quasi-identifiers, counts and bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from veilflow.errors import PolicyError, UsageError
from veilflow.hierarchy import HierarchyTable

__all__ = ["Problem", "UnitCounts", "View"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

# Sums of rows go through float64 in numpy.bincount, which is exact up to here.
_MOST_ROWS = 2**53


@dataclass(frozen=True, eq=False, repr=False)
class UnitCounts:
    """How many distinct privacy units (people) each combination has.

    Distinct counts don't add up: a person with two combinations counts once where generalisation
    joins the two. So ``single`` counts, per combination, the units that occur in that one only,
    and the others are listed as (combination, unit) pairs with any integer naming the unit.
    Rows without a unit are counted nowhere here: they add rows to a class, but nobody to hide in.
    """

    single: Int64
    pair_combo: Int64
    pair_unit: Int64

    @classmethod
    def from_pairs(cls, combo: Int64, unit: Int64, combos: int) -> UnitCounts:
        """The counts for all (combination, unit) pairs that occur; repeats are allowed."""
        combo, unit = np.asarray(combo, np.int64), np.asarray(unit, np.int64)
        order = np.lexsort((combo, unit))
        combo, unit = combo[order], unit[order]
        fresh = np.ones(combo.size, dtype=bool)
        fresh[1:] = (combo[1:] != combo[:-1]) | (unit[1:] != unit[:-1])
        combo, unit = combo[fresh], unit[fresh]
        _, inverse, times = np.unique(unit, return_inverse=True, return_counts=True)
        alone = times[inverse] == 1
        single = np.bincount(combo[alone], minlength=combos).astype(np.int64)
        return cls(single, combo[~alone], inverse[~alone].astype(np.int64))

    @property
    def total(self) -> int:
        """The number of distinct units."""
        return int(self.single.sum()) + int(np.unique(self.pair_unit).size)


@dataclass(frozen=True, eq=False, repr=False)
class View:
    """One table, or tables joined on the privacy unit, whose classes must each hold k units.

    ``columns`` index the problem's columns: they make the classes. The columns in ``own`` have
    their loss measured on this view's rows; each column of a problem is owned by one view.
    ``codes`` holds the level-0 code of each combination (row) in each of ``columns``; ``rows`` its
    number of rows, at least 1. Without ``units`` each row is a unit of its own.
    """

    name: str
    columns: tuple[int, ...]
    own: tuple[int, ...]
    codes: Int32
    rows: Int64
    units: UnitCounts | None = None
    total_rows: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", np.asarray(self.rows, dtype=np.int64))
        object.__setattr__(self, "codes", np.asarray(self.codes, dtype=np.int32))
        object.__setattr__(self, "total_rows", int(self.rows.sum(dtype=np.float64)))
        combos = self.rows.size
        if self.rows.ndim != 1 or self.codes.shape != (combos, len(self.columns)):
            raise UsageError(f"view {self.name!r}: codes and rows don't describe the same combos")
        if len(set(self.columns)) != len(self.columns) or not set(self.own) <= set(self.columns):
            raise UsageError(f"view {self.name!r}: own columns must be among its distinct columns")
        if self.rows.min(initial=1) < 1 or self.total_rows >= _MOST_ROWS:
            raise UsageError(f"view {self.name!r}: each combination needs 1 to 2**53 rows")
        if self.units is not None:
            self._check_units(self.units, combos)

    def _check_units(self, units: UnitCounts, combos: int) -> None:
        pairs = units.pair_combo
        shapes = units.single.shape == (combos,) and pairs.shape == units.pair_unit.shape
        if not shapes or (pairs.size and not 0 <= int(pairs.min()) <= int(pairs.max()) < combos):
            raise UsageError(f"view {self.name!r}: unit counts don't describe its combinations")

    @property
    def total_units(self) -> int:
        return self.total_rows if self.units is None else self.units.total

    def __repr__(self) -> str:
        return f"View({self.name!r}, columns={self.columns}, combos={self.rows.size})"


@dataclass(frozen=True, eq=False)
class Problem:
    """Columns with their hierarchies, the views to protect, and what the policy asks for.

    A class of fewer than ``k`` units is suppressed, all its rows; in each view at most
    ``floor(suppression_limit * rows)`` rows may be. ``min_levels`` and ``max_levels`` (one entry a
    column) bound the levels; None is no bound. Arguments are checked here, once.
    """

    columns: tuple[HierarchyTable, ...]
    views: tuple[View, ...]
    k: int
    suppression_limit: float
    min_levels: tuple[int, ...] | None = None
    max_levels: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not self.columns or not self.views:
            raise UsageError(
                "nothing to anonymise: no quasi-identifier columns or no views",
                remedy="Give at least one column the role quasi, or leave `anonymize` out.",
            )
        k: object = self.k
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise PolicyError("k must be a whole number from 1", remedy="Correct `anonymize.k`.")
        if not 0 <= self.suppression_limit <= 1:
            raise PolicyError(
                "the suppression limit must lie between 0 and 1",
                remedy="Correct `anonymize.suppression_limit`.",
            )
        self._check_views()
        self._check_levels()

    def _check_views(self) -> None:
        owned = sorted(column for view in self.views for column in view.own)
        if owned != list(range(len(self.columns))):
            raise UsageError("each column must be owned by exactly one view")
        if len({view.name for view in self.views}) != len(self.views):
            raise UsageError("views need distinct names")
        for view in self.views:
            for position, column in enumerate(view.columns):
                table = self.columns[column] if 0 <= column < len(self.columns) else None
                codes = view.codes[:, position]
                sizes = () if table is None else table.codes[0].shape
                if table is None or (
                    codes.size and not 0 <= int(codes.min()) <= int(codes.max()) < sizes[0]
                ):
                    raise UsageError(f"view {view.name!r}: a code has no label in its column")
                if view.total_rows * table.leaf_count >= 2**62:
                    raise UsageError(f"column {table.column!r}: too many leaves to add up exactly")

    def _check_levels(self) -> None:
        bounds = zip(self.low, self.high, self.columns, strict=False)
        if not len(self.low) == len(self.high) == len(self.columns) or any(
            not 0 <= low <= high < table.levels for low, high, table in bounds
        ):
            raise PolicyError(
                "the lowest and highest levels must lie within the hierarchies, in order",
                remedy="Correct the columns' min_level and max_level.",
            )

    @property
    def low(self) -> tuple[int, ...]:
        """The least general level allowed, per column."""
        return (0,) * len(self.columns) if self.min_levels is None else tuple(self.min_levels)

    @property
    def high(self) -> tuple[int, ...]:
        """The most general level allowed, per column."""
        tops = tuple(table.levels - 1 for table in self.columns)
        return tops if self.max_levels is None else tuple(self.max_levels)

    def allowed(self, view: View) -> int:
        """How many rows of ``view`` may be suppressed, rounded down as ARX does."""
        return math.floor(self.suppression_limit * view.total_rows)

    def view(self, name: str) -> View:
        found = [view for view in self.views if view.name == name]
        if not found:
            raise UsageError(f"no view is named {name!r}")
        return found[0]


def restrict(levels: Sequence[int], view: View) -> tuple[int, ...]:
    """The levels of a view's own columns, in its order: all that its classes depend on."""
    return tuple(levels[column] for column in view.columns)
