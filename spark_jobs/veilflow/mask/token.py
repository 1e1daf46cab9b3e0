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
from veilflow.mask.aes_blocks import BLOCK_BYTES
from veilflow.mask.base32 import base32_texts
from veilflow.mask.domain_key import DomainKey
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import KeyedTransform, transform
from veilflow.mask.remembering import RememberingTransform
from veilflow.mask.siv import BatchSiv
from veilflow.mask.utf8 import padded_rows, utf8

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["KeyedToken", "Token", "token_version"]

_SCHEME = b"veilflow-token-1"
_SIV_KEY_BYTES = 64  # AES-256-SIV: one half for the synthetic IV, one for the encryption
_CHUNK_BYTES = 1 << 18  # what is sealed at once stays in a core's second-level cache
_MOST_BLOCKS = 64  # longer texts one by one: what setting up costs is little of what they take
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
        return f"{self._head}{_spelt(self._sealed(value.encode()))}"

    def made_of(self, values: pa.StringArray) -> pa.Array:
        import numpy as np
        import pyarrow as pa

        held, ends = utf8(values)
        blocks = np.diff(ends) // BLOCK_BYTES + 1
        places, parts = [np.empty(0, np.int64)], [pa.array([], pa.string())]
        for count in np.unique(blocks).tolist():
            where = np.flatnonzero(blocks == count)
            rows = max(1, _CHUNK_BYTES // (count * BLOCK_BYTES))
            for at in range(0, len(where), rows):
                some = where[at : at + rows]
                parts.append(self._of_one_size(held, ends[some], ends[some + 1], count))
                places.append(some)
        return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(places))))

    def _of_one_size(
        self, held: NDArray[Any], starts: NDArray[Any], ends: NDArray[Any], blocks: int
    ) -> pa.Array:
        """The tokens of texts that have as many blocks, given by where each is in ``held``."""
        import pyarrow as pa

        if blocks <= _MOST_BLOCKS:
            texts = padded_rows(held, starts, ends, blocks * BLOCK_BYTES)
            return base32_texts(self._batch.encrypt(texts), self._head)
        places = zip(starts.tolist(), ends.tolist(), strict=True)
        sealed = [self._sealed(held[start:end].tobytes()) for start, end in places]
        return pa.array([self._head + _spelt(one) for one in sealed])

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

    def _sealed(self, text: bytes) -> bytes:
        sealed: bytes = self._cipher.encrypt(padded(text), self._bound_to)
        return sealed

    @property
    def _head(self) -> str:
        return f"{self.prefix}t{self.key.version}."

    @cached_property
    def _bound_to(self) -> list[bytes]:
        return [_SCHEME, self.key.domain.encode(), str(self.key.version).encode()]

    @cached_property
    def _cipher(self) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        return AESSIV(self._key_bytes)

    @cached_property
    def _batch(self) -> BatchSiv:
        return BatchSiv(self._key_bytes, self._bound_to)

    @property
    def _key_bytes(self) -> bytes:
        return hkdf_sha256(self.key.material, salt=_SCHEME, info=b"aes-siv", length=_SIV_KEY_BYTES)

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
