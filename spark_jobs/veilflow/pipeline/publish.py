"""Publish: one signed manifest, written once, is what makes a release exist.

Before it there are only objects that nobody trusts. The order is fixed so that a crash at any
point leaves either no release or a whole one, and a retry finishes what was begun: evidence and
report (put-if-absent), number in the series (put-if-absent), manifest (put-if-absent, the commit
point), then ``current``, a hint that can be rebuilt.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from contextlib import suppress
from typing import Any

import veilflow
from veilflow.errors import IntegrityError, UsageError
from veilflow.evidence import EvidenceBundle, OutputFile, PublishedRelease, StageEvidence
from veilflow.keys import fingerprint
from veilflow.pipeline.audit import append_audit
from veilflow.pipeline.bundle import build_bundle
from veilflow.pipeline.linkage import public_linkage
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.paths import release_name, release_prefix
from veilflow.pipeline.publisher import pin_publisher
from veilflow.pipeline.quarantine import check_quarantine
from veilflow.pipeline.refuse import check_not_refused
from veilflow.pipeline.stages import MASKED_STAGES, SYNTHETIC_STAGES, Product
from veilflow.pipeline.state import Run, open_run, put_json
from veilflow.report import render
from veilflow.store.key_records import load_release_keys, release_record_key
from veilflow.store.manifest import (
    EvidenceRef,
    Manifest,
    ManifestColumn,
    ManifestFile,
    ManifestTable,
    manifest_sha256,
    publish_manifest,
)
from veilflow.store.object_store import ObjectExists
from veilflow.store.series import claim_number, set_current

__all__ = ["publish"]


def publish(uri: str, product: Product = "masked") -> dict[str, Any]:
    """Publish ``product`` of the run at ``uri``; the evidence of the publication as plain data.

    Safe to retry: a published run returns what was published.

    Raises:
        ReleaseRefused: an earlier stage refused it.
        UsageError: a stage before it hasn't finished.
        IntegrityError: an object isn't the one that was validated.
    """
    run = open_run(uri)
    stages = MASKED_STAGES if product == "masked" else SYNTHETIC_STAGES
    stage = stages[-1]
    for name in stages:
        check_not_refused(run, name, product)
    finished = run.evidence(stage)
    if finished is not None:
        return finished.to_json()
    clock = StageClock()
    *_, maker, judge = [_finished(run, name) for name in stages[:-1]]
    check_quarantine(run, stage, product)
    _verify_objects(run, maker.files)
    released = _release(run, product, maker, judge)
    evidence = StageEvidence(
        stage=stage,
        run=run.record.run,
        dataset=run.record.dataset,
        policy_sha256=run.record.policy_sha256,
        started=clock.started,
        seconds=clock.seconds,
        cpu_seconds=clock.cpu_seconds,
        versions={"veilflow": veilflow.__version__},
        released=released,
        notes=_kept_bundle(run, release_prefix(run.record.dataset, released.release)).history_notes,
    )
    return run.finish(evidence).to_json()


def _finished(run: Run, stage: str) -> StageEvidence:
    evidence = run.evidence(stage)
    if evidence is None:
        raise UsageError(f"{run.ref.uri}: stage {stage} hasn't finished; run it first")
    return evidence


def _verify_objects(run: Run, files: tuple[OutputFile, ...]) -> None:
    """What is published must be what was validated, byte for byte."""
    for file in files:
        if hashlib.sha256(run.store.get(file.path).data).hexdigest() != file.sha256:
            raise IntegrityError(
                f"{file.path}: isn't the object that was validated.",
                remedy="Find out who can write to the store, then start a new run.",
            )


def _release(
    run: Run, product: Product, maker: StageEvidence, judge: StageEvidence
) -> PublishedRelease:
    record = run.record
    release = release_name(record.run, product)
    folder = release_prefix(record.dataset, release)
    series = record.policy.publish.series + ("" if product == "masked" else f"-{product}")
    trial = record.parameters.is_trial
    number = None if trial else claim_number(run.store, record.dataset, series, release)
    signing_key = f"{record.dataset}/publisher"
    run.provider.ensure(signing_key, "signing")
    public_key = run.provider.public_key(signing_key)
    pin_publisher(record.dataset, public_key)
    keys = load_release_keys(run.store, record.dataset, release)
    released = PublishedRelease(
        release=release,
        product=product,
        series=series,
        number=number,
        trial=trial,
        prefix=_address(run, folder),
        signer=signing_key,
        signer_fingerprint=fingerprint(public_key),
        release_key=keys.release_key_id,
        classes=keys.classes,
        provider=record.keys,
        rows={table: _rows(maker, table) for table in dict.fromkeys(f.table for f in maker.files)},
        report=_address(run, f"{folder}/report.html"),
        shredding=_shredding(record.keys),
    )
    evidence, report = _keep_evidence(run, product, folder, released)
    manifest = Manifest(
        dataset=record.dataset,
        release=release,
        series=series,
        number=number,
        product=product,
        created=record.created,
        trial=trial,
        policy_sha256=record.policy_sha256,
        tables=_manifest_tables(maker),
        evidence=evidence,
        report=report,
        public_evidence=_public(maker, judge),
        key_record=release_record_key(record.dataset, release),
        provider=record.keys,
        expires=record.created + dt.timedelta(days=record.policy.purpose.retention_days),
    )
    publish_manifest(run.store, manifest, run.provider, signing_key)
    _remove_losers(run, folder, maker.files)
    if number is not None:
        set_current(run.store, record.dataset, series, release, number)
    digest = manifest_sha256(run.store, record.dataset, release)
    append_audit(run.store, "publish", f"{record.dataset}/{release}", manifest_sha256=digest)
    return released.model_copy(update={"manifest_sha256": digest})


def _keep_evidence(
    run: Run, product: Product, folder: str, released: PublishedRelease
) -> tuple[EvidenceRef, EvidenceRef]:
    """Write evidence.json and the report once; a retry keeps what the first attempt wrote."""
    evidence, report = f"{folder}/evidence.json", f"{folder}/report.html"
    put_json(run.store, evidence, build_bundle(run, product, released=released).to_json())
    with suppress(ObjectExists):
        run.store.put(report, render(_kept_bundle(run, folder)).encode(), if_absent=True)
    return _listed(run, evidence), _listed(run, report)


def _kept_bundle(run: Run, folder: str) -> EvidenceBundle:
    return EvidenceBundle.from_json(json.loads(run.store.get(f"{folder}/evidence.json").data))


def _listed(run: Run, path: str) -> EvidenceRef:
    return EvidenceRef(path=path, sha256=hashlib.sha256(run.store.get(path).data).hexdigest())


def _manifest_tables(maker: StageEvidence) -> dict[str, ManifestTable]:
    return {
        counts.table: ManifestTable(
            columns=tuple(
                ManifestColumn(name=c.name, type=c.type, sensitivity_class=c.sensitivity_class)
                for c in counts.released
            ),
            rows=_rows(maker, counts.table),
            files=tuple(
                ManifestFile(path=f.path, sha256=f.sha256, bytes=f.bytes, rows=f.rows)
                for f in maker.files
                if f.table == counts.table
            ),
        )
        for counts in maker.tables
    }


def _public(maker: StageEvidence, judge: StageEvidence) -> dict[str, Any]:
    """The named subset of the evidence that whoever sees the manifest may know."""
    checks = {"passed": sum(c.passed for c in judge.checks), "of": len(judge.checks)}
    k = {} if judge.anonymization is None else {"k": judge.anonymization.k}
    return {"checks": checks, **k, **public_linkage(maker.keyed_columns)}


def _remove_losers(run: Run, folder: str, files: tuple[OutputFile, ...]) -> None:
    """Delete what attempts that lost or died left below the release: nobody may read it."""
    kept = {file.path for file in files}
    for found in list(run.store.list(f"{folder}/")):
        if found.key.endswith(".parquet") and found.key not in kept:
            run.store.delete(found.key)


def _rows(maker: StageEvidence, table: str) -> int:
    return sum(file.rows for file in maker.files if file.table == table)


def _address(run: Run, key: str) -> str:
    base, question, query = run.record.store.partition("?")
    return f"{base.rstrip('/')}/{key}{question}{query}"


def _shredding(provider: str) -> str:
    if provider.startswith("file:"):
        return (
            "Destroying the release key removes it from the keyring at once; copies of the "
            "keyring made before, and what was decrypted before, are out of reach."
        )
    return (
        "Destroying the release key is pending for at least seven days at the key service; only "
        "then may it be called destroyed."
    )
