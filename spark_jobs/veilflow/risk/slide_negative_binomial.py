"""Population uniques by the slide negative binomial model.

After Chen and Keller-McNulty, "Estimation of Identification Disclosure Risk in Microdata" (Journal
of Official Statistics 14(1), 1998): each of K classes of the population has one person and a
negative binomial number of others, with the parameters alpha and beta. A class is a single person
with the chance beta**alpha. K is estimated by Shlosser's estimator in the form of Haas and Stokes,
"Estimating the Number of Classes in a Finite Population" (JASA 93, 1998); alpha and beta are those
by which a sample of the given fraction is expected to have the classes of one and of two that it
has.

ARX's source differs in two places, and so do its figures: in Shlosser's estimator it subtracts 1
outside of a product, ``(1 - f)**i * (1 + f)**i - 1``, and in the equation for classes of two it
multiplies by what the model divides by. We follow the papers.
"""

from __future__ import annotations

import math

import numpy as np

from veilflow.risk.class_counts import SampleClasses

__all__ = ["slide_negative_binomial_uniques"]

# beta, dense at both ends.
_GRID = 1 / (1 + np.exp(np.linspace(16, -16, 257)))


def slide_negative_binomial_uniques(sample: SampleClasses) -> float | None:
    """The expected people who are alone in the population, or None where the model has no answer.

    None where no class of the sample has one person, or none has two; where no beta between 0 and 1
    fits both counts, or more than one does; and where nothing was left out of the sample. The
    answer is never more than the population.
    """
    if not sample.of_size(1) or not sample.of_size(2) or sample.fraction == 1:
        return None
    classes = _population_classes(sample)
    missed = [_missed(sample, classes, float(beta)) for beta in _GRID]
    brackets = [
        (float(low), float(high))
        for low, high, one, other in zip(_GRID, _GRID[1:], missed, missed[1:], strict=False)
        if (one < 0) != (other < 0)
    ]
    if len(brackets) != 1:
        return None
    beta = _bisect(sample, classes, *brackets[0])
    found = classes * math.exp(_alpha(sample, beta) * math.log(beta))
    return min(found, float(sample.population))


def _population_classes(sample: SampleClasses) -> float:
    """How many classes the population has, by Shlosser's estimator as Haas and Stokes mended it."""
    f, sizes, times = sample.fraction, sample.sizes.astype(float), sample.times
    unseen = np.exp(sizes * math.log1p(-f))
    # (1 - f)**i * ((1 + f)**i - 1), without overflow
    both = np.exp(sizes * math.log1p(-f * f)) - unseen
    first = f * f * float(times @ (sizes * np.exp((sizes - 1) * math.log1p(-f * f))))
    once = f * float(times @ (sizes * np.exp((sizes - 1) * math.log1p(-f))))
    ratio = float(times @ unseen) / once
    return sample.classes + sample.of_size(1) * first / float(times @ both) * ratio**2


def _alpha(sample: SampleClasses, beta: float) -> float:
    """The alpha by which classes of two and of one are expected in the proportion found.

    With q = (1 - f) * (1 - beta) that is the positive root of a quadratic equation.
    """
    f = sample.fraction
    q = (1 - f) * (1 - beta)
    r = 2 * sample.of_size(2) / sample.of_size(1) * (1 - q) / (f * (1 - beta))
    linear = 2 - q - r * q
    root = math.sqrt(linear**2 + 4 * q * r * (1 - q))
    # The form that doesn't cancel, by the sign of the linear term.
    return 2 * r * (1 - q) / (linear + root) if linear > 0 else (root - linear) / (2 * q)


def _missed(sample: SampleClasses, classes: float, beta: float) -> float:
    """Expected less found classes of one person in the sample."""
    f, alpha = sample.fraction, _alpha(sample, beta)
    q = (1 - f) * (1 - beta)
    # log1p: near beta = 1 alpha grows without end and the base comes near to 1
    kept = math.exp(alpha * (math.log(beta) - math.log1p(-q)))
    return classes * f * kept * (1 + alpha * q / (1 - q)) - sample.of_size(1)


def _bisect(sample: SampleClasses, classes: float, low: float, high: float) -> float:
    starts_below = _missed(sample, classes, low) < 0
    for _ in range(100):
        middle = (low + high) / 2
        if (_missed(sample, classes, middle) < 0) == starts_below:
            low = middle
        else:
            high = middle
    return (low + high) / 2
