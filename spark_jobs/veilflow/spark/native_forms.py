"""Transforms as native Spark expressions: which have such a form, and what it makes.

The forms themselves are in veilflow.spark.native_*; each registers with the functions here.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from veilflow.mask import Transform

if TYPE_CHECKING:
    from pyspark.sql import Column
    from pyspark.sql.types import DataType

__all__ = ["has_native_form", "native_invalid", "native_mask"]


def has_native_form(transform: Transform) -> bool:
    """True if the transform needs no Python worker."""
    return native_mask.dispatch(type(transform)) is not native_mask.dispatch(object)


@singledispatch
def native_mask(transform: object, value: Column, data_type: DataType) -> Column:
    """``value`` masked, as an expression. ``data_type`` is the type of ``value``."""
    raise TypeError(f"{type(transform).__name__} has no native form")


@singledispatch
def native_invalid(transform: object, value: Column, data_type: DataType) -> Column | None:
    """True, never null, where ``value`` can't be treated; None for a transform that treats all.

    What stands there instead is decided by its ``on_invalid``, whatever :func:`native_mask` gives.
    """
    return None
