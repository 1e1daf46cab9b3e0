"""HKDF with SHA-256 (RFC 5869): one secret in, as many unrelated keys out as there are names."""

from __future__ import annotations

__all__ = ["hkdf_sha256"]


def hkdf_sha256(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """Extract, then expand (RFC 5869, 2.2 and 2.3). ``length`` is at most 8,160 bytes."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
