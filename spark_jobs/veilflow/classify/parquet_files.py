"""Parquet files by PyArrow, of this machine or on S3: a few rows, or all in bounded batches.

Raises what PyArrow raises, which may quote a cell: callers pass on no message of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from veilflow.classify.arrow_texts import listed, valid_texts
from veilflow.classify.cell_texts import cell_text
from veilflow.classify.data_files import DataFile
from veilflow.classify.values import MAX_CELL

__all__ = [
    "BATCH_CHARACTERS",
    "BATCH_ROWS",
    "evenly_spread",
    "parquet_batches",
    "parquet_sample",
    "row_group_sizes",
]

BATCH_ROWS = 10_000
BATCH_CHARACTERS = 1 << 25


def parquet_sample(
    file: DataFile, limit: int
) -> tuple[list[str], list[str], list[list[str | None]]]:
    """Names and types of the columns, and cells of at most ``limit`` rows of up to 8 row groups."""
    import pyarrow.parquet as pq

    with file.open() as stored, pq.ParquetFile(stored) as parquet:
        schema = parquet.schema_arrow
        taken = evenly_spread(parquet.num_row_groups, 8)
        columns: list[list[str | None]] = [[] for _ in schema]
        for position, group in enumerate(taken):
            share = limit // len(taken) + (position < limit % len(taken))
            if share == 0:
                continue
            batch = next(parquet.iter_batches(batch_size=share, row_groups=[group]), None)
            if batch is not None:
                for index, column in enumerate(batch.columns):
                    columns[index].extend(_column_text(column))
    return schema.names, [str(field.type) for field in schema], columns


def parquet_batches(
    file: DataFile, groups: Sequence[int] | None = None
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[Any]]]:
    """All rows, or those of some row groups: first a batch without rows, then bounded ones."""
    import pyarrow.parquet as pq

    with file.open() as stored, pq.ParquetFile(stored) as parquet:
        names = parquet.schema_arrow.names
        types = [str(field.type) for field in parquet.schema_arrow]
        yield names, types, [[] for _ in names]
        for group in range(parquet.num_row_groups) if groups is None else groups:
            meta = parquet.metadata.row_group(group)
            fitting = BATCH_CHARACTERS * meta.num_rows // max(1, meta.total_byte_size)
            size = max(1, min(BATCH_ROWS, fitting))
            for batch in parquet.iter_batches(batch_size=size, row_groups=[group]):
                yield names, types, batch.columns


def row_group_sizes(file: DataFile) -> list[int]:
    """Bytes of each row group of a Parquet file, as they are stored."""
    import pyarrow.parquet as pq

    with file.open() as stored, pq.ParquetFile(stored) as parquet:
        groups = [parquet.metadata.row_group(n) for n in range(parquet.num_row_groups)]
        return [sum(g.column(n).total_compressed_size for n in range(g.num_columns))
                for g in groups]  # fmt: skip


def evenly_spread(count: int, most: int) -> list[int]:
    """At most ``most`` of ``count`` numbers, evenly spread."""
    taken = min(count, most)
    return [index * count // taken for index in range(taken)]


def _column_text(column: Any) -> list[str | None]:
    import pyarrow as pa
    import pyarrow.types as kinds

    if kinds.is_dictionary(column.type):
        column = column.dictionary_decode()
    nested = kinds.is_nested(column.type)
    binary = kinds.is_binary(column.type) or kinds.is_large_binary(column.type)
    binary = binary or kinds.is_fixed_size_binary(column.type) or kinds.is_binary_view(column.type)
    if binary:
        # The values would say nothing to a text pattern; null or not is all that is used.
        return ["binary" if valid else None for valid in column.is_valid().to_pylist()]
    if kinds.is_temporal(column.type):
        return cast(list[str | None], column.cast(pa.string()).to_pylist())
    if nested:
        return [cell_text(value) for value in listed(column)]
    if kinds.is_large_string(column.type) or kinds.is_string_view(column.type):
        column = column.cast(pa.string())
    if not kinds.is_string(column.type):
        return [cell_text(value) for value in column.to_pylist()]
    return [v if v is None else v[:MAX_CELL] for v in valid_texts(column).to_pylist()]
