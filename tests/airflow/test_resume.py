"""A worker that died while Spark went on: the retry finds the application and starts no other."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.bases.operator import ExecutorSafeguard
from veilflow.evidence import StageEvidence
from veilflow.pipeline import open_run, pin
from veilflow.sample_data import write_hospital
from veilflow_airflow.outcome import StageBroke
from veilflow_airflow.spark_stage import SparkStageOperator

DRIVER = "driver-20260101120000-0007"


class Master(BaseHTTPRequestHandler):
    """The part of a standalone master's REST API that tells a driver's state."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        body = json.dumps({"success": True, "submissionId": DRIVER, "driverState": "FINISHED"})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def master(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """A master, and the Airflow connection that names it."""
    server = HTTPServer(("127.0.0.1", 0), Master)
    server.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    extra = {"deploy-mode": "cluster", "rest-port": server.server_port}
    connection = {"conn_type": "spark", "host": "spark://127.0.0.1", "port": 7077, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_CLUSTER", json.dumps(connection))
    yield server
    server.shutdown()
    server.server_close()


class TaskInstance:
    """What the operator asks of a task instance."""

    stats_tags: dict[str, str] = {}

    def __init__(self, run_uri: str) -> None:
        self.run_uri = run_uri
        self.pushed: dict[str, Any] = {}

    def xcom_pull(self, task_ids: str, key: str) -> str:
        assert (task_ids, key) == ("pin", "run")
        return self.run_uri

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@pytest.fixture
def run_uri(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VEILFLOW_HOME", str(tmp_path))
    write_hospital(tmp_path / "sample", 100, 1)
    return pin(repository / "dags" / "policies" / "patients.yaml", "resumed").uri


def retry(tmp_path: Path, run_uri: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Path]:
    """A second try of classify, whose first try had submitted DRIVER before its worker died."""
    monkeypatch.setattr(ExecutorSafeguard, "test_mode", True)
    submitted = tmp_path / "submitted"
    submit = tmp_path / "spark-submit"
    submit.write_text(f"#!/bin/sh\ntouch {submitted}\nexit 1\n")
    submit.chmod(0o755)
    operator = SparkStageOperator(
        task_id="classify", stage="classify", conn_id="cluster", spark_binary=str(submit)
    )
    assert operator.durable
    context = {"ti": TaskInstance(run_uri), "task_state_store": {operator.external_id_key: DRIVER}}
    return operator.execute(context), submitted


def test_a_finished_application_is_taken_up(
    tmp_path: Path, run_uri: str, master: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(run_uri)
    run.finish(
        StageEvidence(
            stage="classify",
            run=run.record.run,
            dataset=run.record.dataset,
            policy_sha256=run.record.policy_sha256,
            started=dt.datetime.now(dt.UTC),
            seconds=2.0,
            cpu_seconds=1.0,
        )
    )
    told, submitted = retry(tmp_path, run_uri, monkeypatch)
    assert told["stage"] == "classify"
    assert master.asked == [f"/v1/submissions/status/{DRIVER}"]
    assert not submitted.exists()


def test_an_application_that_left_no_evidence_is_no_success(
    tmp_path: Path, run_uri: str, master: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StageBroke, match="left no evidence"):
        retry(tmp_path, run_uri, monkeypatch)
