"""How strongly the columns of a table are associated, pair by pair, from counts and sums alone.

* two columns of numbers or dates: Pearson's correlation over the rows that have both;
* two of categories: Cramér's V, corrected for its bias (W. Bergsma, "A bias-correction for Cramér's
  V and Tschuprow's T", 2013), so that tables of different sizes can be compared. Of a column the 50
  commonest categories of the reference count, all others as one, null as one more;
* one of each: the same, the numbers cut into ten by the reference's deciles.

A constant column is associated with nothing: 0. Where the cuts lie is known to the driver alone,
and reaches workers by broadcast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64, digest_values, to_arrow
from veilflow_expectations.distributions import (
    BUCKETS,
    Distribution,
    Floats,
    Sought,
    as_numbers,
    measure,
    selected,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["Associations", "Coded", "associations_like", "cramers_v", "measure_associations"]

CATEGORIES = 50
_DECILES = 10
_SUMS = 6  # of rows, x, y, x², y², xy

Pair = tuple[int, int]


@dataclass(frozen=True)
class Coded:
    """How a column is read: its numbers less ``shift``, cut at ``cuts``; or its ``buckets``.

    Arrays as bytes, so that it can be pickled to workers by an encrypted broadcast.
    """

    sought: Sought
    shift: float = 0.0
    cuts: bytes = b""
    buckets: bytes = b""

    @property
    def codes(self) -> int:
        """How many codes there are, null being one of them."""
        if self.sought.ordered:
            return np.frombuffer(self.cuts).size + 2
        return np.frombuffer(self.buckets, dtype=np.int64).size + 2


@dataclass(frozen=True, eq=False, repr=False)
class Associations:
    """The association of each pair of columns, in the order of ``columns``."""

    coded: tuple[Coded, ...]
    strengths: Floats
    rows: int

    registered_by: ClassVar[str] = "register_correlations"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(one.sought.column for one in self.coded)


def measure_associations(frame: Any, sought: Sequence[Sought], key: bytes) -> Associations:
    """The associations of the columns of a pandas or Spark frame, as a reference."""
    coded = tuple(
        _coded(one, distribution)
        for one, distribution in zip(sought, measure(frame, sought, key), strict=True)
    )
    return associations_like(frame, coded, key)


def associations_like(frame: Any, coded: Sequence[Coded], key: bytes) -> Associations:
    """The associations of the columns of another frame, read like the reference's: one pass."""
    if hasattr(frame, "sparkSession"):
        sums = _spark_sums(frame, coded, key)
    else:
        sums = _sums(coded, [to_arrow(frame[one.sought.column]) for one in coded], key)
    strengths = [
        _pearson(found) if found.shape == (_SUMS,) else cramers_v(found)
        for found in (_shaped(coded, pair, sums[place]) for place, pair in enumerate(_pairs(coded)))
    ]
    return Associations(tuple(coded), np.array(strengths), int(sums[-1][0]))


def cramers_v(counts: Floats) -> float:
    """Bergsma's bias-corrected Cramér's V of a table of counts; 0 for one row or column."""
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    total = table.sum()
    if min(table.shape) < 2 or total < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    phi2 = float(((table - expected) ** 2 / expected).sum() / total)
    rows, columns = table.shape
    corrected = max(0.0, phi2 - (rows - 1) * (columns - 1) / (total - 1))
    least = min(size - (size - 1) ** 2 / (total - 1) for size in (rows, columns)) - 1
    return min(1.0, float(np.sqrt(corrected / least))) if least > 0 else 0.0


def _coded(sought: Sought, distribution: Distribution) -> Coded:
    if distribution.thresholds is None:
        common = np.argsort(-distribution.counts[:BUCKETS], kind="stable")[:CATEGORIES]
        filled = common[distribution.counts[common] > 0]
        return Coded(sought, buckets=np.sort(filled).astype(np.int64).tobytes())
    thresholds = distribution.thresholds
    known = thresholds[np.isfinite(thresholds)]
    if not known.size:
        return Coded(sought)
    # Rows up to each threshold: the even cells lie before them, the odd ones at them.
    share = np.cumsum(distribution.counts)[1::2] / max(1, distribution.rows)
    place = np.searchsorted(share, np.arange(1, _DECILES) / _DECILES)
    cuts = np.unique(thresholds[np.minimum(place, thresholds.size - 1)])
    return Coded(sought, float(np.median(known)), cuts.tobytes())


def _pairs(coded: Sequence[Coded]) -> list[Pair]:
    return list(combinations(range(len(coded)), 2))


