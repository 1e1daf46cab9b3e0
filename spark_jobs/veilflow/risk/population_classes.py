"""The classes of a table beside those of the population that its people come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_values import Ints, whole_numbers

__all__ = ["PopulationClasses"]


@dataclass(frozen=True, eq=False, repr=False)
class PopulationClasses:
    """One entry a class: its people in the table, and its people in the population.

    The population is a table of people who could be in the released one (a register, a voters'
    list), generalised as the release is; the people of the table are among them, so no class has
    more in the table than in the population. Classes of the population that nobody in the table
    is in have 0 ``sample``; who has no use for them may leave them out.
    """

    sample: Ints
    population: Ints

    def __post_init__(self) -> None:
        for name in ("sample", "population"):
            object.__setattr__(self, name, whole_numbers(getattr(self, name), name))
        if self.sample.shape != self.population.shape:
            raise UsageError("each class needs its people in the table and in the population")
        if np.any(self.sample < 0) or np.any(self.population < 1):
            raise UsageError("classes need people from 0 in the table, from 1 in the population")
        if np.any(self.sample > self.population):
            raise UsageError(
                "a class has more people in the table than in the population",
                remedy="Give the population that the table's people are part of, labelled alike.",
            )

    @property
    def people(self) -> int:
        """The people of the table, somebody in several classes counting once in each."""
        return int(self.sample.sum())

    @property
    def population_people(self) -> int:
        return int(self.population.sum())

    @property
    def occupied(self) -> Ints:
        """The population of each class that somebody in the table is in."""
        return self.population[self.sample > 0]

    def __repr__(self) -> str:
        return f"PopulationClasses(classes={self.sample.size})"
