"""A vault that keeps nothing: its tokens look like a vault's and stand for a value nowhere."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32hexencode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from veilflow.vault.entry import VaultEntry

__all__ = ["ThrowAwayVault"]

_SCHEME = "throw-away:"
_CHARACTERS = 26


@dataclass(frozen=True)
class ThrowAwayVault:
    """A :class:`~veilflow.vault.TokenVault` for showing what a column will look like.

    A value has one token in every process that was given the same ``name``, and another one under
    each other name. Nothing is stored, looked up or contacted, so no token can be revealed, and
    none is what a real vault has for the value. No policy can name one: ``open_vault`` doesn't
    know its address.
    """

    name: str

    @classmethod
    def new(cls) -> ThrowAwayVault:
        """One under a new random name."""
        return cls(secrets.token_hex(16))

    @classmethod
    def at(cls, uri: str) -> ThrowAwayVault | None:
        """The vault of the address; None if it is the address of another kind."""
        return cls(uri.removeprefix(_SCHEME)) if uri.startswith(_SCHEME) else None

    @property
    def uri(self) -> str:
        return f"{_SCHEME}{self.name}"

    def prepare(self) -> None:
        """There is nothing to prepare."""

    def find(self, fingerprints: Sequence[bytes]) -> Mapping[bytes, str]:
        return {}

    def add(self, entries: Sequence[VaultEntry]) -> Mapping[bytes, str]:
        return {entry.fingerprint: self._token(entry) for entry in entries}

    def entries(self, tokens: Sequence[str]) -> Mapping[str, VaultEntry]:
        return {}

    def _token(self, entry: VaultEntry) -> str:
        # The fingerprint is an HMAC under the domain's key: its hash tells nothing of the value.
        digest = hmac.digest(self.name.encode(), entry.fingerprint, "sha256")
        random = b32hexencode(digest).decode()[:_CHARACTERS].lower()
        return f"r{entry.version}.{random}"
