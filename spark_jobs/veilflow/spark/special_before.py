"""Special uniques of the raw tables, from the combinations that were collected for the search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from veilflow.anonymize import View
from veilflow.evidence import SpecialUniqueness
from veilflow.risk import MOST_COMBINATIONS, special_uniques
from veilflow.spark.population_records import special_uniqueness

__all__ = ["people_of", "special_before"]

Ints = npt.NDArray[np.int64]

# What is looked at, some seconds a view at the most: sets of columns times combinations.
_MOST_CELLS = 10_000_000


def special_before(view: View, names: Sequence[str]) -> SpecialUniqueness | None:
    """Who stands alone on how few of the view's columns; None beyond a million combinations.

    Rows without a person hide nobody and are left out. Values that a hierarchy's finest level joins
    are one.
    """
    people, holders = people_of(view)
    there = np.flatnonzero(people)
    if there.size > MOST_COMBINATIONS:
        return None
    found = special_uniques(
        view.codes[there].astype(np.int64),
        people[there],
        holders=None if holders is None else holders[there],
        most_cells=_MOST_CELLS,
    )
    return special_uniqueness(found, names, raw=True)


def people_of(view: View) -> tuple[Ints, Ints | None]:
    """The people of each combination, and a number for the person of those that have one.

    Without people each row is one, and no numbers are needed.
    """
    if view.units is None:
        return view.rows, None
    combo, unit = view.units.pair_combo, view.units.pair_unit
    people = view.units.single + np.bincount(combo, minlength=view.rows.size)
    # Who occurs once only shares a number with nobody.
    holders = np.arange(view.rows.size) + int(unit.max(initial=-1)) + 1
    several = view.units.single[combo] == 0
    holders[combo[several]] = unit[several]
    return people.astype(np.int64), holders
