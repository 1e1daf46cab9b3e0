"""A view with its combinations in the order of their values, whatever order they came in."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.problem import UnitCounts, View
from veilflow.anonymize.sensitive import SensitiveColumn

__all__ = ["OrderedView"]

Int64 = npt.NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)


class OrderedView:
    """``view`` is the given one in order; ``into`` and ``back`` reorder arrays along."""

    def __init__(self, view: View) -> None:
        self._order = np.lexsort([view.rows, *view.codes.T[::-1]])
        place = np.empty(self._order.size, dtype=np.int64)
        place[self._order] = np.arange(self._order.size)
        self._place = place
        units = view.units
        if units is not None:
            units = UnitCounts(units.single[self._order], place[units.pair_combo], units.pair_unit)
        population = view.population
        self.view = replace(
            view,
            codes=view.codes[self._order],
            rows=view.rows[self._order],
            units=units,
            sensitive=tuple(self._reordered(column) for column in view.sensitive),
            population=None if population is None else population[self._order],
        )

    @property
    def order(self) -> Int64:
        """The number, as given, of each combination of this view."""
        return self._order

    def into(self, values: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
        """``values`` of the combinations as given, in this view's order."""
        return values[self._order]

    def back(self, values: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
        """``values`` in this view's order, as the combinations were given."""
        return values[self._place]

    def _reordered(self, column: SensitiveColumn) -> SensitiveColumn:
        return replace(column, lines=replace(column.lines, owner=self._place[column.lines.owner]))
