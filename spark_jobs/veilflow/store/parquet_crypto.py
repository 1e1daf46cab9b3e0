"""Tables as Parquet files in which every column and the footer are encrypted.

AES-256-GCM by Parquet Modular Encryption: who lacks a class's key can't read its columns' values,
statistics or pages; who lacks the footer's key can't read even the columns' names. Changed content,
a chunk moved within or between files and a file put in another's place all fail to decrypt. Only
unused labels around the footer's wrapped key may change unnoticed: a file's SHA-256 covers those.

Not hidden: the file's size, and from holders of the footer key the number of rows and the
compressed size of each column. Not promised: that keys leave this process's memory.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from veilflow.errors import (
    IntegrityError,
    KeyUnavailable,
    StageFailed,
    UsageError,
    VeilflowError,
)
from veilflow.store.column_keys import FOOTER, decryption_properties, encryption_properties

__all__ = [
    "FOOTER",
    "ColumnClasses",
    "EncryptedFile",
    "EncryptedWriter",
    "read_encrypted",
    "write_encrypted",
]

ColumnClasses = Mapping[str, str]

_ROW_GROUP_ROWS = 1_000_000
_ROW_GROUP_BYTES = 64 << 20
_METADATA = b"veilflow.columns"
_MAGIC = b"PARE"  # "PAR1" would be a file whose footer is in plain
_ENGINE_ERRORS = (pa.ArrowException, OSError, ValueError, KeyError)


class EncryptedWriter:
    """Writes Arrow batches to ``sink`` as one encrypted Parquet file; close it, or use ``with``.

    Batches are held in memory until a row group is full (``row_group_rows``, or 64 MiB of Arrow
    data); only ciphertext reaches ``sink``. ``classes`` names the class of every column and
    ``keks`` holds a 256-bit key for each of them and for the footer.
    """

    def __init__(
        self,
        sink: BinaryIO,
        schema: pa.Schema,
        keks: Mapping[str, bytes],
        classes: ColumnClasses,
        *,
        context: str = "",
        row_group_rows: int = _ROW_GROUP_ROWS,
    ) -> None:
        if row_group_rows < 1:
            raise UsageError("A row group has at least one row.", remedy="Raise row_group_rows.")
        self.rows = 0
        self._schema = _without_metadata(schema)
        self._row_group_rows = row_group_rows
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = self._pending_bytes = 0
        self._physical = _physical_schema(self._schema, classes)
        properties = encryption_properties(
            self._physical, [classes[name] for name in schema.names], keks, context
        )
        self._sink = _Sink(sink)
        with _replacing_errors(_unwritable()):
            self._writer = pq.ParquetWriter(
                self._sink, self._physical, encryption_properties=properties, compression="zstd"
            )

    def __enter__(self) -> EncryptedWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows. StageFailed if their columns or types are not the schema's."""
        if _without_metadata(batch.schema) != self._schema:
            raise StageFailed(
                "A batch doesn't have the columns and types that the file was begun with.",
                remedy="Cast the table to one schema before writing it.",
            )
        self.rows += batch.num_rows
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self._pending_bytes += batch.nbytes
        if self._pending_rows >= self._row_group_rows or self._pending_bytes >= _ROW_GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Write what is pending and the footer. Without it there is no readable file."""
        if self._pending_rows:
            self._flush()
        with _replacing_errors(_unwritable()):
            self._writer.close()

    def abort(self) -> None:
        """Drop what is pending. The sink stays without a footer: nobody can read it."""
        self._pending.clear()
        self._pending_rows = 0
        # Arrow writes the footer even when it is only thrown away.
        self._sink.cut()
        self._writer.close()

    def _flush(self) -> None:
        renamed = [
            pa.RecordBatch.from_arrays(batch.columns, schema=self._physical)
            for batch in self._pending
        ]
        table = pa.Table.from_batches(renamed, schema=self._physical)
        self._pending.clear()
        self._pending_rows = self._pending_bytes = 0
        with _replacing_errors(_unwritable()):
            self._writer.write_table(table, row_group_size=self._row_group_rows)


class _Sink:
    """Passes on what Arrow writes, until it is cut."""

    closed = False

    def __init__(self, target: BinaryIO) -> None:
        self._target: BinaryIO | None = target

    def cut(self) -> None:
        self._target = None

    def write(self, data: Any) -> int:
        return self._target.write(data) if self._target else len(data)

    def flush(self) -> None:
        if self._target:
            self._target.flush()

    def close(self) -> None:
        """The target stays open: it is its owner's."""


