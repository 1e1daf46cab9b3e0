"""Whether everybody in a table hides among k people of the population: k-map.

After Sweeney, "Computational Disclosure Control" (MIT, 2001), section 3.3: k-anonymity, but counted
in the population, for an attacker who doesn't know who is in the table. Where the population is
known by its size alone, the size that a class needs in the table is estimated as El Emam and Dankar
do ("Protecting Privacy Using k-Anonymity", JAMIA 15(5), 2008), after Pannekoek (Statistica
Neerlandica 53, 1999): a class of k people in the population has a number of people in the sample
that is Poisson distributed with mean k * fraction (or so, but not 0: zero-truncated). A class that
is larger in the sample than that distribution allows isn't one of k or fewer people.

ARX's rule, which this is, adds two to the Poisson quantile and never asks for more than k. The
third estimator, which ARX lacks, turns the question round: given a class's people in the sample,
those in the population are negative binomial (Benedetti and Franconi 1998), and fewer than k with
the chance ``significance`` at most.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_sizes import ClassTable
from veilflow.risk.class_values import whole_from
from veilflow.risk.population_classes import PopulationClasses

__all__ = [
    "CellSizeEstimator",
    "estimated_class_size",
    "share_below_k_map",
    "share_below_map_estimate",
    "smallest_map",
]

CellSizeEstimator = Literal["poisson", "zero_truncated_poisson", "negative_binomial"]


def smallest_map(classes: PopulationClasses) -> int | None:
    """The k of the k-map that the table is; None where nobody is in it."""
    occupied = classes.occupied
    return int(occupied.min()) if occupied.size else None


def share_below_k_map(classes: PopulationClasses, k: int) -> float:
    """The share of the table's people whose class has fewer than ``k`` in the population."""
    below = classes.population < whole_from(1, k, "k")
    return int(classes.sample[below].sum()) / classes.people if classes.people else 0.0


def estimated_class_size(
    k: int,
    fraction: float,
    *,
    significance: float = 0.05,
    estimator: CellSizeEstimator = "poisson",
) -> int:
    """How many people a class needs in the table to be one of ``k`` or more in the population.

    ``fraction`` is people of the table / people of the population; ``significance`` the chance, per
    class, to take one of k people for a larger one: 0 asks for k. From 1 to k.
    """
    whole_from(1, k, "k")
    if not 0 < fraction <= 1:
        raise UsageError("the sampling fraction must be above 0 and not above 1")
    if not 0 <= significance <= 1:
        raise UsageError("the significance must lie between 0 and 1")
    mean, reached = fraction * k, 1 - significance
    if significance < 1e-12 and estimator != "negative_binomial":
        return k
    if estimator == "poisson":
        return _poisson(k, mean, reached)
    if estimator == "zero_truncated_poisson":
        return _truncated(k, mean, reached)
    if estimator == "negative_binomial":
        most = significance + 1e-12  # rounding mustn't decide
        return next((size for size in range(1, k) if _fewer_than(k, size, fraction) <= most), k)
    raise UsageError("the estimator must be poisson, zero_truncated_poisson or negative_binomial")


def share_below_map_estimate(table: ClassTable, needed: int) -> float:
    """The share of people in classes of fewer than ``needed`` people, as estimated above."""
    units = np.maximum(table.units, 1)
    below = table.units < whole_from(1, needed, "the size needed")
    return int(units[below].sum()) / int(units.sum()) if table.classes else 0.0


def _poisson(k: int, mean: float, reached: float) -> int:
    cumulated, size = 0.0, 0
    while cumulated < reached and size < k:
        cumulated += _chance(size, mean)
        size += 1
    return min(k, size + 1)


def _truncated(k: int, mean: float, reached: float) -> int:
    cumulated, size = 0.0, 1
    while cumulated < reached and size < k:
        cumulated += _chance(size, mean) / -math.expm1(-mean)
        size += 1
    return min(k, size)


def _fewer_than(k: int, size: int, fraction: float) -> float:
    """The chance that a class with ``size`` people in the sample has fewer than k altogether.

    That is the chance that the first k - 1 people of it hold all of those: ``size`` or more of
    them are sampled, each with the chance ``fraction``.
    """
    return sum(
        math.comb(k - 1, hits) * fraction**hits * (1 - fraction) ** (k - 1 - hits)
        for hits in range(size, k)
    )


def _chance(size: int, mean: float) -> float:
    return math.exp(size * math.log(mean) - mean - math.lgamma(size + 1))
