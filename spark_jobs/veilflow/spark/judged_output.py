"""An output that suites can be run on: a published release, or what a run has made so far.

Read with the keys of whoever asks. A release is what its signed manifest lists; the run that made
it is believed only as far as the manifest vouches for it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.errors import IntegrityError, KeyUnavailable, SourceError, UsageError
from veilflow.evidence import EvidenceBundle, StageEvidence
from veilflow.pipeline.paths import release_name
from veilflow.pipeline.run_behind import run_behind
from veilflow.pipeline.source import PinnedSource, verify_unchanged
from veilflow.pipeline.stages import Product, stages_of
from veilflow.pipeline.state import Run, open_run
from veilflow.spark.judging import JudgeRequest
from veilflow.spark.previous import PreviousRelease, previous_release
from veilflow.spark.stages.validate import judge_request
from veilflow.store.key_records import opened_release, release_key_ref
from veilflow.store.manifest import Manifest, load_manifest
from veilflow.store.object_store import ObjectStore
from veilflow.store.table_files import FileRef

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["JudgedOutput", "output_of_release", "output_of_run"]


@dataclass(frozen=True)
class JudgedOutput:
    """Which files, opened by which keys; ``run`` is None where its record is gone, and
    ``number`` where it has none in its series (yet).

    ``classes`` are the columns of each table with the sensitivity class that opens them.
    """

    dataset: str
    release: str
    product: Product
    store: str
    key_ref: str
    files: Mapping[str, tuple[FileRef, ...]]
    classes: Mapping[str, Mapping[str, str]]
    maker: StageEvidence
    run: Run | None
    number: int | None = None

    def read(self, spark: SparkSession) -> Mapping[str, DataFrame]:
        """The tables, each read when it is first asked for.

        Asking raises KeyUnavailable, naming the columns, where the caller's keys don't open all of
        a table: without them it can't be judged.
        """
        return _Tables(spark, self)

    def table(self, spark: SparkSession, name: str) -> DataFrame:
        """One table, or KeyUnavailable as :meth:`read` says."""
        from veilflow.store.spark_source import read_table

        closed = opened_release(self.key_ref).closed
        lacking = [
            f"{name}.{column}" for column, key in self.classes[name].items() if key in closed
        ]
        if lacking:
            raise KeyUnavailable(
                f"No key at hand opens {', '.join(lacking)}, so {name} can't be judged.",
                remedy="Ask for a grant, or name another provider with --keys.",
            )
        return read_table(spark, store=self.store, key_ref=self.key_ref, files=self.files[name])

    def beside_the_source(
        self, spark: SparkSession, output: Mapping[str, DataFrame], needs_previous: bool
    ) -> JudgeRequest:
        """``output`` with the source it was made of, as the judge of the release was given both.

        Raises SourceError (or what else is in the way) if the source isn't what the run pinned.
        """
        if self.run is None:
            raise SourceError("the record of the run that made it is gone.")
        verify_unchanged(self.run.record.source)
        _require_readable(self.run.record.source)
        previous = PreviousRelease()
        if needs_previous and self.product == "masked":
            previous = previous_release(spark, self.run, self.number)
        return judge_request(spark, self.run, self.product, self.maker, output, previous)


class _Tables(Mapping[str, "DataFrame"]):
    """The tables of an output by name, read on demand and once."""

    def __init__(self, spark: SparkSession, output: JudgedOutput) -> None:
        self._spark, self._output = spark, output
        self._frames: dict[str, DataFrame] = {}

    def __getitem__(self, name: str) -> DataFrame:
        if name not in self._frames:
            self._frames[name] = self._output.table(self._spark, name)
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._output.files)

    def __len__(self) -> int:
        return len(self._output.files)


def output_of_release(
    store: ObjectStore, dataset: str, release: str, public_key: bytes, keys: str | None = None
) -> JudgedOutput:
    """A published release. Raises IntegrityError where something isn't what was signed."""
    manifest = load_manifest(store, dataset, release, public_key)
    bundle = _evidence(store, manifest)
    *_, maker_stage, _, _ = stages_of(manifest.product)
    maker = bundle.stage(maker_stage)
    if maker is None:
        raise IntegrityError(f"{manifest.evidence.path}: says nothing of stage {maker_stage}")
    return JudgedOutput(
        dataset=dataset,
        release=release,
        product=manifest.product,
        store=store.uri,
        key_ref=release_key_ref(keys or manifest.provider, store.uri, dataset, release),
        files={name: table.refs for name, table in manifest.tables.items()},
        classes={name: table.classes for name, table in manifest.tables.items()},
        maker=maker,
        run=run_behind(store, manifest, bundle.run),
        number=manifest.number,
    )


def output_of_run(uri: str, product: Product, keys: str | None = None) -> JudgedOutput:
    """What a run has made and nobody need have published. Raises UsageError before it has."""
    run = open_run(uri)
    *_, maker_stage, _, _ = stages_of(product)
    maker = run.evidence(maker_stage)
    if maker is None:
        raise UsageError(f"{uri}: stage {maker_stage} hasn't finished; run it first")
    record = run.record
    release = release_name(record.run, product)
    return JudgedOutput(
        dataset=record.dataset,
        release=release,
        product=product,
        store=record.store,
        key_ref=release_key_ref(keys or record.keys, record.store, record.dataset, release),
        files={
            table: tuple(FileRef(f.path, f.sha256) for f in maker.files if f.table == table)
            for table in dict.fromkeys(f.table for f in maker.files)
        },
        classes={
            counts.table: {c.name: c.sensitivity_class for c in counts.released}
            for counts in maker.tables
        },
        maker=maker,
        run=run,
    )


def _evidence(store: ObjectStore, manifest: Manifest) -> EvidenceBundle:
    data = store.get(manifest.evidence.path).data
    if hashlib.sha256(data).hexdigest() != manifest.evidence.sha256:
        raise IntegrityError(
            f"{manifest.evidence.path}: isn't the evidence that was signed.",
            remedy="Restore it from the store's versions.",
        )
    return EvidenceBundle.from_json(json.loads(data))


def _require_readable(source: PinnedSource) -> None:
    for table in source.tables:
        for file in table.files:
            if not os.access(file.path, os.R_OK):
                raise SourceError(f"{file.path}: you may not read it.")
