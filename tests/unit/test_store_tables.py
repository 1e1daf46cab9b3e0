"""Tables as sets of encrypted files, one commit each; key records and references to keys."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import pickle
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from veilflow.errors import (
    IntegrityError,
    KeyDestroyed,
    KeyNotFound,
    KeyUnavailable,
    StageFailed,
    UsageError,
)
from veilflow.keys import (
    FOOTER,
    KeyProvider,
    derive,
    destroy_release,
    open_masking_root,
    open_provider,
    rewrap_release_keys,
)
from veilflow.keys.key_ids import class_key_id
from veilflow.spark.redaction import WorkerFailed, describe
from veilflow.store import key_records
from veilflow.store.key_records import (
    ensure_masking_root,
    ensure_release_keys,
    forget_keys,
    load_masking_root,
    load_release_keys,
    masking_key,
    masking_key_ref,
    masking_key_version,
    masking_record_key,
    masking_versions,
    opened_release,
    release_keks,
    release_key_ref,
    release_record_key,
    replace_release_keys,
    rotate_masking_root,
)
from veilflow.store.object_store import ObjectNotFound, ObjectStore, open_store
from veilflow.store.table_files import (
    FileRef,
    TableCommit,
    TableFile,
    commit_table,
    load_commit,
    read_files,
    write_files,
)
from veilflow.store.value_free import value_free

KEKS = {name: secrets.token_bytes(32) for name in (FOOTER, "identity", "clinical")}
CLASSES = {"name": "identity", "code": "clinical"}
FOLDER = "releases/ds/r1/a1/visits"


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store(f"file://{tmp_path}/store")


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[KeyProvider]:
    forget_keys()
    yield open_provider(f"file://{tmp_path}/ring")
    forget_keys()


def batches(count: int, rows: int = 100) -> list[pa.RecordBatch]:
    return [
        pa.record_batch(
            {
                "name": [f"Unmistakable-{number}-{row}" for row in range(rows)],
                "code": pa.array([number * rows + row for row in range(rows)], pa.int64()),
            }
        )
        for number in range(count)
    ]


def write(store: ObjectStore, count: int = 3, **more: object) -> list[TableFile]:
    return write_files(store, FOLDER, batches(count), KEKS, CLASSES, **more)  # type: ignore[arg-type]


# -- files ----------------------------------------------------------------------------------------


def test_what_is_listed_is_what_lies_in_the_store(store: ObjectStore) -> None:
    (file,) = write(store, stem="part-00007")
    data = store.get(file.path).data
    assert file.path.startswith(f"{FOLDER}/part-00007-") and file.path.endswith(".parquet")
    assert (file.sha256, file.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert file.rows == 300
    assert b"Unmistakable" not in data
    assert pa.concat_tables(read_files(store, [file], KEKS)).to_batches() == [
        pa.Table.from_batches(batches(3)).combine_chunks().to_batches()[0]
    ]


def test_big_outputs_are_cut_into_files(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veilflow.store.parquet_crypto._ROW_GROUP_BYTES", 1)
    files = write(store, 6, file_bytes=1_500)
    assert len(files) > 1 and len({file.path for file in files}) == len(files)
    assert sum(file.rows for file in files) == 600
    tables = list(read_files(store, files, KEKS))
    assert [table.num_rows for table in tables] == [file.rows for file in files]
    assert pa.concat_tables(tables).column("code").to_pylist() == list(range(600))


def test_ciphertext_that_outgrows_memory_waits_in_an_unnamed_file(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("veilflow.store.table_files._IN_MEMORY", 10)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (file,) = write(store)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert sum(table.num_rows for table in read_files(store, [file], KEKS)) == 300


def test_an_empty_part_writes_nothing_or_the_schema(store: ObjectStore) -> None:
    schema = batches(1)[0].schema
    assert write_files(store, FOLDER, [], KEKS, CLASSES) == []
    (file,) = write_files(store, FOLDER, [], KEKS, CLASSES, empty_schema=schema)
    (table,) = read_files(store, [file], KEKS)
    assert (table.num_rows, table.schema.names) == (0, ["name", "code"])


def test_a_part_that_fails_leaves_no_file(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veilflow.store.parquet_crypto._ROW_GROUP_BYTES", 1)

    def broken() -> Iterator[pa.RecordBatch]:
        yield from batches(4)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_files(store, FOLDER, broken(), KEKS, CLASSES, file_bytes=1_000)
    assert list(store.list()) == []
    with pytest.raises(KeyUnavailable):
        write_files(store, FOLDER, batches(1), {FOOTER: KEKS[FOOTER]}, CLASSES)
    other = [*batches(1), pa.record_batch({"name": ["Unmistakable"]})]
    with pytest.raises(StageFailed):
        write_files(store, FOLDER, other, KEKS, CLASSES)
    assert list(store.list()) == []


def test_readers_get_the_columns_that_their_keys_open(store: ObjectStore) -> None:
    files = write(store)
    limited = {name: KEKS[name] for name in (FOOTER, "clinical")}
    (table,) = read_files(store, files, limited)
    assert table.column_names == ["code"]
    assert json.loads(table.schema.metadata[b"veilflow.closed"]) == ["name"]
    with pytest.raises(KeyUnavailable, match="'name'"):
        list(read_files(store, files, limited, ["name"]))
    with pytest.raises(KeyUnavailable, match="clinical, identity"):
        list(read_files(store, files, {FOOTER: KEKS[FOOTER]}))


def test_a_file_that_is_not_the_listed_one_is_refused(store: ObjectStore) -> None:
    one, two = *write(store), *write(store)
    moved = FileRef(one.path, two.sha256)
    store.put(one.path, store.get(two.path).data)
    with pytest.raises(IntegrityError, match="SHA-256 differs"):
        list(read_files(store, [one], KEKS))
    # Even a listing that was changed along with it: the file's place is bound into its keys.
    with pytest.raises(IntegrityError, match="belongs elsewhere"):
        list(read_files(store, [moved], KEKS))
    store.delete(two.path)
    with pytest.raises(IntegrityError, match="missing"):
        list(read_files(store, [two], KEKS))


# -- commits --------------------------------------------------------------------------------------


def test_only_the_winning_attempts_files_count(store: ObjectStore) -> None:
    first, second = write(store), write(store)
    won = commit_table(store, "runs/1/visits.json", "visits", "a1", first)
    assert won == TableCommit("visits", "a1", tuple(first))
    assert commit_table(store, "runs/1/visits.json", "visits", "a2", second) == won
    assert commit_table(store, "runs/1/visits.json", "visits", "a1", first) == won
    assert load_commit(store, "runs/1/visits.json") == won
    assert [info.key for info in store.list("releases/")] == [first[0].path]
    assert won.rows == 300


def test_a_commit_is_sorted_and_its_bytes_canonical(store: ObjectStore) -> None:
    files = [TableFile(f"t/part-{n}", "ab", 1, 2) for n in (2, 0, 1)]
    one = commit_table(store, "c1", "t", "a", files)
    two = commit_table(store, "c2", "t", "a", reversed(files))
    assert one.to_json() == two.to_json() == store.get("c1").data
    assert [file.path for file in one.files] == ["t/part-0", "t/part-1", "t/part-2"]


DAMAGED_COMMITS = {
    "not JSON": b"{",
    "a list": b"[]",
    "another format": b'{"format":2,"table":"t","attempt":"a","files":[]}',
    "no files": b'{"format":1,"table":"t","attempt":"a"}',
    "unknown field": b'{"format":1,"table":"t","attempt":"a","files":[],"x":1}',
    "half a file": b'{"format":1,"table":"t","attempt":"a","files":[{"path":"p"}]}',
}


@pytest.mark.parametrize("data", DAMAGED_COMMITS.values(), ids=DAMAGED_COMMITS.keys())
def test_damaged_commits_are_refused(store: ObjectStore, data: bytes) -> None:
    store.put("c", data)
    with pytest.raises(IntegrityError):
        load_commit(store, "c")
    with pytest.raises(ObjectNotFound):
        load_commit(store, "absent")


# -- key records ----------------------------------------------------------------------------------


def test_keys_are_made_once_and_lie_outside_the_release(
    store: ObjectStore, provider: KeyProvider
) -> None:
    record = ensure_release_keys(store, provider, "ds", "r1", ["identity", "clinical"])
    assert [info.key for info in store.list()] == ["keys/ds/r1.json"]
    assert ensure_release_keys(store, provider, "ds", "r1", ["clinical", "identity"]) == record
    assert load_release_keys(store, "ds", "r1") == record
    with pytest.raises(UsageError, match="Begin a new release"):
        ensure_release_keys(store, provider, "ds", "r1", ["identity"])
    with pytest.raises(KeyNotFound, match="keys/ds/r2.json"):
        load_release_keys(store, "ds", "r2")


def test_a_root_is_made_once(store: ObjectStore, provider: KeyProvider) -> None:
    record = ensure_masking_root(store, provider, "ds", "masking")
    assert ensure_masking_root(store, provider, "ds", "masking") == record
    assert ensure_masking_root(store, provider, "ds", "digest") != record
    assert [info.key for info in store.list()] == [
        "keys/ds/masking/digest.json",
        "keys/ds/masking/masking.json",
    ]
    with pytest.raises(KeyNotFound):
        load_masking_root(store, "other", "masking")


def make_at_once(root: str, _: int) -> tuple[str, str]:
    store, provider = open_store(f"file://{root}/store"), open_provider(f"file://{root}/ring")
    return (
        ensure_release_keys(store, provider, "ds", "r1", ["identity"]).to_json(),
        ensure_masking_root(store, provider, "ds", "masking").to_json(),
    )


def test_of_several_makers_one_wins_and_all_use_its_keys(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        results = pool.starmap(make_at_once, [(str(tmp_path), number) for number in range(3)])
    assert len(set(results)) == 1


def test_a_record_in_another_records_place_is_refused(
    store: ObjectStore, provider: KeyProvider
) -> None:
    ensure_release_keys(store, provider, "ds", "r1", ["identity"])
    ensure_masking_root(store, provider, "ds", "masking")
    for key, other in (
        (release_record_key("ds", "r1"), release_record_key("ds", "r2")),
        (masking_record_key("ds", "masking"), masking_record_key("ds", "digest")),
    ):
        store.put(other, store.get(key).data)
    with pytest.raises(IntegrityError, match="belongs at"):
        load_release_keys(store, "ds", "r2")
    with pytest.raises(IntegrityError, match="belongs at"):
        load_masking_root(store, "ds", "digest")


def test_rotation_replaces_the_record_alone(store: ObjectStore, provider: KeyProvider) -> None:
    before = ensure_release_keys(store, provider, "ds", "r1", ["identity"])
    ref = release_key_ref(provider.uri, store.uri, "ds", "r1")
    keks = dict(release_keks(ref))
    provider.rotate(class_key_id("ds", "identity"))
    calls = 0

    def rewrap(record: key_records.ReleaseKeyRecord) -> key_records.ReleaseKeyRecord:
        nonlocal calls
        calls += 1
        if calls == 1:  # somebody else replaces it in between
            store.put(release_record_key("ds", "r1"), record.to_json().encode())
        return rewrap_release_keys(provider, record)

    after = replace_release_keys(store, "ds", "r1", rewrap)
    assert calls == 2
    assert after != before and load_release_keys(store, "ds", "r1") == after
    forget_keys()
    assert dict(release_keks(ref)) == keks


def test_versions_of_the_masking_root(store: ObjectStore, provider: KeyProvider) -> None:
    with pytest.raises(KeyNotFound):
        rotate_masking_root(store, provider, "ds")
    assert masking_versions(store, "ds") == ()
    first = ensure_masking_root(store, provider, "ds", "masking")
    ensure_masking_root(store, provider, "ds", "digest")
    second = rotate_masking_root(store, provider, "ds")
    assert (first.version, second.version) == (1, 2)
    assert masking_versions(store, "ds") == (1, 2)
    assert masking_versions(store, "ds", "digest") == (1,)
    assert ensure_masking_root(store, provider, "ds", "masking") == second
    assert load_masking_root(store, "ds", "masking", 1) == first

    refs = [masking_key_ref(provider.uri, store.uri, "ds", "masking", one) for one in (1, 2)]
    assert [masking_key_version(ref) for ref in refs] == [1, 2]
    assert masking_key(refs[0], "domain", "token") != masking_key(refs[1], "domain", "token")
    with pytest.raises(KeyNotFound, match="masking-3.json"):
        masking_key(masking_key_ref(provider.uri, store.uri, "ds", "masking", 3), "d", "token")

    provider.destroy("ds/masking")
    forget_keys()
    with pytest.raises(KeyDestroyed):
        masking_key(refs[0], "domain", "token")
    with pytest.raises(KeyDestroyed):
        rotate_masking_root(store, provider, "ds")
    assert masking_versions(store, "ds") == (1, 2)


# -- references -----------------------------------------------------------------------------------


def test_a_reference_opens_the_same_keys_in_any_process(
    store: ObjectStore, provider: KeyProvider
) -> None:
    ensure_release_keys(store, provider, "ds", "r1", ["identity", "clinical"])
    ref = release_key_ref(provider.uri, store.uri, "ds", "r1")
    keks = release_keks(ref)
    assert sorted(keks) == ["clinical", FOOTER, "identity"]
    assert all(kek not in ref.encode() and kek.hex() not in ref for kek in keks.values())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(digest_of_keys, (ref,)) == digest_of_keys(ref)
    with pytest.raises(TypeError, match="never serialised"):
        pickle.dumps(keks)


def digest_of_keys(ref: str) -> str:
    return hashlib.sha256(b"".join(kek for _, kek in sorted(release_keks(ref).items()))).hexdigest()


def test_keys_are_opened_once_a_process_until_forgotten(
    store: ObjectStore, provider: KeyProvider
) -> None:
    record = ensure_release_keys(store, provider, "ds", "r1", ["identity"])
    ref = release_key_ref(provider.uri, store.uri, "ds", "r1")
    assert release_keks(ref) is release_keks(ref)
    destroy_release(provider, record)
    assert sorted(release_keks(ref)) == [FOOTER, "identity"]
    forget_keys()
    for _ in range(2):  # and a failure isn't remembered either
        with pytest.raises(KeyDestroyed):
            release_keks(ref)


def test_a_class_without_a_grant_is_closed_with_its_reason(
    store: ObjectStore, provider: KeyProvider
) -> None:
    ensure_release_keys(store, provider, "ds", "r1", ["identity", "clinical"])
    provider.destroy(class_key_id("ds", "identity"))
    opened = opened_release(release_key_ref(provider.uri, store.uri, "ds", "r1"))
    assert sorted(opened.keks) == ["clinical", FOOTER]
    assert list(opened.closed) == ["identity"]


def test_masking_keys_differ_by_domain_and_use_and_need_no_release(
    store: ObjectStore, provider: KeyProvider
) -> None:
    root = open_masking_root(provider, ensure_masking_root(store, provider, "ds", "masking"))
    ref = masking_key_ref(provider.uri, store.uri, "ds")
    found = {masking_key(ref, domain, use) for domain in ("s1", "s2") for use in ("u1", "u2")}
    assert len(found) == 4
    assert masking_key(ref, "s1", "u1") == derive(root, domain="s1", use="u1")
    ensure_masking_root(store, provider, "ds", "digest")
    digest = masking_key_ref(provider.uri, store.uri, "ds", "digest")
    assert masking_key(digest, "s1", "u1") not in found


def test_references_that_are_none(store: ObjectStore, provider: KeyProvider) -> None:
    release = release_key_ref(provider.uri, store.uri, "ds", "r1")
    masking = masking_key_ref(provider.uri, store.uri, "ds")
    for ref in ("", "{}", "[]", "7", masking, json.dumps({**json.loads(release), "key": "x"})):
        with pytest.raises(UsageError, match="release_key_ref"):
            release_keks(ref)
    with pytest.raises(UsageError, match="masking_key_ref"):
        masking_key(release, "d", "u")
    with pytest.raises(KeyNotFound):
        release_keks(release)


# -- errors that leave a worker -------------------------------------------------------------------


def test_an_engines_words_stay_in_the_worker() -> None:
    with pytest.raises(WorkerFailed) as failed, value_free("writing", "visits"):
        pa.array(["Unmistakable"]).cast(pa.int32())
    said = describe(failed.value)
    assert "writing table visits: ArrowInvalid" in said
    assert "Unmistakable" not in f"{failed.value!r}{failed.value.args}{said}"
    assert failed.value.__suppress_context__ and failed.value.__cause__ is None


def test_our_own_words_are_passed_on_with_the_remedy() -> None:
    with pytest.raises(WorkerFailed) as failed, value_free("reading", "visits"):
        raise KeyDestroyed("Key {a} is gone.", remedy="Make a new release.")
    expected = "reading table visits: KeyDestroyed: Key (a) is gone. Make a new release."
    assert describe(failed.value).rstrip(".") == expected.rstrip(".")
    with pytest.raises(WorkerFailed) as long, value_free("reading", "visits"):
        raise KeyDestroyed("x" * 1000)
    assert describe(long.value).startswith("reading table visits: KeyDestroyed: xxx")


def test_files_compare_by_path() -> None:
    files = [TableFile("b", "0", 1, 1), TableFile("a", "1", 1, 1)]
    assert sorted(files)[0].path == "a"
    assert replace(files[0], rows=2) != files[0]
