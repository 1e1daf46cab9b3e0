"""A column's values and whose they are, as hierarchies that look at data need them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from veilflow.hierarchy.numbers import as_number

__all__ = ["ColumnValues", "people_in_groups"]


@dataclass(frozen=True, eq=False, repr=False)
class ColumnValues:
    """``texts[code[row]]`` is a row's value (code -1: null), ``unit[row]`` the person's number.

    Without a privacy unit every row is a person of its own; -1 means a row that nobody stands
    behind. Holds values of the data: it lives only while a hierarchy is being chosen.
    """

    texts: tuple[str, ...]
    code: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The number that each of ``texts`` spells, NaN for those that are none."""
        found = (as_number(text) for text in self.texts)
        return np.array([np.nan if x is None else float(x) for x in found], dtype=np.float64)

    @cached_property
    def numbered(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """The numbers of all rows that have one, in ascending order, and whose they are."""
        there = self.code >= 0
        values, unit = self.numbers[self.code[there]], self.unit[there]
        kept = ~np.isnan(values)
        order = np.argsort(values[kept], kind="stable")
        return values[kept][order], unit[kept][order]


def people_in_groups(
    group: npt.NDArray[np.int64], unit: npt.NDArray[np.int64], groups: int
) -> npt.NDArray[np.int64]:
    """How many distinct people have a row in each of the groups ``0 .. groups - 1``."""
    known = unit >= 0
    pairs = np.unique(np.stack([group[known], unit[known]]), axis=1)
    return np.bincount(pairs[0], minlength=groups)
