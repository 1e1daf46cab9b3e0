"""Source rows that would point at somebody if synthetic rows equalled them.

Most coincidences mean nothing: where columns have few values, one unseen real row in six may equal
somebody's row. So only *telling* rows are looked for: those that fewer than ten people have and
that are improbable, judged from each column's distribution alone, as if columns were independent.

Rows that copy nobody equal a telling row about as often as unseen real people's rows do, which is
estimated by the share of people who have a telling row in common with somebody (``by_chance``).
Copies of random rows hit telling rows in their share of the source (``share``). So if ``hits`` is
the share of synthetic rows that equal a telling row, ``(hits - by_chance) / share`` estimates the
share of copies. Where to draw the line between telling rows and others is chosen so that the
smallest share of copies that can be told from chance is as small as possible.

Measured on 20,000 made-up patients, 15,000 census records and 2,000 people of few coarse columns:
of 700 tables of unseen real rows or of independent columns none is refused; with 10 % of copies
mixed in all are refused of the first two, and 81 to 100 % of the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from veilflow.hierarchy import Hierarchy
from veilflow.mask import Transform
from veilflow.spark.redaction import guarded

from veilflow_expectations.chance import chance_margin
from veilflow_expectations.digests import Int64, digest_rows, digest_values

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["RowForm", "TellingRows", "choose_telling", "telling_rows"]

Floats = npt.NDArray[np.float64]

# Values of a column are counted over this many keyed buckets: a bucket shared by two values makes
# both look more common, so a row is rather taken for less telling.
_BUCKETS = 1 << 16


@dataclass(frozen=True)
class RowForm:
    """How a raw column is brought into the output's form: by labels, by a transform, or as is.

    Of a hierarchy, ``levels`` are those at which a cell may be.
    """

    column: str
    hierarchy: Hierarchy | None = None
    levels: Sequence[int] = (0,)
    transform: Transform | None = None

    def apply(self, values: pa.Array) -> pa.Array:
        """The values in the output's form, at the only level. A hierarchy wants texts."""
        (only,) = self.forms(values)
        return only

    def forms(self, values: pa.Array) -> list[pa.Array]:
        """Every form that the values can have in the output, one a level."""
        import pyarrow as pa

        if self.hierarchy is not None:
            encoded = values.dictionary_encode(null_encoding="encode")
            raw = encoded.dictionary.to_pylist()
            return [
                pa.array(
                    self.hierarchy.generalize(raw, level, column=self.column), pa.string()
                ).take(encoded.indices)
                for level in self.levels
            ]
        return [self._transformed(values)]

    def _transformed(self, values: pa.Array) -> pa.Array:
        return values if self.transform is None else self.transform.apply(values)


@dataclass(frozen=True, eq=False, repr=False)
class TellingRows:
    """The digests of telling rows, and what is to be expected of rows that copy nobody.

    ``by_chance_error`` is the standard error of ``by_chance``.
    """

    digests: Int64
    share: float
    by_chance: float
    by_chance_error: float


def telling_rows(
    frame: DataFrame,
    table: str,
    forms: Sequence[RowForm],
    unit: str | None,
    key: bytes,
    made: int,
) -> TellingRows:
    """The telling rows of ``frame`` in the output's form, to judge ``made`` synthetic rows by.

    Without ``unit`` each row is a person.
    """
    from pyspark.sql import functions as F
    from veilflow.evidence import SMALL_COUNT

    selected = _selected(frame, forms, unit)
    context = frame.sparkSession.sparkContext
    shared_key = context.broadcast(key)
    surprisals = None
    try:
        counted = _counts(selected, table, forms, shared_key)
        total = int(counted[0].sum()) if counted else 0
        # As bytes: where Spark encrypts its broadcasts it can't write a large array's own pickle.
        surprisals = context.broadcast(_surprisals(counted, total).tobytes())
        digest = guarded(f"rows of table {table}", _digests)
        with_people = unit is not None

        def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield digest(batch, forms, with_people, shared_key.value, surprisals.value)

        holders = F.countDistinct("person") if with_people else F.count(F.lit(1))
        found = (
            selected.mapInArrow(reduce, "digest bigint, person bigint, surprisal double")
            .groupBy("digest")
            .agg(
                F.first("surprisal").alias("surprisal"),
                F.count(F.lit(1)).alias("rows"),
                holders.alias("people"),
            )
            .where(F.col("people") < SMALL_COUNT)
            .toArrow()
        )
    finally:
        shared_key.destroy()
        if surprisals is not None:
            surprisals.destroy()
    digests, surprisal, rows, people = (
        found.column(name).to_numpy() for name in ("digest", "surprisal", "rows", "people")
    )
    return choose_telling(digests, surprisal, rows, people, total, made)


