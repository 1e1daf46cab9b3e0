"""Making and opening vault entries: HMAC-SHA-256 fingerprints, random tokens, AES-SIV values.

Without the domain's key the vault can't be searched for a guessed value, and nothing in it can be
decrypted, changed, or moved to another token, domain or version without being noticed. What shows
all the same: how many different values a domain has, when they were added, and how long they are to
the next 16 bytes.
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import b32hexencode
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from veilflow.errors import IntegrityError
from veilflow.keys.hkdf import hkdf_sha256
from veilflow.keys.padding import padded, unpadded
from veilflow.vault.entry import VaultEntry

__all__ = ["DomainSeal", "vault_token_version"]

_SCHEME = b"veilflow-vault-1"
_NONCE_BYTES = 16
_RANDOM_BYTES = 17
_TOKEN_CHARACTERS = 26  # 130 random bits: two tokens never meet
_FORM = re.compile(r"r([1-9][0-9]{0,8})[.][0-9a-v]{26}")


@dataclass(frozen=True)
class DomainSeal:
    """The keys of one domain and version. ``material`` is the domain's 32-byte key."""

    material: bytes
    domain: str
    version: int

    def __repr__(self) -> str:
        return f"DomainSeal(domain={self.domain!r}, version={self.version})"

    def fingerprint(self, value: str) -> bytes:
        """Under which ``value`` is found again."""
        return hmac.digest(self._index_key, value.encode(), "sha256")

    def new_entry(self, value: str, fingerprint: bytes) -> VaultEntry:
        """An entry with a new random token, which names the key's version."""
        random = b32hexencode(os.urandom(_RANDOM_BYTES)).decode()[:_TOKEN_CHARACTERS].lower()
        token = f"r{self.version}.{random}"
        nonce = os.urandom(_NONCE_BYTES)
        bound = self._bound_to(token, fingerprint, nonce)
        sealed = nonce + self._cipher.encrypt(padded(value.encode()), bound)
        return VaultEntry(fingerprint, token, self.domain, self.version, sealed)

    def open(self, entry: VaultEntry) -> str:
        """The value. Raises IntegrityError if the entry was changed or isn't this key's."""
        from cryptography.exceptions import InvalidTag

        nonce, sealed = entry.sealed[:_NONCE_BYTES], entry.sealed[_NONCE_BYTES:]
        value = None
        try:
            bound = self._bound_to(entry.token, entry.fingerprint, nonce)
            value = unpadded(self._cipher.decrypt(sealed, bound)).decode()
        except (InvalidTag, ValueError):
            pass
        if value is None:
            raise IntegrityError(
                f"An entry of domain {self.domain!r} in the token vault was changed, or was made "
                "with another key.",
                remedy="Restore the vault from a backup; don't use what this token stands for.",
            )
        return value

    def _bound_to(self, token: str, fingerprint: bytes, nonce: bytes) -> list[bytes]:
        names = [self.domain.encode(), str(self.version).encode(), token.encode()]
        return [_SCHEME, *names, fingerprint, nonce]

    @cached_property
    def _index_key(self) -> bytes:
        return hkdf_sha256(self.material, salt=_SCHEME, info=b"fingerprint", length=32)

    @cached_property
    def _cipher(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        return AESSIV(hkdf_sha256(self.material, salt=_SCHEME, info=b"value", length=64))


def vault_token_version(token: str, prefix: str = "") -> int | None:
    """Which version of the key sealed the value behind ``token``; None if it isn't a token."""
    match = _FORM.fullmatch(token.removeprefix(prefix))
    return None if match is None else int(match[1])
