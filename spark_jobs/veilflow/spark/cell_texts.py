"""Cells of any type as texts that classification can look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.spark.reading import quoted

if TYPE_CHECKING:
    from pyspark.sql import Column

__all__ = ["cell_text"]


def cell_text(name: str, data_type: str, longest: int) -> Column:
    """The column called ``name`` as texts of at most ``longest`` characters.

    Nested cells are JSON, bytes an empty text, and bytes in a text that aren't UTF-8 replacement
    characters. A float that is a whole number is written as one: a card number is often kept so.
    """
    from pyspark.sql import functions as F

    value = quoted(name)
    if data_type.startswith(("struct", "array", "map", "variant")):
        return F.substring(F.to_json(value), 1, longest)
    if data_type == "binary":
        return F.when(value.isNotNull(), F.lit(""))
    if data_type in ("float", "double"):
        whole = (F.abs(value) < 2.0**62) & (value == F.floor(value))
        return F.when(whole, value.cast("bigint").cast("string")).otherwise(value.cast("string"))
    if data_type == "string" or data_type.startswith(("char", "varchar")):
        return F.substring(F.make_valid_utf8(value), 1, longest)
    return value.cast("string")
