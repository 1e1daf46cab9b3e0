"""The detector detects: each form in each container is found, and near misses are not."""

from __future__ import annotations

import base64
import gzip
import io
import json
import secrets
import sqlite3
import struct
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.canary.leaks import find_leaks, key_needle, number_needle, text_needle
from tests.canary.watch import Watcher

VALUE = "CANARY-7f3a Zoë <Mac'Neill> 51%"
NUMBER = 987_654_321_987
KEY = bytes.fromhex("8f00ff5c27ab3e910a0d22fe7c3b5d1140e1c2d3a4b5968778695a4b3c2d1e0f")
NEEDLES = [text_needle("value", VALUE), number_needle("number", NUMBER), key_needle("key", KEY)]

RAW = VALUE.encode()
TEXTS = {
    "as it is": RAW,
    "lower case": VALUE.lower().encode(),
    "upper case": VALUE.upper().encode(),
    "UTF-16LE": VALUE.encode("utf-16-le"),
    "UTF-16BE": VALUE.encode("utf-16-be"),
    "hex": RAW.hex().encode(),
    "hex in capitals": RAW.hex().upper().encode(),
    "JSON": json.dumps({"name": VALUE}).encode(),
    "JSON in JSON": json.dumps(json.dumps({"name": VALUE}, ensure_ascii=False)).encode(),
    "URL": quote(f"https://example.org/?name={VALUE}").encode(),
    "HTML": b"<td>CANARY-7f3a Zo\xc3\xab &lt;Mac&#x27;Neill&gt; 51%</td>",
    "Python repr": repr({"name": VALUE}).encode(),
    **{f"base64 after {n} bytes": base64.b64encode(b"~" * n + RAW + b"!!") for n in range(7)},
    "URL-safe base64": base64.urlsafe_b64encode(b"\xff\xfe" + RAW),
}
NUMBERS = {
    "digits": b"patient 987654321987 is",
    "thousands": b"987,654,321,987",
    "float": b"987654321987.0",
    "scientific": b"9.87654321987E11",
    "int64": struct.pack("<q", NUMBER),
    "big-endian int64": struct.pack(">q", NUMBER),
    "double": struct.pack("<d", NUMBER),
    "big-endian double": struct.pack(">d", NUMBER),
    "hex of its digits": b"987654321987".hex().encode(),
}
KEYS = {
    "raw": KEY,
    "hex": KEY.hex().encode(),
    "hex with colons": KEY.hex(":").encode(),
    "base64": base64.b64encode(KEY),
    "base64 after a byte": base64.b64encode(b"!" + KEY),
    "base64 in two lines": base64.b64encode(KEY)[:20] + b"\n" + base64.b64encode(KEY)[20:],
    "URL-safe base64": base64.urlsafe_b64encode(KEY),
    "base32": base64.b32encode(KEY),
    "repr": repr(KEY).encode(),
    "repr, cut": repr(KEY)[:70].encode(),
    "list of numbers": str(list(KEY)).encode(),
    "signed bytes": str([b - 256 if b > 127 else b for b in KEY]).encode(),
}
PLANTED = {
    **{f"value {name}": ("value", data) for name, data in TEXTS.items()},
    **{f"number {name}": ("number", data) for name, data in NUMBERS.items()},
    **{f"key {name}": ("key", data) for name, data in KEYS.items()},
}


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("position", [0, 1, 2, 3, 4093])
def test_each_form_is_found_wherever_it_stands(tmp_path: Path, name: str, position: int) -> None:
    label, planted = PLANTED[name]
    file = tmp_path / "file"
    file.write_bytes(b"." * position + planted + b"." * 7)
    assert {leak.label for leak in find_leaks([file], NEEDLES)} == {label}


