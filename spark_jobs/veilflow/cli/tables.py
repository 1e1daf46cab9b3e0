"""What ``classify`` and ``draft`` look at: named tables at an address, and a look at each.

An address is a file or folder, of this machine or on S3 (``s3://bucket/prefix``), or a database
(``jdbc:...``). Only a database needs Spark; all rows of large files are looked at by Spark, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from veilflow.classify import (
    NO_TYPES,
    ColumnSample,
    ColumnVerdict,
    CustomTypes,
    classify_table,
    read_sample,
)
from veilflow.classify.data_files import DataFile, files_at, is_s3, visible
from veilflow.classify.local_files import format_of, table_files
from veilflow.errors import PrerequisiteMissing, SourceError, UsageError

__all__ = [
    "DATA_SUFFIXES",
    "Asked",
    "Look",
    "is_database",
    "is_for_spark",
    "looking",
    "looks",
    "tables_under",
]

DATA_SUFFIXES = (".parquet", ".csv", ".jsonl", ".ndjson", ".json")
_WORTH_SPARK = 256 * 1024 * 1024
"""Bytes of text, or three times those of Parquet, that one core reads in twice Spark's start."""
_ENOUGH_CORES = 4
"""On two, busy with other things as well, Spark was no faster (benchmarks/classify_files.py)."""

Look = tuple[Sequence[ColumnSample], Sequence[ColumnVerdict]]


@dataclass(frozen=True)
class Asked:
    """How to look: at so many rows or at all; and for a database its tables and Spark's jars.

    Without ``with_samples`` a look may have none, which saves a database a second reading.
    ``spark`` says whether Spark reads files; None leaves it to their size.
    """

    rows: int
    exhaustive: bool = False
    tables: tuple[str, ...] = ()
    jars: str | None = None
    with_samples: bool = True
    spark: bool | None = None
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
    with looking(asked) as look_at:
        for name, place in tables_under(address).items():
            yield name, look_at(place)


@contextmanager
def looking(asked: Asked) -> Iterator[Callable[[str | Path], Look]]:
    """Gives a sample of each column of a file or folder, and the verdict on it.

    Spark is started for the first table that is for it, and serves the others too. What is given
    raises SourceError for a table without columns.
    """
    with ExitStack() as stack:
        started: list[Any] = []

        def look_at(place: str | Path) -> Look:
            if is_for_spark(place, asked):
                if not started:
                    from veilflow.spark.session import session

                    started.append(stack.enter_context(session("classify")))
                samples, verdicts = _by_spark(started[0], str(place), asked)
            else:
                samples, verdicts = _in_this_process(place, asked)
            if not verdicts:
                raise SourceError(f"{place}: holds no columns.", remedy="Is it empty?")
            return samples, verdicts

        yield look_at


def is_for_spark(place: str | Path, asked: Asked) -> bool:
    """Whether Spark reads the table: as asked, else where all its rows take longer than Spark."""
    if asked.spark is not None:
        return asked.spark
    if not asked.exhaustive:
        return False
    files = table_files(place)
    weights = [file.size * (3 if _is_compressed(file) else 1) for file in files]
    # A file of text isn't split: the other cores would look on while one reads it.
    alone = max(0 if format_of(f) == "parquet" else w for f, w in zip(files, weights, strict=True))
    saved = sum(weights) - max(alone, sum(weights) // 2)
    if saved < _WORTH_SPARK // 2:
        return False
    return _has_spark(is_s3(place))


def _is_compressed(file: DataFile) -> bool:
    return format_of(file) == "parquet" or file.name.endswith(".gz")


def _has_spark(anywhere: bool) -> bool:
    """Whether there is a Spark with enough cores. Files of this machine are for its own."""
    from veilflow.spark.hardening import is_local
    from veilflow.spark.java import find_java_home
    from veilflow.spark.session import DEFAULT_MASTER

    master = os.environ.get("VEILFLOW_MASTER") or DEFAULT_MASTER
    try:
        find_java_home()
    except PrerequisiteMissing:
        return False
    if is_local(master):
        return master == DEFAULT_MASTER and (os.cpu_count() or 1) >= _ENOUGH_CORES
    return anywhere


def _in_this_process(place: str | Path, asked: Asked) -> Look:
    if asked.exhaustive:
        from veilflow.classify.local_scan import scan_table

        return scan_table(place, asked.types)
    samples = read_sample(place, asked.rows)
    return samples, classify_table(samples, asked.types)


def _by_spark(spark: Any, place: str, asked: Asked) -> Look:
    from veilflow.spark.file_scan import sample_files, scan_files

    if asked.exhaustive:
        return scan_files(spark, place, with_samples=asked.with_samples, types=asked.types)
    samples = sample_files(spark, place, asked.rows)
    return samples, classify_table(samples, asked.types)


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
