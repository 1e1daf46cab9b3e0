"""How often each shape of a column's values occurs.

A shape is a value with every symbol of an alphabet replaced by one sign: its length, and what
stands between the symbols where. Shapes are compared as keyed digests with their numbers of rows.
Workers import this module, so it is apart from the metrics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64, digest_values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["ShapeCounts", "count_shapes"]

_SIGN = "\ue000"  # of no alphabet: private use


@dataclass(frozen=True, eq=False, repr=False)
class ShapeCounts:
    """Distinct digests of shapes, sorted, and the rows of each; of which ``alphabet``."""

    digests: Int64
    rows: Int64
    alphabet: str

    registered_by: ClassVar[str] = "register_shapes"

    def moved(self, other: ShapeCounts) -> int:
        """How many rows of either have a shape that the other lacks, whichever are more."""
        shapes = np.union1d(self.digests, other.digests)
        mine, theirs = self._rows_of(shapes), other._rows_of(shapes)
        more, less = np.maximum(mine - theirs, 0).sum(), np.maximum(theirs - mine, 0).sum()
        return int(max(more, less))

    def _rows_of(self, shapes: Int64) -> Int64:
        rows = np.zeros(shapes.size, dtype=np.int64)
        rows[np.searchsorted(shapes, self.digests)] = self.rows
        return rows


def count_shapes(values: Any, alphabet: str, key: bytes) -> ShapeCounts:
    """The shapes of a pandas Series, or of a Spark DataFrame of one column."""
    if hasattr(values, "sparkSession"):
        from veilflow.spark.reading import quoted

        return _spark_shapes(values.select(quoted(values.columns[0]).alias("c")), alphabet, key)
    shapes = values.dropna().astype(str).str.replace(f"[{alphabet}]", _SIGN, regex=True)
    counted = shapes.value_counts()
    return _counts(pa.array(counted.index, pa.string()), counted.to_numpy(), alphabet, key)


def _spark_shapes(frame: DataFrame, alphabet: str, key: bytes) -> ShapeCounts:
    from pyspark.sql import functions as F

    shape = F.regexp_replace(F.col("c").cast("string"), f"[{alphabet}]", _SIGN)
    counted = frame.where(F.col("c").isNotNull()).groupBy(shape.alias("shape")).count()
    shared = frame.sparkSession.sparkContext.broadcast(key)
    digest = guarded("digests of shapes", _digests)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield digest(batch, shared.value)

    try:
        found = counted.mapInArrow(reduce, "digest bigint, rows bigint").toArrow()
    finally:
        shared.destroy()
    digests, rows = found.column("digest").to_numpy(), found.column("rows").to_numpy()
    return _sorted(digests, rows, alphabet)


def _digests(batch: pa.RecordBatch, key: bytes) -> pa.RecordBatch:
    digests = digest_values(batch.column(0), key, exact=True).digests
    return pa.RecordBatch.from_arrays(
        [pa.array(digests, pa.int64()), batch.column(1)], names=["digest", "rows"]
    )


def _counts(shapes: pa.Array, rows: Any, alphabet: str, key: bytes) -> ShapeCounts:
    return _sorted(digest_values(shapes, key, exact=True).digests, rows, alphabet)


def _sorted(digests: Int64, rows: Any, alphabet: str) -> ShapeCounts:
    order = np.argsort(digests)
    return ShapeCounts(digests[order], np.asarray(rows, dtype=np.int64)[order], alphabet)
