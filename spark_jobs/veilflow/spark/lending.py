"""Rows that are lent, on Spark: of each lender's rows the first by their draws get other labels.

Only rows of combinations that lend are drawn, shuffled and numbered. The key reaches the workers by
broadcast and is in no plan, setting or argument.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from veilflow.anonymize.recoding import Lent
from veilflow.anonymize.row_draws import row_draws
from veilflow.pipeline.state import Run
from veilflow.spark.holdout import dataset_key
from veilflow.spark.reading import quoted
from veilflow.spark.redaction import guarded

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = ["LENDER", "keyed_draws", "lenders", "lending_key", "row_text", "with_lent"]

# The number of a row's combination, where it lends; else null.
LENDER = "__lender"
_DRAW, _RANK = "__draw", "__rank"
_LOT_OF, _FIRST, _END, _NUMBER = "__lot_of", "__first", "__end", "__number"


def lending_key(run: Run) -> bytes:
    """The key that a dataset's rows are drawn by: the same in all its runs."""
    return dataset_key(run, "lending")


def lenders(lent: Lent, combo: Any) -> pa.Array:
    """For each of ``combo`` its number, if it lends."""
    import pyarrow as pa

    return pa.array(combo, pa.int64(), mask=~np.isin(combo, lent.combo))


def row_text(frame: DataFrame, columns: Sequence[str]) -> Column:
    """As :func:`veilflow.anonymize.row_draws.row_texts`."""
    from pyspark.sql import functions as F

    pieces = []
    for name in columns:
        text = quoted(name).cast("string")
        pieces.append(F.coalesce(F.concat(F.length(text), F.lit(":"), text), F.lit("-")))
    return F.concat(*pieces)


def with_lent(
    rows: DataFrame,
    view: str,
    lent: Lent,
    name: str,
    number: npt.NDArray[np.int64],
    columns: Sequence[str],
    key: bytes,
) -> DataFrame:
    """``rows`` with the column ``name`` being ``number`` of its lot for each row that is lent.

    ``rows`` has ``LENDER``, which is dropped, and the ``columns`` that a row is drawn by.
    """
    import pyarrow as pa
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    spark, ends = rows.sparkSession, lent.ends
    lots = pa.table(
        {
            _LOT_OF: lent.combo,
            _FIRST: ends - lent.rows,
            _END: ends,
            _NUMBER: pa.array(number, pa.int32()),
        }
    )
    shared = spark.sparkContext.broadcast(key)
    drawn = rows.where(F.col(LENDER).isNotNull()).withColumn(
        _DRAW, keyed_draws(view, shared)(row_text(rows, columns))
    )
    by_draw = Window.partitionBy(LENDER).orderBy(_DRAW)
    ranked = drawn.withColumn(_RANK, F.row_number().over(by_draw) - 1)
    same = (
        (F.col(LENDER) == F.col(_LOT_OF))
        & (F.col(_RANK) >= F.col(_FIRST))
        & (F.col(_RANK) < F.col(_END))
    )
    moved = ranked.join(spark.createDataFrame(lots).hint("broadcast"), same, "left")
    moved = moved.withColumn(name, F.coalesce(F.col(_NUMBER), F.col(name)))
    kept = [quoted(column) for column in rows.columns if column != LENDER]
    return rows.where(F.col(LENDER).isNull()).select(*kept).unionByName(moved.select(*kept))


def keyed_draws(view: str, key: Any) -> Callable[..., Column]:
    """From texts to numbers that nobody can tell without the broadcast ``key``."""
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf

    def draw(texts: pa.Array) -> pa.Array:
        import pyarrow as pa

        return pa.array(row_draws(texts, key.value), pa.int64())

    with warnings.catch_warnings():
        # Spark would rather infer the kind from type hints, which name classes of an optional part.
        warnings.simplefilter("ignore", UserWarning)
        made: Callable[..., Column] = arrow_udf(
            guarded(f"table {view}, drawing rows", draw),
            returnType="bigint",
            functionType=ArrowUDFType.SCALAR,
        )
    return made
