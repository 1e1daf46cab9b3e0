"""A column of any Arrow type as texts, one for each cell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_texts", "listed", "valid_texts"]

_UNREADABLE = "\ufffd"


def arrow_texts(column: Any) -> pa.Array:
    """Strings: whole numbers without a point, nested cells as JSON, bytes as an empty text.

    Bytes that aren't UTF-8 become replacement characters.
    """
    import pyarrow as pa
    import pyarrow.types as kinds

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if kinds.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if kinds.is_string(kind):
        return valid_texts(column)
    if kinds.is_large_string(kind) or kinds.is_string_view(kind):
        return valid_texts(column.cast(pa.string()))
    if _is_bytes(kind):
        return pa.array([None if missing else "" for missing in column.is_null().to_pylist()],
                        pa.string())  # fmt: skip
    if kinds.is_nested(kind):
        return pa.array([_json(value) for value in listed(column)], pa.string())
    if kinds.is_floating(kind):
        return _numbers(column)
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())


def valid_texts(texts: pa.Array) -> pa.Array:
    """The strings, with replacement characters where bytes aren't UTF-8."""
    import pyarrow as pa

    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        raw = texts.cast(pa.binary()).to_pylist()
        return pa.array(
            [None if cell is None else cell.decode("utf-8", "replace") for cell in raw], pa.string()
        )
    return texts


def listed(column: Any) -> list[Any]:
    """The cells as Python values; a nested one that holds bytes which aren't UTF-8 is one mark."""
    try:
        cells: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        cells = [_cell(cell) for cell in column]
    return cells


def _cell(cell: Any) -> Any:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return _UNREADABLE


def _is_bytes(kind: Any) -> bool:
    import pyarrow.types as kinds

    tests = (kinds.is_binary, kinds.is_large_binary, kinds.is_fixed_size_binary,
             kinds.is_binary_view)  # fmt: skip
    return any(test(kind) for test in tests)


def _json(value: object) -> str | None:
    if value is None:
        return None
    return json.dumps(value, default=_other, ensure_ascii=False, separators=(",", ":"))


def _other(value: object) -> object:
    return "" if isinstance(value, bytes) else str(value)


def _numbers(column: Any) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = column.cast(pa.float64())
    whole = pc.and_(pc.less(pc.abs(column), 2.0**62), pc.equal(column, pc.floor(column)))
    number = pc.if_else(whole, column, pa.scalar(None, pa.float64())).cast(pa.int64())
    texts = pc.coalesce(number.cast(pa.string()), column.cast(pa.string()))
    return pc.if_else(pc.is_nan(column), pa.scalar(None, pa.string()), texts)
