"""The release that readers hold already: what a new one of the series will be laid beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from veilflow.errors import KeyDestroyed, StageFailed
from veilflow.pipeline.state import Run
from veilflow.store.key_records import opened_release, release_key_ref
from veilflow.store.manifest import Manifest, load_manifest
from veilflow.store.object_store import ObjectNotFound
from veilflow.store.series import current, published_before

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["PreviousRelease", "previous_release"]


@dataclass(frozen=True)
class PreviousRelease:
    """The tables of the series' last masked release, decrypted, and the k that it promised.

    Without a release to compare with ``tables`` is empty, and ``note`` says why where that isn't
    plain: readers may still hold what nobody can read here any more.
    """

    tables: Mapping[str, DataFrame] = field(default_factory=dict)
    k: int | None = None
    note: str = ""


def previous_release(spark: SparkSession, run: Run, number: int | None = None) -> PreviousRelease:
    """The current release of the run's series, its manifest checked against the publisher's key.

    With the ``number`` of a release that the run has published already: the one before that.

    Raises IntegrityError if its manifest doesn't verify, and StageFailed if only part of its
    columns can be opened: what can't be compared hasn't passed.
    """
    record = run.record
    if record.parameters.is_trial:
        return PreviousRelease(note="A trial joins no series, so it was laid beside no release.")
    series = record.policy.publish.series
    hint = (
        current(run.store, record.dataset, series)
        if number is None
        else published_before(run.store, record.dataset, series, number)
    )
    if hint is None:
        return PreviousRelease()
    key = f"{record.dataset}/publisher"
    run.provider.ensure(key, "signing")
    try:
        manifest = load_manifest(
            run.store, record.dataset, hint.release, run.provider.public_key(key)
        )
    except ObjectNotFound:
        return PreviousRelease(note=f"Release {hint.release} is gone: {_UNJUDGED}")
    reference = release_key_ref(manifest.provider, record.store, record.dataset, hint.release)
    try:
        closed = opened_release(reference).closed
    except KeyDestroyed:
        return PreviousRelease(note=f"Release {hint.release} has been shredded: {_UNJUDGED}")
    if closed:
        raise StageFailed(
            f"Stage validate failed: release {hint.release} can't be opened whole to lay the new "
            f"one beside it (no key for {', '.join(sorted(closed))}).",
            remedy="Grant the validator's identity these keys, and retry the stage.",
        )
    tables = {name: _table(spark, run, manifest, name, reference) for name in manifest.tables}
    k = manifest.public_evidence.get("k")
    return PreviousRelease(tables, k if isinstance(k, int) else None)


_UNJUDGED = "what somebody who kept a copy learns from the difference could not be judged."


def _table(
    spark: SparkSession, run: Run, manifest: Manifest, name: str, reference: str
) -> DataFrame:
    from veilflow.store.spark_source import read_table

    return read_table(
        spark, store=run.record.store, key_ref=reference, files=list(manifest.table(name).refs)
    )
