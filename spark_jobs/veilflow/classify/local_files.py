"""Samples of the columns of a file or directory, of this machine or on S3, without Spark.

CSV cells are read as text, so leading zeros survive and nothing is guessed; ragged lines, wrong
encodings and duplicate column names are read as far as they go. Parquet goes through PyArrow.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from veilflow.classify.cell_texts import cell_text
from veilflow.classify.column import ColumnSample
from veilflow.classify.contact import is_email
from veilflow.classify.data_files import DataFile, files_at, is_s3, visible
from veilflow.classify.finance import DETECTORS as _FINANCE
from veilflow.classify.government import is_formatted_ssn
from veilflow.classify.parquet_files import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    evenly_spread,
    parquet_batches,
    parquet_sample,
    row_group_sizes,
)
from veilflow.classify.s3_server import s3_trouble
from veilflow.classify.values import MAX_CELL
from veilflow.errors import SourceError, UsageError

__all__ = [
    "Batch",
    "SamplePart",
    "file_batches",
    "format_of",
    "group_sizes",
    "joined_samples",
    "read_sample",
    "sample_part",
    "sample_shares",
    "table_files",
]

_CSV = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_JSON = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_PARQUET = (".parquet", ".parq", ".pq")
_MAX_LINE = 64 * 1024 * 1024
_SNIFFED = 20
_MOST_OBJECTS = 200
"""Each object of a bucket takes some tenths of a second to open."""
_BUFFER = 1 << 20

Batch = tuple[Sequence[str], Sequence[str], Sequence[Any]]
"""The names of columns, the engine's words for their types, and their cells: Arrow arrays or texts.
"""
SamplePart = tuple[Sequence[str], Sequence[str], Sequence[list[str | None]]]
"""The names of columns, the engine's words for their types, and some cells of each as texts."""


def file_batches(
    file: DataFile, longest_cell: int, groups: Sequence[int] | None = None
) -> Iterator[Batch]:
    """Every row of one file, or of these row groups of a Parquet file."""
    kind = format_of(file)
    with _readable(file, kind):
        if kind == "parquet":
            yield from parquet_batches(file, groups)
        elif kind == "json":
            yield from _json_batches(file, longest_cell)
        else:
            yield from _csv_batches(file, longest_cell)


def group_sizes(file: DataFile) -> list[int]:
    """Bytes of each row group of a Parquet file, as they are stored."""
    with _readable(file, "parquet"):
        return row_group_sizes(file)


def read_sample(
    path: str | Path, limit: int = 10_000, *, delimiter: str | None = None
) -> tuple[ColumnSample, ...]:
    """One sample for each column of a CSV, JSON-lines or Parquet file, or a directory of them.

    At most ``limit`` rows are read, spread over the files of a directory (on S3 over 200 of them)
    and the row groups of a Parquet file; of a CSV or JSON file they are the first. ``rows``,
    ``nulls`` and ``distinct`` describe these rows. The first line of a CSV has to name the columns.
    Raises :class:`SourceError` where nothing can be read, without quoting any content.
    """
    return joined_samples(
        sample_part(file, share, delimiter) for file, share in sample_shares(path, limit)
    )


def sample_shares(path: str | Path, limit: int) -> list[tuple[DataFile, int]]:
    """The files that a sample looks into, and how many rows of each."""
    if limit < 1:
        raise UsageError("limit is below 1.", remedy="Give the number of rows to look at.")
    files = table_files(path)
    if is_s3(path):
        files = [files[place] for place in evenly_spread(len(files), _MOST_OBJECTS)]
    each, more = divmod(limit, len(files))
    return [(file, max(1, each + (place < more))) for place, file in enumerate(files)]


def sample_part(file: DataFile, rows: int, delimiter: str | None = None) -> SamplePart:
    """At most ``rows`` rows of one file."""
    kind = format_of(file)
    with _readable(file, kind):
        if kind == "parquet":
            return parquet_sample(file, rows)
        if kind == "json":
            return _read_json(file, rows)
        return _read_csv(file, rows, delimiter)


def joined_samples(parts: Iterable[SamplePart]) -> tuple[ColumnSample, ...]:
    """One sample for each column of all parts, in their order."""
    table = _Table()
    for part in parts:
        table.add(*part)
    return table.samples()


