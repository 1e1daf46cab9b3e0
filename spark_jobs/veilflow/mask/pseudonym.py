"""Keyed pseudonyms: the same value gets the same pseudonym inside a linkage domain, nowhere else.

HMAC-SHA-256 (RFC 2104, FIPS 198-1), truncated. Without the domain's key a pseudonym can't be
computed from a guessed value, nor two domains joined. Not promised: frequencies stay visible (a
value in a tenth of the rows has a pseudonym in a tenth of the rows), and whoever holds the key can
test guesses.
"""

from __future__ import annotations

import hmac
from base64 import b32hexencode
from dataclasses import dataclass, field

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import KeyedTransform, ValueTransform, transform

__all__ = ["KeyedPseudonym", "Pseudonym"]


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
class KeyedPseudonym(ValueTransform):
    """A :class:`Pseudonym` with its key, made on the worker that uses it."""

    key: bytes = field(repr=False)
    length: int
    prefix: str

    def mask(self, value: str) -> str | None:
        digest = hmac.digest(self.key, value.encode("utf-8", "surrogatepass"), "sha256")
        return self.prefix + b32hexencode(digest).decode()[: self.length].lower()
