"""Keyed pseudonyms: the same value gets the same pseudonym inside a linkage domain, nowhere else.

HMAC-SHA-256 (RFC 2104, FIPS 198-1), truncated. Without the domain's key a pseudonym can't be
computed from a guessed value, nor two domains joined. Not promised: frequencies stay visible (a
value in a tenth of the rows has a pseudonym in a tenth of the rows), and whoever holds the key can
test guesses.
"""

from __future__ import annotations

import hmac
from base64 import b32hexencode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from veilflow.mask.base32 import base32_column
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import KeyedTransform, transform
from veilflow.mask.remembering import RememberingTransform

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeyedPseudonym", "Pseudonym"]

_BLOCK = 64  # bytes, SHA-256's


@transform("pseudonym")
@dataclass(frozen=True)
class Pseudonym(KeyedTransform):
    """A keyed pseudonym of ``length`` lower-case base-32 characters (5 bits each).

    With 26 characters (130 bits) two people share one by chance with probability below 1e-20 in
    a table of a billion.
    """

    conceals = True
    guarantees = Guarantees(
        joins_within="its linkage domain", not_for="values whose frequency names them"
    )

    length: int = 26
    prefix: str = ""

    def __post_init__(self) -> None:
        if not 16 <= self.length <= 51:
            raise ValueError("length is from 16 to 51 characters")

    def keyed(self, key: bytes) -> KeyedPseudonym:
        return KeyedPseudonym(key, self.length, self.prefix)


@dataclass(frozen=True)
class KeyedPseudonym(RememberingTransform):
    """A :class:`Pseudonym` with its key, made on the worker that uses it."""

    key: bytes = field(repr=False)
    length: int
    prefix: str

    def mask(self, value: str) -> str | None:
        digest = hmac.digest(self.key, value.encode("utf-8", "surrogatepass"), "sha256")
        return self.prefix + b32hexencode(digest).decode()[: self.length].lower()

    def mask_many(self, values: list[bytes]) -> pa.Array:
        # RFC 2104 by hand: a third of the time that hmac.digest takes, which starts from the key.
        begin_inner, begin_outer = self._begun
        digests = []
        for value in values:
            inner = begin_inner()
            inner.update(value)
            outer = begin_outer()
            outer.update(inner.digest())
            digests.append(outer.digest())
        return base32_column(digests, length=self.length, prefix=self.prefix)

    @cached_property
    def _begun(self) -> tuple[Callable[[], Any], Callable[[], Any]]:
        """New hashes that have taken the padded key in already, inner and outer."""
        key = self.key if len(self.key) <= _BLOCK else sha256(self.key).digest()
        padded = key.ljust(_BLOCK, b"\0")
        inner, outer = (sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
        return inner.copy, outer.copy
