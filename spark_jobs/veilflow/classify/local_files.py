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

from veilflow.classify.arrow_texts import listed, valid_texts
from veilflow.classify.column import ColumnSample
from veilflow.classify.contact import is_email
from veilflow.classify.data_files import DataFile, files_at, is_s3, visible
from veilflow.classify.finance import DETECTORS as _FINANCE
from veilflow.classify.government import is_formatted_ssn
from veilflow.classify.values import MAX_CELL, MAX_LEAVES
from veilflow.errors import SourceError, UsageError

__all__ = ["Batch", "read_batches", "read_sample"]

_CSV = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_JSON = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_PARQUET = (".parquet", ".parq", ".pq")
_MAX_LINE = 64 * 1024 * 1024
_SNIFFED = 20
_MOST_OBJECTS = 200
"""Each object of a bucket takes some tenths of a second to open."""
_DEEPEST = 20
_BATCH = 10_000
_BUFFER = 1 << 20
_BATCH_CHARACTERS = 1 << 25

Batch = tuple[Sequence[str], Sequence[str], Sequence[Any]]
"""The names of columns, the engine's words for their types, and their cells: Arrow arrays or texts.
"""


def read_batches(path: str | Path, longest_cell: int) -> Iterator[Batch]:
    """Every row of a file or a directory, in batches of bounded size; cells are cut.

    Files are read as :func:`read_sample` reads them, and what it refuses is refused.
    """
    for file in _data_files(path):
        kind = _format_of(file)
        with _readable(file, kind):
            if kind == "parquet":
                yield from _parquet_batches(file)
            elif kind == "json":
                yield from _json_batches(file, longest_cell)
            else:
                yield from _csv_batches(file, longest_cell)


def read_sample(
    path: str | Path, limit: int = 10_000, *, delimiter: str | None = None
) -> tuple[ColumnSample, ...]:
    """One sample for each column of a CSV, JSON-lines or Parquet file, or a directory of them.

    At most ``limit`` rows are read, spread over the files of a directory (on S3 over 200 of them)
    and the row groups of a Parquet file; of a CSV or JSON file they are the first. ``rows``,
    ``nulls`` and ``distinct`` describe these rows. The first line of a CSV has to name the columns.
    Raises :class:`SourceError` where nothing can be read, without quoting any content.
    """
    if limit < 1:
        raise UsageError("limit is below 1.", remedy="Give the number of rows to look at.")
    files = _data_files(path)
    if is_s3(path):
        files = [files[place] for place in _spread(len(files), _MOST_OBJECTS)]
    table = _Table()
    for position, file in enumerate(files):
        share = limit // len(files) + (position < limit % len(files))
        _read_file(file, max(1, share), delimiter, table)
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


def _data_files(address: str | Path) -> list[DataFile]:
    files = files_at(address)
    if files and not files[0].parts:
        return files
    found = [file for file in visible(files) if _has_ending(file, _CSV + _JSON + _PARQUET)]
    if not found:
        raise SourceError(
            f"{address} holds no CSV, JSON-lines or Parquet file.",
            remedy=f"Known endings: {', '.join((*_CSV[:2], *_JSON[:3], *_PARQUET[:1]))}.",
        )
    if len({_format_of(file) for file in found}) > 1:
        raise SourceError(
            f"{address} mixes file formats.", remedy="Keep one table of one format in a directory."
        )
    return found


def _has_ending(file: DataFile, endings: Sequence[str]) -> bool:
    return file.name.lower().endswith(tuple(endings))


def _format_of(file: DataFile) -> str:
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
        raise SourceError(
            f"{file} can't be read as {kind} ({type(error).__name__}).",
            remedy="Check that the file is complete and that its ending tells its format.",
        ) from None


def _read_file(file: DataFile, limit: int, delimiter: str | None, table: _Table) -> None:
    kind = _format_of(file)
    with _readable(file, kind):
        if kind == "parquet":
            _read_parquet(file, limit, table)
        elif kind == "json":
            _read_json(file, limit, table)
        else:
            _read_csv(file, limit, delimiter, table)


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


