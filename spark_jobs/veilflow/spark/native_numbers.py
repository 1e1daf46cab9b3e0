"""Rounding, buckets, codings and ages as native Spark expressions, in the column's arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.mask.coding import Coding
from veilflow.mask.multiples import FLOAT_MULTIPLES, exact
from veilflow.mask.rounding import Bucket, Round
from veilflow.mask.safe_harbor import OLDEST, SafeHarborAge, SafeHarborBirthYear
from veilflow.spark.native_forms import native_invalid, native_mask

if TYPE_CHECKING:
    from pyspark.sql import Column
    from pyspark.sql.types import DataType

__all__: list[str] = []


@native_mask.register(Round)
def _(transform: Round, value: Column, data_type: DataType) -> Column:
    return _multiple(transform, value, data_type)


@native_mask.register(Bucket)
def _(transform: Bucket, value: Column, data_type: DataType) -> Column:
    return _multiple(transform, value, data_type)


@native_invalid.register(Round)
def _(transform: Round, value: Column, data_type: DataType) -> Column:
    return value.isNotNull() & _multiple(transform, value, data_type).isNull()


@native_invalid.register(Bucket)
def _(transform: Bucket, value: Column, data_type: DataType) -> Column:
    return value.isNotNull() & _multiple(transform, value, data_type).isNull()


def _multiple(transform: Round | Bucket, value: Column, data_type: DataType) -> Column:
    """The multiple; null where there is none in the output's type."""
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_type, to_arrow_type

    output = from_arrow_type(transform.output_type(to_arrow_type(data_type)))
    nearest = isinstance(transform, Round)
    step = transform.to if isinstance(transform, Round) else transform.width
    if output.typeName() == "double":
        return _float_multiple(value.cast("double") / float(step), float(step), nearest=nearest)
    number = value.cast(output)
    width = F.lit(str(exact(step))).cast(output)
    above = F.pmod(number, width)
    missing = (width - above).cast(output)
    below = F.try_subtract(number, above).cast(output)
    if not nearest:
        return below
    up = (above > missing) | ((above == missing) & (number >= F.lit(0)))
    return F.when(up, F.try_add(number, missing).cast(output)).otherwise(below)


def _float_multiple(scaled: Column, step: float, *, nearest: bool) -> Column:
    from pyspark.sql import functions as F

    whole = F.signum(scaled) * F.floor(F.abs(scaled) + 0.5) if nearest else F.floor(scaled)
    # Spark takes NaN for greater than any number.
    return F.when(F.abs(scaled) < FLOAT_MULTIPLES, whole * step)


@native_mask.register(Coding)
def _(transform: Coding, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import to_arrow_type

    limit = F.lit(str(transform.limit(to_arrow_type(data_type)).as_py())).cast(data_type)
    beyond = value >= limit if transform.is_top else value <= limit
    if transform.label is None:
        return F.when(beyond, limit).otherwise(value)
    return F.when(beyond, F.lit(transform.label)).otherwise(value.cast("string"))


@native_invalid.register(Coding)
def _(transform: Coding, value: Column, data_type: DataType) -> Column | None:
    from pyspark.sql import functions as F

    if data_type.typeName() not in ("float", "double"):
        return None
    return value.isNotNull() & F.isnan(value)


@native_mask.register(SafeHarborAge)
def _(transform: SafeHarborAge, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    bounded = F.least(F.greatest(value, F.lit(0)), F.lit(OLDEST)).cast("int")
    return F.when(value.isNotNull(), bounded)


@native_invalid.register(SafeHarborAge)
def _(transform: SafeHarborAge, value: Column, data_type: DataType) -> Column:
    return value.isNotNull() & (value < 0)


@native_mask.register(SafeHarborBirthYear)
def _(transform: SafeHarborBirthYear, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    year = F.greatest(F.year(value.cast("date")), F.lit(transform.oldest_year))
    return F.when(value.isNotNull(), year)


@native_invalid.register(SafeHarborBirthYear)
def _(transform: SafeHarborBirthYear, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    return value.isNotNull() & (value.cast("date") > F.lit(transform.day))
