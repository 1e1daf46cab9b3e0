"""Values compared without being shown: normalised, then digested under a key.

Two spellings of one value get one digest: NFKC, case-folded, without characters that show nothing
(a zero-width space, a soft hyphen), white space trimmed and collapsed, and numbers, dates and truth
values in one written form whatever their type (5, 5.0 and "5"; 2020-02-01 as a date, as a midnight
timestamp and as text). Digests are BLAKE2b under a 32-byte key,
64 bits of it: two values share one by chance once in 10^19 pairs, and without the key nobody can
test a guess. Whoever holds the key can: it lives for one validation.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Digested", "digest_rows", "digest_values", "normalised", "to_arrow"]

Int64 = npt.NDArray[np.int64]

# Unicode's Default_Ignorable_Code_Point, which NFKC_Casefold (Unicode, chapter 3.13) leaves out.
_UNSEEN_RANGES = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_UNSEEN = dict.fromkeys(code for first, last in _UNSEEN_RANGES for code in range(first, last + 1))
_NESTED = "a nested column has no one spelling; compare its fields"


@dataclass(frozen=True, eq=False, repr=False)
class Digested:
    """One entry a value: its digest and the length of its normalised text.

    Nulls, NaN and texts of white space alone have length 0 and stand for no value.
    """

    digests: Int64
    lengths: npt.NDArray[np.int32]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where there is a value."""
        return self.lengths > 0


def normalised(text: str) -> str:
    """The one spelling under which equal values are looked for."""
    if not text.isascii():
        text = text.translate(_UNSEEN)
        # Folding can undo the composition: U+0345 is the classic case.
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        return " ".join(text.split())
    return " ".join(text.lower().split())


def digest_values(values: pa.Array, key: bytes, *, exact: bool = False) -> Digested:
    """The digest of every value of an Arrow array. Repeated values are digested once.

    With ``exact`` spellings stay apart: only types are levelled out.
    Raises TypeError for nested values, which have no one spelling; the message holds no value.
    """
    import pyarrow.types as types

    if types.is_nested(values.type):
        raise TypeError(_NESTED)
    encoded = values if types.is_dictionary(values.type) else values.dictionary_encode()
    texts = _texts(encoded.dictionary)
    digests = np.zeros(len(texts) + 1, dtype=np.int64)
    lengths = np.zeros(len(texts) + 1, dtype=np.int32)
    for position, text in enumerate(texts):
        plain = text if exact else normalised(text or "")
        if plain:
            digests[position] = _digest(plain.encode("utf-8", "surrogatepass"), key, b"value")
            lengths[position] = len(plain)
    # The last entry stands for null.
    indices = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return Digested(digests[indices], lengths[indices])


def digest_rows(columns: Sequence[pa.Array], key: bytes) -> Int64:
    """One digest a row of all ``columns`` in order. A missing value equals only a missing one."""
    if not columns:
        raise ValueError("rows of no columns can't be told apart")
    matrix = np.stack([digest_values(column, key).digests for column in columns], axis=1)
    rows = np.ascontiguousarray(matrix)
    return np.fromiter(
        (_digest(row.tobytes(), key, b"row") for row in rows), dtype=np.int64, count=len(rows)
    )


def to_arrow(values: Any) -> pa.Array:
    """A pandas Series, an Arrow array, a NumPy array or a sequence, as one Arrow array.

    Values of several types in one sequence are taken as texts.
    """
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    if isinstance(values, pa.Array):
        return values
    try:
        converted = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError):
        converted = None  # the error quotes a value, so it goes no further
    if converted is None:
        converted = pa.array([_mixed(value) for value in values], pa.string())
    return converted.combine_chunks() if isinstance(converted, pa.ChunkedArray) else converted


def _digest(content: bytes, key: bytes, purpose: bytes) -> int:
    digest = blake2b(content, digest_size=8, key=key, person=purpose).digest()
    return int.from_bytes(digest, "little", signed=True)


def _texts(values: pa.Array) -> list[str | None]:
    written = _writer(values.type)
    return [None if value is None else written(value) for value in values.to_pylist()]


def _writer(kind: pa.DataType) -> Callable[[Any], str | None]:
    import pyarrow.types as types

    if types.is_floating(kind) or types.is_decimal(kind):
        return _number
    if types.is_timestamp(kind):
        return _moment
    if types.is_boolean(kind):
        return lambda value: "true" if value else "false"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return lambda value: value.hex()
    return str


def _number(value: float | decimal.Decimal) -> str | None:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isfinite(value) and value == int(value):
            return str(int(value))  # -0.0 and 0.0 are one number
        return repr(value)
    if not value.is_finite():
        return None
    return str(int(value)) if value == int(value) else f"{value.normalize():f}"


def _moment(value: dt.datetime) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    midnight = value.time() == dt.time()
    return value.date().isoformat() if midnight else value.isoformat(sep=" ")


def _mixed(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | decimal.Decimal):
        return _number(value)
    if isinstance(value, dt.datetime):
        return _moment(value)
    if isinstance(value, list | tuple | dict | set):
        raise TypeError(_NESTED)
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    # Arrow's texts can't hold a lone surrogate.
    return str(value).encode("utf-8", "backslashreplace").decode()
