"""Distributions of columns, so that another table's can be held against them.

Categories are counted over keyed buckets, nulls in one of their own. Numbers and dates are counted
between and at thresholds, which are up to a thousand order statistics of the reference. With no
more different values than that the distance is exact; with more it is at most the share of the
reference that lies between two neighbouring thresholds too small, about 0.001.

Thresholds are values: they stay on the driver and reach workers by broadcast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from veilflow.risk import kolmogorov_smirnov, total_variation
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64, digest_values, to_arrow
from veilflow_expectations.telling_rows import RowForm

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = [
    "BUCKETS",
    "Distribution",
    "Sought",
    "as_numbers",
    "count_like",
    "is_ordered_type",
    "measure",
    "selected",
]

BUCKETS = 1 << 16
THRESHOLDS = 1000
_SPARK_ACCURACY = 20 * THRESHOLDS

_ORDERED = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "date", "timest")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sought:
    """A column to be counted, brought into the output's form first; in its order or as categories.

    ``thresholds`` are those of the reference, as bytes; none where there is no order.
    """

    form: RowForm
    ordered: bool
    thresholds: bytes = b""

    @property
    def column(self) -> str:
        return self.form.column

    def as_is(self) -> Sought:
        """The same of a column that has the output's form already."""
        return Sought(RowForm(self.column), self.ordered, self.thresholds)


@dataclass(frozen=True, eq=False, repr=False)
class Distribution:
    """Rows by bucket, or by the cells between and at ``thresholds``; ``rows`` with a value."""

    counts: Int64
    thresholds: Floats | None = None

    registered_by: ClassVar[str] = "register_distribution"

    @property
    def ordered(self) -> bool:
        """Whether the column's values have an order."""
        return self.thresholds is not None

    @property
    def rows(self) -> int:
        return int(self.counts.sum())

    def distance(self, other: Int64) -> float:
        """How far the counts of another table, made like these, are away: from 0 to 1.

        Total variation for categories, Kolmogorov and Smirnov's distance for what has an order.
        Two columns without a value are equal, and one of them is as far away as can be.
        """
        if not self.counts.sum() or not other.sum():
            return 0.0 if self.counts.sum() == other.sum() else 1.0
        measured = kolmogorov_smirnov if self.ordered else total_variation
        return min(1.0, measured(self.counts, other))


def measure(frame: Any, sought: Sequence[Sought], key: bytes) -> list[Distribution]:
    """The distribution of each column of a pandas or Spark frame."""
    thresholds = _thresholds(frame, [one for one in sought if one.ordered])
    exact = iter(thresholds)
    placed = [
        Sought(one.form, True, next(exact).tobytes()) if one.ordered else one for one in sought
    ]
    return [
        Distribution(counts, np.frombuffer(one.thresholds) if one.ordered else None)
        for one, counts in zip(placed, count_like(frame, placed, key), strict=True)
    ]


def count_like(frame: Any, sought: Sequence[Sought], key: bytes) -> list[Int64]:
    """The counts of each column, over buckets or over the cells of its thresholds: one pass."""
    if hasattr(frame, "sparkSession"):
        return _spark_counts(frame, sought, key)
    return [_counts(one, to_arrow(frame[one.column]), key) for one in sought]


def is_ordered_type(data_type: str) -> bool:
    """Whether Spark's simple name is that of numbers, dates or moments."""
    return data_type.startswith(_ORDERED)


