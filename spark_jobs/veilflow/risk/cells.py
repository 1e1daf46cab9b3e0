"""Which cells mean the same, whatever type, case or Unicode form they come in.

A leak is still a leak where 5 became 5.0 or a name was set in capitals.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from veilflow.errors import UsageError

__all__ = ["canonical_text", "cell_values", "is_missing", "number_of", "parsed_number"]


def canonical_text(value: object) -> str | None:
    """What two cells have in common that mean the same; None for a missing value.

    Text without regard to case, outer and repeated spaces and Unicode form (NFKC); whole numbers
    alike whatever their type; dates and times in ISO form.
    """
    if is_missing(value):
        return None
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bytes, bytearray)):
        return "0x" + value.hex()
    number = None if isinstance(value, bool) else number_of(value)
    if isinstance(value, (int, float, Decimal)) and number is not None:
        return str(number)
    if isinstance(value, (date, datetime)):
        return value.isoformat().removesuffix("T00:00:00").casefold()
    return str(value).casefold()


def cell_values(column: Iterable[object]) -> list[object]:
    """A column of NumPy, Arrow, pandas or Python as Python values."""
    if isinstance(column, np.ndarray):
        if column.ndim != 1:
            raise UsageError("a column must be one-dimensional")
        # Nanoseconds would come out as bare integers.
        kept = column.astype("datetime64[us]") if column.dtype.kind == "M" else column
        values: list[object] = kept.tolist()
        return values
    if isinstance(column, (str, bytes)):
        raise UsageError("a column must be a sequence of cells, not one text")
    convert = getattr(column, "to_pylist", None)
    return list(convert()) if convert is not None else list(column)


def is_missing(value: object) -> bool:
    """None, NaN, NaT and pandas.NA; an empty text is a value."""
    # pandas.NA refuses to be compared, and pandas isn't imported here.
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return isinstance(value, (float, np.floating)) and math.isnan(value)


def number_of(value: object) -> int | float | None:
    """A number, date or duration as a number; None for anything else, booleans included."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, (float, Decimal)):
        finite = math.isfinite(value)
        return int(value) if finite and value == int(value) else float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    return None


def parsed_number(value: object, *, is_date: bool = False) -> int | float | None:
    """The same, and also a text that writes a finite number, or with ``is_date`` an ISO date."""
    if not isinstance(value, str):
        return number_of(value)
    try:
        found = datetime.fromisoformat(value.strip()) if is_date else float(value)
    except ValueError:
        return None
    number = number_of(found)
    return number if number is not None and math.isfinite(number) else None