class _Table:
    """Columns in the order of first appearance, told apart by name and position in the file."""

    def __init__(self) -> None:
        self.columns: dict[tuple[str, int], list[str | None]] = {}
        self.types: dict[tuple[str, int], str] = {}
        self.rows = 0

    def add(
        self, names: Sequence[str], types: Sequence[str], columns: Sequence[list[str | None]]
    ) -> None:
        """Append one batch; columns that it lacks get nulls, and so do earlier rows of new ones."""
        length = max(map(len, columns), default=0)
        occurrences: dict[str, int] = {}
        for name, physical_type, values in zip(names, types, columns, strict=True):
            occurrence = occurrences[name] = occurrences.get(name, -1) + 1
            key = (name, occurrence)
            known = self.columns.setdefault(key, [])
            known.extend([None] * (self.rows - len(known)))
            known.extend(values)
            self.types.setdefault(key, physical_type)
        self.rows += length

    def samples(self) -> tuple[ColumnSample, ...]:
        return tuple(self._sample(key, values) for key, values in self.columns.items())

    def _sample(self, key: tuple[str, int], values: list[str | None]) -> ColumnSample:
        filled = [value for value in values if value is not None]
        return ColumnSample(
            name=key[0],
            values=values + [None] * (self.rows - len(values)),
            physical_type=self.types[key],
            rows=self.rows,
            nulls=self.rows - len(filled),
            distinct=len(set(filled)),
        )


def table_files(address: str | Path) -> list[DataFile]:
    """The files of one table. Raises SourceError for none, and for several formats."""
    files = files_at(address)
    if files and not files[0].parts:
        return files
    found = [file for file in visible(files) if _has_ending(file, _CSV + _JSON + _PARQUET)]
    if not found:
        raise SourceError(
            f"{address} holds no CSV, JSON-lines or Parquet file.",
            remedy=f"Known endings: {', '.join((*_CSV[:2], *_JSON[:3], *_PARQUET[:1]))}.",
        )
    if len({format_of(file) for file in found}) > 1:
        raise SourceError(
            f"{address} mixes file formats.", remedy="Keep one table of one format in a directory."
        )
    return found


def _has_ending(file: DataFile, endings: Sequence[str]) -> bool:
    return file.name.lower().endswith(tuple(endings))


def format_of(file: DataFile) -> str:
    """``parquet``, ``json`` or ``csv``, by the file's ending."""
    if _has_ending(file, _PARQUET):
        return "parquet"
    return "json" if _has_ending(file, _JSON) else "csv"


@contextmanager
def _readable(file: DataFile, kind: str) -> Iterator[None]:
    """Turn what a reader raises into a SourceError that quotes no content."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001 - readers quote the cell they fail at
        if trouble := s3_trouble(file.address, error):
            raise trouble from None
        raise SourceError(
            f"{file} can't be read as {kind} ({type(error).__name__}).",
            remedy="Check that the file is complete and that its ending tells its format.",
        ) from None


@contextmanager
def _open_text(file: DataFile) -> Iterator[IO[str]]:
    with file.open() as stored:
        plain = gzip.GzipFile(fileobj=stored) if file.name.lower().endswith(".gz") else stored
        raw = io.BufferedReader(cast(io.RawIOBase, plain), _BUFFER)
        wide = raw.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff")
        encoding = "utf-16" if wide else "utf-8-sig"
        yield io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")


def _lines(handle: IO[str]) -> Iterator[str]:
    """Lines of bounded length: a file without line ends isn't read into memory whole."""
    while line := handle.readline(_MAX_LINE):
        yield line.replace("\0", "")


def _read_csv(file: DataFile, limit: int, delimiter: str | None) -> SamplePart:
    with _open_text(file) as handle:
        header, reader = _csv_reader(file, handle, delimiter)
        rows = [row for row in islice(reader, limit) if row]
    columns = [[_cell(row, index) for row in rows] for index in range(len(header))]
    return header, ["string"] * len(header), columns


