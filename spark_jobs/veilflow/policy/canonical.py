"""One byte form of a policy, and its SHA-256: what a run is bound to."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

from veilflow.policy.model import Policy

__all__ = ["canonical_bytes", "policy_sha256", "stored_policy_sha256"]


def canonical_bytes(policy: Policy) -> bytes:
    """JSON with sorted keys, no white space, defaults written out; columns keep their order.

    The order of columns is the order of the output, so it is part of the identity: mappings whose
    order means something are written as lists of pairs.
    """
    return _canonical(policy.to_json())


def policy_sha256(policy: Policy) -> str:
    """SHA-256 of the canonical form, in hex. It also covers the rows of CSV hierarchies."""
    return hashlib.sha256(canonical_bytes(policy)).hexdigest()


def stored_policy_sha256(document: dict[str, Any]) -> str:
    """The same of a policy as a run's record has it, whatever version of Veilflow wrote it.

    Parsed and written again it would get the defaults of keys that didn't exist then. Raises
    KeyError, TypeError, ValueError or AttributeError if it isn't a policy.
    """
    return hashlib.sha256(_canonical(copy.deepcopy(document))).hexdigest()


def _canonical(data: dict[str, Any]) -> bytes:
    for table in data["tables"].values():
        table["columns"] = list(table["columns"].items())
    data["tables"] = list(data["tables"].items())
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
