"""What one task counts of its part of a table, and how the parts are put together again.

A task keeps its counts from batch to batch and hands over each column's at its end, packed: digests
and rows as the bytes of their arrays. So nothing is shuffled, and Spark moves a few large cells in
place of millions of small rows. Memory: 16 bytes a distinct digest of the task's part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from veilflow.hierarchy import Hierarchy

from veilflow_expectations.digests import Int64, digest_distinct

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "BUCKETS",
    "SCHEMA",
    "Counted",
    "Part",
    "Tally",
    "batch",
    "by_label",
    "merged",
    "unpacked",
]

# Distributions are compared over this many keyed buckets, so that a column of a million values
# costs no more than one of a few: equal but for rare collisions, and never further apart.
BUCKETS = 1 << 16

SCHEMA = "item int, keys binary, rows binary, labels array<string>"
_CELLS = ("keys", "rows", "labels")
Kind = Literal["labels", "digests", "exact", "buckets"]

# Counts are put together when this many have gathered, and cross to the driver in such pieces.
_PIECE = 1 << 20


@dataclass(frozen=True)
class Counted:
    """What to count of ``column``.

    ``labels``: rows by label (by ``hierarchy``'s label at ``level`` where one is given);
    ``digests``: rows by digest of the normalised value; ``exact``: by digest of the value as it is
    written; ``buckets``: rows by bucket, nulls in one of their own.
    """

    column: str
    kind: Kind
    hierarchy: Hierarchy | None = None
    level: int = 0


class Tally:
    """The counts of one item in one task."""

    def __init__(self, item: Counted, key: bytes) -> None:
        self._item, self._key = item, key
        self._texts: list[tuple[pa.Array, Int64]] = []
        self._parts: list[tuple[Int64, Int64]] = []
        self._nulls = self._waiting = 0

    def add(self, values: pa.Array) -> None:
        """Count the values of a batch."""
        if self._item.kind == "labels":
            encoded = values.dictionary_encode()
            known = encoded.indices.drop_null().to_numpy(zero_copy_only=False)
            rows = np.bincount(known, minlength=len(encoded.dictionary)).astype(np.int64)
            self._nulls += values.null_count
            self._texts.append((encoded.dictionary, rows))
        else:
            keys, rows = digest_distinct(values, self._key, exact=self._item.kind == "exact")
            if self._item.kind == "buckets":
                keys = keys & (BUCKETS - 1)
                self._nulls += len(values) - int(rows.sum())
            self._parts.append((keys, rows))
        self._waiting += rows.size
        if self._waiting > _PIECE:
            self._settle()

    def packed(self, index: int) -> Iterator[pa.RecordBatch]:
        """All counts as rows of :data:`SCHEMA` under the number ``index``."""
        if self._item.kind == "labels":
            labels, rows = self._labelled()
            for start in range(0, len(labels), _PIECE):
                piece = slice(start, start + _PIECE)
                yield batch(index, b"", rows[piece].tobytes(), labels[piece])
            return
        if self._item.kind == "buckets" and self._nulls:
            self._parts.append((np.array([BUCKETS]), np.array([self._nulls])))
        self._settle()
        for keys, rows in self._parts:
            for start in range(0, keys.size, _PIECE):
                piece = slice(start, start + _PIECE)
                # Most often every value is one row's: then nothing needs to be said of rows.
                told = rows[piece] if (rows[piece] != 1).any() else rows[:0]
                yield batch(index, keys[piece].tobytes(), told.tobytes())

    def _settle(self) -> None:
        """Put together what has gathered, which takes longer the more distinct values there are:
        so the more there are, the later again."""
        if self._parts:
            self._parts = [merged(self._parts)]
        if self._texts:
            self._texts = [_merged_texts(self._texts)]
        self._waiting = -max((rows.size for _, rows in (*self._parts, *self._texts)), default=0)

    def _labelled(self) -> tuple[list[str | None], Int64]:
        self._settle()
        labels: list[str | None] = []
        rows = np.zeros(0, dtype=np.int64)
        for texts, counts in self._texts:
            labels, rows = texts.to_pylist(), counts
        if self._nulls:
            labels, rows = [*labels, None], np.append(rows, self._nulls)
        item = self._item
        if item.hierarchy is not None:
            labels = item.hierarchy.generalize(labels, item.level, column=item.column)
        found = by_label([Part(np.zeros(0, np.int64), rows, labels)])
        return list(found), np.fromiter(found.values(), dtype=np.int64, count=len(found))


def _merged_texts(parts: Sequence[tuple[pa.Array, Int64]]) -> tuple[pa.Array, Int64]:
    import pyarrow as pa

    encoded = pa.concat_arrays([texts for texts, _ in parts]).dictionary_encode()
    rows = np.zeros(len(encoded.dictionary), dtype=np.int64)
    np.add.at(rows, encoded.indices.to_numpy(), np.concatenate([rows for _, rows in parts]))
    return encoded.dictionary, rows


def merged(parts: Sequence[tuple[Int64, Int64]]) -> tuple[Int64, Int64]:
    """Distinct keys, sorted, with the sum of their rows."""
    keys = np.concatenate([np.zeros(0, np.int64), *[keys for keys, _ in parts]])
    rows = np.concatenate([np.zeros(0, np.int64), *[rows for _, rows in parts]])
    if not keys.size:
        return keys, rows
    if (rows == 1).all():  # sorting alone is several times as fast as keeping rows beside keys
        keys = np.sort(keys)
        first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        return keys[first], np.diff(np.append(first, keys.size))
    order = np.argsort(keys)
    keys, rows = keys[order], rows[order]
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return keys[first], np.add.reduceat(rows, first)


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """What one task said of one item. Without rows each key is one row's."""

    keys: Int64
    rows: Int64
    labels: list[str | None]


def unpacked(table: pa.Table, index: int) -> list[Part]:
    """What each task said of item ``index``."""
    import pyarrow.compute as pc

    mine = table.filter(pc.equal(table.column("item"), index))
    parts = []
    for keys, rows, labels in zip(*[mine.column(name) for name in _CELLS], strict=True):
        found = np.frombuffer(keys.as_buffer(), np.int64)
        counts = np.frombuffer(rows.as_buffer(), np.int64)
        ones = np.ones(found.size if not counts.size else 0, dtype=np.int64)
        parts.append(Part(found, counts if counts.size else ones, labels.as_py()))
    return parts


def by_label(parts: Sequence[Part]) -> dict[str | None, int]:
    """The sum of the rows of each label."""
    counts: dict[str | None, int] = {}
    for part in parts:
        for label, count in zip(part.labels, part.rows.tolist(), strict=True):
            counts[label] = counts.get(label, 0) + count
    return counts


def batch(
    index: int, keys: bytes, rows: bytes, labels: Sequence[str | None] = ()
) -> pa.RecordBatch:
    """One row of :data:`SCHEMA`."""
    import pyarrow as pa

    texts = pa.array([list(labels)], pa.list_(pa.string()))
    return pa.RecordBatch.from_arrays(
        [
            pa.array([index], pa.int32()),
            pa.array([keys], pa.binary()),
            pa.array([rows], pa.binary()),
            texts,
        ],
        names=["item", "keys", "rows", "labels"],
    )
