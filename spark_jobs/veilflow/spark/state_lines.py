"""What a scan knows of a part of a column, as lines that Spark sorts and sends to one place.

The first field of a line is where it belongs, an integer or a text; :func:`by_place` takes sorted
lines apart by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from veilflow.classify.full_scan import ColumnState

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ABOUT", "STATE_LINE", "by_place", "line", "state_lines", "state_of"]

STATE_LINE = "part string, hash bigint, entry string, rows bigint, nulls bigint"
ABOUT = "about"
"""The part of lines that aren't of a state, for whoever sends more than it."""
_ROWS, _PRESENT, _LONG = "rows", "present", "long"
_NAMES = ["place", "part", "hash", "entry", "rows", "nulls"]


def state_lines(place: pa.Scalar, state: ColumnState) -> pa.RecordBatch:
    """A line for the numbers of rows, one for each settled type, and one for each kept entry."""
    import pyarrow as pa

    parts = [_ROWS, *[_PRESENT] * len(state.present), *[_LONG] * state.has_long_texts]
    entries = ["", *map(str, sorted(state.present)), *[""] * state.has_long_texts]
    hashes = [np.zeros(len(parts), dtype=np.uint64)]
    for part, kept, values in state.parts:
        parts += [part] * kept.size
        hashes.append(kept)
        entries += values.tolist() if part == "sample" else ["1" if v else "" for v in values]
    numbers = np.zeros((2, len(parts)), dtype=np.int64)
    numbers[:, 0] = state.rows, state.nulls
    return pa.RecordBatch.from_arrays(
        [
            pa.repeat(place, len(parts)),
            pa.array(parts, pa.string()),
            pa.array(np.concatenate(hashes).view(np.int64)),
            pa.array(entries, pa.string()),
            pa.array(numbers[0]),
            pa.array(numbers[1]),
        ],
        names=_NAMES,
    )


def line(place: str, part: str, entry: str = "", rows: int = 0) -> pa.RecordBatch:
    """One line by itself."""
    import pyarrow as pa

    texts = [pa.array([text], pa.string()) for text in (place, part, entry)]
    zero, counted = (pa.array([number], pa.int64()) for number in (0, rows))
    return pa.RecordBatch.from_arrays(
        [texts[0], texts[1], zero, texts[2], counted, zero], names=_NAMES
    )


def by_place(batch: pa.RecordBatch) -> Iterator[tuple[Any, pa.RecordBatch]]:
    """The lines of each place; sorted lines give each place once."""
    import pyarrow.compute as pc

    runs = pc.run_end_encode(batch.column(0))
    begin = 0
    for place, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield place, batch.slice(begin, end - begin)
        begin = end


def state_of(lines: pa.RecordBatch) -> ColumnState:
    """What lines of one place say, of one scan or of parts of several."""
    parts = np.array(lines.column(1).to_pylist(), dtype=object)
    hashes = np.asarray(lines.column(2)).view(np.uint64)
    entries = np.array(lines.column(3).to_pylist(), dtype=object)
    rows, nulls = (int(np.asarray(lines.column(n)).sum()) for n in (4, 5))
    kept = []
    for part in sorted(set(parts.tolist()) - {_ROWS, _PRESENT, _LONG, ABOUT}):
        mine = parts == part
        values = entries[mine] if part == "sample" else (entries[mine] == "1").astype(object)
        kept.append((part, hashes[mine], values))
    present = frozenset(int(entry) for entry in entries[parts == _PRESENT])
    return ColumnState(rows, nulls, present, bool((parts == _LONG).any()), tuple(kept))
