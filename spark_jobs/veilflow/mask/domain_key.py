"""The key of one linkage domain and one use, with the names that what it makes is bound to."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["DomainKey"]


@dataclass(frozen=True)
class DomainKey:
    """32 bytes from :func:`veilflow.keys.derive`, which domain they are of, and which version.

    ``version`` is that of the masking root that the key was derived from. Made on the worker that
    uses it; its repr doesn't show the key.
    """

    material: bytes = field(repr=False)
    domain: str
    version: int
