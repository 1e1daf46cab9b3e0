"""All rows of a local file or directory, without Spark: the exhaustive classification."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from veilflow.classify.column import ColumnSample, ColumnVerdict
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.full_scan import LONGEST_CELL, ColumnScan, ScanLimits
from veilflow.classify.local_files import read_batches

__all__ = ["scan_table"]


def scan_table(
    path: str | Path, types: CustomTypes = NO_TYPES
) -> tuple[tuple[ColumnSample, ...], tuple[ColumnVerdict, ...]]:
    """A sample of each column's distinct values, and the verdict on all its rows.

    One pass over the files, in bounded memory. Raises SourceError as reading a sample does.
    """
    table = _Scans(types)
    for names, physical, columns in read_batches(path, LONGEST_CELL):
        table.add(names, physical, columns)
    samples = tuple(scan.sample(name) for (name, _), scan in table.scans.items())
    verdicts = tuple(scan.verdict(name) for (name, _), scan in table.scans.items())
    return samples, verdicts


class _Scans:
    """Columns in the order of first appearance, told apart by name and position in the file."""

    def __init__(self, types: CustomTypes) -> None:
        self._types = types
        self.scans: dict[tuple[str, int], ColumnScan] = {}
        self._rows = 0

    def add(self, names: Sequence[str], types: Sequence[str], columns: Sequence[Any]) -> None:
        limits = ScanLimits.of(max(len(self.scans), len(names)))
        length = max(map(len, columns), default=0)
        occurrences: dict[str, int] = {}
        seen = set()
        for name, physical_type, cells in zip(names, types, columns, strict=True):
            occurrence = occurrences[name] = occurrences.get(name, -1) + 1
            key = (name, occurrence)
            if key not in self.scans:
                self.scans[key] = ColumnScan(physical_type, limits, self._types)
                self.scans[key].add_nulls(self._rows)
            seen.add(key)
            if len(cells):
                self.scans[key].add(_texts(cells))
        for key in self.scans.keys() - seen:
            self.scans[key].add_nulls(length)
        self._rows += length


def _texts(cells: Any) -> Any:
    import pyarrow as pa

    from veilflow.classify.arrow_texts import arrow_texts

    if not isinstance(cells, list):
        return arrow_texts(cells)
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError:  # half a pair of surrogates, which JSON can hold
        whole = [None if cell is None else cell.encode("utf-8", "replace") for cell in cells]
        return pa.array(whole, pa.binary()).cast(pa.string())
