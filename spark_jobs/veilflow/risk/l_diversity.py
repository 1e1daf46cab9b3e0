"""How many sensitive values hide a person whose equivalence class is known, in three senses.

Definitions after Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam, "l-Diversity: Privacy
Beyond k-Anonymity" (ACM TKDD 1(1), 2007). The attacker knows everybody's quasi-identifiers
exactly. Nothing is promised against who knows how common the values are in all (t-closeness asks
that), nor about meaning: two codes for one disease are two values.
"""

from __future__ import annotations

import math

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats, Ints, SensitiveCounts, whole_from

__all__ = [
    "recursive_ratio",
    "share_below_distinct_l",
    "share_below_entropy_l",
    "share_missing_recursive",
    "smallest_distinct_l",
    "smallest_entropy_l",
]

_ROUNDING = 1e-12


def smallest_distinct_l(table: SensitiveCounts) -> int | None:
    """The distinct values of the class that has fewest; None for a table without classes.

    The table is distinct l-diverse for this l and any smaller. The weakest of the three kinds: a
    value that one of thousands holds counts as much as the commonest. 0 where a class has no
    person.
    """
    return int(_distinct(table).min()) if table.class_count else None


def share_below_distinct_l(table: SensitiveCounts, ell: int) -> float:
    """The share of people in classes of fewer than ``ell`` distinct values."""
    return table.people_share(_distinct(table) < whole_from(1, ell, "l"))


def smallest_entropy_l(table: SensitiveCounts) -> float | None:
    """The least exp(entropy) of a class's values; None for a table without classes.

    The table is entropy l-diverse for any l up to it. 0 where a class has no person. Rounding
    doesn't decide about a whole l: a class of l values is at l where all are equally common, and
    below it where one person tilts them; a class of more values that comes within 1e-12 of l is
    at l.
    """
    return float(_entropy_l(table).min()) if table.class_count else None


def share_below_entropy_l(table: SensitiveCounts, ell: float) -> float:
    """The share of people in classes whose exp(entropy) is below ``ell``, any number from 1."""
    if not 1 <= ell < math.inf:
        raise UsageError("l must be a number from 1")
    return table.people_share(_entropy_l(table) < ell)


def recursive_ratio(table: SensitiveCounts, ell: int) -> float:
    """What c must exceed for recursive (c, l)-diversity; 0 for a table without classes.

    With r1 >= r2 >= ... how often the values of a class occur, it is (c, l)-diverse where
    r1 < c * (rl + ... + rm): the commonest value isn't too common even after an attacker has
    excluded l - 2 others. This is the largest r1 / (rl + ... + rm) of a class, infinite where one
    has fewer than l values. ``ell`` is a whole number from 2, since every table is 1-diverse.
    """
    return float(_ratios(table, ell).max(initial=0.0))


def share_missing_recursive(table: SensitiveCounts, c: float, ell: int) -> float:
    """The share of people in classes that are not recursive (``c``, ``ell``)-diverse."""
    if not 0 < c < math.inf:
        raise UsageError("c must be a number above 0")
    # By the quotient, which is rounded once: a class whose ratio equals c always misses it.
    return table.people_share(_ratios(table, ell) >= c)


def _distinct(table: SensitiveCounts) -> Ints:
    return np.bincount(table.classes, minlength=table.class_count).astype(np.int64)


def _entropy_l(table: SensitiveCounts) -> Floats:
    distinct, totals = _distinct(table), table.class_totals
    p = table.counts / totals[table.classes]
    ell: Floats = np.exp(-table.per_class(p * np.log(p)))
    whole = np.rint(ell)
    ell = np.where(np.abs(ell - whole) <= _ROUNDING * whole, whole, ell)
    # Only equally common values reach as many as there are, so there no tolerance is needed.
    tilted = table.per_class(table.counts * distinct[table.classes] != totals[table.classes]) > 0
    return np.where(tilted, np.minimum(ell, np.nextafter(distinct, 0)), distinct)


def _ratios(table: SensitiveCounts, ell: int) -> Floats:
    tail_from = whole_from(2, ell, "l") - 1
    falling = table.counts[np.lexsort((-table.counts, table.classes))]
    # Lines are sorted by class, and stay so: only their order inside a class has changed.
    starts = np.cumsum(_distinct(table)) - _distinct(table)
    rank = np.arange(falling.size) - starts[table.classes]
    commonest = table.per_class(np.where(rank == 0, falling, 0))
    tail = table.per_class(np.where(rank >= tail_from, falling, 0))
    ratios: Floats = np.full(tail.shape, np.inf)
    np.divide(commonest, tail, out=ratios, where=tail > 0)
    return ratios
