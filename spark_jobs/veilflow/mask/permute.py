"""Permutation within groups: the values of a column change places among the rows of a group.

Every row gets the value of the next one in a random order of its group, and the last that of the
first: a cycle, so that no row keeps its own cell (equal values can meet again). The values of each
group stay exactly what they were; the column's link to every other column goes, but for that to
the groups. "Data swapping" is the name of the idea (Dalenius and Reiss 1982), of which this is the
form without any constraint but the groups.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from veilflow.mask.contract import Transform
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.kinds import require_fallback
from veilflow.mask.outcome import OnInvalid, Outcome, Reason, settle
from veilflow.mask.registry import transform

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["Places", "Permute", "places"]


@transform("permute")
@dataclass(frozen=True)
class Permute(Transform):
    """Values change places among the rows that are alike in ``within``, or all; nulls move too.

    ``within`` are columns of the table, by the values that the source has: the values of each group
    stay as they were, and so do those of any class made of whole groups. Columns with the same
    ``together``, a name, move together, so that a row's values of them stay beside each other.

    The order is drawn once for a release, from a key and the row, so that a retry draws the same.
    A group of one person alone (of one row, where the policy names no privacy unit) has nobody to
    change with: its values are invalid. Not promised: that a value comes from another person, where
    one has most rows of a group; anything about groups whose rows are all alike; or about a group
    of two, of which each knows the other's value.
    """

    within: tuple[str, ...] = ()
    together: str = ""
    on_invalid: OnInvalid = "refuse"

    is_repeatable = False
    needs_groups = True
    guarantees = Guarantees(
        keeps=("values",),
        null="moves like a value",
        not_for="values that name somebody, small groups, and columns studied with others: "
        "but for the groups, what connects them goes",
    )

    def __post_init__(self) -> None:
        given: object = self.within
        named: tuple[object, ...] = (given,) if isinstance(given, str) else tuple(self.within)
        if not all(isinstance(name, str) and name for name in named):
            raise ValueError("within is a list of columns")
        if len(set(named)) != len(named):
            raise ValueError("within names a column twice")
        if type(self.together) is not str:
            raise ValueError("together is a name that columns share")
        object.__setattr__(self, "within", named)

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        require_fallback(self.name, self.on_invalid, input_type)
        return input_type

    def apply(self, values: pa.Array) -> pa.Array:
        """The values as those of one group, in an order that is drawn each time."""
        import numpy as np

        groups = np.zeros(len(values), np.int64)
        draws = np.frombuffer(os.urandom(8 * len(values)), "<i8")
        return self.moved(values, places(groups, draws)).values

    def moved(self, values: pa.Array, found: Places) -> Outcome:
        """The values at their new places; those that have none are settled as invalid."""
        import pyarrow as pa
        import pyarrow.compute as pc

        alone = pa.array(found.alone)
        invalid = pc.and_(alone, values.is_valid())
        # Rows of one person alone would change with each other.
        moved = values.take(pa.array(found.source, mask=found.alone))
        return settle(moved, invalid, self.on_invalid, self.name, Reason.ALONE_IN_GROUP)


class Places(NamedTuple):
    """For each row the row whose value it gets, and whether its group has nobody else."""

    source: npt.NDArray[np.int64]
    alone: npt.NDArray[np.bool_]


def places(
    groups: npt.NDArray[np.int64],
    draws: npt.NDArray[np.int64],
    people: npt.NDArray[np.int64] | None = None,
) -> Places:
    """Where each row's value comes from. ``groups`` are codes, ``draws`` are random.

    ``people`` are codes of the rows' privacy units, below 0 where there is none: a row of nobody
    hides nobody. Without them every row is a person of its own.
    """
    import numpy as np

    rows = np.lexsort((draws, groups))
    ordered = groups[rows]
    is_first = np.ones(len(rows), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(is_first)
    sizes = np.diff(np.append(starts, len(rows)))
    following = np.arange(1, len(rows) + 1)
    following[starts + sizes - 1] = starts
    source = np.empty(len(rows), np.int64)
    source[rows] = rows[following] if len(rows) else rows
    alone = np.empty(len(rows), bool)
    alone[rows] = np.repeat(_alone(starts, sizes, None if people is None else people[rows]), sizes)
    return Places(source, alone)


def _alone(
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    people: npt.NDArray[np.int64] | None,
) -> npt.NDArray[np.bool_]:
    """Of each group whether it has fewer than two people."""
    import numpy as np

    if people is None or not len(sizes):
        return np.asarray(sizes < 2)
    known = np.where(people < 0, np.iinfo(np.int64).max, people)
    return np.asarray(np.minimum.reduceat(known, starts) >= np.maximum.reduceat(people, starts))