def _csv_reader(
    file: DataFile, handle: IO[str], delimiter: str | None
) -> tuple[list[str], Iterator[list[str]]]:
    csv.field_size_limit(_MAX_LINE)
    start = list(islice(_lines(handle), _SNIFFED))
    chosen = delimiter or _sniffed(start)
    reader = csv.reader(chain(start, _lines(handle)), delimiter=chosen)
    header = next(reader, [])
    if any(map(_is_data, header)):
        raise SourceError(
            f"{file} has personal data where the names of the columns should be.",
            remedy="Put a line with the column names first.",
        )
    return header, reader


def _csv_batches(file: DataFile, longest_cell: int) -> Iterator[Batch]:
    with _open_text(file) as handle:
        header, reader = _csv_reader(file, handle, None)
        types = ["string"] * len(header)
        yield header, types, [[] for _ in header]
        for rows in _bounded(filter(None, reader), lambda row: sum(map(len, row))):
            columns = [
                [_cell(row, index, longest_cell) for row in rows] for index in range(len(header))
            ]
            yield header, types, columns


_Row = TypeVar("_Row")


def _bounded(rows: Iterable[_Row], size: Callable[[_Row], int]) -> Iterator[list[_Row]]:
    """The rows in lists that are neither too long nor hold too much."""
    batch: list[_Row] = []
    held = 0
    for row in rows:
        batch.append(row)
        held += size(row)
        if len(batch) == BATCH_ROWS or held > BATCH_CHARACTERS:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _is_data(name: str) -> bool:
    """Whether a header cell is a value; a file without a header would put values into names."""
    known = [d.matches for d in _FINANCE if d.type in ("iban_code", "credit_card_number")]
    return any(test(name.strip()[:MAX_CELL]) for test in (is_email, is_formatted_ssn, *known))


def _cell(row: Sequence[str], index: int, longest: int = MAX_CELL) -> str | None:
    if index >= len(row) or row[index] == "":
        return None
    return row[index][:longest]


def _sniffed(lines: Sequence[str]) -> str:
    """The delimiter that splits the first lines into the most, equally many columns."""
    best, best_score = ",", (0, 0)
    for candidate in (",", ";", "\t", "|"):
        widths = [len(row) for row in csv.reader(lines, delimiter=candidate) if row]
        if not widths or widths[0] < 2:
            continue
        score = sum(width == widths[0] for width in widths), widths[0]
        if score > best_score:
            best, best_score = candidate, score
    return best


def _read_json(file: DataFile, limit: int) -> SamplePart:
    with _open_text(file) as handle:
        lines = list(islice(filter(str.strip, _lines(handle)), limit))
    records = _records(file, lines)[:limit]
    names = list(dict.fromkeys(chain.from_iterable(records)))
    columns = [[record.get(name) for record in records] for name in names]
    types = [_json_type(column) or "string" for column in columns]
    return names, types, [[cell_text(value) for value in column] for column in columns]


def _records(file: DataFile, lines: Sequence[str]) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in lines]
    if len(records) == 1 and isinstance(records[0], list):
        records = records[0]
    if not all(isinstance(record, dict) for record in records):
        raise SourceError(f"{file} isn't JSON lines.", remedy="Write one JSON object on each line.")
    return records


def _json_batches(file: DataFile, longest_cell: int) -> Iterator[Batch]:
    with _open_text(file) as handle:
        for lines in _bounded(filter(str.strip, _lines(handle)), len):
            records = _records(file, lines)
            names = list(dict.fromkeys(chain.from_iterable(records)))
            columns = [[record.get(name) for record in records] for name in names]
            texts = [[_whole_text(value, longest_cell) for value in column] for column in columns]
            yield names, [_json_type(column) or "null" for column in columns], texts


def _whole_text(value: object, longest: int) -> str | None:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))[:longest]
    if isinstance(value, str):
        return value[:longest]
    return cell_text(value)


def _json_type(values: Iterable[object]) -> str:
    """Of values that are all null none."""
    kinds = {type(value) for value in values if value is not None}
    for found, name in ((bool, "boolean"), (int, "int64"), (float, "double")):
        if kinds == {found}:
            return name
    if kinds == {int, float}:
        return "double"
    if not kinds:
        return ""
    return "struct" if kinds <= {dict, list} else "string"
