"""The risk that somebody is found in a table, by what an attacker knows and wants.

The attackers are those of El Emam, "Guide to the De-Identification of Personal Health
Information" (2013). All know the quasi-identifiers exactly. Risks are for the rows that are left:
a suppressed row is not there to be found. Nobody's knowledge of sensitive columns is considered.
"""

from __future__ import annotations

import numpy as np

from veilflow.errors import PolicyError
from veilflow.risk.class_sizes import ClassTable

__all__ = [
    "marketer_risk",
    "prosecutor_average_risk",
    "prosecutor_max_risk",
    "share_below",
    "share_unique",
]


def prosecutor_max_risk(table: ClassTable) -> float:
    """The chance to pick the right unit for the most exposed row; 0 for a table without rows.

    The prosecutor looks for one person known to be in the table: 1 / units of the person's class.
    """
    return 1 / max(int(table.units.min()), 1) if table.classes else 0.0


def prosecutor_average_risk(table: ClassTable) -> float:
    """The same chance, averaged over rows; 0 for a table without rows."""
    if not table.classes:
        return 0.0
    return float((table.rows / np.maximum(table.units, 1)).sum() / table.total_rows)


def marketer_risk(table: ClassTable) -> float:
    """The share of units expected to be linked rightly by who links all of them at random.

    In each class one link is expected to be right, so this is classes / units, a unit counting
    once in each class it occurs in. Where each row is a unit it equals the prosecutor's average.
    """
    units = np.maximum(table.units, 1)
    return table.classes / int(units.sum()) if table.classes else 0.0


def share_below(table: ClassTable, k: int) -> float:
    """The share of rows in classes of fewer than ``k`` units: 0 in a k-anonymous table."""
    if not k >= 1:
        raise PolicyError("k must be a whole number from 1", remedy="Correct `anonymize.k`.")
    if not table.classes:
        return 0.0
    return int(table.rows[table.units < k].sum()) / table.total_rows


def share_unique(table: ClassTable) -> float:
    """The share of rows whose class holds a single unit: that person stands alone."""
    return share_below(table, 2)
