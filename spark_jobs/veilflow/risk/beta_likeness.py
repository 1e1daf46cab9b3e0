"""How much likelier a class makes a sensitive value than the whole table: beta-likeness.

Definitions after Cao and Karras, "Publishing Microdata with a Robust Privacy Guarantee" (PVLDB
5(11), 2012). The gain of a value with share p in the table and q in a class is (q - p) / p. Basic
beta-likeness asks that no gain exceeds beta; enhanced, that none exceeds min(beta, -ln p), which
protects what is common as well, as far as it can be. Only gains count: a value that a class makes
less likely is no breach in either. As in ARX.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats, SensitiveCounts

__all__ = ["Likeness", "share_above_beta", "smallest_beta"]

Likeness = Literal["basic", "enhanced"]

_ROUNDING = 1e-12


def smallest_beta(table: SensitiveCounts, kind: Likeness = "basic") -> float:
    """The least beta that the table has; infinite where none would do.

    For the basic kind the largest gain of a value in a class, and 0 for a table without classes or
    with one alone. For the enhanced kind infinite where a gain exceeds -ln p, whatever beta is. A
    class without any person has no beta: infinite.
    """
    return float(_needed(table, kind).max(initial=0.0))


def share_above_beta(table: SensitiveCounts, beta: float, kind: Likeness = "basic") -> float:
    """The share of people in classes that are not ``beta``-like; ``beta`` is above 0.

    A gain that is beyond ``beta`` by rounding alone (1e-12 of it) is not.
    """
    if not 0 < beta < math.inf:
        raise UsageError("beta must be a number above 0")
    return table.people_share(_needed(table, kind) > beta * (1 + _ROUNDING))


def _needed(table: SensitiveCounts, kind: Likeness) -> Floats:
    if kind not in ("basic", "enhanced"):
        raise UsageError("kind must be basic or enhanced")
    ratio = table.class_ratio()
    gain = ratio - 1
    if kind == "enhanced":
        p = table.whole_counts[table.values] / table.whole_total
        gain = np.where(gain > -np.log(p) * (1 + _ROUNDING), np.inf, gain)
    needed = np.where(table.class_totals > 0, 0.0, np.inf)
    np.maximum.at(needed, table.classes, gain)
    return needed
