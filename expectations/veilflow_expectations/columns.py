"""The columns that a metric was asked for: there once, of a kind that has values, and as text.

Both engines refuse the same tables. Spark doesn't tell names apart by case, so a table that has
both ``Town`` and ``town`` can't be asked for either, on pandas neither. Columns may have any other
name, an empty one too.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from veilflow.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import Column, DataFrame

__all__ = ["pandas_texts", "require_columns", "require_plain", "spark_text"]

_NESTED_ON_SPARK = ("array", "map", "struct", "variant")
_NESTED = (list, tuple, dict, set)


def require_columns(frame: Any, names: Sequence[str]) -> None:
    """Raise UsageError naming the columns that ``frame`` lacks, or has more than once."""
    there = list(frame.columns)
    missing = sorted({*names}.difference(there))
    if missing:
        raise UsageError(f"the table has no column {', '.join(missing)}.")
    # Almost always true, and a table may have thousands of columns.
    if len({str(name).lower() for name in there}) == len(there):
        return
    folded = [str(name).lower() for name in there]
    twice = sorted({name for name in names if folded.count(name.lower()) > 1})
    if twice:
        raise UsageError(
            f"the table has several columns called {', '.join(twice)}.",
            remedy="Rename them; upper and lower case are one name.",
        )


def require_plain(frame: Any, names: Sequence[str]) -> None:
    """Raise UsageError naming the columns whose cells are lists or records, not values."""
    if hasattr(frame, "sparkSession"):
        types = dict(frame.dtypes)
        nested = [name for name in names if types[name].startswith(_NESTED_ON_SPARK)]
    else:
        nested = [name for name in names if _is_nested(frame[name])]
    if nested:
        raise UsageError(
            f"the cells of {', '.join(sorted({*nested}))} are lists or records, not values.",
            remedy="Make columns of their fields, and expect something of these.",
        )


def pandas_texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """What is not null, as text: 5 for 5.0, true for True, as Spark is made to write it."""
    import pandas as pd

    known = values.dropna()
    if pd.api.types.infer_dtype(known, skipna=False) == "string":
        return known.astype(object)
    return known.astype(object).map(_text).astype(object)


def spark_text(frame: DataFrame, name: str) -> Column:
    """The same on Spark; null where there is no value."""
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    kind, there = dict(frame.dtypes)[name], without_nan(frame, name)
    text = there.cast("string")
    if kind in ("float", "double"):
        whole = F.when(there == F.floor(there), there.try_cast("decimal(38,0)").cast("string"))
        return F.coalesce(F.when(F.abs(there) < 1e38, whole), text)
    if kind.startswith("decimal"):
        return F.regexp_replace(text, r"\.0+$|(\.\d*[1-9])0+$", "$1")
    if kind == "binary":
        return F.lower(F.hex(there))
    if kind.startswith("timestamp"):
        return F.regexp_replace(text, " 00:00:00$", "")
    return text


def _is_nested(values: pd.Series[Any]) -> bool:
    import numpy as np
    import pandas as pd

    if not pd.api.types.infer_dtype(values, skipna=True).startswith("mixed"):
        return False
    return any(isinstance(one, (*_NESTED, np.ndarray)) for one in values)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if type(value).__name__ in ("bool", "bool_"):
        return "true" if value else "false"
    if isinstance(value, float) and abs(value) < 1e38 and value == int(value):
        return str(int(value))
    if isinstance(value, decimal.Decimal) and value.is_finite():
        return str(int(value)) if value == int(value) else f"{value.normalize():f}"
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)
