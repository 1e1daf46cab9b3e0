"""The file keyring: wrapping, versions, signatures, destruction."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from veilflow.errors import (
    IntegrityError,
    KeyDestroyed,
    KeyNotFound,
    KeyUnavailable,
    UsageError,
)
from veilflow.keys import KeyProvider, open_provider, verify
from veilflow.keys.file_keyring import FileKeyring
from veilflow.keys.wrapping import open_blob, parse_blob, seal

KEY = "patients/class/direct"
CONTEXT = {"dataset": "patients", "release": "20261123T1", "class": "direct"}


@pytest.fixture
def keyring(tmp_path: Path) -> FileKeyring:
    ring = FileKeyring(str(tmp_path / "keyring"))
    ring.ensure(KEY, "encryption")
    return ring


def material(keyring: FileKeyring, key_id: str) -> list[bytes]:
    document = json.loads(keyring.path_of(key_id).read_bytes())
    return [base64.b64decode(version["material"]) for version in document["versions"]]


def test_it_is_a_key_provider(keyring: FileKeyring) -> None:
    assert isinstance(keyring, KeyProvider)
    assert isinstance(open_provider(keyring.uri), FileKeyring)
    keyring.probe()


def test_opening_creates_nothing(tmp_path: Path) -> None:
    provider = open_provider(f"file://{tmp_path}/keyring")
    with pytest.raises(KeyUnavailable, match="no keyring"):
        provider.describe(KEY)
    assert not (tmp_path / "keyring").exists()


def test_ensuring_is_idempotent(keyring: FileKeyring) -> None:
    before = material(keyring, KEY)
    assert keyring.ensure(KEY, "encryption") == keyring.describe(KEY)
    assert material(keyring, KEY) == before
    described = keyring.describe(KEY)
    assert (described.state, described.versions, described.algorithm) == (
        "enabled",
        1,
        "AES-256-GCM",
    )


def test_a_data_key_comes_back(keyring: FileKeyring) -> None:
    plaintext, wrapped = keyring.generate_data_key(KEY, CONTEXT)
    assert len(plaintext) == 32 and plaintext not in wrapped
    other_process = open_provider(keyring.uri)
    assert other_process.unwrap(KEY, wrapped, dict(reversed(CONTEXT.items()))) == plaintext


@pytest.mark.parametrize(
    "wrong",
    [
        {**CONTEXT, "class": "quasi"},
        {**CONTEXT, "release": "20261123T2"},
        {**CONTEXT, "more": "x"},
        {"dataset": "patients", "release": "20261123T1"},
        {"dataset": "patients", "release": "20261123T1class", "": ""},
    ],
    ids=repr,
)
def test_a_wrong_context_fails(keyring: FileKeyring, wrong: dict[str, str]) -> None:
    wrapped = keyring.wrap(KEY, b"secret", CONTEXT)
    with pytest.raises((IntegrityError, UsageError)):
        keyring.unwrap(KEY, wrapped, wrong)


def test_another_key_fails(keyring: FileKeyring) -> None:
    keyring.ensure("patients/class/quasi", "encryption")
    with pytest.raises(IntegrityError):
        keyring.unwrap("patients/class/quasi", keyring.wrap(KEY, b"secret", CONTEXT), CONTEXT)


def test_a_blob_is_bound_to_the_id_and_version_of_its_key() -> None:
    key = bytes(32)
    wrapped = seal(key, key_id=KEY, version=1, context=CONTEXT, plaintext=b"secret")
    blob = parse_blob(wrapped, KEY)
    assert open_blob(key, blob, key_id=KEY, context=CONTEXT) == b"secret"
    for other_blob, key_id in ((blob, "other"), (replace(blob, version=2), KEY)):
        with pytest.raises(IntegrityError):
            open_blob(key, other_blob, key_id=key_id, context=CONTEXT)


def test_a_key_file_copied_to_another_name_fails(keyring: FileKeyring) -> None:
    keyring.path_of("other").write_bytes(keyring.path_of(KEY).read_bytes())
    keyring.path_of("other").chmod(0o600)
    with pytest.raises(IntegrityError, match="damaged"):
        keyring.describe("other")


def test_every_changed_byte_fails(keyring: FileKeyring) -> None:
    wrapped = keyring.wrap(KEY, b"secret", CONTEXT)
    for index in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[index] ^= 0x80
        with pytest.raises((IntegrityError, KeyNotFound)):
            keyring.unwrap(KEY, bytes(changed), CONTEXT)
    for cut in (b"", wrapped[:8], wrapped[:-1], wrapped + b"\x00"):
        with pytest.raises(IntegrityError):
            keyring.unwrap(KEY, cut, CONTEXT)


@pytest.mark.parametrize("size", [0, 4097])
def test_sizes_that_no_provider_wraps(keyring: FileKeyring, size: int) -> None:
    with pytest.raises(UsageError, match=str(size)):
        keyring.wrap(KEY, b"x" * size, CONTEXT)


def test_rotation_keeps_what_was_wrapped_before(keyring: FileKeyring) -> None:
    old = keyring.wrap(KEY, b"secret", CONTEXT)
    assert keyring.rotate(KEY).versions == 2
    new = keyring.rewrap(KEY, old, CONTEXT)
    assert old[4:8] == (1).to_bytes(4, "big") and new[4:8] == (2).to_bytes(4, "big")
    for wrapped in (old, new):
        assert keyring.unwrap(KEY, wrapped, CONTEXT) == b"secret"
    assert len(set(material(keyring, KEY))) == 2


def test_rewrapping_to_another_key(keyring: FileKeyring) -> None:
    keyring.ensure("other", "encryption")
    moved = keyring.rewrap(KEY, keyring.wrap(KEY, b"secret", CONTEXT), CONTEXT, "other")
    assert keyring.unwrap("other", moved, CONTEXT) == b"secret"


def test_an_older_copy_of_the_keyring_says_so(keyring: FileKeyring) -> None:
    old_file = keyring.path_of(KEY).read_bytes()
    keyring.rotate(KEY)
    wrapped = keyring.wrap(KEY, b"secret", CONTEXT)
    keyring.path_of(KEY).write_bytes(old_file)
    with pytest.raises(KeyNotFound, match="version 2"):
        keyring.unwrap(KEY, wrapped, CONTEXT)


def test_signatures(keyring: FileKeyring) -> None:
    keyring.ensure("publisher", "signing")
    signature = keyring.sign("publisher", b"manifest")
    old = keyring.public_key("publisher")
    verify(old, b"manifest", signature)
    keyring.rotate("publisher")
    new = keyring.public_key("publisher")
    verify(new, b"manifest", keyring.sign("publisher", b"manifest"))
    verify(old, b"manifest", signature)
    with pytest.raises(IntegrityError):
        verify(new, b"manifest", signature)


def test_a_key_serves_one_kind_of_use(keyring: FileKeyring) -> None:
    keyring.ensure("publisher", "signing")
    for misuse in (
        lambda: keyring.sign(KEY, b"m"),
        lambda: keyring.public_key(KEY),
        lambda: keyring.wrap("publisher", b"m", CONTEXT),
        lambda: keyring.ensure(KEY, "signing"),
    ):
        with pytest.raises(UsageError, match="not for"):
            misuse()


def test_destroying(keyring: FileKeyring) -> None:
    """The negative control comes first: before destruction the same calls work."""
    wrapped = keyring.wrap(KEY, b"secret", CONTEXT)
    keyring.rotate(KEY)
    secrets = material(keyring, KEY)
    assert keyring.unwrap(KEY, wrapped, CONTEXT) == b"secret"

    buried = keyring.destroy(KEY)

    assert buried.state == "destroyed" and buried.destroyed_at and buried.versions == 2
    assert keyring.describe(KEY) == keyring.destroy(KEY) == buried
    for use in (
        lambda: keyring.unwrap(KEY, wrapped, CONTEXT),
        lambda: keyring.wrap(KEY, b"secret", CONTEXT),
        lambda: keyring.generate_data_key(KEY, CONTEXT),
        lambda: keyring.rewrap(KEY, wrapped, CONTEXT),
        lambda: keyring.rotate(KEY),
        lambda: keyring.ensure(KEY, "encryption"),
        lambda: open_provider(keyring.uri).unwrap(KEY, wrapped, CONTEXT),
    ):
        with pytest.raises(KeyDestroyed, match=KEY):
            use()
    left = b"".join(path.read_bytes() for path in keyring.path_of(KEY).parent.iterdir())
    for secret in secrets:
        assert secret not in left and base64.b64encode(secret) not in left


def test_destroying_a_signing_key_leaves_its_signatures(keyring: FileKeyring) -> None:
    keyring.ensure("publisher", "signing")
    signature, pinned = keyring.sign("publisher", b"m"), keyring.public_key("publisher")
    keyring.destroy("publisher")
    verify(pinned, b"m", signature)
    for use in (lambda: keyring.sign("publisher", b"m"), lambda: keyring.public_key("publisher")):
        with pytest.raises(KeyDestroyed):
            use()


def test_an_unknown_key(keyring: FileKeyring) -> None:
    for use in (
        lambda: keyring.describe("unknown"),
        lambda: keyring.wrap("unknown", b"x", CONTEXT),
        lambda: keyring.unwrap("unknown", b"x", CONTEXT),
        lambda: keyring.rotate("unknown"),
        lambda: keyring.destroy("unknown"),
    ):
        with pytest.raises(KeyNotFound, match="'unknown'"):
            use()


@pytest.mark.parametrize("key_id", ["../escape", "/etc/passwd", "a/../../b", ".", "..", ".lock"])
def test_no_key_id_leaves_the_directory(keyring: FileKeyring, key_id: str) -> None:
    keyring.ensure(key_id, "encryption")
    home = keyring.path_of(KEY).parent
    assert keyring.path_of(key_id).parent == home and keyring.path_of(key_id).is_file()
    assert [path.name for path in home.parent.iterdir()] == [home.name]


def test_no_repr_and_no_error_shows_a_key(keyring: FileKeyring) -> None:
    from veilflow.keys.key_file import KeyFile

    [secret] = material(keyring, KEY)
    data = keyring.path_of(KEY).read_bytes()
    shown = [repr(keyring), repr(KeyFile.from_bytes(data, KEY, "path"))]
    keyring.path_of(KEY).write_bytes(data.replace(b'"checksum"', b'"checksun"'))
    with pytest.raises(IntegrityError, match="damaged") as damage:
        keyring.wrap(KEY, b"x", CONTEXT)
    error: BaseException | None = damage.value
    while error is not None:
        shown.append(repr(error))
        error = error.__cause__ or error.__context__
    for text in shown:
        for spelling in (base64.b64encode(secret).decode(), secret.hex(), repr(secret)):
            assert spelling not in text
