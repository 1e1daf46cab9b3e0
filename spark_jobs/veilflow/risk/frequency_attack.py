"""The frequency attack: naming pseudonyms and tokens by how often they occur.

A deterministic pseudonym hides a value, not how many people hold it. Who knows how common the plain
values are compares: frequency analysis as Naveed, Kamara and Wright, "Inference Attacks on
Property-Preserving Encrypted Databases" (2015), ran it on hospital records.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.class_values import Floats, Ints, whole_numbers
from veilflow.risk.intervals import MeasuredShare, check_confidence

__all__ = ["FrequencyAttack", "Naming", "frequency_attack"]


@dataclass(frozen=True)
class Naming:
    """How many pseudonyms, and people who hold them, one way of naming is expected to get right.

    Not whole numbers where frequencies tie: the attacker picks among equals at random.
    """

    pseudonyms: float
    people: float


@dataclass(frozen=True)
class FrequencyAttack:
    """How many of the ``pseudonyms`` of a column, held by ``people``, could be named.

    ``by_rank``: the commonest pseudonym is taken for the commonest of the ``public_values``, the
    next for the next; of all ways to give each pseudonym a value of its own this is the likeliest
    (Lacharité and Paterson, "A note on the optimality of frequency analysis vs. lp-optimization",
    2015). ``by_likelihood``: each pseudonym is taken for the value that makes its count likeliest,
    whatever the others are taken for, which is the better way where values are missing on one side.

    ``prior_people`` are right by naming everybody after the commonest public value.
    """

    pseudonyms: int
    people: int
    public_values: int
    by_rank: Naming
    by_likelihood: Naming
    prior_people: float
    independent_people: float
    confidence: float

    @property
    def named_pseudonyms(self) -> MeasuredShare:
        """The share of pseudonyms named rightly, by the better way."""
        named = max(self.by_rank.pseudonyms, self.by_likelihood.pseudonyms)
        return MeasuredShare(_share(named, self.pseudonyms), self.pseudonyms, self.confidence)

    @property
    def named_people(self) -> MeasuredShare:
        """The share of people whose pseudonym is named rightly, by the better way.

        All holders of a pseudonym are named or none, so that they count as fewer trials than they
        are people: ``independent_people``, by Kish's effective sample size ("Survey Sampling",
        1965).
        """
        named = max(self.by_rank.people, self.by_likelihood.people)
        return MeasuredShare(_share(named, self.people), self.independent_people, self.confidence)

    @property
    def chance(self) -> float:
        """The share of pseudonyms, and of people, that is right where values are dealt out to
        pseudonyms at random."""
        most = max(self.pseudonyms, self.public_values)
        return 1 / most if self.pseudonyms and self.public_values else 0.0

    @property
    def prior_guess(self) -> float:
        """The share of people that is right without a look at the pseudonyms."""
        return _share(self.prior_people, self.people)

    @property
    def advantage(self) -> float:
        """The part of people named rightly beyond chance and beyond the prior guess, of those that
        the better of both leaves: 0 where the attack adds nothing, 1 where it names everybody."""
        known = max(self.chance, self.prior_guess)
        return max(0.0, (self.named_people.share - known) / (1 - known)) if known < 1 else 0.0

    @property
    def attacker(self) -> str:
        return (
            "The attacker was assumed to know how common each plain value is, and to see how many"
            " people hold each pseudonym, but neither the key, nor any pair of a value and its"
            " pseudonym, nor the other columns."
        )


def frequency_attack(
    pseudonym_counts: npt.ArrayLike,
    public_frequencies: npt.ArrayLike,
    true_value: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> FrequencyAttack:
    """Attack one column of deterministic pseudonyms or tokens.

    ``pseudonym_counts`` are the people who hold each pseudonym of the output, from 1.
    ``public_frequencies`` are counts or shares of the plain values, in any unit: the source's own
    counts for the strongest attacker, those of a census or of another year for a likelier one.
    ``true_value`` has the index in them of each pseudonym's plain value, known to the judge alone;
    -1 where the public knows no such value.

    Not promised: anything against who compares several columns, or knows some pairs already.
    """
    check_confidence(confidence)
    counts = whole_numbers(pseudonym_counts, "pseudonym_counts")
    truth = whole_numbers(true_value, "true_value")
    public = _frequencies(public_frequencies)
    if counts.shape != truth.shape:
        raise UsageError("true_value needs one entry for each pseudonym")
    if np.any(counts < 1):
        raise UsageError("pseudonym_counts must be whole numbers from 1")
    if np.any((truth < -1) | (truth >= public.size)):
        raise UsageError("true_value must be an index in public_frequencies, or -1")
    people = int(counts.sum())
    # A pseudonym whose value the public doesn't know can't be named: only the others are tried.
    is_known = truth >= 0
    by_rank, by_likelihood = np.zeros(counts.size), np.zeros(counts.size)
    prior = 0.0
    if is_known.any():
        by_rank[is_known] = _right_by_rank(counts, public, truth)[is_known]
        by_likelihood[is_known] = _right_by_likelihood(counts, public, truth)[is_known]
        commonest = public == public.max()
        prior = float(counts[is_known & commonest[truth]].sum() / commonest.sum())
    squares = float(np.square(counts, dtype=np.float64).sum())
    return FrequencyAttack(
        pseudonyms=int(counts.size),
        people=people,
        public_values=int(public.size),
        by_rank=_naming(by_rank, counts),
        by_likelihood=_naming(by_likelihood, counts),
        prior_people=prior,
        independent_people=people**2 / squares if people else 0.0,
        confidence=confidence,
    )


def _right_by_rank(counts: Ints, public: Floats, truth: Ints) -> Floats:
    """The chance that a pseudonym's rank among pseudonyms is its value's among values."""
    first, ties = _ranks(counts)
    value_first, value_ties = (each[truth] for each in _ranks(public))
    shared = np.minimum(first + ties, value_first + value_ties) - np.maximum(first, value_first)
    # Both places are uniform within their ties, and independent.
    return np.asarray(np.maximum(shared, 0) / (ties.astype(np.float64) * value_ties))


def _ranks(amounts: Floats | Ints) -> tuple[Ints, Ints]:
    """How many are larger than each, and how many are equal to it (itself among them)."""
    ascending = np.sort(amounts)
    end = np.searchsorted(ascending, amounts, side="right")
    return amounts.size - end, end - np.searchsorted(ascending, amounts)


def _right_by_likelihood(counts: Ints, public: Floats, truth: Ints) -> Floats:
    """The chance that a pseudonym's value is the one under which its count is likeliest."""
    # What the public says nobody has is never taken.
    occurs = public > 0
    shares, inverse, size = np.unique(
        public[occurs] / public.sum(), return_inverse=True, return_counts=True
    )
    kind = np.full(public.size, -1)
    kind[occurs] = inverse
    total = int(counts.sum())
    observed = counts / total
    # The binomial likelihood falls away from the observed share on both sides, so that only the
    # two public shares next to it can be best.
    above = np.minimum(np.searchsorted(shares, observed), shares.size - 1)
    below = np.maximum(above - 1, 0)
    hit, miss = np.log(shares), np.log1p(-np.minimum(shares, 1 - 2**-53))
    gain = counts * (hit[above] - hit[below]) + (total - counts) * (miss[above] - miss[below])
    takes_above = (shares[above] == observed) | (gain >= 0)
    takes_below = (shares[above] != observed) & (gain <= 0) & (above != below)
    choices = size[above] * takes_above + size[below] * takes_below
    true_kind = kind[truth]
    is_chosen = ((true_kind == above) & takes_above) | ((true_kind == below) & takes_below)
    return np.asarray(is_chosen / choices)


def _naming(right: Floats, counts: Ints) -> Naming:
    return Naming(pseudonyms=float(right.sum()), people=float(np.dot(right, counts)))


def _frequencies(given: npt.ArrayLike) -> Floats:
    public = np.asarray(given)
    if public.ndim != 1 or (public.size and public.dtype.kind not in "iuf"):
        raise UsageError("public_frequencies must be numbers, in one dimension")
    public = public.astype(np.float64)
    if not np.all(np.isfinite(public) & (public >= 0)) or (public.size and not public.sum()):
        raise UsageError("public_frequencies must be finite, not negative and not all 0")
    return public


def _share(part: float, whole: int) -> float:
    # A sum of fractions may end a rounding error above the whole.
    return min(part / whole, 1.0) if whole else 0.0
