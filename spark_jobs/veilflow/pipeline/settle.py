"""Settle a policy's automatic hierarchies from a pinned source, without an engine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.anonymize.settling import is_settled, settled
from veilflow.errors import SourceError
from veilflow.pipeline.source import PinnedTable
from veilflow.policy import Policy
from veilflow.policy.model import SourcePolicy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ROWS_LOOKED_AT", "settle"]

ROWS_LOOKED_AT = 1 << 20
"""Of larger tables every n-th row is looked at, at most so many; people are counted among these."""


def settle(policy: Policy, tables: tuple[PinnedTable, ...]) -> Policy:
    """``policy`` with every hierarchy that looks at the data replaced by what it becomes.

    Reads the columns concerned, and the privacy unit's, of the pinned files. Raises PolicyError as
    :func:`veilflow.anonymize.settling.settled` does, and SourceError if a file can't be read.
    """
    if is_settled(policy):
        return policy
    by_name = {table.name: table for table in tables}

    @cache
    def column(table: str, name: str) -> pa.ChunkedArray:
        return _thinned(by_name[table], name, policy.source)

    def read(table: str, names: list[str]) -> pa.Table:
        import pyarrow as pa

        return pa.table({name: column(table, name) for name in names})

    return settled(policy, read)


def _thinned(table: PinnedTable, name: str, reading: SourcePolicy) -> pa.ChunkedArray:
    """The column in the order of the files; every second row of it while there are too many."""
    import numpy as np
    import pyarrow as pa

    kept: list[pa.Array] = []
    step, seen, count = 1, 0, 0
    for file in table.files:
        for values in _guarded(Path(file.path), name, reading):
            first = -seen % step
            taken = values.take(pa.array(np.arange(first, len(values), step)))
            kept.append(taken)
            seen, count = seen + len(values), count + len(taken)
            while count > ROWS_LOOKED_AT:
                whole = pa.chunked_array(kept)
                kept = list(whole.take(pa.array(np.arange(0, count, 2))).chunks)
                step, count = step * 2, (count + 1) // 2
    return pa.chunked_array(kept) if kept else pa.chunked_array([pa.array([], pa.string())])


def _guarded(file: Path, name: str, reading: SourcePolicy) -> Iterator[pa.Array]:
    """The column's batches; readers quote the cell they fail at, so their messages stay in."""
    reason = ""
    try:
        yield from _csv(file, name, reading) if reading.format == "csv" else _parquet(file, name)
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold values
        reason = type(error).__name__
    if reason:
        raise SourceError(
            f"{file}: column {name!r} can't be read to choose its hierarchy ({reason}).",
            remedy="Mend the file, or name the hierarchy in the policy.",
        )


def _parquet(file: Path, name: str) -> Iterator[pa.Array]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(batch_size=1 << 16, columns=[name]):
            yield batch.column(0)


def _csv(file: Path, name: str, reading: SourcePolicy) -> Iterator[pa.Array]:
    import pyarrow as pa
    import pyarrow.csv as pc

    with pc.open_csv(
        file,
        read_options=pc.ReadOptions(encoding=reading.encoding),
        # Torn lines are left to the stages, which count them and refuse.
        parse_options=pc.ParseOptions(
            delimiter=reading.delimiter,
            newlines_in_values=True,
            invalid_row_handler=lambda row: "skip",
        ),
        convert_options=pc.ConvertOptions(
            include_columns=[name],
            column_types={name: pa.string()},
            null_values=[""],
            strings_can_be_null=True,
        ),
    ) as batches:
        for batch in batches:
            yield batch.column(0)
