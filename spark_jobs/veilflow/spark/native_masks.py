"""The keyless transforms as native Spark expressions; a property test holds both forms equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.mask.keyless import Constant, Keep, Nullify, Redact, Truncate
from veilflow.spark import native_numbers, native_texts
from veilflow.spark.native_forms import has_native_form, native_invalid, native_mask

if TYPE_CHECKING:
    from pyspark.sql import Column
    from pyspark.sql.types import DataType

__all__ = ["has_native_form", "native_invalid", "native_mask", "native_numbers", "native_texts"]


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
