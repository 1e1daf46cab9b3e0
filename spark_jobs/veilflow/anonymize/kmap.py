"""How large a class of a sample must be to stand for k people of the population."""

from __future__ import annotations

import math
from functools import cache
from typing import Literal

from veilflow.errors import PolicyError

__all__ = ["Estimator", "smallest_sample_class"]

Estimator = Literal["poisson", "zero_truncated_poisson", "negative_binomial"]

# A chance that is the significance but for rounding, which mustn't decide.
_ROUNDING = 1e-12


@cache
def smallest_sample_class(
    k: int,
    sampling_fraction: float,
    significance: float,
    estimator: Estimator = "poisson",
) -> int:
    """The least size of a sample's class that stands for ``k`` people of the population.

    ``poisson`` and ``zero_truncated_poisson`` (Pannekoek 1999; El Emam & Dankar 2008): a class of
    k people in the population would be as large in the sample with a chance of ``significance`` at
    most. As in ARX, which adds one more under ``poisson`` and never asks for more than k.

    ``negative_binomial`` turns the question round (Benedetti & Franconi 1998): given f people in
    the sample, P(F = j) = C(j - 1, f - 1) p^f (1 - p)^(j - f) of the population, and fewer than k
    with a chance of ``significance`` at most.

    All of them take everybody to be in the sample with the same chance. A sample that was drawn in
    another way, say all patients of one hospital, isn't described by this.
    """
    if not 0 < sampling_fraction <= 1 or not 0 <= significance < 1:
        raise PolicyError(
            "k-map needs a sampling fraction above 0 and at most 1, and a significance below 1",
            remedy="Correct `population.size` or `significance` of `anonymize.k_map`.",
        )
    if estimator == "negative_binomial":
        most = significance + _ROUNDING
        return next((n for n in range(1, k) if _fewer_than(k, n, sampling_fraction) <= most), k)
    if significance < _ROUNDING:
        return k
    mean, from_one = k * sampling_fraction, estimator == "zero_truncated_poisson"
    whole = -math.expm1(-mean) if from_one else 1.0
    size, reached = int(from_one) - 1, 0.0
    while reached < (1 - significance) * whole and size < k:
        size += 1
        reached += math.exp(size * math.log(mean) - mean - math.lgamma(size + 1))
    return min(k, size + (1 if from_one else 2))


def _fewer_than(k: int, size: int, fraction: float) -> float:
    chance = fraction**size
    total = 0.0
    for population in range(size, k):
        total += chance
        chance *= (1 - fraction) * population / (population - size + 1)
    return total
