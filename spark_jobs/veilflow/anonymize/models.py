"""Privacy models as predicates of classes: what the search may release.

A class that fails a model is suppressed. ``is_monotone`` says whether a class that holds a model
goes on holding it whatever joins it; only such models prune the search. k-anonymity, k-map and
distinct l-diversity are: a class only gains people and values. The others aren't where rows may be
suppressed: a class that fails can join one that holds and spoil it (a homogeneous crowd takes the
entropy of a small diverse class, and moves its distribution). So nothing is concluded from them
about other nodes.

Definitions are those of ARX 3.9, which expects what the literature does; the sources are named at
each class. Distributions are compared with that of the whole table as it came in, before
suppression. Counts are distinct privacy units where the policy names one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.distances import equal_distance, hierarchical_distance, ordered_distance
from veilflow.anonymize.equivalence import Classes
from veilflow.anonymize.kmap import Estimator, smallest_sample_class
from veilflow.anonymize.sensitive import Lines, SensitiveColumn

__all__ = [
    "BetaLikeness",
    "DeltaDisclosure",
    "DeltaPresence",
    "Diversity",
    "Held",
    "KAnonymity",
    "KMap",
    "Model",
    "TCloseness",
]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Held:
    """The values of one sensitive column in some classes, with what the whole view holds.

    ``people`` has the sum of the counts of each class, ``owners`` how many classes there are.
    """

    column: SensitiveColumn
    lines: Lines
    owners: int
    totals: Int64

    @cached_property
    def counts(self) -> Int64:
        return self.lines.counts

    @cached_property
    def people(self) -> Int64:
        return np.bincount(self.lines.owner, self.counts, self.owners).astype(np.int64)

    @cached_property
    def shares(self) -> tuple[Floats, Floats]:
        """Of each line, the share of its value in the class and in the whole view."""
        whole = max(int(self.totals.sum()), 1)
        inside = self.counts / np.maximum(self.people[self.lines.owner], 1)
        return inside, self.totals[self.lines.value] / whole

    def none_of(self, wrong: Bools) -> Bools:
        """The classes none of whose lines is ``wrong``."""
        broken = np.bincount(self.lines.owner[wrong], minlength=self.owners)
        return np.asarray(broken == 0)


class Model(Protocol):
    """A privacy model. ``least`` is the fewest units that a class needs for it."""

    @property
    def name(self) -> str:
        """What a policy, an error and the evidence call it, with its parameters."""

    @property
    def is_monotone(self) -> bool: ...

    @property
    def least(self) -> int: ...

    @property
    def column(self) -> str | None:
        """The sensitive column that it is asked of, or None for one of the classes alone."""

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        """Which of ``classes`` meet it; ``held`` has its column's values in them."""


@dataclass(frozen=True)
class KAnonymity:
    """At least ``k`` units a class (Samarati & Sweeney 1998)."""

    k: int
    column: str | None = None
    is_monotone: bool = True

    @property
    def name(self) -> str:
        return f"{self.k}-anonymity"

    @property
    def least(self) -> int:
        return self.k

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        return classes.units >= self.k


@dataclass(frozen=True)
class KMap:
    """At least ``k`` people of the population have the class's quasi-identifiers (Sweeney 2002).

    With ``sampling_fraction`` there is no population table, and a class must be so large that it
    holds fewer than ``k`` people of the population with a chance of at most ``significance``, by
    ``estimator``.
    """

    k: int
    sampling_fraction: float | None = None
    significance: float = 0.05
    estimator: Estimator = "poisson"
    column: str | None = None
    is_monotone: bool = True

    @property
    def name(self) -> str:
        return f"{self.k}-map"

    @property
    def least(self) -> int:
        if self.sampling_fraction is None:
            return 1
        return smallest_sample_class(
            self.k, self.sampling_fraction, self.significance, self.estimator
        )

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        if self.sampling_fraction is not None:
            return classes.units >= self.least
        assert classes.population is not None, "the problem checks that there is a population"
        return classes.population >= self.k


@dataclass(frozen=True)
class DeltaPresence:
    """The share of a class's population that is in the table lies within ``lower`` and ``upper``.

    Nergiz, Atzori and Clifton 2007: who sees a class learns no more than that about whether
    somebody is in the table.
    """

    lower: float
    upper: float
    column: str | None = None
    is_monotone: bool = False
    least: int = 1

    @property
    def name(self) -> str:
        return f"({self.lower:g}, {self.upper:g})-presence"

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        assert classes.population is not None, "the problem checks that there is a population"
        share = classes.units / np.maximum(classes.population, 1)
        return (self.lower <= share) & (share <= self.upper)


