"""The signed manifest: the one object that makes a release exist.

It lists exactly the files that were validated and the evidence that was approved, each with its
SHA-256. Readers trust nothing that it doesn't list. It is written once, put-if-absent, and never
changed: keys rotate and are destroyed in key records elsewhere. It holds no value of the data,
but the columns' names, types and classes in clear text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
)

from veilflow.errors import IntegrityError, UsageError
from veilflow.keys import KeyProvider, Signature, fingerprint, verify
from veilflow.store.object_store import ObjectExists, ObjectNotFound, ObjectStore
from veilflow.store.table_files import FileRef

__all__ = [
    "EvidenceRef",
    "Manifest",
    "ManifestColumn",
    "ManifestFile",
    "ManifestTable",
    "Signer",
    "load_manifest",
    "manifest_key",
    "manifest_sha256",
    "publish_manifest",
    "release_folder",
]


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return text


def _finite(evidence: dict[str, JsonValue]) -> dict[str, JsonValue]:
    json.dumps(evidence, allow_nan=False)  # JSON has no such numbers; null would be another claim
    return evidence


Sha256 = Annotated[str, AfterValidator(_sha256)]
Count = Annotated[int, Field(ge=0, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


class ManifestColumn(_Part):
    """A released column; ``type`` is Spark's simple name, ``sensitivity_class`` opens it."""

    name: str
    type: str
    sensitivity_class: str = Field(validation_alias="class", serialization_alias="class")


class ManifestFile(_Part):
    """An encrypted file; ``path`` is its key in the store."""

    path: str
    sha256: Sha256
    bytes: Count
    rows: Count


class ManifestTable(_Part):
    """One table of a release."""

    columns: tuple[ManifestColumn, ...]
    rows: Count
    files: tuple[ManifestFile, ...]

    @property
    def classes(self) -> dict[str, str]:
        """Sensitivity class by column."""
        return {column.name: column.sensitivity_class for column in self.columns}

    @property
    def refs(self) -> tuple[FileRef, ...]:
        """The files as readers ask for them."""
        return tuple(FileRef(file.path, file.sha256) for file in self.files)


class EvidenceRef(_Part):
    """The approved evidence, or the report made of it; ``path`` is its key in the store."""

    path: str
    sha256: Sha256


class Signer(_Part):
    """The publisher's key: its id at the provider, and its public key's fingerprint."""

    key_id: str
    fingerprint: str


class Manifest(_Part):
    """What was released. ``created`` comes from the run: a retry must publish the same bytes."""

    format: Literal[1] = 1
    dataset: str
    release: str
    series: str
    number: Annotated[int, Field(ge=1, strict=True)] | None
    product: Literal["masked", "synthetic"]
    created: AwareDatetime
    trial: bool
    policy_sha256: Sha256
    tables: dict[str, ManifestTable]
    evidence: EvidenceRef
    report: EvidenceRef | None = None
    public_evidence: Annotated[dict[str, JsonValue], AfterValidator(_finite)] = {}
    key_record: str
    provider: str
    signer: Signer | None = None
    expires: AwareDatetime | None = None

    def payload(self) -> bytes:
        """Canonical JSON: sorted names, no spaces, UTF-8. These are the signed bytes."""
        return _canonical(self.model_dump(mode="json", by_alias=True))

    def table(self, name: str) -> ManifestTable:
        """The table, or UsageError naming those there are."""
        if name not in self.tables:
            raise UsageError(
                f"Release {self.release!r} has no table {name!r}.",
                remedy=f"It has: {', '.join(sorted(self.tables))}.",
            )
        return self.tables[name]

    def has_expired(self, now: datetime) -> bool:
        """True once the stated retention has passed at ``now``."""
        return self.expires is not None and now >= self.expires

    @classmethod
    def from_payload(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`payload`, parsed."""
        return cls.model_validate(data)


def release_folder(dataset: str, release: str) -> str:
    """The prefix of everything in a release, ending in ``/``."""
    return f"releases/{dataset}/{release}/"


def manifest_key(dataset: str, release: str) -> str:
    """Where a release's manifest lies."""
    return release_folder(dataset, release) + "manifest.json"


def publish_manifest(
    store: ObjectStore, manifest: Manifest, provider: KeyProvider, signing_key_id: str
) -> Manifest:
    """Sign and write the manifest: with this one write the release exists. The published one.

    Repeating it with the same content is harmless and returns what was published first, even
    where the signing key was rotated in between. Raises ObjectExists if the release was published
    with other content. The caller has verified the files: see ``verification.check_files``.
    """
    public_key = provider.public_key(signing_key_id)
    signer = Signer(key_id=signing_key_id, fingerprint=fingerprint(public_key))
    signed = manifest.model_copy(update={"signer": signer})
    payload = signed.payload()
    signature = provider.sign(signing_key_id, payload)
    verify(public_key, payload, signature)  # a rotation in between would publish what none accepts
    try:
        key = manifest_key(manifest.dataset, manifest.release)
        store.put(key, _envelope(signed, signature), if_absent=True)
    except ObjectExists:
        published, _ = _read(store, manifest.dataset, manifest.release)
        if published.model_copy(update={"signer": signer}) == signed:
            return published
        raise ObjectExists(
            f"Release {manifest.release!r} of {manifest.dataset!r} has other content already.",
            remedy="A release never changes: make a new one.",
        ) from None
    return signed


def load_manifest(
    store: ObjectStore, dataset: str, release: str, public_key: bytes | None
) -> Manifest:
    """The release's manifest, its signature checked against the pinned ``public_key`` (PEM).

    With None the signature is **not** checked: good for showing what a store claims, never for
    deciding what to read.

    Raises:
        ObjectNotFound: there is no such release.
        IntegrityError: it is malformed, another release's, or not signed by the pinned key.
    """
    manifest, signature = _read(store, dataset, release)
    if public_key is not None:
        verify(public_key, manifest.payload(), signature)
    return manifest


def manifest_sha256(store: ObjectStore, dataset: str, release: str) -> str:
    """The SHA-256 of the manifest object, for audit records and reports."""
    import hashlib

    return hashlib.sha256(store.get(manifest_key(dataset, release)).data).hexdigest()


def _read(store: ObjectStore, dataset: str, release: str) -> tuple[Manifest, Signature]:
    key = manifest_key(dataset, release)
    try:
        data = store.get(key).data
    except ObjectNotFound:
        raise ObjectNotFound(
            f"{store.uri} has no release {release!r} of dataset {dataset!r}.",
            remedy="A release exists once its manifest does: check the name, or publish it.",
        ) from None
    try:
        document = json.loads(data)
        manifest = Manifest.from_payload(document["manifest"])
        signature = Signature.from_dict(document["signature"])
        # One spelling only, so that nothing can be said beside what was signed.
        is_ours = _envelope(manifest, signature) == data and manifest.signer is not None
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        is_ours = False
    if not is_ours:
        raise IntegrityError(
            f"The manifest {key!r} isn't in the form that Veilflow writes.",
            remedy="Don't use this release; restore the manifest from the store's versions.",
        )
    if (manifest.dataset, manifest.release) != (dataset, release):
        raise IntegrityError(
            f"The manifest {key!r} is that of another release.",
            remedy="Don't use this release: somebody moved manifests.",
        )
    return manifest, signature


def _envelope(manifest: Manifest, signature: Signature) -> bytes:
    content = manifest.model_dump(mode="json", by_alias=True)
    return _canonical({"manifest": content, "signature": signature.to_dict()})


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
