"""A policy's casts on Arrow columns, as Spark's ``try_cast`` does them; tests hold the two equal.

Work is done once a distinct value. Narrower than Spark in this: years lie between 1 and 9999, a
timestamp has a date, and its zone is an offset or UTC; others count as values that can't be cast.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from veilflow.errors import PolicyError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["cast", "nulled"]

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)[dDfF]?")
_NAMED_NUMBERS = {
    **{sign + word: float(sign + word) for sign in ("", "+", "-") for word in ("inf", "infinity")},
    "nan": float("nan"),
}
_TRUE, _FALSE = {"t", "true", "y", "yes", "1"}, {"f", "false", "n", "no", "0"}
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_CLOCK = re.compile(
    r"([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{1,9}))?"
    r"\s*(Z|UTC|GMT|[+-][0-9]{1,2}(?::[0-9]{1,2})?)?)?)?"
)
_CLOCK_FOLLOWS = re.compile(r"[ T]")
_SPACE = "".join(map(chr, [*range(0x21), *range(0x7F, 0xA0)]))
_FIRST, _LAST = -(2**63), 2**63 - 1


def nulled(values: pa.ChunkedArray, null_values: tuple[str, ...]) -> pa.ChunkedArray:
    """Texts without those that the policy takes for null; other types as they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if not null_values or not _is_text(values.type):
        return values
    said = pc.is_in(values, pa.array(null_values, values.type))
    return pc.if_else(said, pa.scalar(None, values.type), values)


def cast(values: pa.ChunkedArray, to: str) -> pa.ChunkedArray:
    """``values`` as the policy's type ``to``, null where that can't be.

    Raises PolicyError for a pair of types that has no cast here.
    """
    import pyarrow as pa

    kind = _arrow_type(to)
    if values.type == kind:
        return values
    if pa.types.is_null(values.type):
        return values.cast(kind)
    one = _casting(values.type, to)
    encoded = values.combine_chunks().dictionary_encode("encode")
    found = [None if x is None else one(x) for x in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(found, kind).take(encoded.indices)])


def _casting(source: pa.DataType, to: str) -> Callable[[object], object]:
    import pyarrow.types as kinds

    texts: dict[str, Callable[[str], object]] = {
        "integer": _integer, "number": _number, "boolean": _boolean,
        "date": _date, "timestamp": _timestamp,
    }  # fmt: skip
    if _is_text(source) and to in texts:
        of_text = texts[to]
        return lambda value: of_text(str(value).strip(_SPACE))
    numeric = kinds.is_integer(source) or kinds.is_floating(source) or kinds.is_decimal(source)
    if (numeric or kinds.is_boolean(source)) and to in ("integer", "number", "boolean"):
        return {"integer": _whole, "number": float, "boolean": bool}[to]  # type: ignore[return-value]
    if kinds.is_timestamp(source) and to == "date":
        return lambda value: value.date()  # type: ignore[attr-defined]
    if kinds.is_date(source) and to == "timestamp":
        return lambda day: dt.datetime.combine(day, dt.time(), dt.UTC)  # type: ignore[arg-type]
    if to == "string":
        from veilflow.anonymize.arrow_text import text_of

        return text_of(source)
    raise PolicyError(
        f"a column of type {source} can't be cast to {to}", remedy="Drop 'as', or mend the source."
    )


def _arrow_type(to: str) -> pa.DataType:
    import pyarrow as pa

    return {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
    }[to]


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_string(kind) or kinds.is_large_string(kind))


def _integer(text: str) -> int | None:
    return _in_range(int(text)) if _INTEGER.fullmatch(text) else None


def _whole(number: object) -> int | None:
    try:
        return _in_range(int(number))  # type: ignore[call-overload]
    except (ValueError, OverflowError):
        return None


def _in_range(number: int) -> int | None:
    return number if _FIRST <= number <= _LAST else None


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return float(match[1]) if match else _NAMED_NUMBERS.get(text.lower())


def _boolean(text: str) -> bool | None:
    return True if text.lower() in _TRUE else False if text.lower() in _FALSE else None


def _date(text: str) -> dt.date | None:
    day, *rest = _CLOCK_FOLLOWS.split(text, maxsplit=1)
    match = _DATE.fullmatch(day)
    if match is None or (rest and match[3] is None):
        return None
    try:
        return dt.date(*(int(part or 1) for part in match.groups()))
    except ValueError:
        return None


def _timestamp(text: str) -> dt.datetime | None:
    day, *clock = _CLOCK_FOLLOWS.split(text, maxsplit=1)
    date = _date(day)
    match = _CLOCK.fullmatch(clock[0] if clock else "0")
    if date is None or match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    micros = int((match[4] or "0").ljust(6, "0")[:6])
    try:
        time = dt.time(hour, minute, second, micros, _zone(match[5]))
        return dt.datetime.combine(date, time).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> dt.timezone:
    if text is None or text[0] not in "+-":
        return dt.UTC
    hours, _, minutes = text[1:].partition(":")
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes or 0))
    return dt.timezone(-offset if text[0] == "-" else offset)
