"""One spelling for every value: of whatever type, and in whatever case, spacing and Unicode form.

A number is written without a fraction of zero, a date as ISO 8601, a midnight as its date, a truth
value as a word; a text is NFKC, case-folded, without unseen characters, white space trimmed and
collapsed. :func:`written` and :func:`normalised` say so value by value. :func:`spelled` does the
same to whole Arrow arrays: Arrow spells what is plain, most often everything, and Python only the
rest (texts that aren't ASCII or have odd white space, numbers of many digits, decimals,
nanoseconds).
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NESTED", "moment", "normalised", "number", "spelled", "written"]

Flags = npt.NDArray[np.bool_]
Lengths = npt.NDArray[np.int32]

NESTED = "a nested column has no one spelling; compare its fields"

# Unicode's Default_Ignorable_Code_Point, which NFKC_Casefold (Unicode, chapter 3.13) leaves out.
_UNSEEN_RANGES = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_UNSEEN = dict.fromkeys(code for first, last in _UNSEEN_RANGES for code in range(first, last + 1))
_DAY = 86_400_000_000  # microseconds
# What Python's dates can hold: from year 1 to 9999, in days since 1970.
_FIRST_DAY = dt.date.min.toordinal() - dt.date(1970, 1, 1).toordinal()
_LAST_DAY = dt.date.max.toordinal() - dt.date(1970, 1, 1).toordinal()


def normalised(text: str) -> str:
    """The one spelling under which equal values are looked for."""
    if not text.isascii():
        text = text.translate(_UNSEEN)
        # Folding can undo the composition: U+0345 is the classic case.
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        return " ".join(text.split())
    return " ".join(text.lower().split())


def written(kind: pa.DataType) -> Callable[[Any], str | None]:
    """How a value of an Arrow type is written; None stands for no value, as of NaN."""
    import pyarrow.types as types

    if types.is_floating(kind) or types.is_decimal(kind):
        return number
    if types.is_timestamp(kind):
        return moment
    if types.is_boolean(kind):
        return lambda value: "true" if value else "false"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return lambda value: value.hex()
    return str


def number(value: float | decimal.Decimal) -> str | None:
    """A number as text: 5 for 5.0, None for what is none."""
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isfinite(value) and value == int(value):
            return str(int(value))  # -0.0 and 0.0 are one number
        return repr(value)
    if not value.is_finite():
        return None
    return str(int(value)) if value == int(value) else f"{value.normalize():f}"


def moment(value: dt.datetime) -> str:
    """A moment in UTC, and a midnight as its date alone."""
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    midnight = value.time() == dt.time()
    return value.date().isoformat() if midnight else value.isoformat(sep=" ")


def spelled(values: pa.Array, *, exact: bool = False) -> tuple[pa.Array, Lengths]:
    """The spelling of every value, as binary, and its length in characters.

    Length 0 stands for no value: null, NaN, a text of white space alone. With ``exact`` texts stay
    as they are written, and only types are levelled out.
    Raises TypeError for nested values; the message holds no value.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as types

    if types.is_nested(values.type):
        raise TypeError(NESTED)
    texts = _texts(values)
    if not exact:
        plain = pc.ascii_lower(texts)
        texts, lengths = _respelled(plain, _odd_places(plain), texts)
    else:
        lengths = pc.fill_null(pc.utf8_length(texts), 0).to_numpy(zero_copy_only=False)
    return texts.cast(pa.large_binary()), lengths.astype(np.int32)


