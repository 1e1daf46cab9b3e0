"""A file or folder as named tables, the way ``classify`` and ``draft`` take them."""

from __future__ import annotations

from pathlib import Path

from veilflow.classify import (
    NO_TYPES,
    ColumnSample,
    ColumnVerdict,
    CustomTypes,
    classify_table,
    read_sample,
)
from veilflow.errors import SourceError

__all__ = ["DATA_SUFFIXES", "look_at", "tables_under"]

Look = tuple[tuple[ColumnSample, ...], tuple[ColumnVerdict, ...]]

DATA_SUFFIXES = (".parquet", ".csv", ".jsonl", ".ndjson", ".json")


def look_at(
    path: Path, rows: int, *, exhaustive: bool = False, types: CustomTypes = NO_TYPES
) -> Look:
    """A sample of each column of a table, and the verdict on it, of ``rows`` rows or of all.

    Raises SourceError for a table without columns.
    """
    if exhaustive:
        from veilflow.classify.local_scan import scan_table

        samples, verdicts = scan_table(path, types)
    else:
        samples = read_sample(path, rows)
        verdicts = classify_table(samples, types)
    if not samples:
        raise SourceError(f"{path}: holds no columns.", remedy="Is it empty?")
    return samples, verdicts


def tables_under(path: Path) -> dict[str, Path]:
    """Table name to path. A folder with subfolders is one table each; else it is one table.

    Files directly in a folder are one table each, unless they are parts of one (``part-...``).
    """
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder")
    if path.is_file():
        return {path.stem: path}
    folders = {
        child.name: child
        for child in sorted(path.iterdir())
        if child.is_dir() and any(_is_data(file) for file in child.rglob("*"))
    }
    if folders:
        return folders
    files = [child for child in sorted(path.iterdir()) if _is_data(child)]
    if not files:
        raise SourceError(
            f"{path}: holds no data file.", remedy=f"Known endings: {', '.join(DATA_SUFFIXES)}."
        )
    if all(file.name.startswith("part-") for file in files):
        return {path.name: path}
    return {file.stem: file for file in files}


def _is_data(file: Path) -> bool:
    return file.is_file() and file.suffix in DATA_SUFFIXES and not file.name.startswith(("_", "."))
