"""A run's output in the store: written encrypted under the release's keys, read back by hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from veilflow.evidence import OutputFile
from veilflow.pipeline.paths import commit_key, release_name, release_prefix
from veilflow.pipeline.stages import Product
from veilflow.pipeline.state import Run
from veilflow.store.key_records import ensure_release_keys, release_key_ref

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["read_output", "write_output"]


def write_output(
    run: Run,
    product: Product,
    attempt: str,
    frames: Mapping[str, DataFrame],
    classes: Mapping[str, Mapping[str, str]],
) -> tuple[OutputFile, ...]:
    """Write every table of one attempt; the files that its commits list.

    ``classes`` gives each table's columns their sensitivity class. The keys are made with the
    first attempt and shared by later ones; each attempt has a folder of its own, so two at once
    never mix, and only the one whose evidence is recorded counts.
    """
    from veilflow.store.spark_source import write_table

    record = run.record
    release = release_name(record.run, product)
    needed = {name for columns in classes.values() for name in columns.values()}
    ensure_release_keys(run.store, run.provider, record.dataset, release, needed)
    key_ref = release_key_ref(record.keys, record.store, record.dataset, release)
    written: list[OutputFile] = []
    for name, frame in frames.items():
        commit = write_table(
            frame,
            store=record.store,
            prefix=f"{release_prefix(record.dataset, release)}/{attempt}",
            table=name,
            key_ref=key_ref,
            classes=classes[name],
            commit_key=commit_key(record.dataset, record.run, product, attempt, name),
            attempt=attempt,
        )
        written += [
            OutputFile(
                table=name, path=file.path, sha256=file.sha256, bytes=file.bytes, rows=file.rows
            )
            for file in commit.files
        ]
    return tuple(written)


def read_output(
    spark: SparkSession, run: Run, product: Product, files: Sequence[OutputFile]
) -> DataFrame:
    """One table read back from exactly ``files``; a worker checks each hash before decrypting."""
    from veilflow.store.spark_source import read_table
    from veilflow.store.table_files import FileRef

    record = run.record
    release = release_name(record.run, product)
    return read_table(
        spark,
        store=record.store,
        key_ref=release_key_ref(record.keys, record.store, record.dataset, release),
        files=[FileRef(file.path, file.sha256) for file in files],
    )
