"""Population uniques by Zayatz' estimator.

After Zayatz, "Estimation of the Percent of Unique Population Elements on a Microdata File Using the
Sample" (US Bureau of the Census, 1991): the population's classes are taken to have their sizes as
often as the sample's have theirs, which says by Bayes' rule how likely a class of one in the sample
is a class of one in the population. It needs no model and always has an answer. That answer is too
high where few are sampled: a population's classes are larger than its sample's.
"""

from __future__ import annotations

import math

import numpy as np

from veilflow.risk.class_counts import SampleClasses
from veilflow.risk.class_values import Floats

__all__ = ["zayatz_uniques", "zayatz_uniqueness"]


def zayatz_uniqueness(sample: SampleClasses) -> float:
    """The chance that who is alone in the sample is so in the population; 0 if nobody is alone."""
    single = sample.of_size(1)
    if not single:
        return 0.0
    chances = sample.times * _one_sampled(sample)
    return single * sample.fraction / float(chances.sum())


def zayatz_uniques(sample: SampleClasses) -> float:
    """The people who are alone in the population: sample uniques * that chance / fraction."""
    return sample.of_size(1) * zayatz_uniqueness(sample) / sample.fraction


def _one_sampled(sample: SampleClasses) -> Floats:
    """The chance that exactly one of a class of each size is sampled (hypergeometric).

    By logarithms of factorials: correct to about 1e-6 in a population of a billion, and better in
    a smaller one.
    """
    left = sample.population - sample.people
    found = np.zeros(sample.sizes.size)
    for place, size in enumerate(sample.sizes.tolist()):
        others = size - 1
        if others > left:
            continue  # more must be sampled of so large a class
        logarithm = math.log(size) + math.log(sample.fraction)
        logarithm += _log_falling(left, others) - _log_falling(sample.population - 1, others)
        found[place] = math.exp(logarithm)
    return found


def _log_falling(start: int, factors: int) -> float:
    """``log(start * (start - 1) * ...)``, so many ``factors``."""
    if factors <= 64:
        return sum(math.log(start - step) for step in range(factors))
    return math.lgamma(start + 1) - math.lgamma(start - factors + 1)
