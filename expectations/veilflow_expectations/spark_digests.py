"""Digests on Spark: made in Python workers, from a key that they get by broadcast.

The key is in no expression, closure, plan or setting. A column is digested once per query however
many references it is held against, and per distinct value of a batch. Workers import this module,
so what only the driver needs is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import (
    Int64,
    digest_dictionary,
    digest_rows,
    digest_values,
)
from veilflow_expectations.references import Membership, References

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = ["column_hits", "distinct_digests", "distinct_rows", "row_hits"]


def column_hits(references: References, frame: DataFrame, column: str) -> Column:
    """For each value a struct: the mask of references that hold it, and its normalised length.

    Fields ``w0, w1, ...`` and ``n``; see :meth:`Membership.bit`.
    """
    from veilflow.spark.reading import quoted

    return _function(references, frame, "column", _value_hits)(quoted(column))


def row_hits(references: References, frame: DataFrame, columns: Sequence[str]) -> Column:
    """The same for whole rows of ``columns``; ``n`` is 1."""
    from veilflow.spark.reading import quoted

    return _function(references, frame, "row", _row_hits)(*[quoted(name) for name in columns])


def distinct_digests(frame: DataFrame, key: bytes) -> Int64:
    """The distinct digests of a frame's only column, collected."""
    if len(frame.columns) != 1:
        raise ValueError("a reference is made of one column")
    return _collect(frame, key, rows=False)


def distinct_rows(frame: DataFrame, columns: Sequence[str], key: bytes) -> Int64:
    """The distinct digests of whole rows, collected."""
    from veilflow.spark.reading import quoted

    return _collect(frame.select(*[quoted(name) for name in columns]), key, rows=True)


def _function(
    references: References,
    frame: DataFrame,
    kind: str,
    body: Callable[[Membership, Sequence[pa.Array]], pa.Array],
) -> Callable[..., Column]:
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf

    shared = references.share(frame.sparkSession)
    broadcast, functions = shared.broadcast, shared.functions
    if kind not in functions:
        words = shared.membership.words
        schema = ", ".join([*(f"w{word} bigint" for word in range(words)), "n int"])

        def hits(*columns: pa.Array) -> pa.Array:
            return body(broadcast.value, columns)

        functions[kind] = arrow_udf(
            guarded(f"digests of a {kind}", hits),
            returnType=schema,
            functionType=ArrowUDFType.SCALAR,
        )
    function: Callable[..., Column] = functions[kind]
    return function


def _value_hits(membership: Membership, columns: Sequence[pa.Array]) -> pa.Array:
    """Looked up once a distinct value of the batch."""
    indices, distinct = digest_dictionary(columns[0], membership.key)
    masks = membership.masks_of(distinct.digests, distinct.known)
    return _struct(masks, distinct.lengths).take(indices)


def _row_hits(membership: Membership, columns: Sequence[pa.Array]) -> pa.Array:
    digests = digest_rows(columns, membership.key)
    masks = membership.masks_of(digests, np.ones(digests.size, dtype=np.bool_))
    return _struct(masks, np.ones(digests.size, dtype=np.int32))


def _struct(masks: Int64, lengths: np.ndarray[Any, Any]) -> pa.Array:
    import pyarrow as pa

    words = [pa.array(np.ascontiguousarray(masks[:, word])) for word in range(masks.shape[1])]
    names = [*(f"w{word}" for word in range(len(words))), "n"]
    return pa.StructArray.from_arrays([*words, pa.array(lengths, pa.int32())], names=names)


def _collect(frame: DataFrame, key: bytes, *, rows: bool) -> Int64:
    shared = frame.sparkSession.sparkContext.broadcast(key)

    def digest(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        make = guarded("digests of a reference", _row_digests if rows else _value_digests)
        for batch in batches:
            found = np.unique(make(batch.columns, shared.value))
            yield pa.RecordBatch.from_arrays([pa.array(found, pa.int64())], names=["digest"])

    # PySpark takes a name with a dot for a field of a column here.
    numbered = frame.toDF(*[f"c{place}" for place in range(len(frame.columns))])
    try:
        table = numbered.mapInArrow(digest, "digest bigint").distinct().toArrow()
    finally:
        shared.destroy()
    digests: Int64 = table.column("digest").to_numpy()
    return digests


def _value_digests(columns: Sequence[pa.Array], key: bytes) -> Int64:
    digested = digest_values(columns[0], key)
    return digested.digests[digested.known]


def _row_digests(columns: Sequence[pa.Array], key: bytes) -> Int64:
    return digest_rows(columns, key)
