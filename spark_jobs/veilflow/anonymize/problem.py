"""What the search is given: distinct combinations of quasi-identifiers, counts and bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.sensitive import SensitiveColumn
from veilflow.errors import PolicyError, UsageError
from veilflow.hierarchy import HierarchyTable

if TYPE_CHECKING:
    from veilflow.anonymize.models import Model

__all__ = ["ObjectiveName", "Problem", "UnitCounts", "View"]

ObjectiveName = Literal[
    "loss", "granularity", "discernibility", "average_class_size", "non_uniform_entropy"
]

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
    number of rows, at least 1. Without ``units`` each row is a unit of its own. ``sensitive`` are
    the columns that privacy models ask about. ``population`` counts the people of the population
    table with each combination, those of this table among them; combinations that only the
    population has follow with 0 rows.
    """

    name: str
    columns: tuple[int, ...]
    own: tuple[int, ...]
    codes: Int32
    rows: Int64
    units: UnitCounts | None = None
    sensitive: tuple[SensitiveColumn, ...] = ()
    population: Int64 | None = None
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
        least = 1 if self.population is None else 0
        if self.rows.min(initial=1) < least or self.total_rows >= _MOST_ROWS:
            raise UsageError(f"view {self.name!r}: each combination needs 1 to 2**53 rows")
        for column in self.sensitive:
            owner = column.lines.owner
            if owner.size and not 0 <= int(owner.min()) <= int(owner.max()) < combos:
                raise UsageError(f"view {self.name!r}: {column.name!r} names other combinations")
        if self.units is not None:
            self._check_units(self.units, combos)

    def sensitive_column(self, name: str) -> int | None:
        """The place of a sensitive column in this view, or None where it has none of the name."""
        names = [column.name for column in self.sensitive]
        return names.index(name) if name in names else None

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
    column) bound the levels; None is no bound. ``models`` are asked beside k: a class that fails
    one is suppressed too. A released view's average risk, classes / rows left, is at most
    ``max_average_risk``. ``objective`` says what the search makes least; ``weights`` (one a column)
    say what a column counts for in it. Arguments are checked here, once.
    """

    columns: tuple[HierarchyTable, ...]
    views: tuple[View, ...]
    k: int
    suppression_limit: float
    min_levels: tuple[int, ...] | None = None
    max_levels: tuple[int, ...] | None = None
    models: tuple[Model, ...] = ()
    max_average_risk: float | None = None
    objective: ObjectiveName = "loss"
    weights: tuple[float, ...] | None = None

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
        self._check_models()

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

    def _check_models(self) -> None:
        for model in self.models:
            known = any(view.sensitive_column(model.column) is not None for view in self.views
                        if model.column is not None)  # fmt: skip
            if model.column is not None and not known:
                raise UsageError(f"{model.name}: no view has this sensitive column")
        if self.weights is not None and (
            len(self.weights) != len(self.columns)
            or any(not 0 <= weight < math.inf for weight in self.weights)
            or not any(self.weights)
        ):
            raise PolicyError(
                "weights must be numbers from 0, not all 0, one a quasi-identifier",
                remedy="Correct `anonymize.weights`.",
            )
        if self.max_average_risk is not None and not 0 < self.max_average_risk <= 1:
            raise PolicyError(
                "the average risk must lie above 0 and not above 1",
                remedy="Correct `anonymize.max_average_risk`.",
            )

    @property
    def least_units(self) -> int:
        """The fewest units that a released class can have under k and all models."""
        return max([self.k, *(model.least for model in self.models)])

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
