"""A release's keys: two locks on each KEK, partial readers, shredding, rotation."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from veilflow.errors import (
    IntegrityError,
    KeyDestroyed,
    KeyNotFound,
    KeyUnavailable,
    UsageError,
)
from veilflow.keys import (
    FOOTER,
    ReleaseKeyRecord,
    create_release_keys,
    describe_release,
    destroy_release,
    open_keks,
    rewrap_release_keys,
)
from veilflow.keys.file_keyring import FileKeyring

CLASSES = ["direct", "quasi", "sensitive"]


@pytest.fixture
def keyring(tmp_path: Path) -> FileKeyring:
    return FileKeyring(str(tmp_path / "keyring"))


@pytest.fixture
def record(keyring: FileKeyring) -> ReleaseKeyRecord:
    return create_release_keys(keyring, "patients", "20261123T1", CLASSES)


def reader(keyring: FileKeyring, path: Path, *key_ids: str) -> FileKeyring:
    """A keyring that holds only these keys of another one."""
    path.mkdir(mode=0o700)
    ring = FileKeyring(str(path))
    for key_id in key_ids:
        shutil.copy(keyring.path_of(key_id), ring.path_of(key_id))
    return ring


def test_every_class_has_its_own_kek(keyring: FileKeyring, record: ReleaseKeyRecord) -> None:
    opened = open_keks(keyring, record)
    assert list(opened.keks) == [FOOTER, *CLASSES] and opened.closed == {}
    assert record.classes == tuple(CLASSES)
    assert {len(kek) for kek in opened.keks.values()} == {32}
    assert len(set(opened.keks.values())) == 4


def test_two_releases_share_no_kek(keyring: FileKeyring, record: ReleaseKeyRecord) -> None:
    second = create_release_keys(keyring, "patients", "20261124T1", CLASSES)
    first_keks = set(open_keks(keyring, record).keks.values())
    assert first_keks.isdisjoint(open_keks(keyring, second).keks.values())


def test_the_record_comes_back(keyring: FileKeyring, record: ReleaseKeyRecord) -> None:
    again = ReleaseKeyRecord.from_json(record.to_json())
    assert again == record and hash(again) == hash(record)
    assert again == ReleaseKeyRecord.from_json(record.to_json().encode())
    assert again == pickle.loads(pickle.dumps(record))
    assert dict(open_keks(keyring, again).keks) == dict(open_keks(keyring, record).keks)
    with pytest.raises(FrozenInstanceError):
        record.release = "x"  # type: ignore[misc]


def test_the_record_holds_no_key(keyring: FileKeyring, record: ReleaseKeyRecord) -> None:
    for kek in open_keks(keyring, record).keks.values():
        for spelling in (kek.hex(), base64.b64encode(kek).decode()):
            assert spelling not in record.to_json()
        assert not any(kek in one.wrapped for one in record.keks)


def _changed(record: ReleaseKeyRecord, **changes: object) -> str:
    return json.dumps({**json.loads(record.to_json()), **changes})


def test_records_that_are_refused(record: ReleaseKeyRecord) -> None:
    keks = json.loads(record.to_json())["keks"]
    for text in (
        "",
        "[]",
        "{}",
        "[" * 100_000,
        b"\xff",
        _changed(record, format="veilflow-release-keys/2"),
        _changed(record, more="x"),
        _changed(record, dataset=1),
        _changed(record, keks=keks[1:]),
        _changed(record, keks=[*keks, keks[1]]),
        _changed(record, keks=[{**keks[0], "wrapped": "%"}]),
        _changed(record, keks=[{**keks[0], "class_key_id": None}]),
        _changed(record, keks=["footer"]),
        _changed(record, keks=None),
    ):
        with pytest.raises(IntegrityError, match="key record"):
            ReleaseKeyRecord.from_json(text)


def test_a_reader_opens_what_its_keys_open(
    keyring: FileKeyring, record: ReleaseKeyRecord, tmp_path: Path
) -> None:
    ring = reader(
        keyring,
        tmp_path / "reader",
        "patients/release/20261123T1",
        "patients/class/footer",
        "patients/class/quasi",
    )
    opened = open_keks(ring, record)
    assert list(opened.keks) == [FOOTER, "quasi"]
    assert set(opened.closed) == {"direct", "sensitive"}
    assert "no key 'patients/class/direct'" in opened.closed["direct"]
    assert opened.keks["quasi"] == open_keks(keyring, record).keks["quasi"]


def test_both_locks_are_needed(
    keyring: FileKeyring, record: ReleaseKeyRecord, tmp_path: Path
) -> None:
    only_classes = [f"patients/class/{name}" for name in (FOOTER, *CLASSES)]
    with pytest.raises(KeyNotFound, match="patients/release/20261123T1"):
        open_keks(reader(keyring, tmp_path / "no-life", *only_classes), record)
    no_access = reader(keyring, tmp_path / "no-access", "patients/release/20261123T1")
    assert list(open_keks(no_access, record).keks) == []


def test_naming_classes_limits_the_attempt(keyring: FileKeyring, record: ReleaseKeyRecord) -> None:
    assert list(open_keks(keyring, record, ["quasi"]).keks) == [FOOTER, "quasi"]
    assert list(open_keks(keyring, record, []).keks) == [FOOTER]
    with pytest.raises(UsageError, match=r"dierct.*direct, quasi, sensitive"):
        open_keks(keyring, record, ["dierct"])


def test_shredding_a_release(keyring: FileKeyring, record: ReleaseKeyRecord) -> None:
    other = create_release_keys(keyring, "patients", "20261124T1", CLASSES)
    before = dict(open_keks(keyring, other).keks)
    assert describe_release(keyring, record).state == "enabled"

    assert destroy_release(keyring, record).state == "destroyed"

    assert describe_release(keyring, record).state == "destroyed"
    with pytest.raises(KeyDestroyed, match="20261123T1"):
        open_keks(keyring, record)
    assert dict(open_keks(keyring, other).keks) == before
    with pytest.raises(KeyDestroyed):
        create_release_keys(keyring, "patients", "20261123T1", CLASSES)


def test_a_destroyed_class_key_closes_its_class(
    keyring: FileKeyring, record: ReleaseKeyRecord
) -> None:
    keyring.destroy("patients/class/direct")
    opened = open_keks(keyring, record)
    assert list(opened.closed) == ["direct"] and "destroyed" in opened.closed["direct"]


def test_an_absent_provider_closes_nothing_silently(
    record: ReleaseKeyRecord, tmp_path: Path
) -> None:
    with pytest.raises(KeyUnavailable, match="no keyring"):
        open_keks(FileKeyring(str(tmp_path / "unmounted")), record)


def test_keks_swapped_between_classes_or_releases_fail(
    keyring: FileKeyring, record: ReleaseKeyRecord
) -> None:
    _, direct, quasi, _ = record.keks
    other = create_release_keys(keyring, "patients", "20261124T1", CLASSES)
    for forged in (
        replace(record, keks=(replace(quasi, wrapped=direct.wrapped),)),
        replace(record, keks=(replace(quasi, sensitivity_class="direct"),)),
        replace(record, keks=(replace(direct, class_key_id=quasi.class_key_id),)),
        replace(record, keks=other.keks),
        replace(record, release="20261124T1"),
        replace(other, keks=record.keks),
        replace(record, dataset="staff"),
    ):
        with pytest.raises(IntegrityError):
            open_keks(keyring, forged)


def test_rotation_rewrites_the_record_alone(keyring: FileKeyring, record: ReleaseKeyRecord) -> None:
    before = dict(open_keks(keyring, record).keks)
    for key_id in (record.release_key_id, *(kek.class_key_id for kek in record.keks)):
        keyring.rotate(key_id)
    fresh = rewrap_release_keys(keyring, record)
    assert dict(open_keks(keyring, fresh).keks) == before
    assert dict(open_keks(keyring, record).keks) == before
    for old, new in zip(record.keks, fresh.keks, strict=True):
        assert (old.wrapped[4:8], new.wrapped[4:8]) == (b"\0\0\0\x01", b"\0\0\0\x02")


@pytest.mark.parametrize("classes", [[FOOTER], ["a", "a"], ["a/b"], [""]], ids=repr)
def test_classes_that_are_refused(keyring: FileKeyring, classes: list[str]) -> None:
    with pytest.raises(UsageError):
        create_release_keys(keyring, "patients", "1", classes)


def test_opened_keys_are_never_shown_or_serialised(
    keyring: FileKeyring, record: ReleaseKeyRecord
) -> None:
    opened = open_keks(keyring, record)
    for holder in (opened, opened.keks):
        for text in (repr(holder), str(holder), f"{holder}"):
            for kek in opened.keks.values():
                assert kek.hex() not in text and repr(kek)[2:-1] not in text
        for serialise in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError, match="never serialised"):
                serialise(holder)
    assert isinstance(opened.keks, Mapping)
    assert repr(opened) == (
        "OpenedKeks(keks=<keys of footer, direct, quasi, sensitive>, closed=[])"
    )