@dataclass(frozen=True, slots=True)
class EncryptedFile:
    """An encrypted table, opened as far as the keys at hand go.

    ``readable`` are the columns whose class's key is there, ``closed`` those whose isn't, both in
    the file's order. ``schema`` and ``classes`` describe all of them.
    """

    schema: pa.Schema
    classes: ColumnClasses
    rows: int
    readable: tuple[str, ...]
    closed: tuple[str, ...]
    _file: Any = field(repr=False)

    @classmethod
    def open(
        cls, data: bytes | pa.Buffer, keks: Mapping[str, bytes], *, context: str = ""
    ) -> EncryptedFile:
        """Open ``data``, which must have been written for the same ``context``.

        Raises:
            KeyUnavailable: the footer's key isn't among ``keks``.
            IntegrityError: it is another key, another file's context, changed, or not encrypted.
        """
        view = memoryview(data)
        # PyArrow reads a plain file without a word, even when told how to decrypt.
        if len(view) < 12 or view[:4] != _MAGIC or view[-4:] != _MAGIC:
            raise IntegrityError(
                "The file isn't an encrypted Parquet file.", remedy="Don't use it; verify it."
            )
        with _replacing_errors(_unreadable()):
            file = pq.ParquetFile(
                pa.BufferReader(data), decryption_properties=decryption_properties(keks, context)
            )
            physical = file.schema_arrow
            columns = json.loads(physical.metadata[_METADATA])
            classes = {column["name"]: column["class"] for column in columns}
            if len(classes) != len(physical) or len(columns) != len(physical):
                raise ValueError
        schema = pa.schema(
            [column.with_name(name) for column, name in zip(physical, classes, strict=True)]
        )
        return cls(
            schema,
            classes,
            file.metadata.num_rows,
            tuple(name for name, kind in classes.items() if kind in keks),
            tuple(name for name, kind in classes.items() if kind not in keks),
            file,
        )

    def batches(
        self, columns: Sequence[str] | None = None, *, batch_rows: int = 65_536
    ) -> Iterator[pa.RecordBatch]:
        """The rows of ``columns`` (by default the readable ones), decrypted batch by batch.

        Raises:
            KeyUnavailable: a named column's class has no key here.
            UsageError: a named column isn't in the file.
            IntegrityError: the bytes were changed; batches yielded before were authentic.
        """
        chosen = self.require(columns)
        schema = pa.schema([self.schema.field(name) for name in chosen])
        position = {name: number for number, name in enumerate(self.schema.names)}
        physical = [self._file.schema_arrow.names[position[name]] for name in chosen]
        with _replacing_errors(_unreadable()):
            for batch in self._file.iter_batches(batch_rows, columns=physical):
                arrays = [batch.column(name) for name in physical]
                if arrays:
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """All rows of ``columns`` as one table; see :meth:`batches`."""
        schema = pa.schema([self.schema.field(name) for name in self.require(columns)])
        return pa.Table.from_batches(self.batches(columns), schema=schema)

    def require(self, columns: Sequence[str] | None) -> tuple[str, ...]:
        if columns is None:
            return self.readable
        unknown = [name for name in columns if name not in self.classes]
        if unknown:
            raise UsageError(
                f"The table has no column {', '.join(map(repr, unknown))}.",
                remedy=f"It has: {', '.join(self.classes)}.",
            )
        closed = [name for name in columns if name in self.closed]
        if closed:
            needed = sorted({self.classes[name] for name in closed})
            raise KeyUnavailable(
                f"No key at hand opens {', '.join(map(repr, closed))}.",
                remedy=f"Ask for a grant on {', '.join(map(repr, needed))}, or leave them out.",
            )
        return tuple(columns)


def write_encrypted(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    keks: Mapping[str, bytes],
    classes: ColumnClasses,
    *,
    context: str = "",
    row_group_rows: int = _ROW_GROUP_ROWS,
) -> bytes:
    """The bytes of one encrypted Parquet file; see :class:`EncryptedWriter`."""
    sink = io.BytesIO()
    with EncryptedWriter(
        sink, schema, keks, classes, context=context, row_group_rows=row_group_rows
    ) as writer:
        for batch in batches:
            writer.write(batch)
    return sink.getvalue()


def read_encrypted(
    data: bytes | pa.Buffer,
    keks: Mapping[str, bytes],
    columns: Sequence[str] | None = None,
    *,
    context: str = "",
) -> pa.Table:
    """``columns`` of the file, by default those that ``keks`` open; see :class:`EncryptedFile`."""
    return EncryptedFile.open(data, keks, context=context).read(columns)


@contextmanager
def _replacing_errors(replacement: VeilflowError) -> Iterator[None]:
    """Replaces what the engine raised: its text may quote what it couldn't digest."""
    try:
        yield
    except MemoryError:  # Arrow's is an ArrowException too, and no verdict on the bytes
        raise
    except _ENGINE_ERRORS:
        raise replacement from None


def _unreadable() -> IntegrityError:
    return IntegrityError(
        "The file doesn't decrypt: it was changed, cut, or isn't what Veilflow wrote.",
        remedy="Run `veilflow verify` on the release; don't use this file.",
    )


def _unwritable() -> StageFailed:
    return StageFailed(
        "Arrow can't write this table as Parquet.",
        remedy="Check that every column's type is one Parquet has, and that there is space.",
    )


def _physical_schema(schema: pa.Schema, classes: ColumnClasses) -> pa.Schema:
    """The schema inside the file: the true names and classes are in its encrypted metadata."""
    names = schema.names
    if len(set(names)) != len(names) or not names:
        raise UsageError("Columns need distinct names.", remedy="Rename columns before writing.")
    undecided = [name for name in names if name not in classes]
    if undecided:
        raise UsageError(
            f"No sensitivity class is given for {', '.join(map(repr, undecided))}.",
            remedy="Give every column a class: none is written unencrypted.",
        )
    columns = [{"name": name, "class": classes[name]} for name in names]
    return pa.schema(
        [column.with_name(_physical_name(column.name)) for column in schema],
        metadata={_METADATA: json.dumps(columns).encode()},
    )


def _physical_name(name: str) -> str:
    # A dot would read as a path, the others end a name in PyArrow's configuration string.
    return "".join(f"%{ord(c):02X}" if c in "%.,;:" or c.isspace() else c for c in name) or "%"


def _without_metadata(schema: pa.Schema) -> pa.Schema:
    return pa.schema([column.remove_metadata() for column in schema])
