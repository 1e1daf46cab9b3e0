"""AES-256-GCM wrapping with versioned keys: the blob that a file keyring writes.

    "VFW" 0x01 | key version (4 bytes) | nonce (12 bytes) | ciphertext | tag (16 bytes)

Key id, version and canonical context are associated data: a blob opens under nothing else. Nonces
are random, so one version must not wrap more than 2**32 times (NIST SP 800-38D, 8.3); a release
needs a handful.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from veilflow.errors import IntegrityError
from veilflow.keys.context import canonical, length_prefixed

__all__ = ["WrappedBlob", "open_blob", "parse_blob", "seal"]

_MAGIC = b"VFW\x01"
_NONCE = 12
_TAG = 16
_HEADER = len(_MAGIC) + 4


@dataclass(frozen=True)
class WrappedBlob:
    """A parsed blob: which version of the key opens it, and the rest."""

    version: int
    nonce: bytes
    ciphertext: bytes


def seal(
    key: bytes, *, key_id: str, version: int, context: Mapping[str, str], plaintext: bytes
) -> bytes:
    """``plaintext`` wrapped under ``key``."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, plaintext, _associated_data(key_id, version, context))
    return _MAGIC + version.to_bytes(4, "big") + nonce + sealed


def parse_blob(wrapped: bytes, key_id: str) -> WrappedBlob:
    """The blob's parts, or :class:`IntegrityError` if a file keyring didn't write it."""
    if len(wrapped) < _HEADER + _NONCE + _TAG or not wrapped.startswith(_MAGIC):
        raise IntegrityError(
            f"What should be wrapped under {key_id!r} wasn't written by a file keyring.",
            remedy="Check that the key record names the provider which wrote it.",
        )
    return WrappedBlob(
        version=int.from_bytes(wrapped[len(_MAGIC) : _HEADER], "big"),
        nonce=wrapped[_HEADER : _HEADER + _NONCE],
        ciphertext=wrapped[_HEADER + _NONCE :],
    )


def open_blob(key: bytes, blob: WrappedBlob, *, key_id: str, context: Mapping[str, str]) -> bytes:
    """The plaintext, or :class:`IntegrityError`: another context, another key, changed bytes."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plaintext: bytes | None = None
    associated = _associated_data(key_id, blob.version, context)
    try:
        plaintext = AESGCM(key).decrypt(blob.nonce, blob.ciphertext, associated)
    except InvalidTag:
        pass
    if plaintext is None:
        raise IntegrityError(
            f"A wrapped key doesn't open under {key_id!r} and this context.",
            remedy="It belongs to another dataset, release or class, or its bytes were changed; "
            "restore the key record.",
        )
    return plaintext


def _associated_data(key_id: str, version: int, context: Mapping[str, str]) -> bytes:
    return length_prefixed(
        b"veilflow-wrap-1", key_id.encode(), str(version).encode(), canonical(context)
    )
