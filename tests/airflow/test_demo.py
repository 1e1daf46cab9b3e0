"""The demo's parts: its environment, its checks before it starts, what it tells, how it ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from veilflow.errors import PrerequisiteMissing, UsageError
from veilflow_airflow.demo.closing import closing_lines, failure_lines
from veilflow_airflow.demo.processes import last_lines
from veilflow_airflow.demo.progress import stage_line
from veilflow_airflow.demo.settings import (
    DemoSettings,
    airflow_environment,
    check_port,
    read_settings,
)


def test_settings_come_from_the_environment(tmp_path: Path, repository: Path) -> None:
    settings = read_settings(
        {"VEILFLOW_HOME": str(tmp_path), "VEILFLOW_DEMO_PORT": "8099", "VEILFLOW_DEMO_ROWS": "500"}
    )
    assert settings.repository == repository
    assert settings.home == tmp_path
    assert settings.url == "http://127.0.0.1:8099"
    assert settings.rows == 500
    assert settings.policy.is_file()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8080.5", " "])
def test_a_port_that_is_none_is_told_in_one_line(port: str) -> None:
    with pytest.raises(UsageError, match=r"VEILFLOW_DEMO_PORT.*whole number") as raised:
        read_settings({"VEILFLOW_DEMO_PORT": port})
    assert "\n" not in str(raised.value)


def test_no_other_airflows_settings_are_taken_over(tmp_path: Path, repository: Path) -> None:
    settings = DemoSettings(repository, tmp_path, port=8099)
    theirs = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://production",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD": "cat secret",
        "AIRFLOW_CONFIG": "/etc/airflow.cfg",
        "AIRFLOW_CONN_SPARK_DEFAULT": "yarn://production",
        "AIRFLOW_VAR_X": "y",
        "PATH": "/usr/bin",
        "HOME": "/home/me",
    }
    environment = airflow_environment(settings, theirs)
    assert "production" not in json.dumps(environment)
    assert not {"AIRFLOW_CONFIG", "AIRFLOW_VAR_X"} & environment.keys()
    assert environment["HOME"] == "/home/me"
    assert environment["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith(f"sqlite:///{tmp_path}")


def test_only_a_small_demo_compiles_little(tmp_path: Path, repository: Path) -> None:
    def options(rows: int, environment: dict[str, str]) -> str | None:
        settings = DemoSettings(repository, tmp_path, rows=rows)
        return airflow_environment(settings, environment).get("SPARK_SUBMIT_OPTS")

    assert "TieredStopAtLevel=1" in str(options(20_000, {}))
    assert options(1_000_000, {}) is None
    assert options(20_000, {"SPARK_SUBMIT_OPTS": "-Xss4m"}) == "-Xss4m"


def test_a_busy_port_is_told_with_another_to_choose(tmp_path: Path, repository: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            PrerequisiteMissing, match=rf"Port {port} is in use.*VEILFLOW_DEMO_PORT"
        ):
            check_port(DemoSettings(repository, tmp_path, port=port))
    check_port(DemoSettings(repository, tmp_path, port=port))


def test_a_stages_line() -> None:
    task = {"task_id": "protect", "state": "success", "duration": 12.34}
    line = stage_line(task, {"rows": {"patients": 19874}}).text()
    assert line.split() == ["protect", "done", "12.3", "s", "patients", "19,874", "rows"]
    assert stage_line({"task_id": "x", "state": None}, None).text().split() == ["x", "waiting"]
    waiting = stage_line({"task_id": "x", "state": "up_for_retry", "duration": 1.0}, None)
    assert "will be retried" in waiting.text()


RELEASE: dict[str, Any] = {
    "release": "manual-1",
    "product": "masked",
    "series": "default",
    "number": 3,
    "prefix": "file:///s/releases/patients/manual-1",
    "release_key": "patients/release/manual-1",
    "provider": "file:///s/keyring",
    "signer": "patients/publisher",
    "signer_fingerprint": "SHA256:abc",
    "rows": {"patients": 1900, "encounters": 5700},
    "report": "file:///s/releases/patients/manual-1/report.html",
}


def test_the_last_words_tell_what_where_key_figures_and_report() -> None:
    told = {
        "protect": {"k": 5, "loss": 0.25},
        "validate": {
            "checks": 4,
            "failed_checks": ["null_share"],
            "risk": {"patients": {"smallest_class": 6, "max_risk": 1 / 6}},
            "granularity": 0.7,
        },
        "publish": {"release": RELEASE},
    }
    assert list(closing_lines(told)) == [
        "Released (masked, series default, number 3)",
        "  what     patients 1,900 rows, encounters 5,700 rows",
        "  where    file:///s/releases/patients/manual-1",
        "  key      patients/release/manual-1 (file:///s/keyring)",
        "  signed   patients/publisher, SHA256:abc",
        "  privacy  k = 5 asked; measured on the output:",
        "           patients: smallest class 6 people, highest risk 16.7%",
        "  utility  loss 0.250 (0 keeps all, 1 nothing); mean granularity kept 70.0%",
        "  checks   3 of 4 passed; noted: null_share",
        "  report   file:///s/releases/patients/manual-1/report.html",
        "",
    ]


def test_a_failure_tells_reasons_and_what_to_do_next() -> None:
    record = {"reasons": ["k = 5 can't be met"], "remedy": "Edit line 7."}
    assert list(failure_lines({"task_id": "protect"}, record)) == [
        "protect failed:",
        "  - k = 5 can't be met",
        "Next: Edit line 7.",
    ]
    (line,) = failure_lines({"task_id": "protect"}, None)
    assert "without a recorded reason" in line


def test_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_lines(log) == []
    log.write_bytes(b"one\n\n\xfftwo\n" + b"x" * 1000 + b"\n")
    assert last_lines(log, 2) == ["\ufffdtwo", "x" * 300]


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_nothing_outlives_the_demo_not_even_an_orphan_that_ignores_sigterm() -> None:
    script = Path(__file__).parent / "demo_process_tree.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split(" ", 1) == ["2", "[]\n"]
