"""Small Spark frames for tests: columns of Python values, passed to Spark as one Arrow table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

__all__ = ["spark_frame"]


def spark_frame(
    spark: SparkSession, columns: Mapping[str, Sequence[Any]], schema: StructType
) -> DataFrame:
    """A frame of ``columns``, in the order and types of ``schema``.

    Spark keeps a small Arrow table as a local relation. Rows given one by one become an RDD of
    pickles instead, which each query unpickles and converts again, all columns of it: a quarter of
    what a query on eight rows costs, and nearly all of it on two thousand columns.
    """
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    types = to_arrow_schema(schema, timezone="UTC")
    arrays = [
        pa.array([_pairs(cell) for cell in cells], field.type)
        for cells, field in zip(columns.values(), types, strict=True)
    ]
    return spark.createDataFrame(pa.Table.from_arrays(arrays, schema=types), schema)


def _pairs(cell: Any) -> Any:
    """Arrow takes a map as its pairs."""
    return list(cell.items()) if isinstance(cell, dict) else cell
