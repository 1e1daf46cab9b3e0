"""The directory store: whole objects, exclusive writes across processes, no way out of its root."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from veilflow.errors import StoreUnavailable, UsageError
from veilflow.store.file_store import FileStore
from veilflow.store.object_store import (
    ObjectExists,
    ObjectNotFound,
    PreconditionFailed,
    StoredObject,
    open_store,
)
from veilflow.store.probe import probe


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "new" / "store"))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files_below(root: Path) -> list[str]:
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".veilflow-lock"
    )


def test_objects_come_back_and_only_their_owner_may_look(store: FileStore, tmp_path: Path) -> None:
    etag = store.put("releases/a/one.bin", b"content")
    assert store.get("releases/a/one.bin") == StoredObject(b"content", etag)
    for folder in ("new", "new/store", "new/store/releases", "new/store/releases/a"):
        assert mode_of(tmp_path / folder) == 0o700
    assert mode_of(tmp_path / "new/store/releases/a/one.bin") == 0o600
    assert mode_of(tmp_path / "new/store/.veilflow-lock") == 0o600
    assert files_below(tmp_path / "new/store") == ["releases/a/one.bin"]


def test_a_file_is_written_from_its_start(store: FileStore) -> None:
    file = io.BytesIO(b"0123456789" * 300_000)
    file.seek(7)
    store.put("big", file)
    assert store.get("big").data == file.getvalue()


def test_the_address_opens_the_same_store(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "with space %41 ü"))
    store.put("k", b"1")
    assert open_store(store.uri).get("k").data == b"1"


BAD_KEYS = {
    "parent": "../outside",
    "parent inside": "a/../../outside",
    "self": "a/./b",
    "absolute": "/etc/passwd",
    "empty": "",
    "empty segment": "a//b",
    "folder": "a/",
    "NUL": "a\0b",
    "newline": "a\nb",
    "surrogate": "a\udc80",
    "backslash": "a\\..\\b",
    "reserved": ".veilflow-lock",
    "reserved inside": "a/.veilflow-1234",
    "long segment": "a" * 201,
    "long key": "/".join(["a" * 100] * 10),
}
GOOD_KEYS = {
    "dots in a name": "a/..b/c..",
    "hidden": "a/.hidden",
    "spaces and Unicode": "a/Zoë Ångström 表.json",
    "percent": "a/%2e%2e/b",
    "longest segment": "a" * 200,
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_keys_that_could_leave_the_root_are_refused(
    store: FileStore, tmp_path: Path, key: str
) -> None:
    for use in (
        lambda: store.put(key, b"x"),
        lambda: store.get(key),
        lambda: store.head(key),
        lambda: store.delete(key),
        lambda: store.get_range(key, 0, 1),
    ):
        with pytest.raises(UsageError):
            use()
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("key", GOOD_KEYS.values(), ids=GOOD_KEYS.keys())
def test_keys_that_only_look_odd_work(store: FileStore, key: str) -> None:
    store.put(key, b"x")
    assert [info.key for info in store.list()] == [key]
    assert store.get(key).data == b"x"


def test_symbolic_links_lead_nowhere(store: FileStore, tmp_path: Path) -> None:
    store.put("a/real", b"inside")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"outside")
    root = tmp_path / "new/store"
    (root / "folder").symlink_to(outside)
    (root / "a" / "file").symlink_to(outside / "secret")

    with pytest.raises(StoreUnavailable, match="symbolic link"):
        store.get("folder/secret")
    with pytest.raises(StoreUnavailable, match="symbolic link"):
        store.get("a/file")
    with pytest.raises(StoreUnavailable, match="symbolic link"):
        store.put("folder/new", b"x")
    assert [info.key for info in store.list()] == ["a/real"]
    assert store.head("a/file") is None
    with pytest.raises(ObjectExists):
        store.put("a/file", b"x", if_absent=True)
    store.put("a/file", b"replaces the link itself")
    assert (outside / "secret").read_bytes() == b"outside"
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]


def test_a_linked_root_is_the_owners_choice(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    FileStore(str(tmp_path / "link")).put("a", b"1")
    assert (tmp_path / "real" / "a").read_bytes() == b"1"


def test_an_etag_belongs_to_one_write(store: FileStore) -> None:
    etags = {store.put("k", b"same") for _ in range(200)}
    assert len(etags) == 200


def test_a_stale_etag_loses_and_changes_nothing(store: FileStore) -> None:
    stale = store.put("k", b"1")
    fresh = store.put("k", b"2", if_match=stale)
    with pytest.raises(PreconditionFailed):
        store.put("k", b"3", if_match=stale)
    assert store.get("k") == StoredObject(b"2", fresh)
    with pytest.raises(PreconditionFailed):
        store.put("absent", b"3", if_match=stale)
    assert store.head("absent") is None


def test_a_listing_is_in_key_order_and_prefixes_are_plain_strings(store: FileStore) -> None:
    keys = ["a-b", "a/b", "a/b-c", "a/bd", "a0", "b/z", "b/é"]
    for key in reversed(keys):
        store.put(key, key.encode())
    assert [info.key for info in store.list()] == keys
    assert [info.key for info in store.list("a")] == [k for k in keys if k.startswith("a")]
    assert [info.key for info in store.list("a/b")] == ["a/b", "a/b-c", "a/bd"]
    assert [info.key for info in store.list("b/")] == ["b/z", "b/é"]
    assert list(store.list("nothing/here/")) == []
    assert all(store.head(info.key) == info for info in store.list())


def test_a_folder_is_removed_without_its_neighbours(store: FileStore) -> None:
    for key in ("r/1/a", "r/1/b/c", "r/10/a", "r/1x"):
        store.put(key, b"x")
    assert store.delete_prefix("r/1/") == 2
    assert [info.key for info in store.list()] == ["r/10/a", "r/1x"]
    for dangerous in ("", "/", "r/1", "../"):
        with pytest.raises(UsageError):
            store.delete_prefix(dangerous)


def test_an_object_and_a_folder_of_one_name_clash(store: FileStore) -> None:
    store.put("a", b"1")
    with pytest.raises(StoreUnavailable):
        store.put("a/b", b"2")
    store.put("f/b", b"1")
    with pytest.raises(StoreUnavailable):
        store.put("f", b"2")
    with pytest.raises(ObjectNotFound):
        store.get("a/b")
    with pytest.raises(ObjectNotFound):
        store.get("f")
    assert store.head("a/b") is None
    store.delete("f")
    assert [info.key for info in store.list()] == ["a", "f/b"]


def test_the_probe_accepts_it_and_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    found = probe(store)
    assert (found.conditional_create, found.conditional_replace) == (True, True)
    assert files_below(tmp_path) == []


# -- across processes -------------------------------------------------------------------------


def race(worker: Callable[[str, int], object], root: str, workers: int = 4) -> list[object]:
    # spawn, as a thread of the parent may hold a lock at the moment of a fork
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        return pool.starmap(worker, [(root, number) for number in range(workers)])


def create_many(root: str, worker: int) -> list[int]:
    store, won = FileStore(root), []
    for number in range(60):
        try:
            store.put(f"race/{number}", f"{worker}".encode() * 10_000, if_absent=True)
            won.append(number)
        except ObjectExists:
            continue
    return won


def test_put_if_absent_has_one_winner_across_processes(store: FileStore, tmp_path: Path) -> None:
    results = race(create_many, str(tmp_path / "new/store"))
    winners = {number: worker for worker, won in enumerate(results) for number in won}  # type: ignore[attr-defined,var-annotated]
    assert sum(len(won) for won in results) == 60  # type: ignore[arg-type,misc]
    for number in range(60):
        assert store.get(f"race/{number}").data == f"{winners[number]}".encode() * 10_000


def count_up(root: str, _: int) -> int:
    store, done = FileStore(root), 0
    while done < 50:
        found = store.get("counter")
        try:
            store.put("counter", str(int(found.data) + 1).encode(), if_match=found.etag)
            done += 1
        except PreconditionFailed:
            continue
    return done


def test_put_if_match_loses_no_update_across_processes(store: FileStore, tmp_path: Path) -> None:
    store.put("counter", b"0")
    race(count_up, str(tmp_path / "new/store"))
    assert store.get("counter").data == b"200"


def overwrite(root: str, worker: int) -> int:
    store, torn = FileStore(root), 0
    for _ in range(40):
        store.put("shared", bytes([worker]) * 200_000)
        torn += len(set(store.get("shared").data)) != 1
    return torn


def test_readers_never_see_half_an_object(store: FileStore, tmp_path: Path) -> None:
    assert race(overwrite, str(tmp_path / "new/store")) == [0, 0, 0, 0]


# -- a store that can't take more ----------------------------------------------------------------


def put_within_limit(root: str, limit: int) -> str:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        FileStore(root).put("too-big", b"x" * (limit + 1))
    except StoreUnavailable as error:
        return str(error)
    return ""


def test_a_write_cut_short_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    store.put("kept", b"1")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        message = pool.apply(put_within_limit, (str(tmp_path / "new/store"), 300_000))
    assert "EFBIG" in message
    assert store.uri in message
    assert files_below(tmp_path / "new/store") == ["kept"]


def test_a_full_disk_is_an_unavailable_store(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("mounting a small disk needs root; the test above covers a write cut short")
    try:
        store = FileStore(str(disk / "store"))
        store.put("kept", b"1")
        with pytest.raises(StoreUnavailable, match="ENOSPC"):
            store.put("kept", b"x" * 2_000_000)
        assert store.get("kept").data == b"1"
        assert files_below(disk / "store") == ["kept"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_store_without_access_says_what_to_do(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StoreUnavailable, match="Give this user access"):
        FileStore(str(tmp_path / "closed")).put("a", b"1")


def test_a_file_where_the_root_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        FileStore(str(tmp_path / "file")).put("a", b"1")


ADDRESSES = {
    "relative": "file://relative/path",
    "no scheme": "/just/a/path",
    "unknown scheme": "gs://bucket/x",
    "credentials": "s3://key:secret@bucket/x",
    "unknown parameter": "s3://bucket/x?acl=public",
    "no bucket": "s3:///x",
    "traversal": "s3://bucket/a/../b",
}


@pytest.mark.parametrize("uri", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_addresses_that_are_refused(uri: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_store(uri)
    assert "secret" not in str(refused.value)
