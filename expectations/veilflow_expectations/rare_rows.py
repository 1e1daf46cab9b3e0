"""Source rows that few people share, in the form that synthetic rows have, as keyed digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from veilflow.hierarchy import Hierarchy
from veilflow.mask import Transform
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64, digest_rows, digest_values

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["RowForm", "rare_rows"]


@dataclass(frozen=True)
class RowForm:
    """How a raw column is brought into the output's form: by labels, by a transform, or as is."""

    column: str
    hierarchy: Hierarchy | None = None
    level: int = 0
    transform: Transform | None = None

    def apply(self, values: pa.Array) -> pa.Array:
        """The values in the output's form. A hierarchy wants texts."""
        import pyarrow as pa

        if self.hierarchy is not None:
            encoded = values.dictionary_encode(null_encoding="encode")
            raw = encoded.dictionary.to_pylist()
            labels = self.hierarchy.generalize(raw, self.level, column=self.column)
            return pa.array(labels, pa.string()).take(encoded.indices)
        return values if self.transform is None else self.transform.apply(values)


def rare_rows(
    frame: DataFrame, table: str, forms: Sequence[RowForm], unit: str | None, key: bytes
) -> Int64:
    """Digests of the rows that fewer than ten people share; without ``unit`` rows are counted."""
    from pyspark.sql import functions as F
    from veilflow.evidence import SMALL_COUNT
    from veilflow.spark.reading import quoted

    shared = frame.sparkSession.sparkContext.broadcast(key)
    inputs = [
        quoted(form.column).cast("string") if form.hierarchy is not None else quoted(form.column)
        for form in forms
    ]
    people = [] if unit is None else [quoted(unit)]
    columns = [column.alias(f"c{index}") for index, column in enumerate([*inputs, *people])]
    digest = guarded(f"rows of table {table}", _digests)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield digest(batch, tuple(forms), unit is not None, shared.value)

    counted = (
        F.count(F.lit(1)).alias("people")
        if unit is None
        else F.countDistinct("person").alias("people")
    )
    try:
        found = (
            frame.select(*columns)
            .mapInArrow(reduce, "digest bigint, person bigint")
            .groupBy("digest")
            .agg(counted)
            .where(F.col("people") < SMALL_COUNT)
            .select("digest")
            .toArrow()
        )
    finally:
        shared.destroy()
    digests: Int64 = found.column("digest").to_numpy()
    return digests


def _digests(
    batch: pa.RecordBatch, forms: Sequence[RowForm], with_people: bool, key: bytes
) -> pa.RecordBatch:
    import pyarrow as pa

    columns = [form.apply(batch.column(index)) for index, form in enumerate(forms)]
    rows = digest_rows(columns, key)
    people = np.zeros(len(rows), dtype=np.int64)
    if with_people:
        people = digest_values(batch.column(len(forms)), key, exact=True).digests
    return pa.RecordBatch.from_arrays(
        [pa.array(rows, pa.int64()), pa.array(people, pa.int64())], names=["digest", "person"]
    )
