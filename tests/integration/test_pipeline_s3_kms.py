"""The whole pipeline on a real S3 and KMS server over HTTP: two lines of the policy say so.

The server is moto's, a process of its own. Between it and us stand switches: a switch that is off
refuses connections like a service that is down, one that is deaf hides If-None-Match. moto goes on
decrypting with keys whose deletion is scheduled, so what is shown of a refusal is that the key's
deletion was begun and that the objects are gone.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from veilflow.cli import main
from veilflow.errors import CapabilityMissing, KeyUnavailable, StoreUnavailable
from veilflow.evidence import StageEvidence
from veilflow.pipeline import open_run, pin, publish
from veilflow.pipeline.publisher import pinned_publisher
from veilflow.pipeline.state import Run
from veilflow.store.manifest import load_manifest
from veilflow.store.object_store import ObjectNotFound, open_store
from veilflow.store.series import current
from veilflow.store.verification import verify_release

from tests.integration.moto_server import free_port, moto_server

pytestmark = [pytest.mark.server, pytest.mark.spark]

REGION = "eu-central-1"
SSE_KEY = "alias/bucket-key"
SECRET = "unmistakable/secret+key"
JUDGES = """\
from veilflow.evidence import Check
from veilflow.spark.judging import Judgement


def _verdict(passed):
    return Judgement((Check(name="k", table="people", passed=passed, sentence="k holds."),))


def passes(spark, request):
    return _verdict(True)


def fails(spark, request):
    return _verdict(False)
