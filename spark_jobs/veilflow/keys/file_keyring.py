"""Keys in files of one private directory: the embedded default, for one machine.

AES-256-GCM wrapping, Ed25519 signatures, real destruction. Keys lie in the files as they are:
whoever reads the directory (its owner, the administrator, a backup) has them all. docs/keys.md
says what destroying a key proves here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from veilflow.errors import IntegrityError, KeyDestroyed, KeyNotFound, KeyUnavailable, UsageError
from veilflow.keys.key_file import KeyFile, KeyVersion
from veilflow.keys.key_ids import FILE_NAME_LETTERS, check_key_id, escape_key_id
from veilflow.keys.private_directory import PrivateDirectory
from veilflow.keys.probe import check_context_binding
from veilflow.keys.provider import LARGEST_PLAINTEXT, KeyDescription, KeyKind
from veilflow.keys.signatures import ED25519, Signature
from veilflow.keys.wrapping import open_blob, parse_blob, seal

__all__ = ["FileKeyring"]

_SUFFIX = ".key.json"
_INTENT = ".destroying"
_LONGEST_STEM = 200
_KEY_BYTES = 32


class FileKeyring:
    """A :class:`~veilflow.keys.provider.KeyProvider` on a directory of this machine.

    The directory is created by the first :meth:`ensure`. Every call reads the key's file anew:
    a key that another process destroyed is gone here at once.
    """

    def __init__(self, path: str) -> None:
        self._directory = PrivateDirectory(path)

    def __repr__(self) -> str:
        return f"FileKeyring({str(self._directory.path)!r})"

    @property
    def uri(self) -> str:
        """``file:///...``, percent-encoded where the path needs it."""
        return self._directory.path.as_uri()

    def path_of(self, key_id: str) -> Path:
        """The file that holds this key, or would."""
        return self._directory.path / _file_name(key_id)

    def ensure(self, key_id: str, kind: KeyKind) -> KeyDescription:
        """The key, created if it wasn't there; two processes at once get the same one."""
        self._directory.create()
        name = _file_name(key_id)
        if not self._directory.exists(name):
            with self._directory.locked():
                if not self._directory.exists(name):
                    key = KeyFile(key_id, kind, 0, ()).with_version(os.urandom(_KEY_BYTES), _now())
                    self._directory.write(name, key.to_bytes())
        return self._usable(key_id, kind).describe()

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> tuple[bytes, bytes]:
        """A new 256-bit key from the operating system's generator: (plaintext, wrapped)."""
        plaintext = os.urandom(_KEY_BYTES)
        return plaintext, self.wrap(key_id, plaintext, context)

    def wrap(self, key_id: str, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """``plaintext`` under the newest version of the key."""
        if not 0 < len(plaintext) <= LARGEST_PLAINTEXT:
            raise UsageError(
                f"A provider wraps 1 to {LARGEST_PLAINTEXT} bytes, not {len(plaintext)}."
            )
        newest = self._usable(key_id, "encryption").newest
        return seal(
            newest.material,
            key_id=key_id,
            version=newest.number,
            context=context,
            plaintext=plaintext,
        )

    def unwrap(self, key_id: str, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """What was wrapped, by the version that the blob names."""
        key = self._usable(key_id, "encryption")
        blob = parse_blob(wrapped, key_id)
        version = key.version(blob.version)
        if version is None:
            raise KeyNotFound(
                f"The keyring {self._directory.path} has no version {blob.version} of "
                f"{key_id!r}, only up to {key.version_count}.",
                remedy="It is an older copy of the keyring, or the wrapped key was changed.",
            )
        return open_blob(version.material, blob, key_id=key_id, context=context)

    def rewrap(
        self,
        key_id: str,
        wrapped: bytes,
        context: Mapping[str, str],
        to_key_id: str | None = None,
    ) -> bytes:
        """The same plaintext under the newest version of this key, or of another."""
        return self.wrap(to_key_id or key_id, self.unwrap(key_id, wrapped, context), context)

    def destroy(self, key_id: str) -> KeyDescription:
        """Overwrite all versions, remove them, leave a tombstone; the state is ``destroyed``.

        Interrupted half-way the key is ``disabled`` and no longer usable; calling again finishes.
        A damaged key file can be destroyed too. Copies of the file are out of reach.
        """
        name = _file_name(key_id)
        with self._directory.locked():
            grave = self._intent(key_id)
            if grave is None:
                key = self._found_or_damaged(key_id)
                if key.destroyed_at is not None:
                    return key.describe()
                grave = key.tombstone(_now())
                # From here on no process uses the key, even if this one dies.
                self._directory.write(name + _INTENT, grave.to_bytes())
            self._directory.scrub_leftovers(name)
            self._directory.overwrite(name)
            self._directory.replace(name + _INTENT, name)
        return grave.describe()

    def describe(self, key_id: str, resource: str = "") -> KeyDescription:
        """The key's state. ``resource`` isn't needed: a destroyed key's name is never reused."""
        intent = self._intent(key_id)
        if intent is None:
            return self._found(key_id).describe()
        return replace(intent.describe(), state="disabled", destroyed_at=None)

    def rotate(self, key_id: str) -> KeyDescription:
        """One more version; what the older ones wrapped stays readable until destruction."""
        with self._directory.locked():
            key = self._usable(key_id).with_version(os.urandom(_KEY_BYTES), _now())
            self._directory.write(_file_name(key_id), key.to_bytes())
        return key.describe()

    def sign(self, key_id: str, message: bytes) -> Signature:
        """An Ed25519 signature (RFC 8032) by the newest version."""
        from veilflow.keys.signatures import signing_input

        private = _ed25519(self._usable(key_id, "signing").newest)
        return Signature(ED25519, key_id, private.sign(signing_input(message)))

    def public_key(self, key_id: str) -> bytes:
        """The newest version's public key, PEM. Pin it early: it goes with the private key."""
        from cryptography.hazmat.primitives import serialization

        public = _ed25519(self._usable(key_id, "signing").newest).public_key()
        pem: bytes = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return pem

    def probe(self) -> None:
        """Check modes, and that a wrapped key opens under its own context only."""
        check_context_binding(self)

    def _usable(self, key_id: str, kind: KeyKind | None = None) -> KeyFile:
        if self._is_half_destroyed(key_id):
            raise KeyUnavailable(
                f"The destruction of key {key_id!r} was begun and interrupted.",
                remedy=f"Finish it: veilflow keys destroy {key_id}",
            )
        key = self._found(key_id)
        _refuse_destroyed(key)
        if kind is not None:
            _refuse_kind(key, kind)
        return key

    def _found(self, key_id: str) -> KeyFile:
        key = self._load(key_id)
        if key is None:
            raise KeyNotFound(
                f"The keyring {self._directory.path} has no key {key_id!r}.",
                remedy="Check dataset, release and class, or ask the keyring's owner for access.",
            )
        return key

    def _found_or_damaged(self, key_id: str) -> KeyFile:
        try:
            return self._found(key_id)
        except IntegrityError:
            return KeyFile(key_id, "encryption", 0, ())

    def _load(self, key_id: str) -> KeyFile | None:
        # Readers take no lock, so that a read-only keyring works. A file that a writer has just
        # replaced may be scrubbed under our eyes: look again before calling it damaged.
        path = self.path_of(key_id)
        for last_try in (*[False] * 20, True):
            data = self._directory.read(path.name)
            try:
                return None if data is None else KeyFile.from_bytes(data, key_id, str(path))
            except IntegrityError:
                is_moving = self._is_half_destroyed(key_id)
                if last_try or not (is_moving or self._directory.read(path.name) != data):
                    raise
            time.sleep(0.01)
        raise AssertionError("unreachable")

    def _is_half_destroyed(self, key_id: str) -> bool:
        return self._directory.exists(_file_name(key_id) + _INTENT)

    def _intent(self, key_id: str) -> KeyFile | None:
        path = self.path_of(key_id)
        data = self._directory.read(path.name + _INTENT)
        return None if data is None else KeyFile.from_bytes(data, key_id, f"{path}{_INTENT}")


def _file_name(key_id: str) -> str:
    stem = escape_key_id(
        check_key_id(key_id), mark="%", safe=FILE_NAME_LETTERS, limit=_LONGEST_STEM
    )
    return stem + _SUFFIX


def _refuse_destroyed(key: KeyFile) -> None:
    if key.destroyed_at is not None:
        raise KeyDestroyed(
            f"Key {key.key_id!r} was destroyed at {key.destroyed_at.isoformat()}.",
            remedy="What it protected can't be read again; a new release needs a new name.",
        )


def _refuse_kind(key: KeyFile, kind: KeyKind) -> None:
    if key.kind != kind:
        raise UsageError(
            f"Key {key.key_id!r} is for {key.kind}, not for {kind}.", remedy="Name another key."
        )


def _ed25519(version: KeyVersion) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return ed25519.Ed25519PrivateKey.from_private_bytes(version.material)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
