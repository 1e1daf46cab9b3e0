"""A source pinned to one point in time: which files, how large, with what content.

Every stage reads the same bytes or stops: :func:`verify_unchanged` compares size and change time,
and the digest (HMAC-SHA-256 under the dataset's digest key) proves later what was read. A plain
hash would let anyone test a guess of a small table; the keyed one doesn't.

Only files that can be read again are accepted. What can't be (a queue, a query) is refused.
"""

from __future__ import annotations

import csv
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from veilflow.errors import PolicyError, SourceChanged, SourceError
from veilflow.policy.model import SourcePolicy

__all__ = [
    "PinnedColumn",
    "PinnedFile",
    "PinnedSource",
    "PinnedTable",
    "pin_table",
    "resolve_root",
    "source_digest",
    "table_columns",
    "verify_unchanged",
]

_CHUNK = 1 << 20


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PinnedFile(_Record):
    """One file of a table: absolute path, bytes, and change time in nanoseconds."""

    path: str
    size: int
    mtime_ns: int


class PinnedColumn(_Record):
    """A column as the files have it; ``physical`` is Arrow's name of its type."""

    name: str
    physical: str


class PinnedTable(_Record):
    """All files of a table, which share one schema."""

    name: str
    files: tuple[PinnedFile, ...]
    columns: tuple[PinnedColumn, ...]
    digest: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


class PinnedSource(_Record):
    """The tables of a run, how their files are to be read, and the population's table, if any."""

    root: str
    reading: SourcePolicy
    tables: tuple[PinnedTable, ...]
    population: PinnedTable | None = None

    @property
    def every_table(self) -> tuple[PinnedTable, ...]:
        """The tables that are released, and the population's."""
        return self.tables if self.population is None else (*self.tables, self.population)


def resolve_root(declared: str, policy_path: Path, chosen: str | None) -> Path:
    """The folder to read: the policy's root, or ``chosen`` if it lies inside it.

    Raises SourceError if the root doesn't exist and PolicyError if ``chosen`` leaves it: the
    parameters of a run only tighten.
    """
    if "://" in declared and not declared.startswith("file://"):
        scheme = declared.partition("://")[0]
        raise PolicyError(
            f"source.root: {scheme}:// sources aren't read by this version.",
            remedy="Mount or copy the files to a folder that every Spark worker sees.",
        )
    root = (policy_path.parent / declared.removeprefix("file://")).resolve()
    if not root.is_dir():
        raise SourceError(
            f"source.root: there is no folder {root}.",
            remedy="'veilflow sample-data --rows 20000' makes one to try with, or mend the policy.",
        )
    if chosen is None:
        return root
    inside = (root / chosen).resolve()
    if not inside.is_relative_to(root):
        raise PolicyError("input: lies outside the policy's source.root; choose a folder inside it")
    if not inside.is_dir():
        raise SourceError(f"input: there is no folder {inside}")
    return inside


def pin_table(
    root: Path, name: str, path: str, reading: SourcePolicy, key: bytes, place: str = ""
) -> PinnedTable:
    """Pin one table. Raises SourceError naming the file that is missing, unreadable or odd.

    ``place`` is the policy's key that gave ``path``, for errors; ``tables.NAME.path`` unless given.
    """
    found = table_columns(root, name, path, reading, place)
    return found.model_copy(update={"digest": source_digest(found.files, key)})


def table_columns(
    root: Path, name: str, path: str, reading: SourcePolicy, place: str = ""
) -> PinnedTable:
    """One table's files and columns, without reading more than headers; no digest."""
    files = tuple(_files(root, place or f"tables.{name}.path", path, reading.format))
    columns = _columns(files, name, reading)
    pinned = tuple(_pinned(file) for file in files)
    return PinnedTable(name=name, files=pinned, columns=columns, digest="")


