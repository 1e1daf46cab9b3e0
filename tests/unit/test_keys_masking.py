"""Masking roots: apart from every release key, and derivation by RFC 5869."""

from __future__ import annotations

import gc
import itertools
import json
import shutil
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from veilflow.errors import IntegrityError, KeyDestroyed, KeyNotFound, UsageError, VeilflowError
from veilflow.keys import (
    MaskingRootRecord,
    create_masking_root,
    create_release_keys,
    derive,
    destroy_release,
    open_masking_root,
    rewrap_masking_root,
)
from veilflow.keys.file_keyring import FileKeyring
from veilflow.keys.hkdf import hkdf_sha256
from veilflow.mask.pseudonym import Pseudonym
from veilflow.spark.keyed_transforms import keyed_transform
from veilflow.store.key_records import forget_keys


@pytest.fixture
def keyring(tmp_path: Path) -> FileKeyring:
    return FileKeyring(str(tmp_path / "keyring"))


# RFC 5869, appendix A, the test cases with SHA-256.
@pytest.mark.parametrize(
    ("secret", "salt", "info", "okm"),
    [
        pytest.param(
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            id="A.1",
        ),
        pytest.param(
            bytes(range(0x50)).hex(),
            bytes(range(0x60, 0xB0)).hex(),
            bytes(range(0xB0, 0x100)).hex(),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41"
            "c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
            id="A.2",
        ),
        pytest.param(
            "0b" * 22,
            "",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            id="A.3",
        ),
    ],
)
def test_hkdf_vectors(secret: str, salt: str, info: str, okm: str) -> None:
    expected = bytes.fromhex(okm)
    assert expected == hkdf_sha256(
        bytes.fromhex(secret),
        salt=bytes.fromhex(salt),
        info=bytes.fromhex(info),
        length=len(expected),
    )


def test_derivation_is_fixed() -> None:
    """Made with HMAC by hand (RFC 5869, 2.2 and 2.3): a change would change every pseudonym."""
    import hashlib
    import hmac

    prk = hmac.new(b"veilflow-masking-root-1", bytes(32), hashlib.sha256).digest()
    info = b"\0\0\0\x11veilflow-derive-1\0\0\0\x06series\0\0\0\x09pseudonym"
    expected = hmac.new(prk, info + b"\x01", hashlib.sha256).digest()
    assert derive(bytes(32), domain="series", use="pseudonym") == expected


NAMES = st.text(st.sampled_from("ab/\x00é"), min_size=1, max_size=4)


@given(NAMES, NAMES, NAMES, NAMES)
@example("a", "bc", "ab", "c")
def test_derived_keys_differ_with_domain_and_use(d1: str, u1: str, d2: str, u2: str) -> None:
    root = b"r" * 32
    same = derive(root, domain=d1, use=u1) == derive(root, domain=d2, use=u2)
    assert same == ((d1, u1) == (d2, u2))


def test_derived_keys_differ_with_the_root() -> None:
    assert derive(b"r" * 32, domain="d", use="u") != derive(b"s" * 32, domain="d", use="u")


def test_what_derivation_refuses() -> None:
    for domain, use in (("", "u"), ("d", "")):
        with pytest.raises(UsageError):
            derive(b"r" * 32, domain=domain, use=use)
    for root in (b"", b"r" * 16, b"r" * 33):
        with pytest.raises(IntegrityError, match=f"has {len(root)} bytes"):
            derive(root, domain="d", use="u")


def test_a_root_comes_back_the_same(keyring: FileKeyring) -> None:
    record = create_masking_root(keyring, "patients", "masking")
    again = MaskingRootRecord.from_json(record.to_json())
    assert again == record
    root = open_masking_root(keyring, record)
    assert len(root) == 32 and open_masking_root(keyring, again) == root
    assert root not in record.wrapped


def test_masking_and_digest_roots_are_unrelated(keyring: FileKeyring) -> None:
    masking = create_masking_root(keyring, "patients", "masking")
    digest = create_masking_root(keyring, "patients", "digest")
    assert open_masking_root(keyring, masking) != open_masking_root(keyring, digest)
    swapped = json.loads(masking.to_json()) | {"purpose": "digest"}
    with pytest.raises(IntegrityError):
        open_masking_root(keyring, MaskingRootRecord.from_json(json.dumps(swapped)))
    with pytest.raises(UsageError, match="masking, digest"):
        create_masking_root(keyring, "patients", "other")  # type: ignore[arg-type]