def choose_telling(
    digests: Int64, surprisals: Floats, rows: Int64, people: Int64, total: int, made: int
) -> TellingRows:
    """As many of the most improbable rows as make the smallest share of copies stand out.

    One entry a distinct row that few people have: how improbable it is, how many of the ``total``
    rows have it, and how many people. ``made`` rows are to be judged.
    """
    if not len(digests) or not total:
        return TellingRows(np.zeros(0, dtype=np.int64), 0.0, 0.0, 0.0)
    order = np.argsort(-surprisals, kind="stable")
    held = np.cumsum(rows[order])
    shared = np.cumsum(np.where(people[order] > 1, rows[order], 0))
    share, chance = held / total, shared / total
    # People who share a row come in pairs at least. The constant keeps a set in which by luck no
    # row is shared from looking as if none could be.
    error = np.sqrt(2 * shared + 4) / total
    end = int(np.argmin((chance + chance_margin(chance, error, made)) / share))
    return TellingRows(
        digests=digests[order[: end + 1]],
        share=float(share[end]),
        by_chance=float(chance[end]),
        by_chance_error=float(error[end]),
    )


def _selected(frame: DataFrame, forms: Sequence[RowForm], unit: str | None) -> DataFrame:
    from veilflow.spark.reading import quoted

    columns = [
        quoted(form.column).cast("string") if form.hierarchy is not None else quoted(form.column)
        for form in forms
    ]
    people = [] if unit is None else [quoted(unit)]
    named = [column.alias(f"c{index}") for index, column in enumerate([*columns, *people])]
    return frame.select(*named)


def _counts(
    selected: DataFrame, table: str, forms: Sequence[RowForm], key: Any
) -> list[npt.NDArray[np.int64]]:
    """For each column the rows in each bucket of values."""
    from pyspark.sql import functions as F

    count = guarded(f"values of table {table}", _bucket_counts)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield count(batch, forms, key.value)

    found = (
        selected.mapInArrow(reduce, "column int, bucket int, rows bigint")
        .groupBy("column", "bucket")
        .agg(F.sum("rows").alias("rows"))
        .toArrow()
    )
    columns = found.column("column").to_numpy()
    counts = []
    for index in range(len(forms)):
        mine = columns == index
        rows = np.zeros(_BUCKETS + 1, dtype=np.int64)
        rows[found.column("bucket").to_numpy()[mine]] = found.column("rows").to_numpy()[mine]
        counts.append(rows)
    return counts


def _surprisals(counts: Sequence[Int64], total: int) -> Floats:
    """For each column and bucket ``-log`` of its share; a bucket without rows isn't asked for."""
    shares = np.maximum(np.array(counts, dtype=np.float64), 0.5) / max(total, 1)
    return -np.log(shares)


def _buckets(values: pa.Array, key: bytes) -> Int64:
    digested = digest_values(values, key)
    buckets: Int64 = np.where(digested.known, digested.digests & (_BUCKETS - 1), _BUCKETS)
    return buckets


def _bucket_counts(batch: pa.RecordBatch, forms: Sequence[RowForm], key: bytes) -> pa.RecordBatch:
    import pyarrow as pa

    columns, buckets, rows = [], [], []
    for index, form in enumerate(forms):
        found, counted = np.unique(
            _buckets(form.apply(batch.column(index)), key), return_counts=True
        )
        columns.append(np.full(found.size, index, dtype=np.int32))
        buckets.append(found.astype(np.int32))
        rows.append(counted.astype(np.int64))
    arrays = [pa.array(np.concatenate(parts)) for parts in (columns, buckets, rows)]
    return pa.RecordBatch.from_arrays(arrays, names=["column", "bucket", "rows"])


def _digests(
    batch: pa.RecordBatch,
    forms: Sequence[RowForm],
    with_people: bool,
    key: bytes,
    surprisals: bytes,
) -> pa.RecordBatch:
    import pyarrow as pa

    by_bucket = np.frombuffer(surprisals, dtype=np.float64).reshape(len(forms), _BUCKETS + 1)
    columns = [form.apply(batch.column(index)) for index, form in enumerate(forms)]
    surprisal = np.zeros(batch.num_rows)
    for index, column in enumerate(columns):
        surprisal += by_bucket[index][_buckets(column, key)]
    people = np.zeros(batch.num_rows, dtype=np.int64)
    if with_people:
        people = digest_values(batch.column(len(forms)), key, exact=True).digests
    return pa.RecordBatch.from_arrays(
        [
            pa.array(digest_rows(columns, key), pa.int64()),
            pa.array(people, pa.int64()),
            pa.array(surprisal, pa.float64()),
        ],
        names=["digest", "person", "surprisal"],
    )
