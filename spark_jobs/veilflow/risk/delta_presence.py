"""Whether a release tells that somebody is in it: delta-presence.

Definition after Nergiz, Atzori and Clifton, "Hiding the Presence of Individuals from Shared
Databases" (SIGMOD 2007), section 4: an attacker who knows everybody of a public population, and
their quasi-identifiers, believes that a person is in the release with the chance (people of the
class in the release / people of the class in the population). Delta-presence holds where that is
between d_min and d_max for everybody in the population. As in ARX. Who is in the population but in
no class of the release is absent for certain: a lower bound above 0 fails because of them.
"""

from __future__ import annotations

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats
from veilflow.risk.population_classes import PopulationClasses

__all__ = ["presence_range", "share_outside_presence"]


def presence_range(classes: PopulationClasses) -> tuple[float, float] | None:
    """The least and the largest chance to be in the table; None without a population."""
    if not classes.population.size:
        return None
    chance = _presence(classes)
    return float(chance.min()), float(chance.max())


def share_outside_presence(classes: PopulationClasses, d_min: float, d_max: float) -> float:
    """The share of the population whose chance to be in the table is outside the two bounds."""
    if not 0 <= d_min <= d_max <= 1:
        raise UsageError("the bounds of presence must rise from 0 to 1")
    chance = _presence(classes)
    outside = (chance < d_min) | (chance > d_max)
    total = classes.population_people
    return int(classes.population[outside].sum()) / total if total else 0.0


def _presence(classes: PopulationClasses) -> Floats:
    chance: Floats = np.divide(classes.sample, classes.population)
    return chance