def _read_csv(file: DataFile, limit: int, delimiter: str | None, table: _Table) -> None:
    with _open_text(file) as handle:
        header, reader = _csv_reader(file, handle, delimiter)
        rows = [row for row in islice(reader, limit) if row]
    columns = [[_cell(row, index) for row in rows] for index in range(len(header))]
    table.add(header, ["string"] * len(header), columns)


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
        if len(batch) == _BATCH or held > _BATCH_CHARACTERS:
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


def _read_json(file: DataFile, limit: int, table: _Table) -> None:
    with _open_text(file) as handle:
        lines = list(islice(filter(str.strip, _lines(handle)), limit))
    records = _records(file, lines)[:limit]
    names = list(dict.fromkeys(chain.from_iterable(records)))
    columns = [[record.get(name) for record in records] for name in names]
    types = [_json_type(column) for column in columns]
    table.add(names, types, [[_text(value) for value in column] for column in columns])


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
            yield names, [_json_type(column) for column in columns], texts


def _whole_text(value: object, longest: int) -> str | None:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))[:longest]
    if isinstance(value, str):
        return value[:longest]
    return _text(value)


def _json_type(values: Iterable[object]) -> str:
    kinds = {type(value) for value in values if value is not None}
    for found, name in ((bool, "boolean"), (int, "int64"), (float, "double")):
        if kinds == {found}:
            return name
    if kinds == {int, float}:
        return "double"
    return "struct" if kinds and kinds <= {dict, list} else "string"


def _text(value: object) -> str | None:
    """A scalar as text, a nested value as JSON of bounded size."""
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        return _nested_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:MAX_CELL]


def _nested_text(value: object) -> str:
    """JSON that holds the keys, too; a value of it is cut before the whole would be."""
    pruned = _pruned(value, _DEEPEST)
    return json.dumps(pruned, ensure_ascii=False, separators=(",", ":"))[:MAX_CELL]


def _pruned(value: object, deeper: int) -> object:
    if isinstance(value, str):
        return value[: MAX_CELL // 8]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if not deeper:
        return ""
    if isinstance(value, dict):
        some = islice(value.items(), MAX_LEAVES)
        return {str(key)[: MAX_CELL // 8]: _pruned(inner, deeper - 1) for key, inner in some}
    if isinstance(value, (list, tuple)):
        return [_pruned(inner, deeper - 1) for inner in islice(value, MAX_LEAVES)]
    return "" if isinstance(value, bytes) else str(value)[: MAX_CELL // 8]


def _read_parquet(file: DataFile, limit: int, table: _Table) -> None:
    import pyarrow.parquet as pq

    with file.open() as stored, pq.ParquetFile(stored) as parquet:
        schema = parquet.schema_arrow
        taken = _spread(parquet.num_row_groups, 8)
        columns: list[list[str | None]] = [[] for _ in schema]
        for position, group in enumerate(taken):
            share = limit // len(taken) + (position < limit % len(taken))
            if share == 0:
                continue
            batch = next(parquet.iter_batches(batch_size=share, row_groups=[group]), None)
            if batch is not None:
                for index, column in enumerate(batch.columns):
                    columns[index].extend(_column_text(column))
    table.add(schema.names, [str(field.type) for field in schema], columns)


def _parquet_batches(file: DataFile) -> Iterator[Batch]:
    import pyarrow.parquet as pq

    with file.open() as stored, pq.ParquetFile(stored) as parquet:
        names = parquet.schema_arrow.names
        types = [str(field.type) for field in parquet.schema_arrow]
        yield names, types, [[] for _ in names]
        for group in range(parquet.num_row_groups):
            meta = parquet.metadata.row_group(group)
            fitting = _BATCH_CHARACTERS * meta.num_rows // max(1, meta.total_byte_size)
            size = max(1, min(_BATCH, fitting))
            for batch in parquet.iter_batches(batch_size=size, row_groups=[group]):
                yield names, types, batch.columns


def _spread(count: int, most: int) -> list[int]:
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
        return [_text(value) for value in listed(column)]
    if kinds.is_large_string(column.type) or kinds.is_string_view(column.type):
        column = column.cast(pa.string())
    if not kinds.is_string(column.type):
        return [_text(value) for value in column.to_pylist()]
    return [v if v is None else v[:MAX_CELL] for v in valid_texts(column).to_pylist()]
