"""Manifests: one signed write publishes, whatever was changed is noticed, series move forward."""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from veilflow.errors import IntegrityError, UsageError
from veilflow.keys import KeyProvider, open_provider
from veilflow.keys.signatures import signing_input
from veilflow.store.manifest import (
    EvidenceRef,
    Manifest,
    ManifestColumn,
    ManifestFile,
    ManifestTable,
    load_manifest,
    manifest_key,
    manifest_sha256,
    publish_manifest,
)
from veilflow.store.object_store import ObjectExists, ObjectNotFound, ObjectStore, open_store
from veilflow.store.series import (
    CurrentRelease,
    claim_number,
    current,
    published_before,
    rebuild_current,
    set_current,
)
from veilflow.store.verification import verify_release

SIGNER = "hospital/publisher"
CREATED = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DIGEST = hashlib.sha256(b"policy").hexdigest()


@pytest.fixture
def provider(tmp_path: Path) -> KeyProvider:
    found = open_provider(f"file://{tmp_path}/ring")
    found.ensure(SIGNER, "signing")
    return found


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store(f"file://{tmp_path}/store")


def stored_file(store: ObjectStore, path: str, rows: int) -> ManifestFile:
    data = hashlib.sha256(path.encode()).digest() * rows
    store.put(path, data)
    digest = hashlib.sha256(data).hexdigest()
    return ManifestFile(path=path, sha256=digest, bytes=len(data), rows=rows)


def manifest_of(store: ObjectStore, release: str = "2026-03-01", **changes: Any) -> Manifest:
    folder = f"releases/hospital/{release}/a1"
    files = tuple(stored_file(store, f"{folder}/visits/part-{n}.parquet", 5) for n in range(2))
    evidence = stored_file(store, f"{folder}/evidence.json", 3)
    columns = tuple(
        ManifestColumn(name=name, type=kind, sensitivity_class=sensitivity)
        for name, kind, sensitivity in (("born", "int", "quasi"), ("note ü", "string", "free"))
    )
    content = {
        "dataset": "hospital",
        "release": release,
        "series": "nightly",
        "number": 1,
        "product": "masked",
        "created": CREATED,
        "trial": False,
        "policy_sha256": DIGEST,
        "tables": {"visits": ManifestTable(columns=columns, rows=10, files=files)},
        "evidence": EvidenceRef(path=evidence.path, sha256=evidence.sha256),
        "public_evidence": {"k": 5, "loss": 0.2464771552, "notes": ["ü"]},
        "key_record": f"keys/hospital/{release}.json",
        "provider": "file:///ring",
    }
    return Manifest(**{**content, **changes})


def published(store: ObjectStore, provider: KeyProvider, **changes: Any) -> Manifest:
    return publish_manifest(store, manifest_of(store, **changes), provider, SIGNER)


def load(store: ObjectStore, provider: KeyProvider) -> Manifest:
    return load_manifest(store, "hospital", "2026-03-01", provider.public_key(SIGNER))


# -- publishing ----------------------------------------------------------------------------------


def test_a_release_exists_once_its_manifest_does(store: ObjectStore, provider: KeyProvider) -> None:
    manifest_of(store)
    with pytest.raises(ObjectNotFound, match="2026-03-01"):
        load(store, provider)
    manifest = published(store, provider)
    assert load(store, provider) == manifest
    assert manifest.signer is not None and manifest.signer.key_id == SIGNER
    assert manifest.table("visits").classes == {"born": "quasi", "note ü": "free"}
    assert [ref.path[-14:] for ref in manifest.table("visits").refs] == [
        "part-0.parquet",
        "part-1.parquet",
    ]
    with pytest.raises(UsageError, match="It has: visits"):
        manifest.table("patients")


def test_the_manifest_is_plain_json_that_others_can_read(
    store: ObjectStore, provider: KeyProvider
) -> None:
    published(store, provider)
    data = store.get("releases/hospital/2026-03-01/manifest.json").data
    document = json.loads(data)
    assert document["manifest"]["tables"]["visits"]["columns"][0] == {
        "name": "born",
        "type": "int",
        "class": "quasi",
    }
    assert document["manifest"]["created"] == "2026-03-01T02:00:00Z"
    assert manifest_sha256(store, "hospital", "2026-03-01") == hashlib.sha256(data).hexdigest()


