"""Which Arrow types a transform takes. The messages name types, never a value."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from veilflow.mask.outcome import OnInvalid

__all__ = [
    "DECIMAL_DIGITS",
    "require_date",
    "require_fallback",
    "require_integer",
    "require_number",
    "require_text",
    "require_whole",
]

DECIMAL_DIGITS = 37
"""One digit less than a decimal may have, so that sums of two of them are exact everywhere."""


def require_number(name: str, kind: pa.DataType) -> None:
    """Raise ValueError unless ``kind`` is an integer, a decimal or a float."""
    import pyarrow.types as kinds

    if not (kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind)):
        raise ValueError(f"{name} needs numbers, and the column is {kind}; add 'as: number'")


def require_integer(name: str, kind: pa.DataType) -> None:
    """Raise ValueError unless ``kind`` is an integer."""
    import pyarrow.types as kinds

    if not kinds.is_integer(kind):
        raise ValueError(f"{name} needs integers, and the column is {kind}; add 'as: integer'")


def require_whole(name: str, parameter: Decimal, kind: pa.DataType) -> None:
    """Raise ValueError if ``parameter`` has a fraction or leaves 63 bits: ``kind`` is integer."""
    if parameter != int(parameter) or abs(int(parameter)) >= 2**63:
        raise ValueError(
            f"{name} needs a whole number for a column of {kind}; add 'as: number' for fractions"
        )


def require_date(name: str, kind: pa.DataType) -> None:
    """Raise ValueError unless ``kind`` is a date or a timestamp."""
    import pyarrow.types as kinds

    if not (kinds.is_date(kind) or kinds.is_timestamp(kind)):
        raise ValueError(
            f"{name} needs dates, and the column is {kind}; add 'as: date' or 'as: timestamp'"
        )


def require_text(name: str, kind: pa.DataType) -> None:
    """Raise ValueError unless ``kind`` is text."""
    import pyarrow.types as kinds

    if not (kinds.is_string(kind) or kinds.is_large_string(kind)):
        raise ValueError(f"{name} needs text, and the column is {kind}; add 'as: string'")


def require_fallback(name: str, on_invalid: OnInvalid, output: pa.DataType) -> None:
    """Raise ValueError if a column of ``output`` can't hold what ``on_invalid`` puts in."""
    import pyarrow as pa

    if on_invalid == "redact" and output != pa.string():
        raise ValueError(f"{name} gives {output}, which can't hold a text; say on_invalid: nullify")
