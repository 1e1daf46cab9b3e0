"""One byte form of a policy, and its SHA-256: what a run is bound to."""

from __future__ import annotations

import hashlib
import json

from veilflow.policy.model import Policy

__all__ = ["canonical_bytes", "policy_sha256"]


def canonical_bytes(policy: Policy) -> bytes:
    """JSON with sorted keys, no white space, defaults written out; columns keep their order.

    The order of columns is the order of the output, so it is part of the identity: mappings whose
    order means something are written as lists of pairs.
    """
    data = policy.to_json()
    for table in data["tables"].values():
        table["columns"] = list(table["columns"].items())
    data["tables"] = list(data["tables"].items())
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def policy_sha256(policy: Policy) -> str:
    """SHA-256 of the canonical form, in hex. It also covers the rows of CSV hierarchies."""
    return hashlib.sha256(canonical_bytes(policy)).hexdigest()
