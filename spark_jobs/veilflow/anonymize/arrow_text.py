"""The text that hierarchies read of a typed value, as Spark writes it; tests hold the two equal.

Floats get the fewest digits that tell them apart, as Java 19 and later write them; older ones add a
digit to some.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from veilflow.errors import PolicyError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["as_text", "text_of"]


def as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """``values`` as text; the work is done once a distinct value."""
    import pyarrow as pa

    if values.type == pa.string():
        return values
    if pa.types.is_null(values.type):
        return values.cast(pa.string())
    one = text_of(values.type)
    encoded = values.combine_chunks().dictionary_encode("encode")
    found = [None if x is None else one(x) for x in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(found, pa.string()).take(encoded.indices)])


def text_of(kind: pa.DataType) -> Callable[[object], str]:
    """How one value of this type is written. Raises PolicyError for types that aren't values."""
    import pyarrow.types as kinds

    if kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_integer(kind):
        return str
    if kinds.is_boolean(kind):
        return lambda value: str(value).lower()
    if kinds.is_float32(kind):
        return _single
    if kinds.is_floating(kind):
        return lambda value: _java(repr(value))
    if kinds.is_decimal(kind):
        return lambda value: f"{Decimal(str(value)):f}"
    if kinds.is_date(kind):
        return str
    if kinds.is_timestamp(kind):
        return _timestamp
    raise PolicyError(
        f"a column of type {kind} can't be generalised", remedy="Drop it, or make it a plain value."
    )


def _single(value: object) -> str:
    import numpy as np

    return _java(str(np.float32(value)))  # type: ignore[arg-type]


def _java(shortest: str) -> str:
    """A float's shortest digits the way Java writes them: plain from 0.001 to below 10,000,000."""
    number = Decimal(shortest) if shortest not in ("nan", "inf", "-inf") else None
    if number is None:
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[shortest]
    sign, digits, _ = number.as_tuple()
    if not number:
        return "-0.0" if sign else "0.0"
    exponent = number.adjusted()
    if -3 <= exponent < 7:
        plain = f"{number.normalize():f}"
        return plain if "." in plain else f"{plain}.0"
    text = "".join(map(str, digits)).strip("0")
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{exponent}"


def _timestamp(value: object) -> str:
    assert isinstance(value, dt.datetime)
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC)
    whole = value.strftime("%H:%M:%S")
    fraction = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
    return f"{value.date().isoformat()} {whole}{fraction}"
