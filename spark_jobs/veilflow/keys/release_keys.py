"""The keys of one release: made once, opened by readers, destroyed to shred it.

A release has one 256-bit key-encryption key (KEK) for the Parquet footers and one for each
sensitivity class. Each is wrapped twice: inside under its class key (who may read), outside under
the release key (for how long). The wrapped KEKs form a record which is stored apart from the
release; rotation rewrites the record, never the release.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from veilflow.errors import (
    IntegrityError,
    KeyDestroyed,
    KeyNotFound,
    UsageError,
)
from veilflow.keys.key_ids import class_key_id, release_key_id
from veilflow.keys.opened_keks import OpenedKeks
from veilflow.keys.provider import KeyAccessDenied, KeyDescription, KeyProvider

__all__ = [
    "FOOTER",
    "ReleaseKeyRecord",
    "WrappedKek",
    "create_release_keys",
    "describe_release",
    "destroy_release",
    "open_keks",
    "rewrap_release_keys",
]

#: The KEK of the Parquet footers, which every reader needs; no sensitivity class has this name.
FOOTER = "footer"

_FORMAT = "veilflow-release-keys/1"
_KEK_BYTES = 32


@dataclass(frozen=True)
class WrappedKek:
    """One KEK, wrapped under its class key and then under the release key."""

    sensitivity_class: str
    class_key_id: str
    wrapped: bytes


@dataclass(frozen=True)
class ReleaseKeyRecord:
    """All that is stored about a release's keys. Worthless without the provider's keys."""

    dataset: str
    release: str
    provider: str
    release_key_id: str
    release_key_resource: str
    keks: tuple[WrappedKek, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The sensitivity classes, without the footer."""
        return tuple(kek.sensitivity_class for kek in self.keks if kek.sensitivity_class != FOOTER)

    def context(self, sensitivity_class: str) -> dict[str, str]:
        """What the class's KEK is bound to."""
        return {"dataset": self.dataset, "release": self.release, "class": sensitivity_class}

    def to_json(self) -> str:
        """One JSON document with its format version; equal records give equal text."""
        document = {
            "format": _FORMAT,
            "dataset": self.dataset,
            "release": self.release,
            "provider": self.provider,
            "release_key_id": self.release_key_id,
            "release_key_resource": self.release_key_resource,
            "keks": [
                {
                    "class": kek.sensitivity_class,
                    "class_key_id": kek.class_key_id,
                    "wrapped": base64.b64encode(kek.wrapped).decode("ascii"),
                }
                for kek in self.keks
            ],
        }
        return json.dumps(document, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> ReleaseKeyRecord:
        """The inverse of :meth:`to_json`; :class:`IntegrityError` for anything else."""
        parsed: ReleaseKeyRecord | None = None
        try:
            parsed = cls._parse(json.loads(text))
        except (KeyError, TypeError, ValueError, binascii.Error, RecursionError):
            pass
        if parsed is None:
            raise IntegrityError(
                f"The release's key record is damaged, or its format isn't {_FORMAT!r}.",
                remedy="Restore it from the key store's versions, or use the Veilflow version "
                "that wrote it.",
            )
        return parsed

    @classmethod
    def _parse(cls, document: Mapping[str, Any]) -> ReleaseKeyRecord:
        names = ("dataset", "release", "provider", "release_key_id", "release_key_resource")
        if document["format"] != _FORMAT or set(document) != {"format", "keks", *names}:
            raise ValueError
        texts = {name: document[name] for name in names}
        keks = tuple(
            WrappedKek(
                one["class"], one["class_key_id"], base64.b64decode(one["wrapped"], validate=True)
            )
            for one in document["keks"]
        )
        spelt = [*texts.values(), *(kek.sensitivity_class for kek in keks)]
        spelt += [kek.class_key_id for kek in keks]
        classes = [kek.sensitivity_class for kek in keks]
        if not all(isinstance(text, str) for text in spelt):
            raise TypeError
        if len(set(classes)) != len(classes) or FOOTER not in classes:
            raise ValueError
        return cls(**texts, keks=keks)


def create_release_keys(
    provider: KeyProvider, dataset: str, release: str, classes: Iterable[str]
) -> ReleaseKeyRecord:
    """New KEKs for a release, wrapped; the provider's keys are created where they are missing.

    No plaintext KEK leaves this function: writers open the record like readers. Calling it again
    for one release makes other KEKs under the same keys, so store the record put-if-absent. A
    release whose key was destroyed can't be made again (:class:`KeyDestroyed`).
    """
    named = [FOOTER, *_checked_classes(classes)]
    life = provider.ensure(release_key_id(dataset, release), "encryption")
    record = ReleaseKeyRecord(dataset, release, provider.uri, life.key_id, life.resource, ())
    keks = []
    for one in named:
        access = provider.ensure(class_key_id(dataset, one), "encryption")
        context = record.context(one)
        _, inner = provider.generate_data_key(access.key_id, context)
        keks.append(WrappedKek(one, access.key_id, provider.wrap(life.key_id, inner, context)))
    return replace(record, keks=tuple(keks))


def open_keks(
    provider: KeyProvider, record: ReleaseKeyRecord, classes: Iterable[str] | None = None
) -> OpenedKeks:
    """The KEKs that this caller's keys open, and why the others stay closed.

    ``classes`` limits the attempt; the footer is always tried. A class is closed if its class key
    is missing, refused or destroyed. Raised instead, because then nothing can be judged:
    :class:`KeyDestroyed` for the release's own key, :class:`KeyUnavailable` for a provider that
    doesn't answer or refuses the release's key, :class:`IntegrityError` for changed bytes.
    """
    wanted = set(record.classes) if classes is None else set(_known(record, classes))
    keks: dict[str, bytes] = {}
    closed: dict[str, str] = {}
    for kek in record.keks:
        name = kek.sensitivity_class
        if name != FOOTER and name not in wanted:
            continue
        context = record.context(name)
        inner = _unwrap_life(provider, record, kek.wrapped, context)
        try:
            keks[name] = _checked_kek(provider.unwrap(kek.class_key_id, inner, context), name)
        except (KeyNotFound, KeyAccessDenied, KeyDestroyed) as error:
            closed[name] = str(error)
    return OpenedKeks(keks, closed)


def rewrap_release_keys(provider: KeyProvider, record: ReleaseKeyRecord) -> ReleaseKeyRecord:
    """The same KEKs under the newest versions of all keys: what rotation needs, and all of it.

    Needs every class key. No plaintext KEK leaves the provider where it rewraps by itself.
    """
    keks = []
    for kek in record.keks:
        context = record.context(kek.sensitivity_class)
        inner = _unwrap_life(provider, record, kek.wrapped, context)
        fresh = provider.rewrap(kek.class_key_id, inner, context)
        wrapped = provider.wrap(record.release_key_id, fresh, context)
        keks.append(replace(kek, wrapped=wrapped))
    return replace(record, keks=tuple(keks))


def destroy_release(provider: KeyProvider, record: ReleaseKeyRecord) -> KeyDescription:
    """Destroy the release's key, or begin to: see ``state``. Class keys stay.

    What was decrypted before, and copies of the release key made outside the provider, are out
    of reach.
    """
    return provider.destroy(record.release_key_id)


def describe_release(provider: KeyProvider, record: ReleaseKeyRecord) -> KeyDescription:
    """The state of the very key that this record was made with."""
    return provider.describe(record.release_key_id, record.release_key_resource)


def _unwrap_life(
    provider: KeyProvider, record: ReleaseKeyRecord, wrapped: bytes, context: Mapping[str, str]
) -> bytes:
    try:
        return provider.unwrap(record.release_key_id, wrapped, context)
    except KeyAccessDenied:
        raise
    except KeyNotFound:
        # A service that forgets deleted keys only knows them by the name it gave them itself.
        if not record.release_key_resource or not _is_destroyed(provider, record):
            raise
    raise KeyDestroyed(
        f"Key {record.release_key_id!r} no longer exists: it was deleted.",
        remedy="The release can't be read again.",
    )


def _is_destroyed(provider: KeyProvider, record: ReleaseKeyRecord) -> bool:
    return describe_release(provider, record).state == "destroyed"


def _checked_classes(classes: Iterable[str]) -> list[str]:
    named = list(classes)
    if FOOTER in named or len(set(named)) != len(named):
        raise UsageError(
            f"Sensitivity classes are named once each, and none is called {FOOTER!r}.",
            remedy="Rename the class in the policy.",
        )
    return named


def _known(record: ReleaseKeyRecord, classes: Iterable[str]) -> list[str]:
    named = list(classes)
    unknown = sorted(set(named) - set(record.classes) - {FOOTER})
    if unknown:
        raise UsageError(
            f"Release {record.release!r} has no sensitivity class {', '.join(unknown)}.",
            remedy=f"It has: {', '.join(record.classes) or 'none'}.",
        )
    return named


def _checked_kek(kek: bytes, name: str) -> bytes:
    if len(kek) != _KEK_BYTES:
        raise IntegrityError(
            f"The key of class {name!r} has {len(kek)} bytes instead of {_KEK_BYTES}.",
            remedy="Don't use this key record.",
        )
    return kek