def _shaped(coded: Sequence[Coded], pair: Pair, sums: Floats) -> Floats:
    first, second = (coded[place] for place in pair)
    if first.sought.ordered and second.sought.ordered:
        return sums
    return sums.reshape(first.codes, second.codes)


def _sizes(coded: Sequence[Coded]) -> list[int]:
    """How many sums each pair has, and last the one that counts rows."""
    return [
        _SUMS if a.sought.ordered and b.sought.ordered else a.codes * b.codes
        for a, b in combinations(coded, 2)
    ] + [1]


def _sums(coded: Sequence[Coded], values: Sequence[pa.Array], key: bytes) -> list[Floats]:
    formed = [one.sought.form.apply(array) for one, array in zip(coded, values, strict=True)]
    numbers = [
        as_numbers(array, one.sought.column) - one.shift if one.sought.ordered else None
        for one, array in zip(coded, formed, strict=True)
    ]
    codes = [
        _codes(one, array, key, number)
        for one, array, number in zip(coded, formed, numbers, strict=True)
    ]
    found = []
    for first, second in _pairs(coded):
        x, y = numbers[first], numbers[second]
        if x is not None and y is not None:
            both = np.isfinite(x) & np.isfinite(y)
            x, y = x[both], y[both]
            found.append(np.array([x.size, x.sum(), y.sum(), x @ x, y @ y, x @ y]))
        else:
            joint = codes[first] * coded[second].codes + codes[second]
            size = coded[first].codes * coded[second].codes
            found.append(np.bincount(joint, minlength=size).astype(np.float64))
    return [*found, np.array([float(len(formed[0]))])]


def _codes(one: Coded, values: pa.Array, key: bytes, numbers: Floats | None) -> Int64:
    """A code for each value; the last stands for null, the one before for all other categories."""
    if numbers is not None:
        cuts = np.frombuffer(one.cuts) - one.shift
        codes = np.searchsorted(cuts, numbers, "left")
        return np.where(np.isnan(numbers), cuts.size + 1, codes).astype(np.int64)
    buckets = np.frombuffer(one.buckets, dtype=np.int64)
    digested = digest_values(values, key)
    sought = digested.digests & (BUCKETS - 1)
    place = np.minimum(np.searchsorted(buckets, sought), max(buckets.size - 1, 0))
    hit = buckets[place] == sought if buckets.size else np.zeros(sought.size, dtype=np.bool_)
    codes = np.where(hit, place, buckets.size)
    return np.where(digested.known, codes, buckets.size + 1).astype(np.int64)


def _pearson(sums: Floats) -> float:
    rows, x, y, xx, yy, xy = sums.tolist()
    if rows < 2:
        return 0.0
    spread_x, spread_y = xx - x * x / rows, yy - y * y / rows
    # What rounding leaves of a constant column is no spread.
    if spread_x <= 1e-12 * max(xx, 1e-300) or spread_y <= 1e-12 * max(yy, 1e-300):
        return 0.0
    return float(np.clip((xy - x * y / rows) / np.sqrt(spread_x * spread_y), -1, 1))


def _spark_sums(frame: DataFrame, coded: Sequence[Coded], key: bytes) -> list[Floats]:
    from pyspark.sql import functions as F

    shared = frame.sparkSession.sparkContext.broadcast((tuple(coded), key))
    add = guarded("associations of columns", _batch_sums)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total: Floats | None = None
        for batch in batches:
            found = add(batch, *shared.value)
            total = found if total is None else total + found
        if total is not None:
            yield _filled(total)

    try:
        found = (
            selected(frame, [one.sought for one in coded])
            .mapInArrow(reduce, "place bigint, total double")
            .groupBy("place")
            .agg(F.sum("total").alias("total"))
            .toArrow()
        )
    finally:
        shared.destroy()
    sizes = _sizes(coded)
    flat = np.zeros(sum(sizes))
    flat[found.column("place").to_numpy()] = found.column("total").to_numpy()
    return np.split(flat, np.cumsum(sizes)[:-1])


def _batch_sums(batch: pa.RecordBatch, coded: Sequence[Coded], key: bytes) -> Floats:
    return np.concatenate(_sums(coded, batch.columns, key))


def _filled(total: Floats) -> pa.RecordBatch:
    import pyarrow as pa

    places = np.flatnonzero(total)
    return pa.RecordBatch.from_arrays(
        [pa.array(places.astype(np.int64)), pa.array(total[places])], names=["place", "total"]
    )
