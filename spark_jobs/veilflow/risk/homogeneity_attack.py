"""Homogeneity and background-knowledge attacks: who is known by the class alone.

After Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam, "l-Diversity: Privacy Beyond
k-Anonymity" (2007), section 1.1: a class of k people who all hold one value tells it of each of
them, and one where the others can be ruled out does too. Nobody needs to be re-identified for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veilflow.errors import UsageError
from veilflow.risk.class_values import Ints, SensitiveCounts

__all__ = ["HomogeneityAttack", "homogeneity_attack"]


@dataclass(frozen=True)
class HomogeneityAttack:
    """What the classes of the output tell about the ``people`` in them.

    ``told`` are those whose value is the only one that is left in their class, ``inferred`` those
    (``told`` among them) whose own value is held by at least the share ``certainty`` of the people
    who are left. Who is left: everybody in the class but the holders of the ``excluded`` values
    that hide the person best.

    ``best_guess`` are the people expected to be right where the attacker, excluding nothing, names
    each class's commonest value, and ``prior_guess`` where the table's commonest value is named for
    everybody: what the classes add is the difference. Where one value is very common, most of what
    is told was known before.
    """

    people: int
    told: int
    inferred: int
    best_guess: int
    prior_guess: int
    excluded: int
    certainty: float

    @property
    def told_share(self) -> float:
        return self._share(self.told)

    @property
    def inferred_share(self) -> float:
        """The figure that a gate bounds. All people of the output are counted, not a sample: it
        needs no interval."""
        return self._share(self.inferred)

    @property
    def best_guess_share(self) -> float:
        return self._share(self.best_guess)

    @property
    def prior_guess_share(self) -> float:
        return self._share(self.prior_guess)

    @property
    def attacker(self) -> str:
        return (
            "The attacker was assumed to know that a person is in the output and every"
            f" quasi-identifier of theirs exactly, {self._knowledge}."
        )

    @property
    def _knowledge(self) -> str:
        if not self.excluded:
            return "and nothing else about them"
        values = (
            "one sensitive value" if self.excluded == 1 else f"{self.excluded} sensitive values"
        )
        return f"and {values} that the person does not hold, chosen to help the most"

    def _share(self, people: int) -> float:
        return people / self.people if self.people else 0.0


def homogeneity_attack(
    table: SensitiveCounts, *, certainty: float = 0.9, excluded: int = 0
) -> HomogeneityAttack:
    """Attack every person in the classes of ``table``.

    ``excluded`` is b of the background-knowledge attack: for each person the attacker can rule out
    b values that the person doesn't hold, those that most others in the class hold. A distinct
    l-diverse table tells nobody up to b = l - 2. ``certainty`` lies above 1/2: what is inferred is
    more likely than not.

    The output's sensitive values are taken to be true. Somebody with two values in a class counts
    once for each, and a value that all people of a class hold is told of them, whatever else some
    hold; what exclusion tells there is an upper bound, since counts don't say who holds both. All
    zero for a table without people.
    """
    if not 0.5 < certainty <= 1:
        raise UsageError("certainty must lie above 0.5 and not above 1")
    if not excluded >= 0 or excluded % 1:
        raise UsageError("excluded must be a whole number from 0")
    counts, left = table.counts, _left(table, min(int(excluded), table.counts.size))
    # The slack is rounding's: who is inferred with exactly this certainty is inferred.
    is_inferred = counts >= certainty * left * (1 - 1e-12)
    by_value = np.bincount(table.values, counts, table.value_count)
    best = np.zeros(table.class_count, dtype=np.int64)
    np.maximum.at(best, table.classes, counts)
    return HomogeneityAttack(
        people=table.total,
        told=int(counts[counts == left].sum()),
        inferred=int(counts[is_inferred].sum()),
        best_guess=int(best.sum()),
        prior_guess=int(by_value.max(initial=0)),
        excluded=int(excluded),
        certainty=certainty,
    )


def _left(table: SensitiveCounts, excluded: int) -> Ints:
    """For each line the people of its class without the holders of the ``excluded`` commonest
    other values."""
    order = np.lexsort((-table.counts, table.classes))
    counts, classes = table.counts[order], table.classes[order]
    starts = np.searchsorted(classes, classes)
    rank = np.arange(counts.size) - starts
    ends = np.searchsorted(classes, classes, side="right")
    sums = np.concatenate(([0], np.cumsum(counts)))
    top = np.minimum(starts + excluded, ends)
    # A line that is itself among the commonest isn't ruled out; the next one is, in its stead.
    more = np.minimum(starts + excluded + 1, ends)
    is_top = rank < excluded
    ruled_out = np.where(is_top, sums[more] - sums[starts] - counts, sums[top] - sums[starts])
    left = np.empty_like(counts)
    # At least the holders of the line's own value are left, who may hold an excluded one as well.
    left[order] = np.maximum(table.class_people[classes] - ruled_out, counts)
    return left
