"""How digests are written: base 32, hex, decimal digits, UUIDs, integers; a column at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from veilflow.mask.base32 import base32_characters

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["FORMS", "Form", "written"]

Form = Literal["base32hex", "hex", "digits", "uuid", "integer"]

FORMS: dict[str, tuple[int, int, int]] = {
    "base32hex": (16, 26, 51),
    "hex": (20, 32, 64),
    "digits": (18, 24, 36),
    "uuid": (36, 36, 36),
    "integer": (1, 1, 1),
}
"""The fewest, usual and most characters of each form; fewer than 59 bits are never a pseudonym."""

_HEX = b"0123456789abcdef"
_DASHES = (8, 13, 18, 23)


def written(
    digests: bytes, is_valid: pa.BooleanArray, form: Form, length: int, prefix: str
) -> pa.Array:
    """The digests, 32 bytes each, in ``form``: one for each row that is valid, the others null."""
    import numpy as np
    import pyarrow as pa

    matrix = np.frombuffer(digests, np.uint8).reshape(-1, 32)
    if form == "integer":
        numbers = np.zeros(len(is_valid), np.int64)
        valid = is_valid.to_numpy(zero_copy_only=False)
        numbers[valid] = matrix[:, :8].copy().view(">u8")[:, 0] >> 1
        return pa.array(numbers, mask=~valid)
    shown = _WRITERS[form](matrix, length)
    if prefix:
        before = np.broadcast_to(
            np.frombuffer(prefix.encode(), np.uint8), (len(shown), len(prefix.encode()))
        )
        shown = np.concatenate([before, shown], axis=1)
    return _texts(shown, is_valid)


def _texts(characters: NDArray[np.uint8], is_valid: pa.BooleanArray) -> pa.StringArray:
    """A row of ``characters`` for each valid row."""
    import numpy as np
    import pyarrow as pa

    width = characters.shape[1]
    ends = np.zeros(len(is_valid) + 1, np.int32)
    np.cumsum(is_valid.to_numpy(zero_copy_only=False), out=ends[1:])
    offsets, data = (
        pa.py_buffer(ends * np.int32(width)),
        pa.py_buffer(np.ascontiguousarray(characters)),
    )
    valid = is_valid.buffers()[1] if len(characters) < len(is_valid) else None
    return pa.StringArray.from_buffers(len(is_valid), offsets, data, valid)


def _pairs(alphabet: bytes) -> NDArray[np.uint16]:
    """Two characters, as one 16-bit number, for each number of two digits."""
    import numpy as np

    both = np.array([[one, two] for one in alphabet for two in alphabet], np.uint8)
    return both.view(np.uint16)[:, 0]


def _hex(matrix: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    import numpy as np

    shown = _pairs(_HEX)[matrix[:, : -(-length // 2)]]
    return shown.view(np.uint8).reshape(len(matrix), 2 * (-(-length // 2)))[:, :length]


def _digits(matrix: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Nine digits of each 64 bits: no digit is likelier than another by more than 1e-10."""
    import numpy as np

    words = np.ascontiguousarray(matrix).view(">u8").astype(np.uint64)
    shown = np.empty((len(matrix), 4, 9), np.uint8)
    for place in range(8, -1, -1):
        above = words // np.uint64(10)
        shown[:, :, place] = words - above * np.uint64(10) + np.uint64(48)
        words = above
    return shown.reshape(len(matrix), 36)[:, :length]


def _uuid(matrix: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Version 8 (RFC 9562, section 5.8): 122 bits of the digest's first 128."""
    import numpy as np

    kept = matrix[:, :16].copy()
    kept[:, 6] = kept[:, 6] & 0x0F | 0x80
    kept[:, 8] = kept[:, 8] & 0x3F | 0x80
    shown = np.full((len(matrix), length), ord("-"), np.uint8)
    shown[:, [at for at in range(length) if at not in _DASHES]] = _hex(kept, 32)
    return shown


_WRITERS: dict[str, Any] = {
    "base32hex": base32_characters,
    "hex": _hex,
    "digits": _digits,
    "uuid": _uuid,
}
