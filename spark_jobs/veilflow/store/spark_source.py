"""Encrypted tables in Spark: ``format("veilflow")``, a Python data source for batch write and read.

Use :func:`write_table` and :func:`read_table`, or register the source and set its options.

Write (mode append): ``store``, ``prefix``, ``table``, ``key_ref``, ``classes`` (JSON, column to
class), ``commit`` (key of the commit record), ``attempt``.
Read: ``store``, ``key_ref``, optionally ``columns`` (JSON list), and one of ``files`` (JSON list
of objects with path and sha256), ``commit`` (key of a commit record) or ``release``
(``dataset/release``, with ``table`` and ``public_key``, a PEM; the manifest's signature is
checked).

No key is in an option, a plan or a closure: workers open ``key_ref`` themselves. An exception in
a worker reaches Spark's logs verbatim, so each is replaced by one that holds no value. Spark asks
Python sources for whole rows of the columns in their schema: name few columns to read little.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

# Subclasses are needed at module level: Spark pickles the classes by reference. Only jobs that
# use the source import this module.
from pyspark.sql.datasource import (  # noqa: TID253
    DataSource,
    DataSourceArrowWriter,
    DataSourceReader,
    InputPartition,
    WriterCommitMessage,
)

from veilflow.errors import KeyUnavailable, UsageError
from veilflow.store.key_records import opened_release
from veilflow.store.object_store import ObjectStore, open_store
from veilflow.store.table_files import (
    FileRef,
    TableCommit,
    TableFile,
    commit_table,
    discard_files,
    fetch_file,
    load_commit,
    write_files,
)
from veilflow.store.value_free import value_free

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

__all__ = ["FORMAT", "VeilflowDataSource", "read_table", "register", "write_table"]

FORMAT = "veilflow"
_BATCH_ROWS = 10_000
_log = logging.getLogger("veilflow.store")


def register(spark: SparkSession) -> None:
    """Make ``format("veilflow")`` known to this session; repeating it is harmless."""
    spark.dataSource.register(VeilflowDataSource)


def write_table(
    frame: DataFrame,
    *,
    store: str,
    prefix: str,
    table: str,
    key_ref: str,
    classes: Mapping[str, str],
    commit_key: str,
    attempt: str = "",
) -> TableCommit:
    """Write ``frame`` encrypted below ``prefix/table`` and commit it; what counts as the table.

    That is this attempt's commit, or an earlier one under the same ``commit_key``: then this
    attempt's files are gone again. A task that outlives its job may leave a file that no commit
    lists.
    """
    register(frame.sparkSession)
    frame.write.format(FORMAT).mode("append").options(
        store=store,
        prefix=prefix,
        table=table,
        key_ref=key_ref,
        classes=json.dumps(dict(classes)),
        commit=commit_key,
        attempt=attempt,
    ).save()
    return load_commit(open_store(store), commit_key)


def read_table(
    spark: SparkSession,
    *,
    store: str,
    key_ref: str,
    files: Sequence[FileRef],
    columns: Sequence[str] | None = None,
) -> DataFrame:
    """The files' rows; by default the columns that the driver's keys open.

    Each file's SHA-256 is checked on the worker before it is decrypted.
    """
    register(spark)
    listed = [{"path": file.path, "sha256": file.sha256} for file in files]
    reader = spark.read.format(FORMAT).options(
        store=store, key_ref=key_ref, files=json.dumps(listed)
    )
    if columns is not None:
        reader = reader.option("columns", json.dumps(list(columns)))
    return reader.load()


class VeilflowDataSource(DataSource):
    """See the module's text. Made by Spark in short-lived processes beside the driver."""

    @classmethod
    def name(cls) -> str:
        return FORMAT

    def schema(self) -> StructType:
        with value_free("finding the columns of", self._label()):
            from pyspark.sql.pandas.types import from_arrow_schema

            return from_arrow_schema(self._readable_schema())

    def reader(self, schema: StructType) -> _Reader:
        with value_free("planning to read", self._label()):
            return _Reader(
                self._option("store"),
                self._option("key_ref"),
                self._label(),
                self._files(),
                schema,
            )

    def writer(self, schema: StructType, overwrite: bool) -> _Writer:
        with value_free("planning to write", self._label()):
            if overwrite:
                raise UsageError(
                    "Encrypted tables are never overwritten.",
                    remedy='Write with mode("append") under a new commit key.',
                )
            classes = self._json("classes", dict)
            undecided = [name for name in schema.fieldNames() if name not in classes]
            if undecided:
                raise UsageError(
                    f"No sensitivity class is given for {', '.join(map(repr, undecided))}.",
                    remedy="Name every column in the option 'classes'.",
                )
            return _Writer(
                store=self._option("store"),
                folder=f"{self._option('prefix').strip('/')}/{self._option('table')}",
                table=self._option("table"),
                key_ref=self._option("key_ref"),
                classes=classes,
                commit_key=self._option("commit"),
                attempt=self.options.get("attempt", ""),
                job=secrets.token_hex(6),
                schema=schema,
            )

    def _readable_schema(self) -> pa.Schema:
        import pyarrow as pa

        files = self._files()
        if not files:
            raise UsageError(
                f"Table {self._label()!r} has no file to take its columns from.",
                remedy="Name them: spark.read.schema(...).",
            )
        keys = opened_release(self._option("key_ref"))
        file = fetch_file(open_store(self._option("store")), files[0], keys.keks)
        asked = self._json("columns", list) if "columns" in self.options else None
        if asked is None and not file.readable:
            raise KeyUnavailable(
                f"No column of table {self._label()!r} opens with the keys at hand.",
                remedy=f"Ask for a grant on one of: {', '.join(sorted(keys.closed))}.",
            )
        if asked is None and file.closed:
            _log.warning(
                "columns of %s that no key at hand opens: %s", self._label(), ", ".join(file.closed)
            )
        chosen = file.require(asked)
        return pa.schema([file.schema.field(name) for name in chosen])

    def _files(self) -> tuple[FileRef, ...]:
        store = open_store(self._option("store"))
        given = sorted({"files", "commit", "release"} & {name.lower() for name in self.options})
        if len(given) != 1:
            raise UsageError(
                f"A read names its files once, not {len(given)} times.",
                remedy="Set one of the options 'files', 'commit' and 'release'.",
            )
        if given == ["files"]:
            listed = self._json("files", list)
            try:
                return tuple(FileRef(file["path"], file["sha256"]) for file in listed)
            except (KeyError, TypeError):
                raise UsageError(
                    "The option 'files' is no list of objects with path and sha256."
                ) from None
        if given == ["commit"]:
            return load_commit(store, self._option("commit")).files
        from veilflow.store.manifest import load_manifest

        dataset, _, release = self._option("release").partition("/")
        public_key = self._option("public_key").encode()
        manifest = load_manifest(store, dataset, release, public_key)
        return manifest.table(self._option("table")).refs

    def _label(self) -> str:
        return str(self.options.get("table", "") or self.options.get("commit", "") or "of files")

    def _option(self, name: str) -> str:
        value = self.options.get(name)
        if not value:
            raise UsageError(f"The option {name!r} is missing.", remedy=f"Set .option({name!r}).")
        return str(value)

    def _json(self, name: str, kind: type[Any]) -> Any:
        try:
            value = json.loads(self._option(name))
        except ValueError:
            value = None
        if not isinstance(value, kind):
            raise UsageError(f"The option {name!r} isn't the JSON it should be.")
        return value


