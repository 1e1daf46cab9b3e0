"""The keyless transforms as native Spark expressions; a property test holds both forms equal."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from veilflow.mask import Transform
from veilflow.mask.keyless import Bucket, Constant, Keep, Nullify, Partial, Redact, Round, Truncate

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


@native_mask.register(Keep)
def _(transform: Keep, value: Column, data_type: DataType) -> Column:
    return value


@native_mask.register(Nullify)
def _(transform: Nullify, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    return F.lit(None).cast(data_type)


@native_mask.register(Constant)
def _(transform: Constant, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    return F.when(value.isNotNull(), F.lit(transform.value))


@native_mask.register(Redact)
def _(transform: Redact, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    return F.when(value.isNotNull(), F.lit("[REDACTED]"))


@native_mask.register(Partial)
def _(transform: Partial, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    text = value.cast("string")
    length = F.length(text)
    fill = F.lit(transform.fill)
    kept = transform.keep_first + transform.keep_last
    shown = F.concat(
        F.substring(text, 1, transform.keep_first),
        F.repeat(fill, length - kept),
        F.right(text, F.lit(transform.keep_last)),
    )
    return F.when(length > kept, shown).otherwise(F.repeat(fill, length))


@native_mask.register(Truncate)
def _(transform: Truncate, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    if transform.length is not None:
        return F.substring(value.cast("string"), 1, transform.length)
    return (
        F.trunc(value.cast("date"), str(transform.to))
        if transform.to != "day"
        else (value.cast("date"))
    )


@native_mask.register(Round)
def _(transform: Round, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    scaled = value.cast("double") / transform.to
    return F.signum(scaled) * F.floor(F.abs(scaled) + 0.5) * transform.to


@native_mask.register(Bucket)
def _(transform: Bucket, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    return F.floor(value.cast("double") / transform.width) * transform.width