def as_numbers(values: pa.Array, column: str) -> Floats:
    """Numbers, dates and moments as floats (seconds for the latter two); NaN where there is none.

    Raises TypeError, without a value, for anything else.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if pa.types.is_null(kind):
        return np.full(len(values), np.nan)
    if pa.types.is_date(kind):
        values = values.cast(pa.timestamp("us"))
    if pa.types.is_timestamp(values.type):
        moments = pc.cast(values, pa.timestamp("us", tz=values.type.tz), safe=False)
        numbers = pc.divide(pc.cast(pc.cast(moments, pa.int64()), pa.float64(), safe=False), 1e6)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = pc.cast(values, pa.float64(), safe=False)
    else:
        raise TypeError(f"column {column!r} holds neither numbers nor dates, so it has no order")
    found: Floats = numbers.to_numpy(zero_copy_only=False).astype(np.float64)
    return found + 0.0  # -0.0 and 0.0 are one number


def _thresholds(frame: Any, ordered: Sequence[Sought]) -> list[Floats]:
    """Up to a thousand order statistics of each column, each once."""
    if not ordered:
        return []
    shares = np.arange(1, THRESHOLDS + 1) / THRESHOLDS
    if hasattr(frame, "sparkSession"):
        return [np.unique(found) for found in _spark_quantiles(frame, ordered, shares)]
    found = []
    for one in ordered:
        values = as_numbers(one.form.apply(to_arrow(frame[one.column])), one.column)
        known = values[~np.isnan(values)]
        found.append(
            np.unique(np.quantile(known, shares, method="inverted_cdf")) if known.size else known
        )
    return found


def _spark_quantiles(
    frame: DataFrame, ordered: Sequence[Sought], shares: Floats
) -> Iterator[Floats]:
    from pyspark.sql import functions as F

    convert = guarded("ordering columns", _numbers_batch)

    def convert_all(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield convert(batch, ordered)

    schema = ", ".join(f"c{index} double" for index in range(len(ordered)))
    asked = [
        F.percentile_approx(f"c{index}", shares.tolist(), _SPARK_ACCURACY).alias(f"q{index}")
        for index in range(len(ordered))
    ]
    row = selected(frame, ordered).mapInArrow(convert_all, schema).agg(*asked).first()
    assert row is not None
    return (np.array(row[index] or [], dtype=np.float64) for index in range(len(ordered)))


def _numbers_batch(batch: pa.RecordBatch, ordered: Sequence[Sought]) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [
        pa.array(as_numbers(one.form.apply(batch.column(index)), one.column), from_pandas=True)
        for index, one in enumerate(ordered)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=[f"c{i}" for i in range(len(arrays))])


def selected(frame: DataFrame, sought: Sequence[Sought]) -> DataFrame:
    """The columns that are asked for, in order, as their forms want them."""
    from veilflow.spark.reading import quoted

    columns = []
    for index, one in enumerate(sought):
        column = quoted(one.column)
        if one.form.hierarchy is not None:  # which wants texts
            column = column.cast("string")
        columns.append(column.alias(f"c{index}"))
    return frame.select(*columns)


def _spark_counts(frame: DataFrame, sought: Sequence[Sought], key: bytes) -> list[Int64]:
    from pyspark.sql import functions as F

    # With the thresholds, which are values, and the key: in no plan.
    shared = frame.sparkSession.sparkContext.broadcast((tuple(sought), key))
    count = guarded("counting a distribution", _count_batch)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield count(batch, *shared.value)

    try:
        found = (
            selected(frame, sought)
            .mapInArrow(reduce, "task int, cell int, rows bigint")
            .groupBy("task", "cell")
            .agg(F.sum("rows").alias("rows"))
            .toArrow()
        )
    finally:
        shared.destroy()
    tasks, cells, rows = (found.column(n).to_numpy() for n in ("task", "cell", "rows"))
    counts = []
    for index, one in enumerate(sought):
        mine = tasks == index
        total = np.zeros(_cells(one), dtype=np.int64)
        total[cells[mine]] = rows[mine]
        counts.append(total)
    return counts


def _count_batch(batch: pa.RecordBatch, sought: Sequence[Sought], key: bytes) -> pa.RecordBatch:
    import pyarrow as pa

    tasks, cells, rows = [], [], []
    for index, one in enumerate(sought):
        counts = _counts(one, batch.column(index), key)
        filled = np.flatnonzero(counts)
        tasks.append(np.full(filled.size, index, dtype=np.int32))
        cells.append(filled.astype(np.int32))
        rows.append(counts[filled])
    return pa.RecordBatch.from_arrays(
        [pa.array(np.concatenate(part)) for part in (tasks, cells, rows)],
        names=["task", "cell", "rows"],
    )


def _cells(one: Sought) -> int:
    return 2 * np.frombuffer(one.thresholds).size + 1 if one.ordered else BUCKETS + 1


def _counts(one: Sought, values: pa.Array, key: bytes) -> Int64:
    formed = one.form.apply(values)
    if not one.ordered:
        digested = digest_values(formed, key)
        buckets = np.where(digested.known, digested.digests & (BUCKETS - 1), BUCKETS)
        return np.bincount(buckets, minlength=BUCKETS + 1).astype(np.int64)
    numbers = as_numbers(formed, one.column)
    known = numbers[~np.isnan(numbers)]
    thresholds = np.frombuffer(one.thresholds)
    # Even cells lie between thresholds, odd ones are at them.
    cells = np.searchsorted(thresholds, known, "left") + np.searchsorted(thresholds, known, "right")
    return np.bincount(cells, minlength=2 * thresholds.size + 1).astype(np.int64)
