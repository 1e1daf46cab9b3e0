"""Which texts are numbers to a hierarchy, exactly as they were written."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation

__all__ = ["EXACT", "as_number", "exact", "number_text"]

# Far beyond any measured quantity, and it keeps "1e999999999" from filling the memory.
_MAX_EXPONENT = 30
EXACT = Context(prec=100)


def as_number(text: str) -> Decimal | None:
    """The decimal number that ``text`` spells, or None.

    NaN, infinities, digit grouping and magnitudes of 1e30 and more are not numbers here; what is
    next to nothing is 0.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or "_" in text:
        return None
    if number and not -_MAX_EXPONENT <= number.adjusted() < _MAX_EXPONENT:
        return None if number.adjusted() > 0 else Decimal(0)
    return number


def exact(number: float) -> Decimal:
    """The decimal number that was written: 0.1, not the binary fraction nearest to it."""
    return as_number(repr(number)) or Decimal(0)


def number_text(number: Decimal) -> str:
    """``number`` without an exponent and without trailing zeros."""
    return f"{EXACT.normalize(number):f}" if number else "0"
