"""Is a release what its publisher signed? Answered with the pinned public key alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from veilflow.errors import IntegrityError
from veilflow.store.manifest import (
    Manifest,
    ManifestFile,
    load_manifest,
    manifest_key,
    release_folder,
)
from veilflow.store.object_store import ObjectNotFound, ObjectStore

__all__ = ["CheckResult", "VerificationReport", "check_files", "verify_release"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that was looked at."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """All checks, and the objects in the release's folder that the manifest doesn't list.

    Such extras are left by killed tasks or by somebody else: no reader opens them.
    """

    dataset: str
    release: str
    checks: tuple[CheckResult, ...]
    extra: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "dataset": self.dataset,
            "release": self.release,
            "passed": self.passed,
            "checks": [
                {"name": check.name, "passed": check.passed, "detail": check.detail}
                for check in self.checks
            ],
            "extra": list(self.extra),
        }


def verify_release(
    store: ObjectStore,
    dataset: str,
    release: str,
    public_key: bytes | None,
    *,
    now: datetime | None = None,
) -> VerificationReport:
    """Check signature, place, expiry, evidence, and every file's presence, size and SHA-256.

    Without a pinned ``public_key`` the signature check fails: an unchecked signature is none.
    Reads every byte of the release. Not promised: that the content is safe, or the newest release
    (an old store put back verifies; the audit log's signed head exposes that). Raises
    StoreUnavailable and ObjectNotFound; whatever else is wrong is in the report.
    """
    try:
        manifest = load_manifest(store, dataset, release, None)
    except IntegrityError as error:
        failed = CheckResult("manifest", False, str(error))
        return VerificationReport(dataset, release, (failed,), ())
    checks = [
        CheckResult("manifest", True, "well-formed, and of this release"),
        _check_signature(store, manifest, public_key),
        _check_expiry(manifest, now or datetime.now(UTC)),
        *_check_evidence(store, manifest),
        *_check_tables(store, manifest),
    ]
    return VerificationReport(dataset, release, tuple(checks), _extra(store, manifest))


def check_files(store: ObjectStore, manifest: Manifest) -> tuple[CheckResult, ...]:
    """The checks of evidence and files alone: what a publisher asks before signing."""
    return (*_check_evidence(store, manifest), *_check_tables(store, manifest))


def _check_signature(
    store: ObjectStore, manifest: Manifest, public_key: bytes | None
) -> CheckResult:
    if public_key is None:
        return CheckResult("signature", False, "no public key was given to check it against")
    try:
        load_manifest(store, manifest.dataset, manifest.release, public_key)
    except IntegrityError as error:
        return CheckResult("signature", False, str(error))
    return CheckResult("signature", True, "signed by the pinned key")


def _check_expiry(manifest: Manifest, now: datetime) -> CheckResult:
    if manifest.expires is None:
        return CheckResult("expiry", True, "no expiry is stated")
    detail = f"use is stated until {manifest.expires.isoformat()}"
    return CheckResult("expiry", not manifest.has_expired(now), detail)


def _check_evidence(store: ObjectStore, manifest: Manifest) -> Iterator[CheckResult]:
    for name, listed in (("evidence", manifest.evidence), ("report", manifest.report)):
        if listed is not None:
            detail = _compare(store, listed.path, listed.sha256, None)
            yield CheckResult(name, not detail, detail or "the approved one")


def _check_tables(store: ObjectStore, manifest: Manifest) -> Iterator[CheckResult]:
    for name, table in sorted(manifest.tables.items()):
        if sum(file.rows for file in table.files) != table.rows:
            yield CheckResult(f"rows of {name}", False, "the files' rows don't add up")
        for file in table.files:
            yield _check_file(store, file)


def _check_file(store: ObjectStore, file: ManifestFile) -> CheckResult:
    detail = _compare(store, file.path, file.sha256, file.bytes)
    return CheckResult(f"file {file.path}", not detail, detail or "size and SHA-256 as listed")


def _compare(store: ObjectStore, path: str, sha256: str, size: int | None) -> str:
    try:
        data = store.get(path).data
    except ObjectNotFound:
        return "missing"
    if size is not None and len(data) != size:
        return f"{len(data)} bytes instead of {size}"
    return "" if hashlib.sha256(data).hexdigest() == sha256 else "another content (SHA-256)"


def _extra(store: ObjectStore, manifest: Manifest) -> tuple[str, ...]:
    known = {manifest_key(manifest.dataset, manifest.release), manifest.evidence.path}
    known |= {manifest.report.path} if manifest.report is not None else set()
    known |= {file.path for table in manifest.tables.values() for file in table.files}
    folder = release_folder(manifest.dataset, manifest.release)
    return tuple(info.key for info in store.list(folder) if info.key not in known)
