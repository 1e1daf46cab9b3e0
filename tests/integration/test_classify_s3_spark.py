"""Tables on an S3 server by Spark's executors, each a process of its own, and what goes wrong."""

from __future__ import annotations

import http.server
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from veilflow.classify import read_sample
from veilflow.classify.local_scan import scan_table
from veilflow.classify.pieces import pieces_of, read_piece
from veilflow.errors import SourceChanged, SourceError, UsageError

from tests.conftest import REPOSITORY
from tests.integration.moto_server import free_port, moto_server

pytestmark = pytest.mark.server

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAUNMISTAKABLE0000", "AWS_SECRET_ACCESS_KEY": "unmistakable/secret"}
SCRIPT = Path(__file__).with_name("s3_on_executors.py")
ROWS = 4_000
WARDS = [f"ward {n % 40}" for n in range(ROWS)]
MAILS = [f"person{n}@example.org" for n in range(ROWS)]
WIDE = 5_000


def lines(columns: dict[str, list[Any]], separator: str = ",") -> bytes:
    rows = [map(str, row) for row in zip(*columns.values(), strict=True)]
    return "\n".join(separator.join(row) for row in [columns, *rows]).encode()


def json_lines(columns: dict[str, list[Any]]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    return "\n".join(json.dumps(dict(zip(columns, row, strict=True))) for row in rows).encode()


def parquet(columns: dict[str, Any], **how: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, **how)
    return bytes(sink.getvalue())


def objects() -> dict[str, bytes]:
    """Keys and what is under them; each folder but the last two is a table that can be read."""
    numbers = list(range(ROWS))
    random.Random(6).shuffle(numbers)
    noise = random.Random(7).randbytes
    people = {"ward": WARDS, "mail": MAILS, "n": numbers}
    planted = [*WARDS[:-1], "jo@example.org"]
    large = {"ward": planted, "bytes": [noise(400).hex() for _ in range(ROWS)]}
    differing = {"n": [f"no {n}" for n in numbers[:-1]] + ["219-09-9999"], "late": MAILS}
    long_cell = "word " * 2_000_000 + "jo@example.org"
    return {
        "parquet/part-0.parquet": parquet({**people, "ward": planted}),
        "parquet/part-1.parquet": parquet(people, row_group_size=500),
        "parquet/_SUCCESS": b"",
        "row-groups/part-0.parquet": parquet(large, row_group_size=500, compression="none"),
        "csv/1.csv": lines(people, ";"),
        "csv/2.csv": lines({"ward": planted, "n": numbers, "n ": numbers}),
        "json/1.jsonl": json_lines(people),
        "json/2.jsonl": json_lines({"ward": ["\ud800", None] * 2_000, "n": ["x"] * ROWS}),
        "differing/part-0.parquet": parquet(people),
        "differing/part-1.parquet": parquet(differing),
        "wide/1.csv": lines({f"c{n}": ["x", f"person{n}@example.org"] for n in range(WIDE)}),
        "long/part-0.parquet": parquet({"note": [long_cell], "born": ["1950-03-07"]}),
        "long/part-1.parquet": parquet({"note": ["short"], "born": ["1950-03-08"]}),
        "broken/part-0.parquet": parquet(people),
        "broken/part-1.parquet": b"PAR1 jo@example.org",
        "changing/1.csv": lines(people),
        "changing/2.csv": lines(people),
    }


TABLES = ("parquet", "row-groups", "csv", "json", "differing", "wide", "long")


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a bucket with tables; the environment says how it is reached."""
    import boto3

    with moto_server(tmp_path_factory.mktemp("moto") / "log") as url:
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                patch.delenv(name)
            for name, value in {**KEYS, "AWS_ENDPOINT_URL_S3": url}.items():
                patch.setenv(name, value)
            client = boto3.client("s3", region_name="us-east-1")
            client.create_bucket(Bucket="clinic")
            for key, body in objects().items():
                client.put_object(Bucket="clinic", Key=key, Body=body)
            yield client


@pytest.mark.spark
def test_executors_give_the_answers_of_one_process(bucket: Any) -> None:
    places = [f"s3://clinic/{table}" for table in TABLES]
    broken, changing = "s3://clinic/broken", "s3://clinic/changing/2.csv"
    path = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(SCRIPT), json.dumps(places), " ".join(places[-2:]), broken, changing],
        text=True, capture_output=True, timeout=300, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = done.stdout + done.stderr
    assert not any(value in shown for value in (*KEYS.values(), "jo@example", "219-09"))
    report = json.loads(done.stdout)
    assert report["executors"] == 2
    compared = report["compared"]
    assert [c["same"] for c in compared.values()] == [True] * len(TABLES), compared
    assert [c["same sample"] for c in compared.values()] == [True] * len(TABLES)
    assert report["without samples"] is True
    types = {place.rpartition("/")[2]: found["types"] for place, found in compared.items()}
    assert types["parquet"] == {
        "ward": "email_address", "mail": "email_address", "n": "none",
    }  # fmt: skip
    assert types["row-groups"]["ward"] == types["csv"]["ward"] == "email_address"
    assert types["differing"]["n"] == "ssn", "looked at as the text that it is in one object"
    assert types["long"] == {"note": "free_text", "born": "date_of_birth"}
    assert len(types["wide"]) == WIDE and set(types["wide"].values()) == {"email_address"}
    assert compared[places[0]]["evidence"][0] == "all 8,000 rows were looked at"
    evidence = compared[places[4]]["evidence"][2]
    assert f"int64 in {places[4]}/part-0.parquet, string in {places[4]}/part-1.parquet" in evidence
    assert compared[places[0]]["values"] > 5_000
    said = report["errors"][broken]
    assert said.startswith(f"SourceError: {broken}/part-1.parquet can't be read as parquet")
    assert "Check that the file is complete" in said
    said = report["errors"][changing]
    assert said.startswith(f"SourceChanged: {changing} was written anew while it was looked at.")
    assert "Look again" in said


def test_an_object_that_is_written_anew_is_told(bucket: Any) -> None:
    for key in ("new/1.csv", "new/2.csv"):
        bucket.put_object(Bucket="clinic", Key=key, Body=b"ward\nfirst\n")
    first, second = pieces_of("s3://clinic/new")
    bucket.put_object(Bucket="clinic", Key="new/1.csv", Body=b"ward\nother\n")
    bucket.delete_object(Bucket="clinic", Key="new/2.csv")
    with pytest.raises(SourceChanged, match=r"new/1\.csv was written anew.*Look again"):
        list(read_piece(first, 10))
    with pytest.raises(SourceError, match=r"new/2\.csv.*the object is gone.*Look again"):
        list(read_piece(second, 10))
    (piece,) = pieces_of("s3://clinic/new/1.csv")
    batches = read_piece(piece, 10)
    next(batches)
    bucket.put_object(Bucket="clinic", Key="new/1.csv", Body=b"ward\nthird\n")
    with pytest.raises(SourceChanged):
        list(batches)


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers every request with the error that the access key's name asks for."""

    def do_GET(self) -> None:
        code = self.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        self.send_response(404 if code == "NoSuchBucket" else 403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def refusing() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AccessDenied", r"access is denied\)\. Allow the credentials in use to list"),
        ("NoSuchBucket", r"there is no such bucket\)\. Check its name"),
        ("InvalidAccessKeyId", r"access is denied|doesn't know the access key"),
    ],
)
def test_what_a_server_refuses_is_told_with_a_remedy(
    refusing: str, monkeypatch: pytest.MonkeyPatch, code: str, says: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", refusing)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", code)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "unmistakable")
    with pytest.raises(SourceError, match=rf"s3://clinic/t\.csv: can't be read \(.*{says}"):
        read_sample("s3://clinic/t.csv")


def test_a_bucket_that_is_not_there(bucket: Any) -> None:
    with pytest.raises(
        SourceError, match=r"s3://absent/t: can't be read \(there is no such bucket"
    ):
        scan_table("s3://absent/t")
    with pytest.raises(SourceError, match="no object with this name or prefix"):
        scan_table("s3://clinic/absent")


def test_a_server_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SourceError, match=r"the server doesn't answer\)\. Check that it runs"):
        read_sample("s3://clinic/t.csv")


def test_an_endpoint_with_a_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://ann:sesame@127.0.0.1:1")
    with pytest.raises(UsageError) as refused:
        read_sample("s3://clinic/t.csv")
    assert "sesame" not in str(refused.value)