def test_records_that_are_refused(keyring: FileKeyring) -> None:
    good = json.loads(create_masking_root(keyring, "patients", "masking").to_json())
    for document in (
        {},
        [],
        good | {"format": "veilflow-masking-root/2"},
        good | {"format": "veilflow-masking-root/3", "version": 2},
        good | {"format": "veilflow-masking-root/2", "version": 1},
        good | {"format": "veilflow-masking-root/2", "version": "2"},
        good | {"format": "veilflow-masking-root/2", "version": True},
        good | {"version": 2},
        good | {"more": ""},
        good | {"purpose": "other"},
        good | {"wrapped": "%"},
        good | {"dataset": None},
    ):
        with pytest.raises(IntegrityError, match="masking root"):
            MaskingRootRecord.from_json(json.dumps(document))


def test_rotation_keeps_pseudonyms(keyring: FileKeyring) -> None:
    record = create_masking_root(keyring, "patients", "masking")
    keyring.rotate(record.key_id)
    fresh = rewrap_masking_root(keyring, record)
    assert fresh.wrapped != record.wrapped
    assert open_masking_root(keyring, fresh) == open_masking_root(keyring, record)


def test_a_version_is_bound_to_its_number(keyring: FileKeyring) -> None:
    first = create_masking_root(keyring, "patients", "masking")
    second = create_masking_root(keyring, "patients", "masking", 2)
    assert MaskingRootRecord.from_json(second.to_json()) == second and second.version == 2
    assert open_masking_root(keyring, first) != open_masking_root(keyring, second)
    for taken_for in (1, 3):
        with pytest.raises(IntegrityError):
            open_masking_root(keyring, replace(second, version=taken_for))


def test_no_release_or_class_key_opens_a_masking_root(keyring: FileKeyring, tmp_path: Path) -> None:
    record = create_masking_root(keyring, "patients", "masking")
    release = create_release_keys(keyring, "patients", "20261123T1", ["direct", "quasi"])
    held = [release.release_key_id, *(kek.class_key_id for kek in release.keks)]
    (tmp_path / "reader").mkdir(mode=0o700)
    reader = FileKeyring(str(tmp_path / "reader"))
    for key_id in held:
        shutil.copy(keyring.path_of(key_id), reader.path_of(key_id))

    with pytest.raises(KeyNotFound, match="patients/masking"):
        open_masking_root(reader, record)
    contexts = [record.context(), *(release.context(kek.sensitivity_class) for kek in release.keks)]
    for key_id, context in itertools.product(held, contexts):
        with pytest.raises(VeilflowError):
            reader.unwrap(key_id, record.wrapped, context)
    # Even the right key's file under a name that the reader may use doesn't help.
    shutil.copy(keyring.path_of(record.key_id), reader.path_of("patients/class/direct"))
    with pytest.raises(IntegrityError):
        reader.unwrap("patients/class/direct", record.wrapped, record.context())


def test_shredding_a_release_leaves_the_masking_root(keyring: FileKeyring) -> None:
    record = create_masking_root(keyring, "patients", "masking")
    root = open_masking_root(keyring, record)
    destroy_release(keyring, create_release_keys(keyring, "patients", "1", ["direct"]))
    assert open_masking_root(keyring, record) == root
    keyring.destroy(record.key_id)
    with pytest.raises(KeyDestroyed):
        open_masking_root(keyring, record)


def test_forgotten_keys_are_in_no_transform_that_a_worker_keeps(masking_ref: str) -> None:
    def keyed() -> Any:
        return keyed_transform(Pseudonym(), masking_ref, "people/default/team/unit", {}, {})

    kept = keyed()
    kept.apply(pa.array(["Ann", "Bob", "Ann"]))
    assert keyed() is kept
    remembered = weakref.ref(kept._memo)
    key = kept.key
    del kept
    forget_keys()
    gc.collect()
    assert remembered() is None, "nor is a raw value remembered"
    assert keyed().key == key
