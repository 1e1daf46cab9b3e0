"""How large a share of a column's distinct values passes a test, without looking at all in vain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import gcd
from operator import itemgetter

from veilflow.classify.detector import Detector, Test
from veilflow.classify.values import Profile

__all__ = ["measure"]

_PROBE = 64
_ROUNDING = 1e-9


@lru_cache(maxsize=4096)
def _spread_over(count: int) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Takes values out of so many by steps of the golden ratio, which no period is in step with.

    Every second row may hold another type: even steps would see one of the two alone.
    """
    stride = round(count * 0.618)
    while gcd(stride, count) > 1:
        stride += 1
    return itemgetter(*(place * stride % count for place in range(_PROBE)))


def measure(detector: Detector, test: Test, seen: Profile, needed: float) -> tuple[float, int]:
    """The share of distinct values that pass, and how many; (0.0, 0) as soon as it can't be enough.

    A long column is given up early by spread values: a type that ``needed`` of them have is missed
    with a probability of about ``(1 - needed) ** 64``, 3e-5 for the lowest bar there is.
    """
    if detector.characters and seen.characters.isdisjoint(detector.characters):
        return 0.0, 0
    shortest, longest = detector.lengths
    values, (least, most) = seen.values, seen.lengths
    if most < shortest or least > longest:
        return 0.0, 0
    count = len(values)
    if count >= 2 * _PROBE:
        probe = _spread_over(count)(values)
        if not any(shortest <= len(value) <= longest and test(value) for value in probe):
            return 0.0, 0
    some: Sequence[str] = values
    if least < shortest or most > longest:
        some = [value for value in values if shortest <= len(value) <= longest]
    allowed = int(count * (1.0 - needed) + _ROUNDING) - (count - len(some))
    if allowed < 0:
        return 0.0, 0
    failed = 0
    for value in some:
        if not test(value):
            if failed == allowed:
                return 0.0, 0
            failed += 1
    return (len(some) - failed) / count, len(some) - failed
