"""The S3 store against a real server over HTTP, and against servers that must be refused."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from veilflow.errors import CapabilityMissing, StoreUnavailable, UsageError
from veilflow.store.object_store import (
    ObjectExists,
    ObjectInfo,
    ObjectNotFound,
    ObjectStore,
    PreconditionFailed,
    StoredObject,
    open_store,
)
from veilflow.store.probe import probe
from veilflow.store.s3_store import S3Store
from veilflow.store.series import claim_number
from veilflow.store.table_files import commit_table, read_files, write_files

from tests.integration.moto_server import free_port, moto_server

pytestmark = pytest.mark.server

ACCESS_KEY, SECRET_KEY = "AKIAUNMISTAKABLE0000", "unmistakable/secret+key"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as url:
        yield url


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def client_of(url: str) -> Any:
    import boto3

    return boto3.client("s3", endpoint_url=url, region_name="us-east-1")


@pytest.fixture
def bucket(server: str, credentials: None, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server)
    name = f"bucket-{secrets.token_hex(6)}"
    client_of(server).create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["file", "s3", "s3 at the bucket's root"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "file":
        return open_store(f"file://{tmp_path}/store")
    name = request.getfixturevalue("bucket")
    return open_store(f"s3://{name}/some/prefix" if request.param == "s3" else f"s3://{name}")


# -- what both kinds of store promise ----------------------------------------------------------


def test_objects_come_back(store: ObjectStore) -> None:
    etag = store.put("a/Zoë 表+%.json", b"content")
    assert store.get("a/Zoë 表+%.json") == StoredObject(b"content", etag)
    assert store.head("a/Zoë 表+%.json") == ObjectInfo("a/Zoë 表+%.json", 7, etag)
    assert list(store.list("a/")) == [ObjectInfo("a/Zoë 表+%.json", 7, etag)]
    assert store.put("empty", b"") and store.get("empty").data == b""


def test_the_address_opens_the_same_store(store: ObjectStore) -> None:
    store.put("k", b"1")
    assert open_store(store.uri).get("k").data == b"1"
    assert isinstance(store, ObjectStore)


def test_what_is_absent(store: ObjectStore) -> None:
    assert store.head("absent") is None
    assert list(store.list("absent/")) == []
    for use in (lambda: store.get("absent"), lambda: store.get_range("absent", 0, 1)):
        with pytest.raises(ObjectNotFound, match="absent"):
            use()
    store.delete("absent")
    assert store.delete_prefix("absent/") == 0


def test_put_if_absent(store: ObjectStore) -> None:
    store.put("k", b"first", if_absent=True)
    with pytest.raises(ObjectExists):
        store.put("k", b"second", if_absent=True)
    assert store.get("k").data == b"first"
    store.delete("k")
    store.put("k", b"third", if_absent=True)
    assert store.get("k").data == b"third"


def test_put_if_match(store: ObjectStore) -> None:
    stale = store.put("k", b"1")
    fresh = store.put("k", b"2", if_match=stale)
    with pytest.raises(PreconditionFailed):
        store.put("k", b"3", if_match=stale)
    with pytest.raises(PreconditionFailed):
        store.put("absent", b"3", if_match=fresh)
    assert store.get("k") == StoredObject(b"2", fresh)
    with pytest.raises(UsageError):
        store.put("k", b"3", if_match=fresh, if_absent=True)


def test_ranges(store: ObjectStore) -> None:
    store.put("k", b"0123456789")
    cases = {
        (0, 4): b"0123",
        (4, 3): b"456",
        (8, 10): b"89",
        (10, 5): b"",
        (99, 1): b"",
        (3, 0): b"",
    }
    assert {at: store.get_range("k", *at) for at in cases} == cases
    with pytest.raises(UsageError):
        store.get_range("k", -1, 2)


def test_files_are_sent_whole(store: ObjectStore) -> None:
    file = io.BytesIO(secrets.token_bytes(3_000_001))
    file.seek(99)
    store.put("big", file)
    assert (
        hashlib.sha256(store.get("big").data).digest() == hashlib.sha256(file.getvalue()).digest()
    )


def test_listings_and_folders(store: ObjectStore) -> None:
    keys = ["r/1/a", "r/1/b/c", "r/10/a", "r/1x"]
    for key in keys:
        store.put(key, b"x")
    assert [info.key for info in store.list("r/")] == keys
    assert [info.key for info in store.list()] == keys
    assert store.delete_prefix("r/1/") == 2
    assert [info.key for info in store.list("r/1")] == ["r/10/a", "r/1x"]
    with pytest.raises(UsageError):
        store.delete_prefix("r/1")


def test_the_probe_accepts_it_and_leaves_nothing(store: ObjectStore) -> None:
    found = probe(store)
    assert found.conditional_create and found.conditional_replace and found.ranged_reads
    assert list(store.list()) == []


def test_encrypted_tables_and_series(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("veilflow.store.table_files._IN_MEMORY", 100)  # so that it waits in a file
    keks = {name: secrets.token_bytes(32) for name in ("footer", "identity")}
    table = pa.table({"name": ["Unmistakable"] * 1_000, "code": range(1_000)})
    classes = dict.fromkeys(table.column_names, "identity")
    files = write_files(store, "releases/ds/r1/people", table.to_batches(), keks, classes)
    winner = commit_table(store, "runs/1/people.json", "people", "a1", files)
    other = write_files(store, "releases/ds/r1/people", table.to_batches(), keks, classes)
    assert commit_table(store, "runs/1/people.json", "people", "a2", other) == winner
    assert [info.key for info in store.list("releases/")] == [file.path for file in files]
    assert pa.concat_tables(read_files(store, winner.files, keks)).equals(table)
    claims = [claim_number(store, "ds", "nightly", release) for release in ("a", "b", "a")]
    assert claims == [1, 2, 1]


# -- S3 alone ----------------------------------------------------------------------------------


def test_a_prefix_is_a_wall(bucket: str) -> None:
    outer, inner = open_store(f"s3://{bucket}"), open_store(f"s3://{bucket}/inner")
    outer.put("innermost/secret", b"1")
    outer.put("inner/k", b"2")
    assert [info.key for info in inner.list()] == ["k"]
    assert inner.head("../innermost/secret".replace("../", "")) is None
    with pytest.raises(UsageError):
        inner.get("../innermost/secret")


def test_a_long_listing_is_paged(bucket: str, server: str) -> None:
    client = client_of(server)
    for number in range(1005):
        client.put_object(Bucket=bucket, Key=f"p/n/{number:04d}", Body=b"")
    client.put_object(Bucket=bucket, Key="p/n/folder-marker/", Body=b"")
    keys = [info.key for info in open_store(f"s3://{bucket}/p").list("n/")]
    assert keys == [f"n/{number:04d}" for number in range(1005)]


@pytest.mark.parametrize("how", ["address", "environment", "not asked"])
def test_server_side_encryption_is_asked_for_on_top(
    bucket: str, server: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "environment":
        monkeypatch.setenv("VEILFLOW_S3_SSE_KMS_KEY", "alias/store")
    query = "?sse_kms_key=alias%2Fstore" if how == "address" else ""
    store = open_store(f"s3://{bucket}/p{query}")
    store.put("k", b"x")
    answer = client_of(server).head_object(Bucket=bucket, Key="p/k")
    asked = (answer.get("ServerSideEncryption"), answer.get("SSEKMSKeyId"))
    assert asked == ((None, None) if how == "not asked" else ("aws:kms", "alias/store"))
    assert probe(store).sse_kms_key == (None if how == "not asked" else "alias/store")


def test_the_address_may_name_the_endpoint(
    bucket: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    store = open_store(f"s3://{bucket}?endpoint_url={server}&region=eu-west-1")
    store.put("k", b"1")
    assert open_store(store.uri).get("k").data == b"1"


def test_a_missing_bucket_is_named_with_the_remedy(bucket: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"s3://no-such-bucket .*Create the bucket"):
        open_store("s3://no-such-bucket/p").put("k", b"x")


# -- a store that is down, slow, closed or hostile ---------------------------------------------


def test_a_store_that_is_down_is_reported_within_seconds(
    credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://user:password@127.0.0.1:{port}")
    store = open_store("s3://bucket/p")
    uses = {
        "put": lambda: store.put("k", b"unmistakable-content"),
        "get": lambda: store.get("k"),
        "head": lambda: store.head("k"),
        "list": lambda: list(store.list()),
        "delete": lambda: store.delete("k"),
    }
    for use in uses.values():
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match=f"http://127.0.0.1:{port}") as down:
            use()
        assert time.monotonic() - began < 8
        assert "AWS_ENDPOINT_URL_S3" in down.value.remedy
        for secret in (ACCESS_KEY, SECRET_KEY, "password", "unmistakable-content"):
            assert secret not in str(down.value)


def test_a_store_that_accepts_and_never_answers_a_connect(
    credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as full:  # a backlog that is full leaves further connects unanswered
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="Timeout"):
            open_store("s3://bucket/p").head("k")
        assert time.monotonic() - began < 15
        for one in waiting:
            one.close()


def test_missing_credentials_are_named(
    credentials: None, server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server)
    with pytest.raises(StoreUnavailable, match="AWS_ACCESS_KEY_ID"):
        open_store("s3://bucket/p").get("k")


class StandIn(BaseHTTPRequestHandler):
    """A few lines of S3 with one defect each, named by the first part of the bucket's name."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]

    def defect(self) -> str:
        return urlsplit(self.path).path.split("/")[1]

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str) -> None:
        text = f"<Error><Code>{code}</Code><Message>echo {code} AKIA-ECHO</Message></Error>"
        self.answer(status, text.encode())

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name, defect = urlsplit(self.path).path, self.defect()
        found = self.objects.get(name)
        if defect == "lost-answer" and self.headers.get("If-None-Match") and found is None:
            self.objects[name] = body
            self.server.metadata = self.headers["x-amz-meta-veilflow-put"]  # type: ignore[attr-defined]
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if defect == "denies":
            return self.refuse(403, "AccessDenied")
        if self.headers.get("If-None-Match") and found is not None:
            if defect != "ignores-if-none-match":
                return self.refuse(412, "PreconditionFailed")
        if (match := self.headers.get("If-Match")) and defect != "ignores-if-match":
            if found is None or match.strip('"') != etag_of(found):
                return self.refuse(412, "PreconditionFailed")
        self.objects[name] = body[:-1] if defect == "other-bytes" else body
        self.answer(200, ETag=f'"{etag_of(body)}"')

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if "list-type=2" in parts.query:
            return self.answer(200, b"<ListBucketResult></ListBucketResult>")
        found = self.objects.get(parts.path)
        if found is None:
            return self.refuse(404, "NoSuchKey")
        extra = {"x-amz-meta-veilflow-put": getattr(self.server, "metadata", "")}
        self.answer(200, found, ETag=f'"{etag_of(found)}"', **extra)

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        self.objects.pop(urlsplit(self.path).path, None)
        self.answer(204)

    def log_message(self, *_: object) -> None:
        return