def test_openssl_accepts_the_signature(
    store: ObjectStore, provider: KeyProvider, tmp_path: Path
) -> None:
    manifest = published(store, provider)
    document = json.loads(store.get(manifest_key("hospital", "2026-03-01")).data)
    (tmp_path / "key.pem").write_bytes(provider.public_key(SIGNER))
    (tmp_path / "signature").write_bytes(base64.b64decode(document["signature"]["value"]))
    (tmp_path / "message").write_bytes(signing_input(manifest.payload()))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", "key.pem"]
    command += ["-sigfile", "signature", "-in", "message"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def test_publishing_again_is_harmless(store: ObjectStore, provider: KeyProvider) -> None:
    first = published(store, provider)
    data = store.get(manifest_key("hospital", "2026-03-01")).data
    assert published(store, provider) == first
    provider.rotate(SIGNER)
    assert published(store, provider) == first
    assert store.get(manifest_key("hospital", "2026-03-01")).data == data


def test_other_content_is_refused(store: ObjectStore, provider: KeyProvider) -> None:
    first = published(store, provider)
    with pytest.raises(ObjectExists, match="make a new one"):
        published(store, provider, policy_sha256="0" * 64)
    assert load(store, provider) == first


def publish_one(root: str, number: int) -> str:
    store, provider = open_store(f"file://{root}/store"), open_provider(f"file://{root}/ring")
    try:
        return publish_manifest(
            store, manifest_of(store, public_evidence={"attempt": number}), provider, SIGNER
        ).public_evidence["attempt"]  # type: ignore[no-any-return]
    except ObjectExists:
        return "lost"


def test_of_several_publishers_one_wins(
    store: ObjectStore, provider: KeyProvider, tmp_path: Path
) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        results = pool.starmap(publish_one, [(str(tmp_path), number) for number in range(3)])
    (winner,) = (result for result in results if result != "lost")
    assert load(store, provider).public_evidence == {"attempt": winner}


REFUSED: dict[str, dict[str, Any]] = {
    "unknown field": {"extra": 1},
    "created without zone": {"created": datetime(2026, 3, 1)},  # noqa: DTZ001
    "digest in capitals": {"policy_sha256": DIGEST.upper()},
    "digest with a newline": {"policy_sha256": DIGEST + "\n"},
    "number zero": {"number": 0},
    "unknown product": {"product": "raw"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED.keys())
def test_contents_that_are_refused(store: ObjectStore, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        manifest_of(store, **changes)


def test_numbers_that_json_can_not_hold_are_not_signed(
    store: ObjectStore, provider: KeyProvider
) -> None:
    with pytest.raises(ValueError):
        published(store, provider, public_evidence={"loss": float("nan")})
    assert store.head(manifest_key("hospital", "2026-03-01")) is None


# -- what was changed is noticed -----------------------------------------------------------------


def reworded(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        document = json.loads(data)
        change(document)
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()

    return apply


TAMPERINGS: dict[str, Callable[[bytes], bytes]] = {
    "a row count": reworded(lambda d: d["manifest"]["tables"]["visits"].update(rows=11)),
    "a class": reworded(
        lambda d: d["manifest"]["tables"]["visits"]["columns"][0].update({"class": "free"})
    ),
    "trial or not": reworded(lambda d: d["manifest"].update(trial=True)),
    "public evidence": reworded(lambda d: d["manifest"]["public_evidence"].update(k=50)),
    "signer": reworded(lambda d: d["manifest"]["signer"].update(key_id="other")),
    "another algorithm": reworded(lambda d: d["signature"].update(algorithm="none")),
    "signature cut": reworded(lambda d: d["signature"].update(value=d["signature"]["value"][:40])),
    "signature gone": reworded(lambda d: d.pop("signature")),
    "field added": reworded(lambda d: d["manifest"].update(note="x")),
    "something beside": reworded(lambda d: d.update(note="x")),
    "spaces": lambda data: data.replace(b'":', b'": '),
    "name twice": lambda data: data.replace(b'"trial":false', b'"trial":true,"trial":false'),
    "whole number as float": lambda data: data.replace(b'"rows":10', b'"rows":10.0'),
    "not JSON": lambda data: data[:-1],
    "nested deeply": lambda data: b"[" * 100_000,
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_a_changed_manifest_is_refused(
    store: ObjectStore, provider: KeyProvider, tamper: Callable[[bytes], bytes]
) -> None:
    published(store, provider)
    key = manifest_key("hospital", "2026-03-01")
    store.put(key, tamper(store.get(key).data))
    with pytest.raises(IntegrityError):
        load(store, provider)
    report = verify_release(store, "hospital", "2026-03-01", provider.public_key(SIGNER))
    assert not report.passed


def test_an_unchanged_rewording_is_the_control(store: ObjectStore, provider: KeyProvider) -> None:
    published(store, provider)
    key = manifest_key("hospital", "2026-03-01")
    data = store.get(key).data
    assert reworded(lambda d: None)(data) == data


def test_a_manifest_in_another_releases_place_is_refused(
    store: ObjectStore, provider: KeyProvider
) -> None:
    published(store, provider)
    data = store.get(manifest_key("hospital", "2026-03-01")).data
    for dataset, release in (("hospital", "2026-03-02"), ("clinic", "2026-03-01")):
        store.put(manifest_key(dataset, release), data)
        with pytest.raises(IntegrityError, match="another release"):
            load_manifest(store, dataset, release, provider.public_key(SIGNER))


def test_another_publishers_signature_is_refused(store: ObjectStore, provider: KeyProvider) -> None:
    provider.ensure("somebody else", "signing")
    publish_manifest(store, manifest_of(store), provider, "somebody else")
    with pytest.raises(IntegrityError, match="pinned"):
        load(store, provider)
    assert load_manifest(store, "hospital", "2026-03-01", None).release == "2026-03-01"


# -- verification --------------------------------------------------------------------------------


def failures(store: ObjectStore, provider: KeyProvider) -> dict[str, str]:
    report = verify_release(
        store, "hospital", "2026-03-01", provider.public_key(SIGNER), now=CREATED
    )
    assert report.passed == all(check["passed"] for check in report.to_json()["checks"])
    return {check.name: check.detail for check in report.checks if not check.passed}


def test_a_good_release_passes_every_named_check(store: ObjectStore, provider: KeyProvider) -> None:
    published(store, provider)
    store.put("releases/hospital/2026-03-01/a0/visits/part-9.parquet", b"left by a killed task")
    store.put("releases/hospital/2026-03-010/x", b"a neighbour")
    report = verify_release(store, "hospital", "2026-03-01", provider.public_key(SIGNER))
    assert report.passed
    folder = "releases/hospital/2026-03-01"
    assert [check.name for check in report.checks] == [
        "manifest",
        "signature",
        "expiry",
        "evidence",
        f"file {folder}/a1/visits/part-0.parquet",
        f"file {folder}/a1/visits/part-1.parquet",
    ]
    assert report.extra == (f"{folder}/a0/visits/part-9.parquet",)


PART = "releases/hospital/2026-03-01/a1/visits/part-1.parquet"
EVIDENCE = "releases/hospital/2026-03-01/a1/evidence.json"
DAMAGES: dict[str, tuple[Callable[[ObjectStore], object], str, str]] = {
    "file missing": (lambda store: store.delete(PART), f"file {PART}", "missing"),
    "file cut": (lambda store: store.put(PART, b"x"), f"file {PART}", "1 bytes instead of 160"),
    "file swapped": (
        lambda store: store.put(PART, store.get(PART.replace("1.p", "0.p")).data),
        f"file {PART}",
        "another content (SHA-256)",
    ),
    "evidence missing": (lambda store: store.delete(EVIDENCE), "evidence", "missing"),
    "evidence changed": (
        lambda store: store.put(EVIDENCE, b"k = 50"),
        "evidence",
        "another content (SHA-256)",
    ),
}


@pytest.mark.parametrize(("damage", "name", "detail"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_release_fails_the_right_check(
    store: ObjectStore,
    provider: KeyProvider,
    damage: Callable[[ObjectStore], object],
    name: str,
    detail: str,
) -> None:
    published(store, provider)
    assert failures(store, provider) == {}
    damage(store)
    assert failures(store, provider) == {name: detail}


def test_rows_must_add_up(store: ObjectStore, provider: KeyProvider) -> None:
    table = manifest_of(store).tables["visits"].model_copy(update={"rows": 11})
    published(store, provider, tables={"visits": table})
    assert list(failures(store, provider)) == ["rows of visits"]


def test_expiry_is_checked(store: ObjectStore, provider: KeyProvider) -> None:
    published(store, provider, expires=CREATED + timedelta(days=1))
    pem = provider.public_key(SIGNER)
    for days, passed in ((0, True), (0.999, True), (1, False), (2, False)):
        now = CREATED + timedelta(days=days)
        report = verify_release(store, "hospital", "2026-03-01", pem, now=now)
        assert report.passed == passed


def test_without_a_pinned_key_nothing_is_verified(
    store: ObjectStore, provider: KeyProvider
) -> None:
    published(store, provider)
    report = verify_release(store, "hospital", "2026-03-01", None)
    assert [check.name for check in report.checks if not check.passed] == ["signature"]
    assert not report.passed


# -- series --------------------------------------------------------------------------------------


def test_numbers_are_given_in_order_and_kept(store: ObjectStore) -> None:
    claims = ["a", "b", "a", "c", "b", "a", "c"]
    numbers = [claim_number(store, "hospital", "nightly", release) for release in claims]
    assert numbers == [1, 2, 1, 3, 2, 1, 3]
    assert claim_number(store, "hospital", "weekly", "a") == 1
    assert store.head("series/hospital/nightly/000003.json") is not None


def test_a_claim_that_was_cut_off_is_taken_up(store: ObjectStore) -> None:
    claim_number(store, "hospital", "nightly", "a")
    claim_number(store, "hospital", "nightly", "cut off")
    store.delete("series/hospital/nightly/000002.json")  # as if it died between its two writes
    assert claim_number(store, "hospital", "nightly", "b") == 2
    assert claim_number(store, "hospital", "nightly", "cut off") == 3


def claim_many(root: str, worker: int) -> list[tuple[str, int]]:
    store = open_store(f"file://{root}/store")
    own = [f"own-{worker}-{n}" for n in range(8)]
    shared = [f"shared-{n}" for n in range(8)]
    names = [name for pair in zip(own, shared, strict=True) for name in pair]
    return [(name, claim_number(store, "hospital", "nightly", name)) for name in names]


def test_concurrent_claims_share_no_number_and_give_none_twice(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        results = pool.starmap(claim_many, [(str(tmp_path), worker) for worker in range(4)])
    pairs = {pair for result in results for pair in result}
    assert len(pairs) == len(dict(pairs)) == 4 * 8 + 8
    assert sorted(number for _, number in pairs) == list(range(1, 41))


def release_numbered(
    store: ObjectStore, provider: KeyProvider, release: str, **changes: Any
) -> int:
    number = claim_number(store, "hospital", "nightly", release)
    published(store, provider, release=release, number=number, **changes)
    return number


def test_current_moves_only_forward(store: ObjectStore, provider: KeyProvider) -> None:
    assert current(store, "hospital", "nightly") is None
    first = release_numbered(store, provider, "first")
    second = release_numbered(store, provider, "second")
    assert set_current(store, "hospital", "nightly", "second", second).release == "second"
    assert set_current(store, "hospital", "nightly", "first", first).release == "second"
    assert set_current(store, "hospital", "nightly", "second", second).release == "second"
    assert current(store, "hospital", "nightly") == CurrentRelease("second", 2)


def test_what_can_not_become_current(store: ObjectStore, provider: KeyProvider) -> None:
    good = release_numbered(store, provider, "good")
    set_current(store, "hospital", "nightly", "good", good)
    trial = release_numbered(store, provider, "trial", trial=True)
    other = release_numbered(store, provider, "other", series="weekly")
    cases = {
        "isn't published": ("refused", claim_number(store, "hospital", "nightly", "refused")),
        "is a trial": ("trial", trial),
        "another series": ("other", other),
        "series or number": ("good", 77),
    }
    for why, (release, number) in cases.items():
        with pytest.raises(UsageError, match=why):
            set_current(store, "hospital", "nightly", release, number)
    assert current(store, "hospital", "nightly") == CurrentRelease("good", good)


def test_the_release_before_is_the_last_one_that_was_published(
    store: ObjectStore, provider: KeyProvider
) -> None:
    first = release_numbered(store, provider, "first")
    claim_number(store, "hospital", "nightly", "refused")
    release_numbered(store, provider, "trial", trial=True)
    last = release_numbered(store, provider, "last")
    before = {
        number: published_before(store, "hospital", "nightly", number)
        for number in (first, last, last + 1)
    }
    assert before == {
        first: None,
        last: CurrentRelease("first", first),
        last + 1: CurrentRelease("last", last),
    }
    assert published_before(store, "hospital", "weekly", 9) is None


def test_current_is_rebuilt_from_what_verifies(store: ObjectStore, provider: KeyProvider) -> None:
    pem = provider.public_key(SIGNER)
    assert rebuild_current(store, "hospital", "nightly", pem) is None
    release_numbered(store, provider, "first")
    second = release_numbered(store, provider, "second")
    release_numbered(store, provider, "trial", trial=True)
    provider.ensure("forger", "signing")
    forged = claim_number(store, "hospital", "nightly", "forged")
    publish_manifest(store, manifest_of(store, "forged", number=forged), provider, "forger")
    claim_number(store, "hospital", "nightly", "refused")

    set_current(store, "hospital", "nightly", "forged", forged)  # a hint may be wrong
    assert rebuild_current(store, "hospital", "nightly", pem) == CurrentRelease("second", second)
    store.delete("series/hospital/nightly/current.json")
    assert rebuild_current(store, "hospital", "nightly", pem) == CurrentRelease("second", second)
    store.put("series/hospital/nightly/current.json", b"damaged")
    with pytest.raises(IntegrityError, match="damaged"):
        current(store, "hospital", "nightly")
    assert rebuild_current(store, "hospital", "nightly", pem) == CurrentRelease("second", second)
    assert current(store, "hospital", "nightly") == CurrentRelease("second", second)
