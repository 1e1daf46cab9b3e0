"""What a vault keeps of one value: nothing that tells it without the masking key."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["VaultEntry"]


@dataclass(frozen=True)
class VaultEntry:
    """A random token, and the value that it stands for, encrypted.

    ``fingerprint`` is a keyed hash of the value, under which the entry is found again; ``domain``
    and ``version`` say which key it needs.
    """

    fingerprint: bytes = field(repr=False)
    token: str
    domain: str
    version: int
    sealed: bytes = field(repr=False)
