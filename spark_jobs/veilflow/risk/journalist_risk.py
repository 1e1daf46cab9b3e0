"""The risk to be found by who doesn't know whether the person is in the table: the journalist.

Risks after El Emam, "Guide to the De-Identification of Personal Health Information" (2013), table
16.1. The journalist links a record of the table to the population and picks one of the people whose
quasi-identifiers fit. Against a population table that is counted. Where the population is known by
its size alone, the people of a class in it are taken to be distributed as Bethlehem, Keller and
Pannekoek (JASA 85, 1990) and Benedetti and Franconi (1998) have it, given those in the sample:
negative binomial, and the expected 1 / people is the risk of a record. That holds for a simple
random sample of the population and is an estimate for classes of a few people; nobody's risk.
"""

from __future__ import annotations

import math

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_sizes import ClassTable
from veilflow.risk.class_values import Floats, Ints
from veilflow.risk.population_classes import PopulationClasses

__all__ = [
    "estimated_journalist_max_risk",
    "estimated_marketer_risk",
    "expected_inverse",
    "journalist_average_risk",
    "journalist_max_risk",
    "marketer_risk_in_population",
]

# Up to this class size the recursion is used where it is stable, beyond it the series.
_RECURSED = 64
_TERMS = 2000
# Above this fraction the series is short and the recursion would grow its rounding.
_SERIES_FROM = 0.4


def journalist_max_risk(classes: PopulationClasses) -> float:
    """The chance to pick the right person for the most exposed record; 0 without any."""
    occupied = classes.occupied
    return 1 / int(occupied.min()) if occupied.size else 0.0


def journalist_average_risk(classes: PopulationClasses) -> float:
    """The larger of classes / their people in the population, and the marketer's risk."""
    occupied = classes.occupied
    if not occupied.size:
        return 0.0
    return max(occupied.size / int(occupied.sum()), marketer_risk_in_population(classes))


def marketer_risk_in_population(classes: PopulationClasses) -> float:
    """The share of the table's people expected to be linked rightly by who links all of them."""
    if not classes.people:
        return 0.0
    return float((classes.sample / classes.population).sum() / classes.people)


def estimated_journalist_max_risk(table: ClassTable, fraction: float) -> float:
    """The same risk of the most exposed record, estimated; 0 for a table without rows.

    ``fraction`` is people of the table / people of the population. At 1 it is the prosecutor's.
    """
    if not table.classes:
        return 0.0
    smallest = np.array([max(int(table.units.min()), 1)])
    return float(expected_inverse(smallest, fraction)[0])


def estimated_marketer_risk(table: ClassTable, fraction: float) -> float:
    """The share of people linked rightly, estimated; 0 for a table without rows."""
    if not table.classes:
        return 0.0
    sizes, times = np.unique(np.maximum(table.units, 1), return_counts=True)
    people = sizes * times
    return float((people * expected_inverse(sizes, fraction)).sum() / people.sum())


def expected_inverse(sizes: Ints, fraction: float) -> Floats:
    """The expected 1 / people in the population of a class with ``sizes`` people in the table.

    The integral of ``fraction * (1 - t)**(size - 1) / (1 - (1 - fraction) * t)`` over t from 0 to
    1: for one person ``-fraction * log(fraction) / (1 - fraction)``. Correct to about 1e-12.
    """
    if not 0 < fraction <= 1:
        raise UsageError("the sampling fraction must be above 0 and not above 1")
    sizes = np.asarray(sizes, dtype=np.int64)
    if sizes.size and sizes.min() < 1:
        raise UsageError("a class has at least one person")
    if fraction == 1:
        return 1 / sizes.astype(np.float64)
    missing = 1 - fraction
    found = fraction * _series(sizes, missing)
    if fraction < _SERIES_FROM:
        small = sizes <= _RECURSED
        found[small] = fraction * _recursed(fraction)[sizes[small] - 1]
    return found


def _recursed(fraction: float) -> Floats:
    """The integral for sizes from 1: what is wrong in one shrinks by fraction / missing."""
    missing = 1 - fraction
    integral = [-math.log(fraction) / missing]
    for size in range(1, _RECURSED):
        integral.append((1 / size - fraction * integral[-1]) / missing)
    return np.array(integral)


def _series(sizes: Ints, missing: float) -> Floats:
    """The integral as a sum of positive terms, each ``n * missing / (size + n)`` of the last."""
    term = 1 / sizes.astype(np.float64)
    total = term.copy()
    for n in range(1, _TERMS):
        term = term * (n * missing) / (sizes + n)
        total += term
        if np.all(term <= 1e-17 * total):
            break
    return total
