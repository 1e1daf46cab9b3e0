"""What ``classify`` and ``draft`` look at: named tables at an address, and a look at each.

An address is a file or folder, of this machine or on S3 (``s3://bucket/prefix``), or a database
(``jdbc:...``). Only a database needs Spark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from veilflow.classify import (
    NO_TYPES,
    ColumnSample,
    ColumnVerdict,
    CustomTypes,
    classify_table,
    read_sample,
)
from veilflow.classify.data_files import DataFile, files_at, is_s3, visible
from veilflow.errors import SourceError, UsageError

__all__ = ["DATA_SUFFIXES", "Asked", "Look", "is_database", "look_at", "looks", "tables_under"]

DATA_SUFFIXES = (".parquet", ".csv", ".jsonl", ".ndjson", ".json")

Look = tuple[Sequence[ColumnSample], Sequence[ColumnVerdict]]


@dataclass(frozen=True)
class Asked:
    """How to look: at so many rows or at all; and for a database its tables and Spark's jars.

    Without ``with_samples`` a look may have none, which saves a database a second reading.
    """

    rows: int
    exhaustive: bool = False
    tables: tuple[str, ...] = ()
    jars: str | None = None
    with_samples: bool = True
    types: CustomTypes = NO_TYPES


def is_database(address: str) -> bool:
    """Whether the address is one of a database."""
    return address.startswith("jdbc:")


def looks(address: str, asked: Asked) -> Iterator[tuple[str, Look]]:
    """Name of and look at each table of an address, one after the other."""
    if is_database(address):
        from veilflow.spark.database_tables import look_at_tables

        yield from look_at_tables(
            address,
            asked.tables,
            exhaustive=asked.exhaustive,
            with_samples=asked.with_samples,
            jars=asked.jars,
            types=asked.types,
        )
        return
    if asked.tables:
        raise UsageError("--table goes with the address of a database, jdbc:...")
    for name, place in tables_under(address).items():
        yield name, look_at(place, asked)


def look_at(place: str | Path, asked: Asked) -> Look:
    """A sample of each column of a file or folder, and the verdict on it.

    Raises SourceError for a table without columns.
    """
    if asked.exhaustive:
        from veilflow.classify.local_scan import scan_table

        samples, verdicts = scan_table(place, asked.types)
    else:
        samples = read_sample(place, asked.rows)
        verdicts = classify_table(samples, asked.types)
    if not samples:
        raise SourceError(f"{place}: holds no columns.", remedy="Is it empty?")
    return samples, verdicts


def tables_under(address: str | Path) -> Mapping[str, str]:
    """Table name to address. A folder with subfolders is one table each; else it is one table.

    Files directly in a folder are one table each, unless they are parts of one (``part-...``).
    Folders called ``name=value`` are parts of one table.
    """
    base = str(address).rstrip("/")
    if not is_s3(base) and not Path(base).exists():
        raise SourceError(f"{base}: there is no such file or folder")
    files = files_at(base)
    if files and not files[0].parts:
        return {PurePosixPath(base).stem: base}
    found = [file for file in visible(files) if file.name.endswith(DATA_SUFFIXES)]
    folders = sorted({file.parts[0] for file in found if len(file.parts) > 1})
    if folders and not all("=" in folder for folder in folders):
        return {folder: f"{base}/{folder}" for folder in folders}
    if not found:
        raise SourceError(
            f"{base}: holds no data file.", remedy=f"Known endings: {', '.join(DATA_SUFFIXES)}."
        )
    if folders or all(file.name.startswith("part-") for file in found):
        return {PurePosixPath(base).name: base}
    return {_stem(file): file.address for file in found}


def _stem(file: DataFile) -> str:
    return PurePosixPath(file.name).stem
