"""The bytes of a text column: all of them end to end, with no Python object for a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.keys.padding import PADDING_MARK

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["padded_rows", "utf8"]


def utf8(values: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The UTF-8 of ``values`` (no null) end to end; value i is from ``ends[i]`` to ``ends[i + 1]``.

    The first of the ``ends`` is 0. The bytes are Arrow's own, not a copy.
    """
    import numpy as np

    if not len(values):
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    held = np.frombuffer(data or b"", np.uint8)[ends[0] : ends[-1]]
    return held, ends.astype(np.int64) - ends[0]


def padded_rows(
    held: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], size: int
) -> NDArray[np.uint8]:
    """A row of ``size`` bytes for each text, padded as :func:`veilflow.keys.padding.padded` does.

    Every text is shorter than ``size`` bytes.
    """
    import numpy as np

    lengths = ends - starts
    made = np.zeros((len(starts), size), np.uint8)
    first = np.arange(len(starts)) * size
    # How far a byte is from the start of its row is how far it is from the start of its text.
    total = np.cumsum(lengths)
    within = np.arange(total[-1] if len(total) else 0) - np.repeat(total - lengths, lengths)
    flat = made.reshape(-1)
    flat[np.repeat(first, lengths) + within] = held[np.repeat(starts, lengths) + within]
    flat[first + lengths] = PADDING_MARK
    return made
