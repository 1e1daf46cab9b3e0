"""Population uniques by Pitman's sampling formula.

After Hoshino, "Applying Pitman's Sampling Formula to Microdata Disclosure Risk Assessment" (Journal
of Official Statistics 17(4), 2001): class sizes of a population, and of a simple random sample of
it, are a partition with two parameters, 0 < alpha < 1 and theta > -alpha, which are those that make
the sample's sizes likeliest. In a population of N the expected number of classes of one is then

    N * Gamma(theta + 1) * Gamma(theta + alpha + N - 1) / (Gamma(theta + alpha) * Gamma(theta + N))

which for large N is Hoshino's ``Gamma(theta + 1) / Gamma(theta + alpha) * N**alpha``. ARX takes
that limit; where theta is not small beside N it gives more, up to more than N.

Solved without Newton's steps, which depend on where they start: for each alpha the likeliest theta
is where a function changes its sign, found by bisection, and along alpha so is the maximum.
"""

from __future__ import annotations

import math

import numpy as np

from veilflow.risk.class_counts import SampleClasses
from veilflow.risk.class_values import Floats
from veilflow.risk.harmonic_sums import reciprocal_sum

__all__ = ["pitman_uniques"]

_GRID = np.concatenate((np.geomspace(1e-4, 0.05, 16), np.linspace(0.06, 0.99, 48)))
_FINER = np.linspace(0, 1, 33)
# Each round makes an interval 32 times narrower: 12 leave nothing of it.
_ROUNDS = 12
_HALVINGS = 120


def pitman_uniques(sample: SampleClasses) -> float | None:
    """The expected classes of one person in the population, or None where the model has no answer.

    None where all people stand alone or none does, where all are in one class, and where no alpha
    between 0.0001 and 0.99 is likeliest (the sample's sizes are more even than the model allows).
    Never more than the population.
    """
    if sample.classes in (1, sample.people) or not sample.of_size(1):
        return None
    alpha = _likeliest_alpha(sample)
    if alpha is None:
        return None
    theta = float(_likeliest_theta(sample, np.array([alpha]))[0])
    return _expected_uniques(theta, alpha, sample.population)


def _likeliest_alpha(sample: SampleClasses) -> float | None:
    """The highest of the maxima of the likelihood along alpha."""
    rising = _slopes(sample, _GRID) > 0
    starts = np.flatnonzero(rising[:-1] & ~rising[1:])
    peaks = [_peak(sample, float(_GRID[at]), float(_GRID[at + 1])) for at in starts]
    return max(peaks, key=lambda alpha: _likelihood(sample, alpha), default=None)


def _peak(sample: SampleClasses, low: float, high: float) -> float:
    """Where the slope changes from rising to falling."""
    for _ in range(_ROUNDS):
        grid = low + _FINER * (high - low)
        last = int(np.flatnonzero(_slopes(sample, grid) > 0).max(initial=0))
        low, high = float(grid[last]), float(grid[min(last + 1, grid.size - 1)])
        if high - low < 1e-13 * high:
            break
    return (low + high) / 2


def _likeliest_theta(sample: SampleClasses, alpha: Floats) -> Floats:
    """For each alpha, where the likelihood no longer rises with theta; above ``-alpha``."""
    low = np.full(alpha.shape, 1e-12)
    high = np.full(alpha.shape, 4.0 * float(sample.people) ** 2)
    for _ in range(_HALVINGS):
        middle = np.sqrt(low * high)
        theta = middle - alpha
        rising = _classes_term(sample, theta, alpha) > reciprocal_sum(theta + 1, sample.people - 1)
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        if np.all(high - low <= 1e-14 * high):
            break
    return np.asarray(np.sqrt(low * high) - alpha)


def _classes_term(sample: SampleClasses, theta: Floats, alpha: Floats) -> Floats:
    """The sum of ``1 / (theta + i * alpha)`` for i from 1 to classes - 1."""
    return reciprocal_sum(theta / alpha + 1, sample.classes - 1) / alpha


def _slopes(sample: SampleClasses, alpha: Floats) -> Floats:
    """How the likelihood changes with alpha, theta being the likeliest throughout."""
    theta = _likeliest_theta(sample, alpha)
    more = (sample.classes - 1 - theta * _classes_term(sample, theta, alpha)) / alpha
    less = reciprocal_sum(1 - alpha[:, np.newaxis], sample.sizes - 1) @ sample.times
    return more - less


def _likelihood(sample: SampleClasses, alpha: float) -> float:
    """The logarithm, without what no parameter changes."""
    theta = float(_likeliest_theta(sample, np.array([alpha]))[0])
    classes, people = sample.classes, sample.people
    found = (classes - 1) * math.log(alpha)
    found += math.lgamma(theta / alpha + classes) - math.lgamma(theta / alpha + 1)
    found -= math.lgamma(theta + people) - math.lgamma(theta + 1)
    of_sizes = np.array([math.lgamma(size - alpha) for size in sample.sizes.tolist()])
    return found + float(sample.times @ (of_sizes - math.lgamma(1 - alpha)))


def _expected_uniques(theta: float, alpha: float, population: int) -> float:
    """By the product of ``(theta + alpha + i) / (theta + 1 + i)`` for i from 0 to N - 2."""
    if population == 1:
        return 1.0
    logarithm = math.lgamma(theta + 1) - math.lgamma(theta + alpha)
    logarithm += _log_ratio(theta + alpha, population - 1, 1 - alpha)
    return min(population * math.exp(logarithm), float(population))


def _log_ratio(start: float, steps: int, gap: float) -> float:
    """``log(Gamma(start + steps) / Gamma(start + gap + steps))``, without cancelling."""
    low, high = start + steps, start + gap + steps
    if low < 1e6:
        return math.lgamma(low) - math.lgamma(high)
    # Stirling's series: its further terms differ by less than 1e-13.
    return -gap * math.log(low) - (high - 0.5) * math.log1p(gap / low) + gap
