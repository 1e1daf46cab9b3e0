"""Trying a key service before trusting it: does a wrapped key open under its own context only?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from veilflow.errors import CapabilityMissing, IntegrityError
from veilflow.keys.provider import KeyAccessDenied

if TYPE_CHECKING:
    from veilflow.keys.provider import KeyProvider

__all__ = ["PROBE_KEY_ID", "check_context_binding"]

#: One encryption key kept for probing; it protects nothing.
PROBE_KEY_ID = "veilflow/probe"


def check_context_binding(provider: KeyProvider) -> None:
    """Wrap a random key and unwrap it under the right and under a wrong context.

    Raises ``CapabilityMissing`` where the wrong context opens it, or the right one yields other
    bytes; ``KeyUnavailable`` where the service doesn't answer.
    """
    provider.ensure(PROBE_KEY_ID, "encryption")
    secret = os.urandom(32)
    right = {"dataset": "probe", "release": "1", "class": "right"}
    wrapped = provider.wrap(PROBE_KEY_ID, secret, right)
    if provider.unwrap(PROBE_KEY_ID, wrapped, right) != secret:
        raise CapabilityMissing(
            f"{provider.uri} returned other bytes than were wrapped.",
            remedy="Don't use this key service.",
        )
    try:
        provider.unwrap(PROBE_KEY_ID, wrapped, {**right, "class": "wrong"})
    except (IntegrityError, KeyAccessDenied):
        return
    raise CapabilityMissing(
        f"{provider.uri} opens a wrapped key under a wrong encryption context.",
        remedy="Don't use this key service: it would open one class's key for another's grant.",
    )
