"""All rows of a file or directory, of this machine or on S3, without Spark."""

from __future__ import annotations

from pathlib import Path

from veilflow.classify.column import ColumnSample, ColumnVerdict
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.full_scan import LONGEST_CELL
from veilflow.classify.pieces import pieces_of, read_piece
from veilflow.classify.table_context import in_context
from veilflow.classify.table_scan import TableScan, judged

__all__ = ["scan_table"]


def scan_table(
    path: str | Path, types: CustomTypes = NO_TYPES
) -> tuple[tuple[ColumnSample, ...], tuple[ColumnVerdict, ...]]:
    """A sample of each column's distinct values, and the verdict on all its rows.

    One pass over the files, in bounded memory. Raises SourceError as reading a sample does, and
    SourceChanged for a file that is written meanwhile.
    """
    table = TableScan()
    for piece in pieces_of(path):
        for batch in read_piece(piece, LONGEST_CELL):
            table.add(piece, batch)
    found = [judged([part], table.rows, types) for part in table.parts()]
    return tuple(sample for sample, _ in found), in_context([verdict for _, verdict in found])
