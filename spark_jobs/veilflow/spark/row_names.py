"""A text that names each row of a table, the same whenever the table is read.

It is a hash of all that the policy lists of the row, and a number among the rows that are equal in
all of it: it depends on no order, no file and no number of tasks.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veilflow.spark.lending import row_text
from veilflow.spark.reading import quoted
from veilflow.spark.recode import CLASS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

__all__ = ["ROW", "key_of_use", "row_hash", "with_row_names"]

ROW = "__row"
_HASH, _NUMBER = "__row_hash", "__row_number"


def row_hash(frame: DataFrame, columns: Sequence[str]) -> Column:
    """SHA-256, in hex, of what a row has in ``columns``: equal for equal rows alone."""
    from pyspark.sql import functions as F

    return F.sha2(row_text(frame, columns), 256)


def with_row_names(frame: DataFrame, columns: Sequence[str]) -> DataFrame:
    """``frame`` with :data:`ROW`; rows that are equal in ``columns`` are told apart by counting."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    # Equal rows are anyhow alike, unless one was lent to another class.
    ties = quoted(CLASS) if CLASS in frame.columns else F.lit(0)
    same = Window.partitionBy(_HASH).orderBy(ties)
    hashed = frame.withColumn(_HASH, row_hash(frame, columns))
    numbered = hashed.withColumn(_NUMBER, F.row_number().over(same))
    name = F.concat_ws(":", _HASH, _NUMBER)
    return numbered.withColumn(ROW, name).drop(_HASH, _NUMBER)


def key_of_use(key: bytes, *use: str) -> bytes:
    """A key for one use, of one that draws for a release."""
    return hmac.digest(key, json.dumps(use).encode(), "sha256")