"""
REAL_JUDGE = "veilflow_expectations.judge:judge"


@dataclass
class Switch:
    """A port of this machine that leads to ``upstream`` while it is on."""

    upstream: int
    port: int = field(default_factory=free_port)
    is_deaf: bool = False
    _listener: socket.socket | None = None
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def off(self) -> None:
        """As if the service were down: open connections break, new ones are refused."""
        if self._listener is not None:
            # Closing alone would leave a thread in accept(), which keeps the port open.
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self._listener = None
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.upstream))
            self._open += [near, far]
            for source, sink, is_request in ((near, far, True), (far, near, False)):
                threading.Thread(
                    target=self._pass_on, args=(source, sink, is_request), daemon=True
                ).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, is_request: bool) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if is_request and self.is_deaf:
                    data = data.replace(b"If-None-Match:", b"If-Nobody-Asks:")
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@dataclass
class Cloud:
    """A moto server behind one switch for S3 and one for KMS."""

    moto: str
    s3: Switch
    kms: Switch

    def boto(self, service: str) -> Any:
        """A client that knows no switch."""
        import boto3

        return boto3.client(service, endpoint_url=self.moto, region_name=REGION)

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": "AKIAUNMISTAKABLE0000",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": self.s3.url,
            "AWS_ENDPOINT_URL_KMS": self.kms.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


def without_aws() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    port = free_port()
    with moto_server(tmp_path_factory.mktemp("moto") / "log", port) as url:
        cloud = Cloud(url, Switch(port), Switch(port))
        cloud.s3.on()
        cloud.kms.on()
        try:
            yield cloud
        finally:
            cloud.s3.off()
            cloud.kms.off()


@dataclass
class Stages:
    """The process with Spark in it."""

    process: subprocess.Popen[str]

    def __call__(
        self, run: Run, stage: str, judge: str = "s3_judges:passes"
    ) -> StageEvidence | dict[str, Any]:
        """The evidence of ``stage``, or what it failed with."""
        assert self.process.stdin is not None
        request = {"run": run.ref.uri, "stage": stage, "judge": judge}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        found = json.loads(self._line())
        return StageEvidence.from_json(found["evidence"]) if "evidence" in found else found

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process with Spark died"
        return line


@pytest.fixture(scope="module")
def stages(running: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    folder = tmp_path_factory.mktemp("stages")
    (folder / "s3_judges.py").write_text(JUDGES)
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("stage_server.py"))],
        env={
            **without_aws(),
            **running.environment(),
            "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
        },
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    served = Stages(process)
    try:
        assert served._line() == "ready\n"
        yield served
    finally:
        process.communicate(timeout=60)


@dataclass
class Bucket:
    """A bucket of a test's own, and the policy that releases into it."""

    cloud: Cloud
    name: str
    home: Path

    @property
    def uri(self) -> str:
        return f"s3://{self.name}/some/prefix?sse_kms_key={SSE_KEY.replace('/', '%2F')}"

    def pin(self, run: str) -> Run:
        return open_run(pin(self.policy(), run).uri)

    def policy(self) -> Path:
        path = self.home / "people.yaml"
        quasi = {"role": "quasi", "hierarchy": "redact"}
        policy = {
            "dataset": "people",
            "purpose": {
                "purpose": "test", "legal_basis": "test", "owner": "test",
                "recipients": ["test"], "retention_days": 1,
            },
            "source": {"root": "data"},
            "privacy_unit": "person",
            "tables": {
                "people": {
                    "path": "people.parquet",
                    "columns": {"person": "pseudonym", "sex": quasi, "colour": "sensitive"},
                }
            },
            "anonymize": {"k": 5},
            "publish": {"store": self.uri, "keys": "aws-kms://veilflow"},
        }  # fmt: skip
        path.write_text(yaml.safe_dump(policy, sort_keys=False))
        return path

    def objects(self, prefix: str = "") -> list[str]:
        """What the server itself has, whatever our switches say."""
        pages = self.cloud.boto("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        start = f"some/prefix/{prefix}"
        return [key.removeprefix("some/prefix/") for key in keys if key.startswith(start)]


@pytest.fixture
def cloud(running: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    yield running
    for switch in (running.s3, running.kms):
        switch.off()
        switch.is_deaf = False
        switch.on()


@pytest.fixture
def bucket(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setenv("VEILFLOW_HOME", str(tmp_path / "home"))
    name = f"bucket-{secrets.token_hex(6)}"
    cloud.boto("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    (tmp_path / "data").mkdir()
    rows = 100
    people = {
        "person": [f"p{n:04d}" for n in range(rows)],
        "sex": ["F" if n % 2 else "M" for n in range(rows)],
        "colour": [("red", "green")[n // 2 % 2] for n in range(rows)],
    }
    pq.write_table(pa.table(people), tmp_path / "data" / "people.parquet")
    return Bucket(cloud, name, tmp_path)


def evidence(outcome: StageEvidence | dict[str, Any]) -> StageEvidence:
    assert isinstance(outcome, StageEvidence), outcome
    return outcome


def test_the_whole_pipeline(
    bucket: Bucket, stages: Stages, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    run = bucket.pin("first")
    for stage in ("classify", "protect"):
        evidence(stages(run, stage))
    judged = evidence(stages(run, "validate", REAL_JUDGE))
    assert judged.checks
    assert [check.name for check in judged.checks if not check.passed] == []
    released = StageEvidence.from_json(publish(run.ref.uri)).released
    assert released is not None
    assert (released.number, released.provider) == (1, "aws-kms://veilflow")
    assert "pending for at least seven days" in released.shredding
    assert (current(run.store, "people", "default")).release == "first"
    _every_object_was_asked_to_be_encrypted_by_the_server(bucket)
    manifest = load_manifest(run.store, "people", "first", pinned_publisher("people"))
    (file,) = manifest.table("people").files
    stored = cloud.boto("s3").get_object(Bucket=bucket.name, Key=f"some/prefix/{file.path}")
    data = stored["Body"].read()
    assert data[:4] == b"PARE" and b"green" not in data and b"colour" not in data
    assert hashlib.sha256(data).hexdigest() == file.sha256
    report = verify_release(run.store, "people", "first", pinned_publisher("people"))
    assert report.passed and report.extra == ()

    where = ["--store", bucket.uri]
    assert main(["verify", "people", *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True
    assert main(["read", "people", *where, "--json", "--rows", "200"]) == 0
    rows = json.loads(capsys.readouterr().out)["people"]
    assert len(rows) == 100 and set(rows[0]) == {"person", "sex", "colour"}
    assert not {row["person"] for row in rows} & {f"p{n:04d}" for n in range(100)}
    assert main(["keys", "describe", released.release_key, "--keys", "aws-kms://veilflow"]) == 0
    assert "enabled" in capsys.readouterr().out


def _every_object_was_asked_to_be_encrypted_by_the_server(bucket: Bucket) -> None:
    s3 = bucket.cloud.boto("s3")
    keys = bucket.objects()
    assert len(keys) >= 10
    for key in keys:
        head = s3.head_object(Bucket=bucket.name, Key=f"some/prefix/{key}")
        asked = (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId"))
        assert asked == ("aws:kms", SSE_KEY), key


def test_a_refusal_schedules_the_deletion_of_the_key(
    bucket: Bucket, stages: Stages, cloud: Cloud
) -> None:
    run = bucket.pin(f"refused-{secrets.token_hex(3)}")
    evidence(stages(run, "protect"))
    assert bucket.objects(f"releases/people/{run.record.run}/")
    outcome = stages(run, "validate", "s3_judges:fails")
    assert isinstance(outcome, dict) and outcome["error"] == "ReleaseRefused"
    assert "people: k failed: k holds." in outcome["message"]
    assert bucket.objects(f"releases/people/{run.record.run}/") == []
    alias = f"alias/veilflow/people/release/{run.record.run}"
    described = cloud.boto("kms").describe_key(KeyId=alias)["KeyMetadata"]
    assert described["KeyState"] == "PendingDeletion"
    with pytest.raises(ObjectNotFound):
        load_manifest(run.store, "people", run.record.run, None)


def test_a_store_that_ignores_conditions_is_refused(bucket: Bucket, cloud: Cloud) -> None:
    cloud.s3.is_deaf = True
    with pytest.raises(CapabilityMissing) as refusal:
        bucket.pin("deaf")
    said = str(refusal.value)
    assert refusal.value.exit_code == 2
    assert f"s3://{bucket.name}/some/prefix" in said
    assert "can't hold releases: If-None-Match is ignored" in said
    assert "Use a store with conditional writes" in said
    assert bucket.objects() == []


def seconds(begun: float) -> float:
    return time.monotonic() - begun


def test_no_run_begins_while_the_kms_is_down(bucket: Bucket, cloud: Cloud) -> None:
    cloud.kms.off()
    begun = time.monotonic()
    with pytest.raises(KeyUnavailable) as failure:
        bucket.pin("early")
    assert seconds(begun) < 20
    said = str(failure.value)
    assert cloud.kms.url in said and "AWS_ENDPOINT_URL" in failure.value.remedy, said
    assert SECRET not in said
    assert [key for key in bucket.objects() if not key.startswith("_probe/")] == []
    cloud.kms.on()
    assert bucket.pin("early").record.run == "early"


def test_no_run_begins_while_the_store_is_down(bucket: Bucket, cloud: Cloud) -> None:
    cloud.s3.off()
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable) as failure:
        bucket.pin("early")
    assert seconds(begun) < 20
    said = str(failure.value)
    assert cloud.s3.url in said and "AWS_ENDPOINT_URL_S3" in failure.value.remedy, said
    cloud.s3.on()
    assert bucket.pin("early").record.run == "early"


@pytest.mark.parametrize("down", ["kms", "s3"])
def test_a_run_goes_on_when_the_service_is_back(
    bucket: Bucket, stages: Stages, cloud: Cloud, down: str
) -> None:
    """Each stage meets a service that is down, says so, and does its work on the second try."""
    switch: Switch = getattr(cloud, down)
    expected = {"kms": "KeyUnavailable", "s3": "StoreUnavailable"}[down]
    run = bucket.pin(f"{down}-{secrets.token_hex(3)}")
    evidence(stages(run, "classify"))
    for stage in ("protect", "validate"):
        before = bucket.objects()
        switch.off()
        outcome = stages(run, stage)
        assert isinstance(outcome, dict), stage
        assert outcome["error"] in (expected, "StageFailed"), outcome
        assert switch.url in outcome["message"], outcome
        assert "AWS_ENDPOINT_URL" in outcome["message"], outcome
        assert outcome["seconds"] < 30
        assert SECRET not in outcome["message"]
        assert bucket.objects() == before, "nothing was left half-done"
        switch.on()
        evidence(stages(run, stage))
    switch.off()
    with pytest.raises((KeyUnavailable, StoreUnavailable), match=switch.url):
        publish(run.ref.uri)
    switch.on()
    with pytest.raises(ObjectNotFound):
        load_manifest(run.store, "people", run.record.run, None)
    files = {file.path: file.sha256 for file in open_run(run.ref.uri).evidence("protect").files}
    released = StageEvidence.from_json(publish(run.ref.uri)).released
    assert released is not None and released.number == 1
    manifest = load_manifest(run.store, "people", run.record.run, pinned_publisher("people"))
    assert {file.path: file.sha256 for file in manifest.table("people").files} == files
    assert current(open_store(bucket.uri), "people", "default").release == run.record.run