@dataclass(frozen=True)
class Diversity:
    """l-diversity: distinct, entropy, or recursive (c, l) (Machanavajjhala et al. 2007)."""

    column: str
    l: float  # noqa: E741 - its name in the literature
    kind: Literal["distinct", "entropy", "recursive"] = "distinct"
    c: float | None = None

    @property
    def name(self) -> str:
        if self.kind == "recursive":
            return f"recursive ({self.c:g}, {self.l:g})-diversity of {self.column!r}"
        return f"{self.kind} {self.l:g}-diversity of {self.column!r}"

    @property
    def is_monotone(self) -> bool:
        return self.kind == "distinct"

    @property
    def least(self) -> int:
        return max(1, math.ceil(self.l))

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        assert held is not None
        some = held.counts > 0
        distinct = np.bincount(held.lines.owner[some], minlength=held.owners)
        if self.kind == "distinct":
            return distinct >= self.l
        if self.kind == "entropy":
            inside, _ = held.shares
            part = -inside * np.log(np.where(some, inside, 1.0))
            entropy = np.bincount(held.lines.owner, part, held.owners)
            # Equal shares give exactly log(l) but for rounding, which mustn't decide.
            return entropy >= math.log(self.l) - 1e-12
        return self._is_recursive(held)

    def _is_recursive(self, held: Held) -> Bools:
        """Whether r1 < c (rl + ... + rm), with r the counts of a class from the largest on."""
        assert self.c is not None
        order = np.lexsort((-held.counts, held.lines.owner))
        owner, counts = held.lines.owner[order], held.counts[order]
        first = np.searchsorted(owner, owner)
        rank = np.arange(owner.size) - first
        tail = rank >= math.ceil(self.l) - 1
        rest = np.bincount(owner[tail], counts[tail], held.owners)
        largest = np.zeros(held.owners)
        largest[owner[rank == 0]] = counts[rank == 0]
        return largest < self.c * rest


@dataclass(frozen=True)
class TCloseness:
    """The earth mover's distance of a class's values from the table's is at most ``t``.

    Li, Li and Venkatasubramanian 2007, with equal, ordered or hierarchical ground distance.
    """

    column: str
    t: float
    distance: Literal["equal", "ordered", "hierarchical"] = "equal"
    is_monotone: bool = False
    least: int = 1

    @property
    def name(self) -> str:
        return f"{self.t:g}-closeness ({self.distance}) of {self.column!r}"

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        assert held is not None
        measure = {
            "equal": equal_distance,
            "ordered": ordered_distance,
            "hierarchical": hierarchical_distance,
        }[self.distance]
        apart = measure(held.column, held.lines, held.owners, held.totals)
        return (apart <= self.t) & (held.people > 0)


@dataclass(frozen=True)
class BetaLikeness:
    """No value is more than ``beta`` times commoner in a class than in the table, beyond once.

    (q - p) / p <= beta for every value; ``enhanced`` also bounds it by -ln p, which a value that
    everybody in a class has would exceed unless it is common (Cao & Karras 2012).
    """

    column: str
    beta: float
    enhanced: bool = True
    is_monotone: bool = False
    least: int = 1

    @property
    def name(self) -> str:
        kind = "enhanced" if self.enhanced else "basic"
        return f"{kind} {self.beta:g}-likeness of {self.column!r}"

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        assert held is not None
        inside, whole = held.shares
        most = np.full(whole.size, self.beta)
        if self.enhanced:
            most = np.minimum(most, -np.log(whole))
        return held.none_of((inside - whole) / whole > most)


@dataclass(frozen=True)
class DeltaDisclosure:
    """|log2(q / p)| < ``delta`` for every value of a class (Brickell & Shmatikov 2008).

    As in ARX, values that a class doesn't have are left out; the paper's definition, which no
    class that lacks a value can meet, would suppress nearly everything.
    """

    column: str
    delta: float
    is_monotone: bool = False
    least: int = 1

    @property
    def name(self) -> str:
        return f"{self.delta:g}-disclosure privacy of {self.column!r}"

    def holds(self, classes: Classes, held: Held | None) -> Bools:
        assert held is not None
        inside, whole = held.shares
        some = inside > 0
        gain = np.abs(np.log2(np.where(some, inside, whole) / whole))
        return held.none_of(some & (gain >= self.delta))
