"""The encryption context: what a wrapped key is bound to, spelt in exactly one way.

Two contexts have the same canonical form only if they are equal, so a key wrapped for one
dataset, release and class opens for no other, whatever the names contain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from veilflow.errors import UsageError

__all__ = ["CONTEXT_DIGEST_NAME", "canonical", "kms_context", "length_prefixed"]

#: The entry that carries our canonical form into a key service's own encryption context.
CONTEXT_DIGEST_NAME = "veilflow-context"

_DOMAIN = b"veilflow-context-1"


def length_prefixed(*parts: bytes) -> bytes:
    """The parts in order, each after its length in four bytes, big endian: injective."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def canonical(context: Mapping[str, str]) -> bytes:
    """The one byte form of a context: entries sorted by name, everything length-prefixed.

    Names and values are taken as they are: no Unicode normalisation, so two spellings of one
    visible text are two contexts. Raises :class:`UsageError` for an empty context, an empty name
    or half a surrogate pair.
    """
    if not context:
        raise UsageError("The encryption context is empty: a wrapped key is always bound to one.")
    entries: list[bytes] = []
    for name, value in context.items():
        if not name:
            raise UsageError("An encryption context has an entry without a name.")
        if name == CONTEXT_DIGEST_NAME:
            raise UsageError(f"The context entry {CONTEXT_DIGEST_NAME!r} is reserved.")
        entries.append(length_prefixed(_utf8(name), _utf8(value)))
    # Equal names can't occur in a mapping, so sorting whole entries is a total order.
    return length_prefixed(_DOMAIN, *sorted(entries))


def kms_context(context: Mapping[str, str]) -> dict[str, str]:
    """The context for a key service: its own entries, and the SHA-256 of our canonical form.

    The entries stay readable, so that grants and audit logs can name dataset, release and class;
    the digest binds them even where a server joins names and values without a separator.
    """
    return {**context, CONTEXT_DIGEST_NAME: hashlib.sha256(canonical(context)).hexdigest()}


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    raise UsageError("An encryption context entry holds half a surrogate pair.")
