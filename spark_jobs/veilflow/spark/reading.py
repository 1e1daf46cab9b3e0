"""The pinned source as DataFrames: text stays text, and a failing cast is counted, never raised.

Spark's own cast errors and malformed-record errors hold the value, so nothing here can raise one:
CSV is read permissively into text columns, casts are ``try_cast``, and what failed is counted in
one pass by :func:`check_reading`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.errors import ReleaseRefused, SourceError
from veilflow.evidence import SMALL_COUNT
from veilflow.pipeline.run import RunRecord
from veilflow.pipeline.source import PinnedSource, PinnedTable
from veilflow.policy import ColumnPolicy
from veilflow.policy.draft import yaml_key

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = [
    "TableReading",
    "cast_columns",
    "check_reading",
    "quoted",
    "read_source",
    "read_table",
    "without_nan",
]

CORRUPT = "__veilflow_corrupt__"
_SQL_TYPES = {
    "string": "string",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


@dataclass(frozen=True)
class TableReading:
    """What one pass over a table counted."""

    rows: int
    nulls: Mapping[str, int]


def quoted(name: str) -> Column:
    """The column called exactly ``name``, whatever characters it holds."""
    from pyspark.sql import functions as F

    return F.col("`" + name.replace("`", "``") + "`")


def without_nan(frame: DataFrame, name: str) -> Column:
    """The column called ``name``, with null for NaN: what is no number is nobody's and nothing."""
    from pyspark.sql import functions as F

    there = quoted(name)
    if frame.schema[name].dataType.typeName() in ("float", "double"):
        return F.when(~F.isnan(there), there)
    return there


def read_table(spark: SparkSession, source: PinnedSource, table: PinnedTable) -> DataFrame:
    """Every column of one pinned table; CSV gets one more that marks lines it couldn't split."""
    paths = [_literal(file.path) for file in table.files]
    if source.reading.format == "parquet":
        return spark.read.parquet(*paths)
    from pyspark.sql.types import StringType, StructField, StructType

    names = [column.name for column in table.columns]
    schema = StructType([StructField(name, StringType()) for name in [*names, CORRUPT]])
    return spark.read.csv(
        paths,
        schema=schema,
        header=True,
        sep=source.reading.delimiter,
        encoding=source.reading.encoding,
        mode="PERMISSIVE",
        columnNameOfCorruptRecord=CORRUPT,
        quote='"',
        escape='"',
        # A quoted cell may hold line breaks; without this they would tear a row in two.
        multiLine=True,
        enforceSchema=True,
    )


def _literal(path: str) -> str:
    """``path`` for Spark, which takes a path for a pattern that other files may match."""
    return re.sub(r"[{}\[\]*?\\]", r"\\\g<0>", path)


def read_source(spark: SparkSession, record: RunRecord) -> dict[str, DataFrame]:
    """Each table of the run, cut down to the trial's people or rows where the run is a trial."""
    tables = {t.name: read_table(spark, record.source, t) for t in record.source.tables}
    limit = record.parameters.trial_rows
    return tables if limit is None else _trial(tables, record, limit)


def _trial(tables: dict[str, DataFrame], record: RunRecord, limit: int) -> dict[str, DataFrame]:
    """The first ``limit`` rows of the first table in hash order, and what belongs to their people.

    The order is a hash of the privacy unit (or of the row), so every stage picks the same rows.
    """
    from pyspark.sql import functions as F

    names = list(tables)
    first = tables[names[0]]
    unit = record.policy.unit_column(names[0])
    keys = [quoted(unit)] if unit else [quoted(name).cast("string") for name in first.columns]
    chosen = first.orderBy(F.xxhash64(*keys), *keys).limit(limit)
    limited = {names[0]: chosen}
    for name in names[1:]:
        other = record.policy.unit_column(name)
        assert unit is not None and other is not None  # several tables need a privacy unit
        people = chosen.select(quoted(unit).alias("__person")).distinct()
        limited[name] = tables[name].join(people, quoted(other) == F.col("__person"), "left_semi")
    return limited


def cast_columns(
    frame: DataFrame, columns: Mapping[str, ColumnPolicy], null_values: tuple[str, ...]
) -> DataFrame:
    """The listed columns in the policy's order, null-like texts nulled, casts tried."""
    return frame.select(
        *[_cast(frame, name, column, null_values).alias(name) for name, column in columns.items()]
    )


def _cast(
    frame: DataFrame, name: str, column: ColumnPolicy, null_values: tuple[str, ...]
) -> Column:
    value = _nulled(frame, name, null_values)
    return value if column.cast is None else value.try_cast(_SQL_TYPES[column.cast])


def _nulled(frame: DataFrame, name: str, null_values: tuple[str, ...]) -> Column:
    from pyspark.sql import functions as F

    value = quoted(name)
    if null_values and dict(frame.dtypes)[name] == "string":
        return F.when(~value.isin(*null_values), value)
    return value


def check_reading(
    frame: DataFrame,
    table: str,
    columns: Mapping[str, ColumnPolicy],
    null_values: tuple[str, ...] = (),
) -> TableReading:
    """Count rows, nulls, torn lines and failing casts in one pass.

    Raises SourceError for lines that aren't CSV and ReleaseRefused for values that can't be cast
    where the policy refuses them; both name the place and a count, never a value.
    """
    from pyspark.sql import functions as F

    counted = [F.count(F.lit(1)).alias("rows")]
    if CORRUPT in frame.columns:
        counted.append(F.count(quoted(CORRUPT)).alias("torn"))
    for index, (name, column) in enumerate(columns.items()):
        before = _nulled(frame, name, null_values)
        after = _cast(frame, name, column, null_values)
        counted.append(F.count_if(after.isNull()).alias(f"null{index}"))
        if column.cast is not None:
            failed = before.isNotNull() & after.isNull()
            counted.append(F.count_if(failed).alias(f"failed{index}"))
    row = frame.agg(*counted).first()
    assert row is not None
    if CORRUPT in frame.columns and row["torn"]:
        raise SourceError(
            f"table {table}: {_coarse(row['torn'])} aren't CSV as the header and "
            "source.delimiter say (too few or too many cells).",
            remedy="Mend the file, or set source.delimiter and source.encoding.",
        )
    failures = [
        f"tables.{table}.columns.{yaml_key(name)}: {_coarse(row[f'failed{index}'], 'value')} "
        f"can't be cast to {column.cast}."
        for index, (name, column) in enumerate(columns.items())
        if column.cast is not None and column.on_cast_error == "refuse" and row[f"failed{index}"]
    ]
    if failures:
        raise ReleaseRefused(
            failures,
            remedy="Mend the source, drop 'as', or add 'on_cast_error: nullify' to the column.",
        )
    nulls = {name: int(row[f"null{index}"]) for index, name in enumerate(columns)}
    return TableReading(int(row["rows"]), nulls)


def _coarse(count: int, what: str = "line") -> str:
    return f"fewer than {SMALL_COUNT} {what}s" if count < SMALL_COUNT else f"{count:,} {what}s"
