"""Who is fitted on and who is held out, on Spark: the same people whoever asks, and stored nowhere.

A person's draw is the keyed hash of their identifier (:mod:`veilflow.risk.holdout`). The lower half
is held out, the upper half may be fitted on; of each half the first rows in the order of the draws
are taken, so that the control set is as large as the training set. The key is derived from the
dataset's digest root (HKDF), so one person is on one side in all tables and all runs of a dataset.
It reaches the workers by broadcast and is in no plan, setting or argument.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from veilflow.pipeline.state import Run
from veilflow.risk import person_draws
from veilflow.spark.reading import quoted
from veilflow.spark.redaction import guarded
from veilflow.store.key_records import masking_key, masking_key_ref

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = [
    "DRAW", "HELD_OUT_SHARE", "Parts", "canary_key", "dataset_key", "holdout_key", "split_source",
]  # fmt: skip

# The column that says whose row it is: the draw less 2**63, so that held-out people are negative.
DRAW = "__veilflow_draw"
HELD_OUT_SHARE = 0.5

_ROW, _PERSON = "__veilflow_row", "__veilflow_person"
_MIDDLE = 1 << 63


@dataclass(frozen=True)
class Parts:
    """The source's columns and :data:`DRAW` of the rows to fit on, and of as many unseen ones."""

    training: DataFrame
    holdout: DataFrame


def holdout_key(run: Run) -> bytes:
    """The key of the dataset's split."""
    return dataset_key(run, "holdout")


def canary_key(run: Run) -> bytes:
    """The key from which the dataset's canaries are drawn."""
    return dataset_key(run, "canaries")


@contextmanager
def split_source(
    frame: DataFrame, table: str, unit: str | None, key: bytes, most: int
) -> Iterator[Parts]:
    """At most ``most`` rows to fit on and ``most`` held-out ones, in an order that recurs.

    ``frame`` is a table as the source's reader casts it. Where ``unit`` is None each row is a
    person, also one that equals another. Rows whose ``unit`` is missing are in neither part. The
    parts can be read inside the block only.
    """
    from pyspark.sql import functions as F

    shared = frame.sparkSession.sparkContext.broadcast(key)
    try:
        numbered = frame.withColumn(_ROW, _row_hash(frame))
        numbered = numbered.withColumn(_PERSON, _person(unit))
        drawn = numbered.withColumn(DRAW, _draws(table, shared)(quoted(_PERSON)))
        ordered = (DRAW, _ROW)
        kept = [*(quoted(name) for name in frame.columns), quoted(DRAW)]
        yield Parts(
            training=drawn.where(F.col(DRAW) >= 0).orderBy(*ordered).limit(most).select(*kept),
            holdout=drawn.where(F.col(DRAW) < 0).orderBy(*ordered).limit(most).select(*kept),
        )
    finally:
        shared.destroy()


def dataset_key(run: Run, use: str) -> bytes:
    """A key of one use, the same in all runs of a dataset."""
    dataset = run.record.dataset
    reference = masking_key_ref(run.record.keys, run.record.store, dataset, "digest")
    return masking_key(reference, dataset, use)


def _row_hash(frame: DataFrame) -> Column:
    """Equal for equal rows. Spark skips nulls, so where they are is hashed, too."""
    from pyspark.sql import functions as F

    columns = [quoted(name) for name, kind in frame.dtypes if "map<" not in kind]
    return F.xxhash64(*columns, *[column.isNull() for column in columns])


def _person(unit: str | None) -> Column:
    """The identifier; without one equal rows are told apart by counting them."""
    from pyspark.sql import functions as F
    from pyspark.sql.window import Window

    if unit is not None:
        return quoted(unit)
    count = F.row_number().over(Window.partitionBy(_ROW).orderBy(F.lit(0)))
    return F.concat_ws(":", quoted(_ROW), count)


def _draws(table: str, key: Any) -> Callable[..., Column]:
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf

    def draw(people: pa.Array) -> pa.Array:
        return _shifted_draws(people, key.value)

    with warnings.catch_warnings():
        # Spark would rather infer the kind from type hints, which name classes of an optional part.
        warnings.simplefilter("ignore", UserWarning)
        made: Callable[..., Column] = arrow_udf(
            guarded(f"table {table}, holdout", draw),
            returnType="bigint",
            functionType=ArrowUDFType.SCALAR,
        )
    return made


def _shifted_draws(people: pa.Array, key: bytes) -> pa.Array:
    import pyarrow as pa

    encoded = people.dictionary_encode()
    draws = person_draws(encoded.dictionary, key)
    shifted = [None if draw is None else draw - _MIDDLE for draw in draws]
    return pa.array(shifted, pa.int64()).take(encoded.indices)
