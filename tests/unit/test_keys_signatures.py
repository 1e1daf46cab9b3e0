"""Signatures verify with a public key alone, and with no other key, message or algorithm."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from veilflow.errors import IntegrityError
from veilflow.keys.signatures import Signature, fingerprint, signing_input, verify


def pem_of(private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


ED = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())


def signed(algorithm: str, message: bytes) -> tuple[bytes, Signature]:
    if algorithm == "Ed25519":
        value = ED.sign(signing_input(message))
        return pem_of(ED), Signature(algorithm, "publisher", value)
    value = P256.sign(signing_input(message), ec.ECDSA(hashes.SHA256()))
    return pem_of(P256), Signature(algorithm, "publisher", value)


BOTH = pytest.mark.parametrize("algorithm", ["Ed25519", "ECDSA_SHA_256"])


@BOTH
@pytest.mark.parametrize("message", [b"", b"manifest", b"x" * 100_000], ids=len)
def test_a_signature_verifies(algorithm: str, message: bytes) -> None:
    pem, signature = signed(algorithm, message)
    verify(pem, message, signature)
    verify(pem, message, Signature.from_dict(signature.to_dict()))


@BOTH
def test_every_changed_bit_is_refused(algorithm: str) -> None:
    pem, signature = signed(algorithm, b"manifest")
    for index in range(len(signature.value)):
        value = bytearray(signature.value)
        value[index] ^= 1
        with pytest.raises(IntegrityError):
            verify(pem, b"manifest", replace(signature, value=bytes(value)))


@BOTH
def test_what_else_is_refused(algorithm: str) -> None:
    pem, signature = signed(algorithm, b"manifest")
    other_pem, other_signature = signed(
        "Ed25519" if algorithm == "ECDSA_SHA_256" else "ECDSA_SHA_256", b"manifest"
    )
    for public, message, claim in [
        (pem, b"manifest2", signature),
        (pem, signing_input(b"manifest"), signature),
        (pem, b"manifest", replace(signature, value=b"")),
        (pem, b"manifest", replace(signature, algorithm=other_signature.algorithm)),
        (pem, b"manifest", replace(signature, algorithm="none")),
        (pem, b"manifest", other_signature),
        (other_pem, b"manifest", signature),
        (other_pem, b"manifest", replace(signature, algorithm=other_signature.algorithm)),
    ]:
        with pytest.raises(IntegrityError):
            verify(public, message, claim)


def test_public_keys_of_another_kind_are_refused() -> None:
    rsa_pem = (
        rsa.generate_private_key(65537, 2048)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    for pem in (rsa_pem, pem_of(ec.generate_private_key(ec.SECP384R1())), b"", b"not a key"):
        with pytest.raises(IntegrityError, match="can't be read"):
            verify(pem, b"m", Signature("Ed25519", "k", b"x"))


@pytest.mark.parametrize(
    "document",
    [{}, {"algorithm": "Ed25519", "key_id": "k", "value": "%"}, {"value": ""}, {"value": 1}],
    ids=repr,
)
def test_documents_that_are_no_signature(document: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        Signature.from_dict(document)


def test_what_is_signed_can_be_made_with_a_shell() -> None:
    digest = hashlib.sha256(b"manifest").hexdigest()
    assert signing_input(b"manifest") == f"veilflow-signature-v1\n{digest}\n".encode()


def test_openssl_verifies_too(tmp_path: Path) -> None:
    """An outside verifier, as docs/keys.md describes it."""
    pem, signature = signed("ECDSA_SHA_256", b"manifest")
    for name, data in [
        ("key.pem", pem),
        ("signature", signature.value),
        ("input", signing_input(b"manifest")),
    ]:
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature"]
    done = subprocess.run([*command, "input"], cwd=tmp_path, capture_output=True, check=False)
    assert done.stdout.strip() == b"Verified OK", done.stderr


def test_the_fingerprint_is_that_of_the_der_form() -> None:
    der = ED.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert fingerprint(pem_of(ED)) == f"SHA256:{hashlib.sha256(der).hexdigest()}"
    assert fingerprint(pem_of(ED)) != fingerprint(pem_of(P256))
