"""Everything that the judge counts about one table besides its expectations, in one pass.

Tables are reduced in Python workers: what leaves a worker is a label, a keyed digest or a number of
a bucket, with its number of rows (tallies.py). Nothing is shuffled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64
from veilflow_expectations.tallies import (
    BUCKETS,
    SCHEMA,
    Counted,
    Tally,
    batch,
    by_label,
    merged,
    unpacked,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = ["BUCKETS", "Counted", "DigestCounts", "Profile", "profile"]

_ROWS, _NULLS = -1, -2


@dataclass(frozen=True, eq=False, repr=False)
class DigestCounts:
    """Distinct digests, sorted, and the rows of each."""

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
    shared = frame.sparkSession.sparkContext.broadcast(key)
    inputs, places = _inputs(frame, counted, nulls)
    guard = f"counting table {name}"

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        task = guarded(guard, _Task)(tuple(counted), places, shared.value)
        add = guarded(guard, task.add)
        for given in batches:
            add(given)
        yield from guarded(guard, task.packed)()

    try:
        table = frame.select(*inputs).mapInArrow(reduce, SCHEMA).toArrow()
    finally:
        shared.destroy()
    return _assembled(table, counted, nulls)


def _inputs(
    frame: DataFrame, counted: Sequence[Counted], nulls: Sequence[str]
) -> tuple[list[Column], tuple[int, ...]]:
    """What the workers get, each column once, and which of it each item and null count takes."""
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted

    texts = {name for name, data_type in frame.dtypes if data_type == "string"}
    place: dict[tuple[str, str], int] = {}
    for item in counted:
        as_text = item.kind == "labels" and item.column not in texts
        place.setdefault((item.column, "text" if as_text else "value"), 1 + len(place))
    sent = {column for column, form in place if form == "value"}
    for column in nulls:
        form = "value" if column in sent else "null"
        place.setdefault((column, form), 1 + len(place))

    def made(column: str, form: str) -> Column:
        if form == "null":
            return F.when(quoted(column).isNotNull(), F.lit(True))
        return quoted(column).cast("string") if form == "text" else quoted(column)

    inputs = [made(*what).alias(f"c{at}") for what, at in place.items()]
    items = [
        place[(item.column, "text")]
        if item.kind == "labels" and item.column not in texts
        else place[(item.column, "value")]
        for item in counted
    ]
    missing = [place[(column, "value" if column in sent else "null")] for column in nulls]
    return [F.lit(0).alias("one"), *inputs], (*items, *missing)


class _Task:
    """All counts of one task."""

    def __init__(self, counted: Sequence[Counted], places: Sequence[int], key: bytes) -> None:
        self._items = [
            (Tally(item, key), place) for item, place in zip(counted, places, strict=False)
        ]
        self._columns = places[len(counted) :]
        self._nulls = np.zeros(len(self._columns), dtype=np.int64)
        self._rows = 0

    def add(self, given: pa.RecordBatch) -> None:
        self._rows += given.num_rows
        for tally, place in self._items:
            tally.add(given.column(place))
        self._nulls += [given.column(place).null_count for place in self._columns]

    def packed(self) -> list[pa.RecordBatch]:
        made = [
            batch(_ROWS, b"", np.array([self._rows]).tobytes()),
            batch(_NULLS, b"", self._nulls.tobytes()),
        ]
        for index, (tally, _) in enumerate(self._items):
            made += tally.packed(index)
        return made


def _assembled(table: pa.Table, counted: Sequence[Counted], nulls: Sequence[str]) -> Profile:
    labels: dict[str, dict[str | None, int]] = {}
    digests: dict[str, DigestCounts] = {}
    exact: dict[str, DigestCounts] = {}
    buckets: dict[str, Int64] = {}
    for index, item in enumerate(counted):
        parts = unpacked(table, index)
        if item.kind == "labels":
            labels[item.column] = by_label(parts)
            continue
        keys, rows = merged([(part.keys, part.rows) for part in parts])
        if item.kind == "buckets":
            counts = np.zeros(BUCKETS + 1, dtype=np.int64)
            counts[keys] = rows
            buckets[item.column] = counts
        else:
            found = digests if item.kind == "digests" else exact
            found[item.column] = DigestCounts(keys, rows)
    missing = sum((part.rows for part in unpacked(table, _NULLS)), np.zeros(len(nulls), np.int64))
    return Profile(
        rows=int(sum(part.rows.sum() for part in unpacked(table, _ROWS))),
        nulls=dict(zip(nulls, missing.tolist(), strict=True)),
        labels=labels,
        digests=digests,
        exact=exact,
        buckets=buckets,
    )