def source_digest(files: tuple[PinnedFile, ...], key: bytes) -> str:
    """HMAC-SHA-256 in hex over every file's name, size and content, in order."""
    mac = hmac.new(key, digestmod="sha256")
    for file in files:
        heading = json.dumps([Path(file.path).name, file.size]).encode()
        mac.update(len(heading).to_bytes(8, "big") + heading)
        try:
            with open(file.path, "rb") as content:
                while chunk := content.read(_CHUNK):
                    mac.update(chunk)
        except OSError as error:
            raise SourceError(f"{file.path}: can't be read ({type(error).__name__})") from None
    return mac.hexdigest()


def verify_unchanged(source: PinnedSource) -> None:
    """Raise SourceChanged, naming the file, unless every file has its pinned size and time."""
    for table in source.every_table:
        for file in table.files:
            try:
                now = _pinned(Path(file.path))
            except OSError:
                raise SourceChanged(
                    f"{file.path}: was there when the run was pinned and is gone.",
                    remedy="Start a new run.",
                ) from None
            if now != file:
                raise SourceChanged(
                    f"{file.path}: changed since the run was pinned.", remedy="Start a new run."
                )


def _pinned(path: Path) -> PinnedFile:
    stat = path.stat()
    return PinnedFile(path=str(path), size=stat.st_size, mtime_ns=stat.st_mtime_ns)


def _files(root: Path, key: str, path: str, file_format: str) -> Iterator[Path]:
    place = root / path
    if not place.resolve().is_relative_to(root):
        raise PolicyError(f"{key}: lies outside source.root")
    if place.is_file():
        yield place.resolve()
        return
    pattern = f"*.{file_format}"
    found = sorted(
        file.resolve()
        for file in (place.rglob(pattern) if place.is_dir() else root.glob(path))
        if file.is_file() and not file.name.startswith(("_", "."))
    )
    if not found:
        raise SourceError(
            f"{key}: no {file_format} file at {place}.",
            remedy="Check 'path', 'source.root' and 'source.format'.",
        )
    for file in found:
        if not file.is_relative_to(root):
            raise PolicyError(
                f"{key}: {file} lies outside source.root; a link inside leads there.",
                remedy="Remove the link, or copy the file into the source.",
            )
    yield from found


def _columns(
    files: tuple[Path, ...], table: str, reading: SourcePolicy
) -> tuple[PinnedColumn, ...]:
    first: tuple[PinnedColumn, ...] | None = None
    for file in files:
        columns = _csv_columns(file, reading) if reading.format == "csv" else _parquet_columns(file)
        names = [column.name for column in columns]
        # A file without a header shows cells as names, so columns are told by their place.
        twice = [place for place, name in enumerate(names, 1) if names.count(name) > 1]
        if twice or "" in names:
            what = (
                f"columns {twice[0]} and {twice[-1]} have the same name"
                if twice
                else f"column {names.index('') + 1} has no name"
            )
            raise SourceError(f"{file}: {what}; rename it in the source, or add its header line")
        if first is not None and columns != first:
            raise SourceError(
                f"{file}: its columns or types differ from {files[0].name} of table {table}"
            )
        first = columns
    assert first is not None
    return first


def _csv_columns(file: Path, reading: SourcePolicy) -> tuple[PinnedColumn, ...]:
    try:
        with file.open(encoding=reading.encoding, newline="") as lines:
            header: list[Any] | None = next(csv.reader(lines, delimiter=reading.delimiter), None)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{file}: the header can't be read ({type(error).__name__})") from None
    if not header:
        raise SourceError(f"{file}: is empty; a CSV file needs a header line")
    header[0] = header[0].removeprefix("\ufeff")
    return tuple(PinnedColumn(name=name, physical="string") for name in header)


def _parquet_columns(file: Path) -> tuple[PinnedColumn, ...]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(file)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(
            f"{file}: not a readable Parquet file ({type(error).__name__}).",
            remedy="Write it again; a half-written file looks like this.",
        ) from None
    return tuple(PinnedColumn(name=field.name, physical=str(field.type)) for field in schema)
