"""Marks of classes and of rows, batch by batch in Spark's workers.

Workers import this module, so it is apart from the metrics: Great Expectations takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64
from veilflow_expectations.marks import are_among, chosen_rows, marks, row_places, value_marks

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["class_marks", "row_marks"]


def class_marks(classes: DataFrame, columns: Sequence[str], key: bytes, sought: Int64) -> pa.Table:
    """The ``mark`` of each class that is ``sought`` and its ``people``, collected.

    ``classes`` has the columns of the quasi-identifiers called ``columns``, and then the people.
    ``sought`` has each mark once, in ascending order.
    """
    shared = classes.sparkSession.sparkContext.broadcast((key, sought.tobytes()))
    mark = guarded("marks of classes", _class_batch)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield mark(batch, columns, *shared.value)

    try:
        return classes.mapInArrow(reduce, "mark bigint, people bigint").toArrow()
    finally:
        shared.destroy()


def row_marks(
    rows: DataFrame, columns: Sequence[str], ids: int, share: float, key: bytes
) -> pa.Table:
    """``file``, ``place``, ``mark`` and the ids ``i0, i1, ...`` of a ``share`` of rows, collected.

    ``rows`` has the file and the place of each, the columns called ``columns``, and then the ids.
    """
    shared = rows.sparkSession.sparkContext.broadcast(key)
    mark = guarded("marks of rows", _row_batch)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield mark(batch, columns, share, shared.value)

    texts = "".join(f", i{index} string" for index in range(ids))
    try:
        return rows.mapInArrow(reduce, f"file int, place bigint, mark bigint{texts}").toArrow()
    finally:
        shared.destroy()


def _class_batch(
    batch: pa.RecordBatch, columns: Sequence[str], key: bytes, sought: bytes
) -> pa.RecordBatch:
    import pyarrow as pa

    found = marks(_arrow_marks(batch, 0, columns, key))
    kept = are_among(found, np.frombuffer(sought, dtype=np.int64))
    people = batch.column(len(columns)).to_numpy(zero_copy_only=False)
    return pa.RecordBatch.from_arrays(
        [pa.array(found[kept], pa.int64()), pa.array(people[kept], pa.int64())],
        names=["mark", "people"],
    )


def _row_batch(
    batch: pa.RecordBatch, columns: Sequence[str], share: float, key: bytes
) -> pa.RecordBatch:
    import pyarrow as pa

    every = marks(_arrow_marks(batch, 2, columns, key))
    places = batch.column(1).to_numpy(zero_copy_only=False)
    chosen = pa.array(np.flatnonzero(chosen_rows(every, row_places(places, key), share)))
    ids = [batch.column(index) for index in range(2 + len(columns), batch.num_columns)]
    return pa.RecordBatch.from_arrays(
        [each.take(chosen) for each in (*batch.columns[:2], pa.array(every, pa.int64()), *ids)],
        names=["file", "place", "mark", *[f"i{index}" for index in range(len(ids))]],
    )


def _arrow_marks(
    batch: pa.RecordBatch, first: int, columns: Sequence[str], key: bytes
) -> dict[str, Int64]:
    return {name: value_marks(batch.column(first + i), key) for i, name in enumerate(columns)}
