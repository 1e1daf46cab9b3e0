"""A table as a set of encrypted files: written by tasks, made valid by one commit, read back.

Files carry random names, so attempts never overwrite each other. Only the files that the one
commit record lists are the table: it is written put-if-absent, so of several attempts one wins.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import BinaryIO, cast

import pyarrow as pa

from veilflow.errors import IntegrityError, KeyUnavailable, VeilflowError
from veilflow.store.object_store import ObjectExists, ObjectNotFound, ObjectStore
from veilflow.store.parquet_crypto import ColumnClasses, EncryptedFile, EncryptedWriter

__all__ = [
    "FileRef",
    "TableCommit",
    "TableFile",
    "commit_table",
    "discard_files",
    "fetch_file",
    "load_commit",
    "read_files",
    "write_files",
]

FORMAT = 1
# One row group may still be added past this: files end up between 112 and some 170 MB.
_FILE_BYTES = 112 << 20
_IN_MEMORY = 32 << 20


@dataclass(frozen=True, slots=True, order=True)
class FileRef:
    """What a reader needs of a file: where it is, and what its bytes must be."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, order=True)
class TableFile(FileRef):
    """One encrypted file as a task wrote it; ``path`` is its key in the store."""

    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class TableCommit:
    """The winning attempt's files of one table, sorted by path."""

    table: str
    attempt: str
    files: tuple[TableFile, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    def to_json(self) -> bytes:
        """Canonical JSON: equal commits have equal bytes."""
        document = {"format": FORMAT, **asdict(self)}
        return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> TableCommit:
        """The inverse of :meth:`to_json`; :class:`IntegrityError` for anything else."""
        try:
            document = json.loads(data)
            if document.pop("format") != FORMAT:
                raise ValueError
            files = tuple(TableFile(**file) for file in document.pop("files"))
            return cls(files=files, **document)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise IntegrityError(
                "The commit record is damaged, or another version's.",
                remedy="Write the table again under another attempt.",
            ) from None


def write_files(
    store: ObjectStore,
    folder: str,
    batches: Iterable[pa.RecordBatch],
    keks: Mapping[str, bytes],
    classes: ColumnClasses,
    *,
    stem: str = "part",
    empty_schema: pa.Schema | None = None,
    file_bytes: int = _FILE_BYTES,
) -> list[TableFile]:
    """Encrypt ``batches`` into files ``folder/stem-<random>.parquet``; what was written.

    Files are closed once they pass ``file_bytes``. Without a single batch nothing is written,
    unless ``empty_schema`` asks for one empty file that keeps the schema. What waits for its
    upload is ciphertext, in memory or in an unnamed temporary file. If anything fails, the files
    written so far are deleted where that can be done.
    """
    written: list[TableFile] = []
    part: _Part | None = None
    try:
        for batch in batches:
            if part is None:
                part = _Part(_new_path(folder, stem), batch.schema, keks, classes)
            part.writer.write(batch)
            if part.buffer.tell() >= file_bytes:
                written.append(part.upload(store))
                part = None
        if part is None and not written and empty_schema is not None:
            part = _Part(_new_path(folder, stem), empty_schema, keks, classes)
        if part is not None:
            written.append(part.upload(store))
    except BaseException:
        # A failed upload may have arrived all the same.
        discard_files(store, [*written, *([FileRef(part.path, "")] if part else [])])
        raise
    finally:
        if part is not None:
            part.drop()
    return written


def _new_path(folder: str, stem: str) -> str:
    return f"{folder}/{stem}-{uuid.uuid4().hex}.parquet"


class _Part:
    """One file on its way."""

    def __init__(
        self, path: str, schema: pa.Schema, keks: Mapping[str, bytes], classes: ColumnClasses
    ) -> None:
        self.path = path
        self.buffer = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
        try:
            self.writer = EncryptedWriter(self.buffer, schema, keks, classes, context=path)
        except VeilflowError:
            self.buffer.close()
            raise

    def drop(self) -> None:
        if not self.buffer.closed:
            self.writer.abort()
            self.buffer.close()

    def upload(self, store: ObjectStore) -> TableFile:
        with self.buffer as buffer:
            self.writer.close()
            size, digest = buffer.tell(), hashlib.sha256()
            buffer.seek(0)
            while chunk := buffer.read(1 << 20):
                digest.update(chunk)
            store.put(self.path, buffer, if_absent=True)
        return TableFile(self.path, digest.hexdigest(), size, self.writer.rows)


def discard_files(store: ObjectStore, files: Iterable[FileRef]) -> None:
    """Delete what can be deleted: the files are ciphertext that no commit lists."""
    for file in files:
        with suppress(VeilflowError):
            store.delete(file.path)


def commit_table(
    store: ObjectStore, key: str, table: str, attempt: str, files: Iterable[TableFile]
) -> TableCommit:
    """Make ``files`` the table, unless another attempt has won; the winner's commit either way.

    A loser's files are discarded. Repeating a commit that was made is harmless.
    """
    commit = TableCommit(table, attempt, tuple(sorted(files)))
    try:
        store.put(key, commit.to_json(), if_absent=True)
    except ObjectExists:
        winner = load_commit(store, key)
        kept = {file.path for file in winner.files}
        discard_files(store, (file for file in commit.files if file.path not in kept))
        return winner
    return commit


def load_commit(store: ObjectStore, key: str) -> TableCommit:
    """The commit record. Raises ObjectNotFound where no attempt has won yet."""
    return TableCommit.from_json(store.get(key).data)


def fetch_file(store: ObjectStore, file: FileRef, keks: Mapping[str, bytes]) -> EncryptedFile:
    """The file, opened after its bytes were found to be the listed ones."""
    try:
        data = store.get(file.path).data
    except ObjectNotFound:
        raise IntegrityError(
            f"The listed file {file.path!r} is missing from {store.uri}.",
            remedy="Don't use this table; run `veilflow verify`.",
        ) from None
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise IntegrityError(
            f"The file {file.path!r} isn't the listed one: its SHA-256 differs.",
            remedy="Don't use this table; run `veilflow verify`.",
        )
    return EncryptedFile.open(data, keks, context=file.path)


def read_files(
    store: ObjectStore,
    files: Iterable[FileRef],
    keks: Mapping[str, bytes],
    columns: Sequence[str] | None = None,
) -> Iterator[pa.Table]:
    """Each file's rows as a table, in the given order, hash checked before decryption.

    By default the columns that ``keks`` open. The names of the others are in the tables' schema
    metadata, as a JSON list under ``veilflow.closed``. Raises as :func:`fetch_file`, and
    KeyUnavailable where no column at all is open.
    """
    for ref in files:
        file = fetch_file(store, ref, keks)
        if columns is None and not file.readable:
            asked = ", ".join(sorted(set(file.classes.values())))
            raise KeyUnavailable(
                f"No column of {ref.path!r} opens with the keys at hand.",
                remedy=f"Ask for a grant on one of: {asked}.",
            )
        table = file.read(columns)
        yield table.replace_schema_metadata({"veilflow.closed": json.dumps(file.closed)})
