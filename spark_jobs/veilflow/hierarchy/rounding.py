"""Numbers that a person would choose: 1, 2 or 5 times a power of ten, and multiples of them."""

from __future__ import annotations

import math
from decimal import Decimal

__all__ = ["next_step", "rounded", "step_from", "step_up_to"]

_MANTISSAS = (1, 2, 5)


def step_up_to(most: float) -> Decimal:
    """The largest step that isn't above ``most`` (which is positive)."""
    exponent = math.floor(math.log10(most))
    steps = [Decimal(m).scaleb(e) for e in (exponent - 1, exponent) for m in _MANTISSAS]
    return max(step for step in steps if float(step) <= most)


def step_from(least: float) -> Decimal:
    """The smallest step that isn't below ``least`` (which is positive)."""
    exponent = math.floor(math.log10(least))
    steps = [Decimal(m).scaleb(e) for e in (exponent, exponent + 1) for m in _MANTISSAS]
    return min(step for step in steps if float(step) >= least)


def next_step(step: Decimal) -> Decimal:
    """The smallest larger step that is a multiple of ``step``: 1, 2, 10, 20 or 5, 10, 20, 100."""
    mantissa = step.as_tuple().digits[0]
    return step * (5 if mantissa == 2 else 2)


def rounded(number: float, step: Decimal) -> Decimal:
    """The multiple of ``step`` that is nearest to ``number``."""
    return (Decimal(repr(number)) / step).to_integral_value() * step
