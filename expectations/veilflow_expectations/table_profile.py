"""Everything that the judge counts about one table besides its expectations, in one pass.

Batches are reduced in Python workers before anything is shuffled: what leaves a worker is a
label, a keyed digest or a number of a bucket, with its number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from veilflow.hierarchy import Hierarchy
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64, digest_values

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["BUCKETS", "Counted", "DigestCounts", "Profile", "profile"]

# Distributions are compared over this many keyed buckets, so that a column of a million values
# costs no more than one of a few: equal but for rare collisions, and never further apart.
BUCKETS = 1 << 16

Kind = Literal["labels", "digests", "exact", "buckets"]
_ROWS, _NULLS = -1, -2


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


@dataclass(frozen=True, eq=False, repr=False)
class DigestCounts:
    """Distinct digests and the rows of each."""

    digests: Int64
    rows: Int64


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """The counts of one table. Holds labels: it stays on the driver."""

    rows: int
    nulls: Mapping[str, int]
    labels: Mapping[str, Mapping[str | None, int]] = field(default_factory=dict)
    digests: Mapping[str, DigestCounts] = field(default_factory=dict)
    exact: Mapping[str, DigestCounts] = field(default_factory=dict)
    buckets: Mapping[str, Int64] = field(default_factory=dict)


def profile(
    frame: DataFrame, name: str, counted: Sequence[Counted], nulls: Sequence[str], key: bytes
) -> Profile:
    """Count ``counted`` and the nulls of the columns ``nulls``. ``name`` is for error messages."""
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted

    shared = frame.sparkSession.sparkContext.broadcast(key)
    inputs = [
        quoted(item.column).cast("string") if item.kind == "labels" else quoted(item.column)
        for item in counted
    ]
    selected = frame.select(
        F.lit(0).alias("one"),
        *[column.alias(f"c{index}") for index, column in enumerate(inputs)],
        *[quoted(column).isNull().alias(f"n{index}") for index, column in enumerate(nulls)],
    )
    count = guarded(f"counting table {name}", _count)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield count(batch, tuple(counted), len(nulls), shared.value)

    try:
        table = (
            selected.mapInArrow(reduce, "task int, key bigint, label string, rows bigint")
            .groupBy("task", "key", "label")
            .agg(F.sum("rows").alias("rows"))
            .toArrow()
        )
    finally:
        shared.destroy()
    return _assembled(table, counted, nulls)


def _count(
    batch: pa.RecordBatch, counted: Sequence[Counted], nulls: int, key: bytes
) -> pa.RecordBatch:
    import pyarrow as pa

    found = _Found()
    found.add(_ROWS, [0], [batch.num_rows])
    for index, item in enumerate(counted):
        values = batch.column(index + 1)
        if item.kind == "labels":
            found.add_labels(index, *_labels(item, values))
        elif item.kind == "buckets":
            found.add(index, *_distinct(_buckets(values, key)))
        else:
            digested = digest_values(values, key, exact=item.kind == "exact")
            found.add(index, *_distinct(digested.digests[digested.known]))
    for index in range(nulls):
        missing = batch.column(1 + len(counted) + index).true_count
        found.add(_NULLS, [index], [missing])
    return pa.RecordBatch.from_arrays(
        [
            pa.array(np.concatenate(found.tasks), pa.int32()),
            pa.array(np.concatenate(found.keys), pa.int64()),
            pa.array(found.labels, pa.string()),
            pa.array(np.concatenate(found.rows), pa.int64()),
        ],
        names=["task", "key", "label", "rows"],
    )


class _Found:
    """Rows of the answer, gathered column by column."""

    def __init__(self) -> None:
        self.tasks: list[npt.NDArray[Any]] = []
        self.keys: list[npt.NDArray[Any]] = []
        self.rows: list[npt.NDArray[Any]] = []
        self.labels: list[str | None] = []

    def add(self, task: int, keys: Any, rows: Any) -> None:
        self.tasks.append(np.full(len(keys), task, dtype=np.int32))
        self.keys.append(np.asarray(keys, dtype=np.int64))
        self.rows.append(np.asarray(rows, dtype=np.int64))
        self.labels += [None] * len(keys)

    def add_labels(self, task: int, labels: Sequence[str | None], rows: Any) -> None:
        self.add(task, np.zeros(len(labels)), rows)
        self.labels[len(self.labels) - len(labels) :] = labels


def _labels(item: Counted, values: pa.Array) -> tuple[list[str | None], Int64]:
    encoded = values.dictionary_encode(null_encoding="encode")
    labels: list[str | None] = encoded.dictionary.to_pylist()
    if item.hierarchy is not None:
        labels = item.hierarchy.generalize(labels, item.level, column=item.column)
    rows = np.bincount(encoded.indices.to_numpy(zero_copy_only=False), minlength=len(labels))
    return labels, rows.astype(np.int64)


def _buckets(values: pa.Array, key: bytes) -> Int64:
    digested = digest_values(values, key)
    buckets: Int64 = np.where(digested.known, digested.digests & (BUCKETS - 1), BUCKETS)
    return buckets


def _distinct(values: Int64) -> tuple[Int64, Int64]:
    keys, rows = np.unique(values, return_counts=True)
    return keys, rows.astype(np.int64)


def _assembled(table: pa.Table, counted: Sequence[Counted], nulls: Sequence[str]) -> Profile:
    tasks = table.column("task").to_numpy()
    keys = table.column("key").to_numpy()
    rows = table.column("rows").to_numpy()
    labels: dict[str, dict[str | None, int]] = {}
    digests: dict[str, DigestCounts] = {}
    exact: dict[str, DigestCounts] = {}
    buckets: dict[str, Int64] = {}
    for index, item in enumerate(counted):
        place = np.flatnonzero(tasks == index)
        if item.kind == "labels":
            texts = table.column("label").take(place).to_pylist()
            labels[item.column] = dict(zip(texts, rows[place].tolist(), strict=True))
        elif item.kind == "buckets":
            counts = np.zeros(BUCKETS + 1, dtype=np.int64)
            counts[keys[place]] = rows[place]
            buckets[item.column] = counts
        else:
            found = digests if item.kind == "digests" else exact
            found[item.column] = DigestCounts(keys[place], rows[place])
    missing = tasks == _NULLS
    null_rows = dict(zip(keys[missing].tolist(), rows[missing].tolist(), strict=True))
    return Profile(
        rows=int(rows[tasks == _ROWS].sum()),
        nulls={name: null_rows.get(index, 0) for index, name in enumerate(nulls)},
        labels=labels,
        digests=digests,
        exact=exact,
        buckets=buckets,
    )
