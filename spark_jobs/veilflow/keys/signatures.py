"""Signatures that anybody verifies with a public key alone, without a key service.

What is signed is not the message but two short lines (:func:`signing_input`): a key service limits
the size of what it signs, and the first line keeps a signature from meaning anything elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from veilflow.errors import IntegrityError

__all__ = ["Signature", "SignatureAlgorithm", "fingerprint", "signing_input", "verify"]

SignatureAlgorithm = str
ED25519 = "Ed25519"
ECDSA_P256 = "ECDSA_SHA_256"

_PREFIX = b"veilflow-signature-v1\n"


@dataclass(frozen=True)
class Signature:
    """Who signed, how, and the signature's bytes (raw for Ed25519, DER for ECDSA)."""

    algorithm: SignatureAlgorithm
    key_id: str
    value: bytes

    def to_dict(self) -> dict[str, str]:
        """For a manifest."""
        return {
            "algorithm": self.algorithm,
            "key_id": self.key_id,
            "value": base64.b64encode(self.value).decode("ascii"),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Signature:
        """The inverse of :meth:`to_dict`; :class:`IntegrityError` for anything else."""
        try:
            algorithm, key_id = document["algorithm"], document["key_id"]
            value = base64.b64decode(document["value"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            value = None
        if value is None or not isinstance(algorithm, str) or not isinstance(key_id, str):
            raise IntegrityError("The signature is not in the form that Veilflow writes.")
        return cls(algorithm, key_id, value)


def signing_input(message: bytes) -> bytes:
    """The bytes that are signed: a fixed line, then the message's SHA-256 in hexadecimal.

    >>> signing_input(b"").splitlines()[0]
    b'veilflow-signature-v1'
    """
    return _PREFIX + hashlib.sha256(message).hexdigest().encode("ascii") + b"\n"


def verify(public_key_pem: bytes, message: bytes, signature: Signature) -> None:
    """Return if the key's owner signed this message; raise :class:`IntegrityError` if not.

    The algorithm is decided by the pinned public key, never by the signature: one that names
    another algorithm is refused. Not promised: that the signature's ``key_id`` is true, that the
    message is recent, or that ECDSA signatures are unique.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    key = _load(public_key_pem)
    signed = signing_input(message)
    expected = ED25519 if isinstance(key, ed25519.Ed25519PublicKey) else ECDSA_P256
    if signature.algorithm != expected:
        raise IntegrityError(
            f"The signature names {signature.algorithm!r}, the pinned public key is for "
            f"{expected}.",
            remedy="Check that the pinned key is this publisher's.",
        )
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature.value, signed)
        else:
            key.verify(signature.value, signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        valid = False
    else:
        valid = True
    if not valid:
        raise IntegrityError(
            "The signature doesn't fit the message and the pinned public key "
            f"({fingerprint(public_key_pem)}).",
            remedy="Don't use what was signed; check that the pinned key is this publisher's.",
        )


def fingerprint(public_key_pem: bytes) -> str:
    """``SHA256:`` and the hexadecimal SHA-256 of the key's DER form (SubjectPublicKeyInfo)."""
    from cryptography.hazmat.primitives import serialization

    der = _load(public_key_pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"SHA256:{hashlib.sha256(der).hexdigest()}"


def _load(public_key_pem: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    key: object = None
    try:
        key = serialization.load_pem_public_key(public_key_pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise IntegrityError(
        "The pinned public key can't be read.",
        remedy="Give a PEM public key (BEGIN PUBLIC KEY), Ed25519 or ECDSA on P-256.",
    )
