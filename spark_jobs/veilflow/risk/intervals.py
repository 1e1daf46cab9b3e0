"""How sure a measured share is: confidence intervals for a binomial proportion.

They take independent trials with one chance of success. Where a person contributes several trials,
they aren't independent and the interval is too narrow: count persons.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from veilflow.errors import UsageError

__all__ = ["Interval", "MeasuredShare", "clopper_pearson_interval", "wilson_interval"]


@dataclass(frozen=True)
class Interval:
    """The shares from ``low`` to ``high``, both included and both in [0, 1]."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= 1:
            raise UsageError("an interval of shares needs 0 <= low <= high <= 1")

    @property
    def width(self) -> float:
        return self.high - self.low

    def covers(self, share: float) -> bool:
        """Whether the share lies within; NaN doesn't."""
        return self.low <= share <= self.high


@dataclass(frozen=True)
class MeasuredShare:
    """The share of ``trials`` that succeeded, and by its Wilson interval how sure that is.

    The share may be the one expected of a guesser whose chance differs between trials: outcomes
    between 0 and 1 vary no more than those that are 0 or 1, so the interval is if anything too
    wide. ``trials`` needn't be whole, where dependent ones count as fewer independent ones. Without
    a trial the share is 0, which proves nothing: the interval is [0, 1].
    """

    share: float
    trials: float
    confidence: float = 0.95

    def __post_init__(self) -> None:
        check_confidence(self.confidence)
        if not 0 <= self.share <= 1 or not 0 <= self.trials < math.inf:
            raise UsageError("a share must lie in [0, 1], and trials can't be negative")
        if self.share and not self.trials:
            raise UsageError("without trials the share is 0")

    @property
    def interval(self) -> Interval:
        return _score_interval(self.share, self.trials, self.confidence)

    def is_at_most(self, limit: float) -> bool:
        """Whether the whole interval is: too few trials to show it are no proof."""
        return self.interval.high <= limit


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """The score interval: its mean coverage is close to ``confidence``, also near 0 and 1.

    It promises no coverage for each single share: at some it is lower by a few points. Where the
    stated error rate must hold always, use :func:`clopper_pearson_interval`. Without a trial
    nothing is known: [0, 1]. Definition: E. B. Wilson, "Probable inference, the law of succession,
    and statistical inference" (1927); no continuity correction.
    """
    successes, trials = _checked(successes, trials, confidence)
    return _score_interval(successes / trials if trials else 0.0, trials, confidence)


def clopper_pearson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """The exact interval: it covers the true share with at least ``confidence``, whatever it is.

    Wider than Wilson's for that; good to 6 digits for a billion trials, to 8 for ten million.
    Without a trial nothing is known: [0, 1]. Definition: C. J. Clopper and
    E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial" (1934), by the beta distribution's quantiles.
    """
    successes, trials = _checked(successes, trials, confidence)
    tail, failures = (1 - confidence) / 2, trials - successes
    # P(X >= s) at share p is the regularised incomplete beta function I_p(s, n - s + 1).
    low = _solve(lambda p: _beta_cdf(p, successes, failures + 1), tail) if successes else 0.0
    # By symmetry, so that a bound close to 1 is computed as precisely as one close to 0.
    high = 1 - _solve(lambda q: _beta_cdf(q, failures, successes + 1), tail) if failures else 1.0
    return Interval(low, high)


def _score_interval(share: float, trials: float, confidence: float) -> Interval:
    if not trials:
        return Interval(0.0, 1.0)
    # The tail is handed over, not 1 - tail: close to 1 that one loses its digits.
    z = -NormalDist().inv_cdf((1 - confidence) / 2)
    weight = z * z / trials
    centre = (share + weight / 2) / (1 + weight)
    half = math.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight)
    return Interval(
        low=max(0.0, min(centre - half, share)) if share > 0 else 0.0,
        high=min(1.0, max(centre + half, share)) if share < 1 else 1.0,
    )


def _checked(successes: int, trials: int, confidence: float) -> tuple[int, int]:
    check_confidence(confidence)
    try:
        counts = operator.index(successes), operator.index(trials)
    except TypeError as error:
        raise UsageError("successes and trials must be whole numbers") from error
    if not 0 <= counts[0] <= counts[1]:
        raise UsageError("successes must be from 0 to the number of trials")
    return counts


def check_confidence(confidence: float) -> None:
    """A UsageError unless it lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise UsageError("a confidence must lie between 0 and 1")


def _solve(rising: Callable[[float], float], target: float) -> float:
    """Where a function that rises from 0 to 1 on [0, 1] reaches the target, to the last digit."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return middle


def _beta_cdf(x: float, a: int, b: int) -> float:
    """The regularised incomplete beta function for 0 < x < 1 and a, b >= 1.

    The continued fraction of NIST DLMF 8.17.22, evaluated by Lentz's method; it converges fast
    below the mean, and above it the mirrored function is taken.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_cdf(1 - x, b, a)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return math.exp(log_front) / a / _fraction(x, a, b)


def _fraction(x: float, a: int, b: int) -> float:
    # 1 + d1 / (1 + d2 / (1 + ...)); I_x(a, b) is the front factor divided by it.
    floor = 1e-300
    value, c, d, term = 1.0, 1.0, 0.0, 0
    while True:
        term += 1
        m = term // 2
        if term % 2:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + step * d or floor)
        c = 1 + step / c or floor
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            return value
