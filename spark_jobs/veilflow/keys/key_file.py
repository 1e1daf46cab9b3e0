"""One key of a file keyring as a document: its versions, or the tombstone that it left."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, get_args

from veilflow.errors import IntegrityError
from veilflow.keys.provider import KeyDescription, KeyKind
from veilflow.keys.signatures import ED25519

__all__ = ["ALGORITHMS", "KeyFile", "KeyVersion"]

ALGORITHMS: dict[KeyKind, str] = {"encryption": "AES-256-GCM", "signing": ED25519}

_FORMAT = "veilflow-key/1"
_KEY_BYTES = 32


@dataclass(frozen=True)
class KeyVersion:
    """32 secret bytes (an AES-256 key or an Ed25519 seed), which no repr shows."""

    number: int
    created_at: datetime
    material: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyFile:
    """A key. ``destroyed_at`` makes it a tombstone, which holds no version."""

    key_id: str
    kind: KeyKind
    version_count: int
    versions: tuple[KeyVersion, ...]
    destroyed_at: datetime | None = None

    @property
    def newest(self) -> KeyVersion:
        """The version that wraps and signs."""
        return self.versions[-1]

    def version(self, number: int) -> KeyVersion | None:
        """The version of that number, if the key has it."""
        return next((one for one in self.versions if one.number == number), None)

    def with_version(self, material: bytes, now: datetime) -> KeyFile:
        """The key with one more version, which becomes the newest."""
        number = self.version_count + 1
        versions = (*self.versions, KeyVersion(number, now, material))
        return replace(self, version_count=number, versions=versions)

    def tombstone(self, now: datetime) -> KeyFile:
        """What remains after destruction: names, number of versions, and when."""
        return replace(self, versions=(), destroyed_at=now)

    def describe(self) -> KeyDescription:
        """The public side of the key."""
        return KeyDescription(
            key_id=self.key_id,
            kind=self.kind,
            state="enabled" if self.destroyed_at is None else "destroyed",
            algorithm=ALGORITHMS[self.kind],
            versions=self.version_count,
            destroyed_at=self.destroyed_at,
        )

    def to_bytes(self) -> bytes:
        """The document, with a checksum: a flipped bit in a key must not pass as another key."""
        body: dict[str, Any] = {
            "format": _FORMAT,
            "key_id": self.key_id,
            "kind": self.kind,
            "version_count": self.version_count,
            "destroyed_at": _text(self.destroyed_at),
            "versions": [
                {
                    "number": one.number,
                    "created_at": _text(one.created_at),
                    "material": base64.b64encode(one.material).decode("ascii"),
                }
                for one in self.versions
            ],
        }
        return json.dumps({**body, "checksum": _checksum(body)}, indent=1).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes, key_id: str, path: str) -> KeyFile:
        """The key, or :class:`IntegrityError` naming the file, never its content."""
        parsed: KeyFile | None = None
        try:
            parsed = cls._parse(data)
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, RecursionError):
            pass
        if parsed is None or parsed.key_id != key_id:
            raise IntegrityError(
                f"The file of key {key_id!r} is damaged or not a key file: {path}.",
                remedy="Restore it from a backup. Until then nothing under this key can be read.",
            )
        return parsed

    @classmethod
    def _parse(cls, data: bytes) -> KeyFile:
        body = json.loads(data)
        if body.pop("checksum") != _checksum(body) or body["format"] != _FORMAT:
            raise ValueError
        versions = tuple(
            KeyVersion(
                number=int(one["number"]),
                created_at=datetime.fromisoformat(one["created_at"]),
                material=base64.b64decode(one["material"], validate=True),
            )
            for one in body["versions"]
        )
        destroyed_at = body["destroyed_at"] and datetime.fromisoformat(body["destroyed_at"])
        sizes_fit = all(len(one.material) == _KEY_BYTES for one in versions)
        if body["kind"] not in get_args(KeyKind) or not sizes_fit:
            raise ValueError
        if bool(versions) == bool(destroyed_at):
            raise ValueError
        return cls(body["key_id"], body["kind"], body["version_count"], versions, destroyed_at)


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
