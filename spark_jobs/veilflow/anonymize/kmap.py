"""How large a class of a sample must be to stand for k people of the population."""

from __future__ import annotations

from functools import cache

from veilflow.errors import PolicyError

__all__ = ["smallest_sample_class"]


@cache
def smallest_sample_class(k: int, sampling_fraction: float, significance: float) -> int:
    """The least class size f with P(fewer than k people in the population | f) <= significance.

    If everybody of the population is in the sample with the same chance, independently, the
    population's class given f people in the sample has f plus a negative binomial number of people
    (Benedetti & Franconi 1998): P(F = j) = C(j - 1, f - 1) p^f (1 - p)^(j - f). A sample that was
    drawn in another way, say all patients of one hospital, isn't described by this.
    """
    if not 0 < sampling_fraction <= 1 or not 0 <= significance < 1:
        raise PolicyError(
            "k-map needs a sampling fraction above 0 and at most 1, and a significance below 1",
            remedy="Correct `population_size` or `significance` of `anonymize.k_map`.",
        )
    for size in range(1, k):
        if _fewer_than(k, size, sampling_fraction) <= significance:
            return size
    return k


def _fewer_than(k: int, size: int, fraction: float) -> float:
    chance = fraction**size
    total = 0.0
    for population in range(size, k):
        total += chance
        chance *= (1 - fraction) * population / (population - size + 1)
    return total
