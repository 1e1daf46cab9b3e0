"""Cells of any type as texts that classification can look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.spark.reading import quoted

if TYPE_CHECKING:
    from pyspark.sql import Column

__all__ = ["as_text", "cell_text", "cut_cell"]

_NESTED = ("struct", "array", "map", "variant")
_TEXTS = ("string", "char", "varchar")


def cell_text(name: str, data_type: str, longest: int) -> Column:
    """The column called ``name`` as texts of at most ``longest`` characters.

    Nested cells are JSON, bytes an empty text, and bytes in a text that aren't UTF-8 replacement
    characters. A float that is a whole number is written as one: a card number is often kept so.
    """
    return as_text(cut_cell(name, data_type, longest), data_type)


def cut_cell(name: str, data_type: str, longest: int) -> Column:
    """The column in a form of bounded size that :func:`as_text` makes a text of."""
    from pyspark.sql import functions as F

    value = quoted(name)
    if data_type.startswith(_NESTED):
        return F.substring(F.to_json(value), 1, longest)
    if data_type == "binary":
        return F.when(value.isNotNull(), F.lit(""))
    return F.substring(value, 1, longest) if data_type.startswith(_TEXTS) else value


def as_text(value: Column, data_type: str) -> Column:
    """What :func:`cut_cell` gave of a column of this type, as a text."""
    from pyspark.sql import functions as F

    if data_type.startswith((*_NESTED, *_TEXTS)):
        return F.make_valid_utf8(value)
    if data_type == "binary":
        return value
    if data_type in ("float", "double"):
        whole = (F.abs(value) < 2.0**62) & (value == F.floor(value))
        return F.when(whole, value.cast("bigint").cast("string")).otherwise(value.cast("string"))
    return value.cast("string")
