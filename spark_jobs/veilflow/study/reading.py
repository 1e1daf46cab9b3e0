"""One table of raw rows from a file or a folder, read whole into memory, for study.

Cells are read as the Spark stages read them: CSV as text, an empty cell as null, lines that don't
fit the header counted and refused. Readers quote the cell they fail at, so what they say stays in.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from veilflow.errors import SourceError, UsageError
from veilflow.pipeline.source import PinnedTable, table_columns
from veilflow.policy.model import SourcePolicy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["StudyInput", "find_input", "read_input"]

Format = Literal["csv", "parquet", "jsonl"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet",
    ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
_IN_FOLDERS = (".csv", ".parquet")
_DELIMITERS = ",;\t|"
# Python objects take about ten times the bytes of the file.
_MOST_JSON = 128 * 2**20


@dataclass(frozen=True)
class StudyInput:
    """A file, or a folder of files of one format, and how its cells are parted."""

    path: Path
    format: Format
    reading: SourcePolicy

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file in _known_files(self.path))

    def pinned(self, table: str) -> PinnedTable:
        """Files and columns of a CSV or Parquet input, from headers alone.

        Raises SourceError for files that can't be read, differ, or have no header.
        """
        return table_columns(self.path.parent, table, self.path.name, self.reading)


def find_input(path: Path, source: SourcePolicy, delimiter: str | None = None) -> StudyInput:
    """What lies at ``path``: its format by its ending, its delimiter as given or as found.

    Without ``delimiter`` a CSV file is read with the policy's, if the policy's source is CSV, and
    else with the one that parts its header. Raises SourceError where there is nothing to read.
    """
    path = path.resolve()
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder.")
    kind = _format(path)
    if delimiter is not None and kind != "csv":
        raise UsageError(f"--delimiter is for CSV, and {path.name} is {kind}; leave it out")
    if kind == "csv":
        declared = source.delimiter if source.format == "csv" else None
        parted = delimiter or declared or _sniffed(_known_files(path)[0], source.encoding)
        found = {"format": "csv", "delimiter": parted}
    else:
        found = {"format": "parquet"}
    reading = source.model_copy(update=found)
    return StudyInput(path, kind, reading)


def read_input(found: StudyInput, table: str) -> pa.Table:
    """All rows in the order of the files' names and of their lines.

    ``table`` is what errors call it. Raises SourceError, without quoting a cell.
    """
    import pyarrow as pa

    if found.format == "jsonl":
        return _json_lines(found.path)
    pinned = found.pinned(table)
    read = _csv if found.format == "csv" else _parquet
    parts = [_guarded(read, Path(file.path), pinned, found.reading) for file in pinned.files]
    return pa.concat_tables(parts)


def _format(path: Path) -> Format:
    kinds = {_FORMATS[file.suffix.lower()] for file in _known_files(path)}
    known = ", ".join(_FORMATS) if path.is_file() else ", ".join(_IN_FOLDERS)
    if not kinds:
        raise SourceError(f"{path}: no file with a known ending.", remedy=f"Known are {known}.")
    if len(kinds) > 1:
        raise SourceError(f"{path}: holds files of several formats; keep one table in a folder.")
    return kinds.pop()


def _known_files(path: Path) -> list[Path]:
    """``path`` if its ending is known, or the files in it, as a run would find them."""
    if path.is_file():
        return [path] if path.suffix.lower() in _FORMATS else []
    return sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and file.suffix in _IN_FOLDERS and not file.name.startswith(("_", "."))
    )


def _sniffed(file: Path, encoding: str) -> str:
    """The mark that parts the header into the most cells; a comma where none does."""
    try:
        with file.open(encoding=encoding, newline="") as lines:
            header = lines.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: the header can't be read ({type(error).__name__})") from None
    counts = [len(next(csv.reader([header], delimiter=mark), [])) for mark in _DELIMITERS]
    return _DELIMITERS[counts.index(max(counts))]


def _guarded(read: Any, file: Path, pinned: PinnedTable, reading: SourcePolicy) -> pa.Table:
    reason = ""
    try:
        table = read(file, pinned, reading)
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold values
        reason = type(error).__name__
    if reason:
        raise SourceError(
            f"{file}: can't be read as {reading.format} ({reason}).",
            remedy="Check the file, its encoding and its delimiter.",
        )
    return table


def _csv(file: Path, pinned: PinnedTable, reading: SourcePolicy) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as pc

    torn = 0

    def skip(row: object) -> str:
        nonlocal torn
        torn += 1
        return "skip"

    table = pc.read_csv(
        file,
        read_options=pc.ReadOptions(encoding=reading.encoding),
        parse_options=pc.ParseOptions(
            delimiter=reading.delimiter, newlines_in_values=True, invalid_row_handler=skip
        ),
        convert_options=pc.ConvertOptions(
            column_types={column.name: pa.string() for column in pinned.columns},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    if torn:
        count = "fewer than 10" if torn < 10 else f"{torn:,}"
        raise SourceError(
            f"{file}: {count} lines have other cells than the header says.",
            remedy="Mend the file, or give its --delimiter.",
        )
    return table


def _parquet(file: Path, pinned: PinnedTable, reading: SourcePolicy) -> pa.Table:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as parquet:
        return parquet.read().replace_schema_metadata(None)


def _json_lines(file: Path) -> pa.Table:
    """One JSON object a line, its values texts, numbers, booleans or null."""
    if file.stat().st_size > _MOST_JSON:
        raise SourceError(
            f"{file}: JSON lines are read up to {_MOST_JSON >> 20} MB; convert it to Parquet."
        )
    columns: dict[str, list[object]] = {}
    rows, problem = 0, ""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for line in filter(str.strip, lines):
                record = json.loads(line)
                if not isinstance(record, Mapping):
                    problem = f"line {rows + 1} isn't an object"
                    break
                for name, value in record.items():
                    known = columns.setdefault(name, [])
                    known.extend([None] * (rows - len(known)))
                    known.append(value)
                rows += 1
    except (OSError, ValueError) as error:
        problem = f"line {rows + 1}: {type(error).__name__}"
    if problem or not columns:
        raise SourceError(
            f"{file}: isn't JSON lines ({problem or 'it is empty'}).",
            remedy="Write one JSON object on each line.",
        )
    return _columns(file, columns, rows)


def _columns(file: Path, columns: Mapping[str, list[object]], rows: int) -> pa.Table:
    import pyarrow as pa

    arrays, mixed = {}, []
    for name, values in columns.items():
        values.extend([None] * (rows - len(values)))
        kinds = {type(value) for value in values if value is not None}
        kind = {
            frozenset(): pa.string(), frozenset({str}): pa.string(), frozenset({bool}): pa.bool_(),
            frozenset({int}): pa.int64(), frozenset({float}): pa.float64(),
            frozenset({int, float}): pa.float64(),
        }.get(frozenset(kinds))  # fmt: skip
        if kind is None or (kind == pa.int64() and _is_too_large(values)):
            mixed.append(name)
        else:
            arrays[name] = pa.array(values, kind)
    if mixed:
        raise SourceError(
            f"{file}: {', '.join(map(repr, mixed))} hold several types, or objects and lists.",
            remedy="Give each column one type of plain values.",
        )
    return pa.table(arrays)


def _is_too_large(values: Iterable[object]) -> bool:
    return any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values)
