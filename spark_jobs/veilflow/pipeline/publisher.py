"""The publisher's public key, pinned where releases are verified.

Verification needs no key service: whoever verifies holds the publisher's public key. The first
publication on a machine pins it under ``$VEILFLOW_HOME/publishers``; other machines get the PEM
file by a way they trust and name it (``veilflow verify --public-key``).
"""

from __future__ import annotations

import secrets
from pathlib import Path

from veilflow.errors import IntegrityError, UsageError
from veilflow.pipeline.home import veilflow_home

__all__ = ["pin_publisher", "pinned_publisher"]


def pin_publisher(dataset: str, public_key: bytes) -> Path:
    """Keep the key if none is kept yet. Raises IntegrityError if another one is pinned."""
    path = _path(dataset)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The key appears whole: a second publisher at once must never read half of it.
    partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        partial.write_bytes(public_key)
        path.hardlink_to(partial)
    except FileExistsError:
        if path.read_bytes() != public_key:
            raise IntegrityError(
                f"{path}: another publisher's key is pinned for {dataset}.",
                remedy="If the signing key was rotated on purpose, remove the file.",
            ) from None
    finally:
        partial.unlink(missing_ok=True)
    return path


def pinned_publisher(dataset: str, given: Path | None = None) -> bytes:
    """The pinned public key (PEM): from ``given``, or what this machine has pinned."""
    path = given or _path(dataset)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: no publisher's key can be read there ({type(error).__name__}).",
            remedy="Name the publisher's PEM file with --public-key.",
        ) from None


def _path(dataset: str) -> Path:
    return veilflow_home() / "publishers" / f"{dataset}.pem"