def etag_of(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@pytest.fixture
def stand_in(credentials: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    StandIn.objects = {}
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{httpd.server_address[1]}")
    yield StandIn.objects
    httpd.shutdown()
    httpd.server_close()


DEFECTS = {
    "ignores-if-none-match": "If-None-Match is ignored",
    "ignores-if-match": "If-Match is ignored",
    "other-bytes": "other bytes come back",
    "ignores-ranges": "a ranged read returns other bytes",
}


@pytest.mark.parametrize(("defect", "said"), DEFECTS.items(), ids=DEFECTS.keys())
def test_the_probe_refuses_and_cleans_up(
    stand_in: dict[str, bytes], defect: str, said: str
) -> None:
    with pytest.raises(CapabilityMissing, match=said) as refused:
        probe(S3Store(defect, "p"))
    assert refused.value.exit_code == 2
    assert stand_in == {}


def test_a_write_whose_answer_was_lost_is_still_ours(stand_in: dict[str, bytes]) -> None:
    store = S3Store("lost-answer", "p")
    assert store.put("k", b"mine", if_absent=True) == etag_of(b"mine")
    with pytest.raises(ObjectExists):
        store.put("k", b"mine", if_absent=True)


def test_a_servers_own_words_are_not_repeated(stand_in: dict[str, bytes]) -> None:
    with pytest.raises(StoreUnavailable, match=r"HTTP 403, AccessDenied") as refused:
        S3Store("denies", "p").put("k", b"x")
    assert "echo" not in str(refused.value)
    assert refused.value.__cause__ is None and refused.value.__suppress_context__