def _respelled(
    plain: pa.Array, odd: npt.NDArray[np.int64], texts: pa.Array
) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """``plain`` with Python's spelling of ``texts`` in the places ``odd``, and all lengths."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.binary_length(plain), 0).to_numpy(zero_copy_only=False)
    if not odd.size:
        return plain, lengths
    fixed = [normalised(text or "") for text in texts.take(pa.array(odd)).to_pylist()]
    lengths = lengths.copy()
    lengths[odd] = [len(text) for text in fixed]
    there = np.zeros(len(plain), dtype=np.bool_)
    there[odd] = True
    return pc.replace_with_mask(plain, pa.array(there), pa.array(fixed, plain.type)), lengths


def _odd_places(texts: pa.Array) -> npt.NDArray[np.int64]:
    """Which texts aren't spelled by lower case alone: beyond ASCII, or with odd white space."""
    _, starts, content = texts.buffers()
    if content is None or not len(texts):
        return np.zeros(0, dtype=np.int64)
    kind = np.int64 if str(texts.type).startswith("large") else np.int32
    offsets = np.frombuffer(starts, dtype=kind)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(content, dtype=np.uint8)[offsets[0] : offsets[-1]]
    offsets = offsets - offsets[0]
    space = data == 0x20
    odd = (data - np.uint8(0x20)) > 0x5F  # control characters wrap around to the top
    odd[1:] |= space[1:] & space[:-1]
    first, last = offsets[:-1], offsets[1:] - 1
    there = np.flatnonzero(last >= first)
    flagged = there[space[first[there]] | space[last[there]]]
    inside = np.searchsorted(offsets, np.flatnonzero(odd), side="right") - 1
    found: npt.NDArray[np.int64] = np.union1d(flagged, inside)
    return found


def _texts(values: pa.Array) -> pa.Array:
    """Every value as :func:`written` writes it; null where there is none."""
    import pyarrow as pa
    import pyarrow.types as types

    kind = values.type
    if types.is_string(kind) or types.is_large_string(kind):
        return values
    if types.is_integer(kind) or types.is_boolean(kind) or types.is_string_view(kind):
        return values.cast(pa.large_string())
    if types.is_date32(kind):
        return _dates(values)
    if types.is_timestamp(kind) and kind.unit == "us":
        return _moments(values)
    if types.is_float64(kind) or types.is_float32(kind):
        return _floats(values.cast(pa.float64()))
    return _by_python(values)


def _by_python(values: pa.Array) -> pa.Array:
    import pyarrow as pa

    write = written(values.type)
    texts = [None if value is None else write(value) for value in values.to_pylist()]
    return pa.array(texts, pa.large_string())


def _dates(values: pa.Array) -> pa.Array:
    import pyarrow as pa

    days = values.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
    if days.size and (days.min() < _FIRST_DAY or days.max() > _LAST_DAY):
        return _by_python(values)  # which has no such dates, and says so
    return values.cast(pa.large_string())


def _moments(values: pa.Array) -> pa.Array:
    """Microseconds: a midnight as its date, whole seconds without a fraction, else six digits."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ticks = values.cast(pa.int64())
    moments = ticks.fill_null(0).to_numpy(zero_copy_only=False)
    days = moments // _DAY
    if days.size and (days.min() < _FIRST_DAY or days.max() > _LAST_DAY):
        return _by_python(values)
    text = pa.large_string()
    whole = pa.array(moments // 1_000_000).cast(pa.timestamp("s")).cast(text)
    spelling = pc.if_else(pa.array(moments % 1_000_000 == 0), whole, _fractions(moments))
    midnight = pa.array(moments % _DAY == 0)
    dates = pa.array(days.astype(np.int32)).cast(pa.date32()).cast(text)
    spelling = pc.if_else(midnight, dates, spelling)
    return pc.if_else(values.is_valid(), spelling, pa.scalar(None, text))


def _fractions(moments: npt.NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(moments).cast(pa.timestamp("us")).cast(pa.large_string())


def _floats(values: pa.Array) -> pa.Array:
    """Whole numbers as integers, others as Python's repr, which Arrow has too for most."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pa.large_string()
    found = values.fill_null(np.nan).to_numpy(zero_copy_only=False)
    size = np.abs(found)
    missing = np.isnan(found)
    whole = (size < 2.0**63) & (found == np.floor(found))
    same = (size >= 1e-4) & (size < 1e10)  # in this range Arrow writes what repr does
    integers = pa.array(np.where(whole, found, 0.0).astype(np.int64)).cast(text)
    spelling = pc.if_else(pa.array(whole), integers, values.cast(text))
    spelling = pc.if_else(pa.array(missing), pa.scalar(None, text), spelling)
    rest = ~(whole | same | missing)
    if rest.any():
        others = pa.array([number(value) for value in found[rest].tolist()], text)
        spelling = pc.replace_with_mask(spelling, pa.array(rest), others)
    return spelling
