"""Which of many number texts surely share their labels, found with floats; the rest is exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["FEW", "Float", "Grouping", "labels_by_group", "near"]

Float = npt.NDArray[np.float64]
Grouping = Callable[[Float], tuple[Float, npt.NDArray[np.bool_]]]

FEW = 256
"""Below this many values the exact way costs less than the arrays."""

_RELATIVE = 1e-9
_LARGEST = 1e15


def near(numbers: Float, edge: Float | float) -> npt.NDArray[np.bool_]:
    """Whether a float is so close to ``edge`` that the decimal number may lie on its other side."""
    return np.asarray(np.abs(numbers - edge) <= _RELATIVE * np.maximum(1.0, np.abs(numbers)))


def labels_by_group(
    values: Sequence[str | None], grouping: Grouping, label: Callable[[str], str | None]
) -> list[str | None] | None:
    """``label`` of each value, asked once a group; None where the texts aren't plain numbers.

    ``grouping`` gives each number its group and whether that is sure. What isn't sure (near an
    edge, very large, not finite) is labelled by itself. Null stays null.
    """
    import pyarrow as pa

    try:
        numbers = pa.array(values, pa.string()).cast(pa.float64())
    except pa.ArrowInvalid:
        # Blanks, digit grouping, words: the exact way tells which of them are numbers.
        return None
    floats = numbers.fill_null(np.nan).to_numpy(zero_copy_only=False)
    with np.errstate(all="ignore"):
        group, sure = grouping(floats)
        sure = sure & (np.abs(floats) < _LARGEST)
    distinct, first, inverse = np.unique(group[sure], return_index=True, return_inverse=True)
    places = np.flatnonzero(sure)
    shared = [label(values[place] or "") for place in places[first].tolist()]
    found: list[str | None] = [None] * len(values)
    for place, code in zip(places.tolist(), inverse.tolist(), strict=True):
        found[place] = shared[code]
    for place in np.flatnonzero(~sure).tolist():
        value = values[place]
        found[place] = None if value is None else label(value)
    return found
