"""The map pass: every row gets the labels of its combination, or is left out, in one join.

The combinations are joined as a frame, never as literals: literals show in plans. What isn't among
them is left out, too: a row that no decision was made about is never released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from veilflow.anonymize.aggregate import Aggregated, RawView
from veilflow.anonymize.recoding import Recoding
from veilflow.spark.views import combination_key

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["recoded"]

KEY = "__key"
# Beyond this many combinations every executor's copy of them would be too large: both sides are
# shuffled instead.
BROADCAST_COMBINATIONS = 1_000_000


def recoded(
    spark: SparkSession, frame: DataFrame, found: Aggregated, recoding: Recoding
) -> DataFrame:
    """The rows of ``frame`` that are released, with ``QuasiColumn.label`` for each own column.

    ``frame`` has the raw values of the view's columns (``QuasiColumn.value``).
    """
    view = found.view(recoding.view)
    kept = ~recoding.suppressed[view.combo]
    labels = {
        column.label: found.labels(recoding, position, view.combo[kept])
        for position, column in enumerate(view.plan.own)
    }
    return _joined(spark, frame, view, kept, labels)


def _joined(
    spark: SparkSession,
    frame: DataFrame,
    view: RawView,
    chosen: npt.NDArray[np.bool_],
    labels: dict[str, pa.Array],
) -> DataFrame:
    import pyarrow as pa
    from pyspark.sql import functions as F

    hint = "broadcast" if chosen.sum() <= BROADCAST_COMBINATIONS else "shuffle_hash"
    if view.keys is not None:
        table = pa.table({KEY: view.keys[chosen], **labels})
        classes = spark.createDataFrame(table).hint(hint)
        return frame.withColumn(KEY, combination_key(view.plan)).join(classes, KEY)
    # Two combinations have the same key, so the values themselves have to be compared.
    names = [f"{column.value}_" for column in view.plan.columns]
    texts = {name: view.text(place, chosen) for place, name in enumerate(names)}
    classes = spark.createDataFrame(pa.table({**texts, **labels})).hint(hint)
    same = [
        F.col(column.value).eqNullSafe(F.col(name))
        for column, name in zip(view.plan.columns, names, strict=True)
    ]
    return frame.join(classes, same)
