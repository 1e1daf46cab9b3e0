"""The columns that a metric was asked for: there once, of a kind that has values, and as text.

Both engines refuse the same tables. Spark doesn't tell names apart by case, so a table that has
both ``Town`` and ``town`` can't be asked for either, on pandas neither. Columns may have any other
name, an empty one too.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from veilflow.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import Column, DataFrame

__all__ = ["groupable", "pandas_texts", "require_columns", "require_plain", "spark_text"]

_NESTED_ON_SPARK = ("array", "map", "struct", "variant")
_NESTED = (list, tuple, dict, set)


def require_columns(frame: Any, names: Sequence[str]) -> None:
    """Raise UsageError naming the columns that ``frame`` lacks, or has more than once."""
    there = list(frame.columns)
    missing = sorted({*names}.difference(there))
    if missing:
        raise UsageError(f"the table has no column {', '.join(missing)}.")
    repeated = _repeated(tuple(map(str, there)))
    twice = sorted({name for name in names if name.lower() in repeated})
    if twice:
        raise UsageError(
            f"the table has several columns called {', '.join(twice)}.",
            remedy="Rename them; upper and lower case are one name.",
        )


@lru_cache(maxsize=4)
def _repeated(names: tuple[str, ...]) -> frozenset[str]:
    """The names, in lower case, that occur more than once.

    Each of thousands of expectations asks for those of the same thousands of columns.
    """
    times = Counter(name.lower() for name in names)
    return frozenset(name for name, count in times.items() if count > 1)


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


def groupable(values: pd.Series[Any]) -> pd.Series[Any]:
    """The column for pandas' grouping, which reads a text no further than its first NUL."""
    if values.dtype.kind != "O" or not any(isinstance(one, str) and "\0" in one for one in values):
        return values
    return values.map(
        lambda one: one.replace("\\", r"\\").replace("\0", r"\0") if isinstance(one, str) else one
    )


def pandas_texts(values: pd.Series[Any]) -> list[str | None]:
    """Every value as text, 5 for 5.0 and true for True, as on Spark; None where there is none."""
    known = values.notna()
    return [_text(one) if there else None for one, there in zip(values, known, strict=True)]


def spark_text(frame: DataFrame, name: str) -> Column:
    """The same on Spark; null where there is no value."""
    from pyspark.sql import functions as F
    from veilflow.spark.reading import without_nan

    kind, there = dict(frame.dtypes)[name], without_nan(frame, name)
    text = there.cast("string")
    if kind in ("float", "double"):
        whole = F.when(there == F.floor(there), there.try_cast("decimal(38,0)").cast("string"))
        endless = F.regexp_replace(text, "Infinity", "inf")
        return F.coalesce(F.when(F.abs(there) < 1e38, whole), endless)
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