@dataclass(frozen=True)
class _Written(WriterCommitMessage):
    """What a task tells the driver: files, no rows."""

    files: tuple[TableFile, ...]


@dataclass(frozen=True)
class _Writer(DataSourceArrowWriter):
    """Goes to every worker as it is: addresses and names, no key."""

    store: str
    folder: str
    table: str
    key_ref: str
    classes: dict[str, str]
    commit_key: str
    attempt: str
    job: str
    schema: StructType

    def write(self, iterator: Iterator[pa.RecordBatch]) -> _Written:
        with value_free("writing", self.table):
            from pyspark import TaskContext

            context = TaskContext.get()
            partition = context.partitionId() if context else 0
            files = write_files(
                open_store(self.store),
                self.folder,
                iterator,
                opened_release(self.key_ref).keks,
                self.classes,
                stem=f"part-{partition:05d}-{self.job}",
                # One file keeps the columns of a table without rows.
                empty_schema=_arrow_schema(self.schema) if partition == 0 else None,
            )
            return _Written(tuple(files))

    def commit(self, messages: list[WriterCommitMessage | None]) -> None:
        with value_free("committing", self.table):
            store, files = open_store(self.store), _files(messages)
            commit_table(store, self.commit_key, self.table, self.attempt, files)
            self._discard_all_but(store, files)

    def abort(self, messages: list[WriterCommitMessage | None]) -> None:
        with value_free("aborting", self.table):
            self._discard_all_but(open_store(self.store), ())

    def _discard_all_but(self, store: ObjectStore, files: Iterable[FileRef]) -> None:
        """Remove what this job's failed or superfluous tasks left; never another job's files.

        A task whose input broke off in the JVM sees only an early end, writes a file and fails.
        """
        kept = {file.path for file in files}
        found = (info.key for info in store.list(f"{self.folder}/part-"))
        own = (key for key in found if key.split("-")[-2:-1] == [self.job] and key not in kept)
        discard_files(store, [FileRef(key, "") for key in own])


@dataclass
class _File(InputPartition):
    """One file to read in one task."""

    ref: FileRef


@dataclass(frozen=True)
class _Reader(DataSourceReader):
    """Goes to every worker as it is: addresses, names and hashes, no key."""

    store: str
    key_ref: str
    table: str
    files: tuple[FileRef, ...]
    schema: StructType

    def partitions(self) -> list[InputPartition]:
        return [_File(ref) for ref in self.files]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        with value_free("reading", self.table):
            if not isinstance(partition, _File):  # Spark's own, for a table without files
                return
            wanted = _arrow_schema(self.schema)
            keys = opened_release(self.key_ref)
            file = fetch_file(open_store(self.store), partition.ref, keys.keks)
            for batch in file.batches(wanted.names, batch_rows=_BATCH_ROWS):
                yield batch.cast(wanted)


def _files(messages: Sequence[WriterCommitMessage | None]) -> list[TableFile]:
    return [file for message in messages if isinstance(message, _Written) for file in message.files]


def _arrow_schema(schema: StructType) -> pa.Schema:
    from pyspark.sql.pandas.types import to_arrow_schema

    return to_arrow_schema(schema, timezone="UTC")
