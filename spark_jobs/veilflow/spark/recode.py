"""The map pass: every row gets the number of its class, or is left out, and the class its labels.

Combinations and classes are joined as frames, never as literals: literals show in plans. A row
whose combination isn't among them is left out, too: what no decision was made about is never
released. Between the two joins a row is narrow, which is when it is shuffled
(:func:`veilflow.spark.random_order.in_random_order`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from veilflow.anonymize.aggregate import Aggregated, RawView
from veilflow.anonymize.grouping import group
from veilflow.anonymize.recoding import Recoding
from veilflow.spark.lending import LENDER, lenders, with_lent
from veilflow.spark.views import combination_key

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["CLASS", "Recoded", "recoded"]

KEY = "__key"
CLASS = "__class"
# Beyond this many lines every executor's copy of them would be too large: both sides are shuffled
# instead.
BROADCAST_COMBINATIONS = 1_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Recoded:
    """The ``rows`` that are released, and their labels, as ``QuasiColumn.label`` of own columns.

    Labels are in ``classes`` by the number ``CLASS`` that each row has, or in ``rows`` themselves
    where ``classes`` is None. The number says nothing that the labels don't; it isn't released.
    """

    rows: DataFrame
    classes: DataFrame | None = None

    @property
    def frame(self) -> DataFrame:
        """The rows with their labels."""
        return self.rows if self.classes is None else self.rows.join(self.classes, CLASS)


def recoded(
    spark: SparkSession,
    frame: DataFrame,
    found: Aggregated,
    recoding: Recoding,
    columns: Sequence[str],
    key: bytes,
) -> Recoded:
    """The rows of ``frame`` that are released.

    ``frame`` has the raw values of the view's columns (``QuasiColumn.value``). Where rows are lent,
    they are drawn by ``key`` from all that ``columns`` hold.
    """
    import pyarrow as pa

    view, lent = found.view(recoding.view), recoding.lent
    kept = ~recoding.suppressed[view.combo]
    whole = view.combo[kept]
    combo, lot = whole, np.full(whole.size, -1, dtype=np.int64)
    if lent is not None:
        combo = np.concatenate([whole, lent.combo])
        lot = np.concatenate([lot, np.arange(lent.combo.size)])
    labels = {
        column.label: found.labels(recoding, position, combo, lot)
        for position, column in enumerate(view.plan.own)
    }
    first, number = _numbered(list(labels.values()))
    of_combos = {CLASS: pa.array(number[: whole.size], pa.int32())}
    if lent is not None:
        of_combos[LENDER] = lenders(lent, whole)
    rows = _joined(spark, frame, view, kept, of_combos)
    if lent is not None:
        rows = with_lent(rows, recoding.view, lent, CLASS, number[whole.size :], columns, key)
    shown = {name: column.take(pa.array(first)) for name, column in labels.items()}
    numbers = pa.array(range(first.size), pa.int32())
    classes = spark.createDataFrame(pa.table({CLASS: numbers, **shown}))
    made = Recoded(rows, classes.hint(_hint(first.size)))
    return made if first.size <= BROADCAST_COMBINATIONS else Recoded(made.frame)


def _numbered(
    labels: list[pa.Array],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A place for each distinct combination of labels, and every place's number among them."""
    encoded = [column.dictionary_encode("encode") for column in labels]
    codes = [column.indices.to_numpy(zero_copy_only=False) for column in encoded]
    return group(codes, [len(column.dictionary) for column in encoded], len(labels[0]))


def _joined(
    spark: SparkSession,
    frame: DataFrame,
    view: RawView,
    chosen: npt.NDArray[np.bool_],
    of_combinations: Mapping[str, pa.Array],
) -> DataFrame:
    import pyarrow as pa
    from pyspark.sql import functions as F

    hint = _hint(int(chosen.sum()))
    if view.keys is not None:
        table = pa.table({KEY: view.keys[chosen], **of_combinations})
        combinations = spark.createDataFrame(table).hint(hint)
        return frame.withColumn(KEY, combination_key(view.plan)).join(combinations, KEY)
    # Two combinations have the same key, so the values themselves have to be compared.
    names = [f"{column.value}_" for column in view.plan.columns]
    texts = {name: view.text(place, chosen) for place, name in enumerate(names)}
    combinations = spark.createDataFrame(pa.table({**texts, **of_combinations})).hint(hint)
    same = [
        F.col(column.value).eqNullSafe(F.col(name))
        for column, name in zip(view.plan.columns, names, strict=True)
    ]
    return frame.join(combinations, same)


def _hint(lines: int) -> str:
    return "broadcast" if lines <= BROADCAST_COMBINATIONS else "shuffle_hash"
