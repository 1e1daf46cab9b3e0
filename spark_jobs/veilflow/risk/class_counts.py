"""How many classes of a sample have each size: what population uniques are estimated from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_sizes import ClassTable
from veilflow.risk.class_values import Ints

__all__ = ["SampleClasses"]


@dataclass(frozen=True, eq=False, repr=False)
class SampleClasses:
    """``times[i]`` classes of the sample have ``sizes[i]`` people each.

    ``population`` is how many people the sample was drawn from. It is taken to be a simple random
    one, without putting people back. Somebody with rows in several classes counts once in each, in
    the sample and in what is estimated.
    """

    sizes: Ints
    times: Ints
    population: int

    def __post_init__(self) -> None:
        if not self.sizes.size or self.sizes.min() < 1 or self.times.min() < 1:
            raise UsageError("a sample needs classes, each with people")
        if not self.people <= self.population < 2**53:
            raise UsageError(
                "a population has at least the people of its sample, and fewer than 2**53",
                remedy="State the size of the population that the people were drawn from.",
            )

    @classmethod
    def of(cls, table: ClassTable, population: int) -> SampleClasses:
        """The sizes of ``table``; a class without any person counts as one person."""
        sizes, times = np.unique(np.maximum(table.units, 1), return_counts=True)
        return cls(sizes.astype(np.int64), times.astype(np.int64), population)

    @property
    def people(self) -> int:
        return int(self.sizes @ self.times)

    @property
    def classes(self) -> int:
        return int(self.times.sum())

    @property
    def fraction(self) -> float:
        return self.people / self.population

    def of_size(self, size: int) -> int:
        """How many classes have ``size`` people."""
        return int(self.times[self.sizes == size].sum())

    def __repr__(self) -> str:
        return f"SampleClasses(classes={self.classes})"
