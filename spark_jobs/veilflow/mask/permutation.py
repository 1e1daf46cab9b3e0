"""Permutation within groups: the values of a column change places among the rows of a group.

Every row gets the value of the next one in a random order of its group, and the last that of the
first: a cycle, so that no row keeps its own cell (equal values can meet again). Totals and the
distribution in each group stay exact; the column's link to every other column goes, but for the
groups'. Not promised: in a group whose rows are all alike the value stays known, and in a group of
two whoever knows one row knows whose the other value is.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["cyclic_places", "random_words"]


def random_words(count: int) -> npt.NDArray[np.int64]:
    """So many 64-bit numbers from the operating system."""
    import numpy as np

    return np.frombuffer(os.urandom(8 * count), "<i8")


def cyclic_places(
    groups: npt.NDArray[np.int64], order: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """For each row the row whose value it gets, and whether it is alone in its group.

    ``groups`` are codes, ``order`` is random. A row alone in its group would keep its value.
    """
    import numpy as np

    rows = np.lexsort((order, groups))
    ordered = groups[rows]
    is_first = np.ones(len(rows), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(is_first)
    sizes = np.diff(np.append(starts, len(rows)))
    following = np.arange(1, len(rows) + 1)
    following[starts + sizes - 1] = starts
    places = np.empty(len(rows), np.int64)
    places[rows] = rows[following]
    alone = np.empty(len(rows), bool)
    alone[rows] = np.repeat(sizes == 1, sizes)
    return places, alone
