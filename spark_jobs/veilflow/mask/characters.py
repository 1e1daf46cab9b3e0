"""The characters of a text column as NumPy arrays, and back: no Python object for a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["Characters"]

_ASCII = 128


@dataclass(frozen=True)
class Characters:
    """A column's code points end to end; row i has those from ``starts[i]`` to ``starts[i + 1]``.

    ``codes`` are bytes where every one is ASCII, else 32-bit numbers. A null has none.
    """

    codes: NDArray[Any]
    starts: NDArray[np.int64]
    is_valid: pa.BooleanArray

    @classmethod
    def of(cls, values: pa.Array, *, wide: bool = False) -> Characters:
        """The characters of ``values``, cast to text. ``wide`` asks for 32-bit numbers."""
        import numpy as np
        import pyarrow as pa

        text = values.cast(pa.string())
        is_valid = text.is_valid()
        if text.null_count:
            text = text.fill_null("")
        if not len(text):
            return cls(np.empty(0, np.uint8), np.zeros(1, np.int64), is_valid)
        _, offsets, data = text.buffers()
        ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
        starts = ends.astype(np.int64) - ends[0]
        held = np.frombuffer(data or b"", np.uint8)[ends[0] : ends[-1]]
        if not wide and (not held.size or held.max() < _ASCII):
            return cls(held, starts, is_valid)
        codes = np.frombuffer(held.tobytes().decode().encode("utf-32-le"), "<u4")
        begins = np.concatenate([[0], np.cumsum((held & 0xC0) != 0x80)])
        return cls(codes, begins[starts], is_valid)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of characters of each row."""
        return self.starts[1:] - self.starts[:-1]

    def with_codes(self, codes: NDArray[Any]) -> Characters:
        """The same rows with other characters, as many."""
        return replace(self, codes=codes)

    def to_arrow(self) -> pa.StringArray:
        """The column again."""
        import numpy as np
        import pyarrow as pa

        starts, data = self.starts, self.codes
        if data.dtype != np.uint8:
            widths = 1 + (data >= 0x80) + (data >= 0x800) + (data >= 0x10000)
            before = np.concatenate([[0], np.cumsum(widths)])
            starts = before[starts]
            text = data.astype("<u4").tobytes().decode("utf-32-le")
            data = np.frombuffer(text.encode(), np.uint8)
        offsets, text_bytes = pa.py_buffer(starts.astype(np.int32)), pa.py_buffer(data)
        valid = self.is_valid.buffers()[1]
        return pa.StringArray.from_buffers(len(starts) - 1, offsets, text_bytes, valid)
