"""Reversible tokens: AES-SIV (RFC 5297), deterministic inside a linkage domain.

The same value has the same token inside a domain and another one in every other domain. Whoever
holds the masking key gets the value back; nobody else does, nor can anybody make or change a token
that reveals to something: a token is authenticated together with its domain and the version of the
key, which it names. The text is padded before it is encrypted, so a token tells its length only to
the next 16 bytes.

Not promised: frequencies stay visible, as with every deterministic transform, and whoever holds the
key can undo the whole column. Where nobody should, use a pseudonym.
"""

from __future__ import annotations

import re
from base64 import b32hexdecode, b32hexencode
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from veilflow.keys.hkdf import hkdf_sha256
from veilflow.keys.padding import padded, unpadded
from veilflow.mask.base32 import base32_column
from veilflow.mask.domain_key import DomainKey
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import KeyedTransform, transform
from veilflow.mask.remembering import RememberingTransform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeyedToken", "Token", "token_version"]

_SCHEME = b"veilflow-token-1"
_SIV_KEY_BYTES = 64  # AES-256-SIV: one half for the synthetic IV, one for the encryption
_FORM = re.compile(r"t([1-9][0-9]{0,8})[.]([0-9a-v]+)")


@transform("token")
@dataclass(frozen=True)
class Token(KeyedTransform):
    """A token that whoever holds the masking key can turn back into the value.

    It looks like ``t1.`` and lower-case base 32; ``prefix`` stands before it.
    """

    conceals = True
    guarantees = Guarantees(
        reversible_by="whoever holds the masking key",
        joins_within="its linkage domain",
        not_for="values whose frequency names them, and what nobody may get back",
    )

    prefix: str = ""

    def keyed(self, key: bytes) -> KeyedToken:
        return self.bound(DomainKey(key, "", 1))

    def bound(self, key: DomainKey) -> KeyedToken:
        """This transform with the key of a domain, to whose name and version tokens are bound."""
        return KeyedToken(key, self.prefix)


@dataclass(frozen=True)
class KeyedToken(RememberingTransform):
    """A :class:`Token` with its key, made on the worker that uses it."""

    key: DomainKey
    prefix: str = ""

    def mask(self, value: str) -> str | None:
        sealed = self._cipher.encrypt(padded(value.encode()), self._bound_to)
        return f"{self.prefix}t{self.key.version}.{_spelt(sealed)}"

    def mask_many(self, values: list[bytes]) -> pa.Array:
        encrypt, bound_to = self._cipher.encrypt, self._bound_to
        sealed = [encrypt(padded(value), bound_to) for value in values]
        return base32_column(sealed, prefix=f"{self.prefix}t{self.key.version}.")

    def reveal_one(self, token: str) -> str | None:
        """The value behind ``token``; None if this key didn't make it, or it was changed."""
        from cryptography.exceptions import InvalidTag

        match = _FORM.fullmatch(token.removeprefix(self.prefix))
        if match is None or int(match[1]) != self.key.version:
            return None
        try:
            return unpadded(self._cipher.decrypt(_read(match[2]), self._bound_to)).decode()
        except (InvalidTag, ValueError):
            return None

    def reveal(self, values: pa.Array) -> pa.Array:
        """The values behind the tokens; null where :meth:`reveal_one` has none."""
        import pyarrow as pa

        tokens = values.cast(pa.string()).to_pylist()
        return pa.array([None if t is None else self.reveal_one(t) for t in tokens], pa.string())

    @cached_property
    def _bound_to(self) -> list[bytes]:
        return [_SCHEME, self.key.domain.encode(), str(self.key.version).encode()]

    @cached_property
    def _cipher(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        return AESSIV(
            hkdf_sha256(self.key.material, salt=_SCHEME, info=b"aes-siv", length=_SIV_KEY_BYTES)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a keyed token isn't pickled: its key belongs to this process")


def token_version(token: str, prefix: str = "") -> int | None:
    """Which version of the key made ``token``, or None if it isn't one by its form."""
    match = _FORM.fullmatch(token.removeprefix(prefix))
    return None if match is None else int(match[1])


def _spelt(data: bytes) -> str:
    return b32hexencode(data).decode().rstrip("=").lower()


def _read(text: str) -> bytes:
    """The inverse of :func:`_spelt`, and of nothing else: one spelling a token."""
    data = b32hexdecode(text.upper() + "=" * (-len(text) % 8))
    if _spelt(data) != text:
        raise ValueError("not in the one spelling that tokens have")
    return data