NEAR_MISSES = {
    "nothing": b"",
    "three bytes": b"CAN",
    "another name": b"CANARY-7f3b Zo\xc3\xab <Mac'Neill> 51%",
    "cut short": RAW[:-1],
    "the next number": b"987654321988",
    "the number's first digits": b"98765432198",
    "another key": bytes(32),
    "bits of the key": KEY[:10] + bytes(12) + KEY[22:],
    "noise": secrets.token_bytes(1 << 20),
}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_near_misses_are_left_alone(tmp_path: Path, name: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(NEAR_MISSES[name])
    assert find_leaks([file], NEEDLES) == []


def test_a_leak_says_what_where_and_as_what(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"before " + KEY.hex().encode() + b" after")
    first, _ = find_leaks([tmp_path], NEEDLES)
    assert (first.label, first.form, first.offset) == ("key", "first half hex", 7)
    assert first.where == str(tmp_path / "log")
    assert first.around.startswith(b"before ")


def gzipped() -> bytes:
    return gzip.compress(b"noise" * 100) + gzip.compress(RAW * 3)


def cut_gzip() -> bytes:
    return gzip.compress(RAW + secrets.token_bytes(1 << 16))[:-1000]


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("veilflow/notes.txt", RAW)
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("notes.zip")
        info.size = len(zipped())
        archive.addfile(info, io.BytesIO(zipped()))
    return out.getvalue()


def compressed(codec: str) -> Callable[[], bytes]:
    def make() -> bytes:
        out = pa.BufferOutputStream()
        with pa.CompressedOutputStream(out, codec) as stream:
            stream.write(b"noise" * 1000 + RAW)
        return out.getvalue().to_pybytes()

    return make


def two_zstd_frames() -> bytes:
    return compressed("zstd")() + compressed("zstd")()


def parquet(**settings: object) -> Callable[[], bytes]:
    def make() -> bytes:
        table = pa.table({"id": range(5000), "name": ["same"] * 4999 + [VALUE]})
        out = pa.BufferOutputStream()
        pq.write_table(table, out, **settings)
        return out.getvalue().to_pybytes()

    return make


def lz4_blocks() -> bytes:
    body = (b"noise" * 50 + RAW) * 3
    packed = pa.Codec("lz4_raw").compress(body).to_pybytes()
    head = bytes([0x26]) + struct.pack("<iiI", len(packed), len(body), 0)
    end = b"LZ4Block" + bytes([0x16]) + struct.pack("<iiI", 0, 0, 0)
    return b"index" + b"LZ4Block" + head + packed + end


def snappy_blocks() -> bytes:
    body = (b"noise" * 50 + RAW) * 3
    packed = pa.Codec("snappy").compress(body).to_pybytes()
    return b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1) + struct.pack(">i", len(packed)) + packed


CONTAINERS = {
    "gzip, second member": gzipped,
    "gzip, cut": cut_gzip,
    "zip": zipped,
    "zip in tar in gzip": tarred,
    "zstd": compressed("zstd"),
    "zstd, two frames": two_zstd_frames,
    "lz4": compressed("lz4"),
    "bz2": compressed("bz2"),
    "Spark's lz4 blocks": lz4_blocks,
    "snappy-java blocks": snappy_blocks,
    "plain Parquet": parquet(compression="none", use_dictionary=False),
    "Parquet with snappy": parquet(compression="snappy"),
    "Parquet with zstd": parquet(compression="zstd"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_are_opened(tmp_path: Path, name: str) -> None:
    data = CONTAINERS[name]()
    file = tmp_path / "file"
    file.write_bytes(data)
    assert {leak.label for leak in find_leaks([file], NEEDLES)} == {"value"}


def test_databases_are_read_with_their_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "airflow.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma wal_autocheckpoint = 0")
        database.execute("create table xcom (key text, value blob)")
        # A cell longer than a page is cut into a chain of pages.
        for cell in ("." * 4070 + VALUE + "." * 9000, gzip.compress(KEY)):
            database.execute("insert into xcom values ('return_value', ?)", (cell,))
        database.commit()
        assert {leak.label for leak in find_leaks([path], NEEDLES)} == {"value", "key"}


def test_a_folder_is_searched_to_its_ends_and_skipped_where_asked(tmp_path: Path) -> None:
    for name in ("a/b/c/stderr", "a/keyring/key"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(KEY)
    found = find_leaks([tmp_path], NEEDLES, skip=lambda path: "keyring" in path.parts)
    assert {Path(leak.where).name for leak in found} == {"stderr"}


def test_a_search_of_nothing_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing to search"):
        find_leaks([tmp_path / "absent"], NEEDLES)
    with pytest.raises(ValueError, match="no needle"):
        find_leaks([tmp_path], [])


def test_a_needle_that_chance_would_find_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        text_needle("age", "42")


def test_the_watcher_keeps_what_is_deleted(tmp_path: Path) -> None:
    watched, kept = tmp_path / "tmp", tmp_path / "kept"
    (watched / "deep" / "er").mkdir(parents=True)
    with Watcher([watched], kept) as watcher:
        for number in range(20):
            with (watched / "deep" / "er" / f"shuffle_{number}").open("wb") as file:
                file.write(b"noise")
                file.flush()
                while len(watcher.names) <= number:
                    pass
                file.write(RAW)  # after the link was made
            (watched / "deep" / "er" / f"shuffle_{number}").unlink()
    assert len({leak.where for leak in find_leaks([kept], NEEDLES)}) == 20
