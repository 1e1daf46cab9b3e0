"""The linkage attack: somebody who knows a few people's quasi-identifiers looks for their rows.

After Sweeney, "k-anonymity: a model for protecting privacy" (2002), who joined a public register to
health data; the two attackers are the prosecutor and the marketer of El Emam, "Guide to the
De-Identification of Personal Health Information" (2013), here carried out on a sample of people
rather than computed from the sizes of classes: generalised wrongly, swapped or perturbed rows
count for what they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.class_values import whole_numbers
from veilflow.risk.intervals import MeasuredShare, check_confidence

__all__ = ["LinkageAttack", "linkage_attack"]


@dataclass(frozen=True)
class LinkageAttack:
    """What became of the ``targets``, the people whose quasi-identifiers the attacker holds.

    ``matched`` of them match a class of the output, ``claimed`` a class of one person: there the
    attacker names a row. ``named`` are the claims that are right: that row is the target's.

    ``guessed`` is how many are expected to be right where the attacker claims a random person of
    the class for each matched target, and ``at_random`` how many where the attacker ignores the
    quasi-identifiers and claims any person of the output.
    """

    targets: int
    matched: int
    claimed: int
    named: int
    guessed: float
    at_random: float
    confidence: float

    @property
    def reidentified(self) -> MeasuredShare:
        """Unique and right, as a share of all targets: the figure that a gate bounds."""
        return self._share(self.named, self.targets)

    @property
    def precision(self) -> MeasuredShare:
        """How often a unique match is right. Below 1 where the sample holds people who aren't in
        the output, so that a claim can be wrong."""
        return self._share(self.named, self.claimed)

    @property
    def guess(self) -> MeasuredShare:
        """The share of targets expected to be right by guessing within the class; at most 1 / k
        where every class holds k people."""
        return self._share(self.guessed, self.targets)

    @property
    def random_guess(self) -> MeasuredShare:
        """The same without quasi-identifiers: what the attack has to beat."""
        return self._share(self.at_random, self.targets)

    @property
    def attacker(self) -> str:
        return (
            "The attacker was assumed to know every quasi-identifier of the sampled people exactly,"
            " and how the output generalises them, but neither who is in the output nor anybody's"
            " other columns."
        )

    def _share(self, hits: float, trials: int) -> MeasuredShare:
        # A sum of fractions may end a rounding error above the number of its terms.
        share = min(hits / trials, 1.0) if trials else 0.0
        return MeasuredShare(share, trials, self.confidence)


def linkage_attack(
    matched_class: npt.ArrayLike,
    is_in_class: npt.ArrayLike,
    class_sizes: npt.ArrayLike,
    *,
    released: int | None = None,
    confidence: float = 0.95,
) -> LinkageAttack:
    """Attack a sample of people, one entry each in the first two arrays.

    ``matched_class`` is the index in ``class_sizes`` of the class whose labels the person's raw
    quasi-identifiers generalise to, -1 where the output has no such class. ``is_in_class`` says
    whether the person's own row is in that class: not where it was suppressed, never in the source,
    or stands under other labels. ``class_sizes`` counts distinct people, not rows, and from 1: a
    class whose rows belong to nobody known counts as one.

    Where the labels of an output overlap (local recoding), the rows that one target matches are the
    class, and its size the people among them; ``released`` is then needed, the people in the
    output. Without it the classes are added up. Suppressed rows that are released with all labels
    hidden match everybody and are part of no class; their people belong in ``released``.

    Draw the sample at random, one entry a person, with people in it who aren't in the output, such
    as suppressed ones: over a sample of the output alone each unique match is right.
    """
    check_confidence(confidence)
    sizes = whole_numbers(class_sizes, "class_sizes")
    matches = whole_numbers(matched_class, "matched_class")
    present = np.asarray(is_in_class)
    if present.shape != matches.shape or (present.size and present.dtype.kind != "b"):
        raise UsageError("is_in_class needs a truth value for each entry of matched_class")
    if np.any(sizes < 1):
        raise UsageError("class_sizes must be whole numbers from 1")
    if np.any((matches < -1) | (matches >= sizes.size)):
        raise UsageError("matched_class must be an index in class_sizes, or -1")
    present = present.astype(np.bool_)
    is_matched = matches >= 0
    if np.any(present & ~is_matched):
        raise UsageError("nobody is in a class that the output doesn't have")
    if np.any(np.bincount(matches[present], minlength=sizes.size) > sizes):
        raise UsageError(
            "more of the sampled people are in a class than it holds",
            remedy="Give each person one entry, and count people in class_sizes.",
        )
    people = _released(released, sizes)
    candidates = sizes[matches[is_matched]]
    right = present[is_matched]
    return LinkageAttack(
        targets=int(matches.size),
        matched=int(candidates.size),
        claimed=int((candidates == 1).sum()),
        named=int(((candidates == 1) & right).sum()),
        guessed=float((1 / candidates[right]).sum()),
        at_random=int(right.sum()) / people if people else 0.0,
        confidence=confidence,
    )


def _released(given: int | None, sizes: npt.NDArray[np.int64]) -> int:
    if given is None:
        return int(sizes.sum())
    largest = int(sizes.max(initial=0))
    if not given >= largest:
        raise UsageError("released counts all people in the output: no class is larger")
    return given
