"""How far a class moves the likelihood of a sensitive value, up or down: delta-disclosure privacy.

Definition after Brickell and Shmatikov, "The Cost of Privacy: Destruction of Data-Mining Utility in
Anonymized Data Publishing" (KDD 2008): for every class and every sensitive value
``|log(q / p)| < delta``, with p its share in the table and q in the class. As in ARX the logarithm
is to base 2 (the paper gives none), and a value that a class lacks is passed over. By the paper's
letter its logarithm is infinite and no delta would do: ``absent="breaks"`` asks that.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats, SensitiveCounts

__all__ = ["Absent", "largest_disclosure", "share_disclosing"]

Absent = Literal["ignored", "breaks"]


def largest_disclosure(table: SensitiveCounts, *, absent: Absent = "ignored") -> float:
    """The largest ``|log2(q / p)|``: the table is delta-disclosure private for any delta above it.

    0 for a table without classes or with one alone; infinite where a class has no person.
    """
    return float(_moved(table, absent).max(initial=0.0))


def share_disclosing(
    table: SensitiveCounts,
    delta: float,
    *,
    absent: Absent = "ignored",
) -> float:
    """The share of people in classes that move a value by ``delta``, above 0, or more."""
    if not 0 < delta < math.inf:
        raise UsageError("delta must be a number above 0")
    return table.people_share(_moved(table, absent) >= delta)


def _moved(table: SensitiveCounts, absent: Absent) -> Floats:
    if absent not in ("ignored", "breaks"):
        raise UsageError("absent must be ignored or breaks")
    moved = np.where(table.class_totals > 0, 0.0, np.inf)
    np.maximum.at(moved, table.classes, np.abs(np.log2(table.class_ratio())))
    if absent == "breaks":
        distinct = np.bincount(table.classes, minlength=table.class_count)
        moved = np.where(distinct < table.value_count, np.inf, moved)
    return moved
