"""The demo itself: a real Airflow, real Spark stages, a real release, and a clean end."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from veilflow.policy import load_policy
from veilflow_airflow.stages import SPARK_STAGES

pytestmark = [pytest.mark.airflow, pytest.mark.slow]
STAGES = {"pin", *SPARK_STAGES, "publish", "publish_synthetic"}


class Demo:
    """A demo under observation: its output, and every process that it ever had."""

    def __init__(self, home: Path, *arguments: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.log = home / f"demo-{time.monotonic_ns()}.log"
        environment = {
            **{name: value for name, value in os.environ.items() if "AIRFLOW" not in name},
            "VEILFLOW_HOME": str(home / ".veilflow"),
            "VEILFLOW_DEMO_PORT": str(port),
            "VEILFLOW_DEMO_ROWS": "400",
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "veilflow_airflow.demo", *arguments],
                cwd=home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._seen: set[psutil.Process] = set()

    def wait(self, seconds: float, until: str = "") -> int | None:
        """Wait for the end, or for ``until`` to be printed; the exit code or None."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            code = self.process.poll()
            if code is not None or (until and until in self.output()):
                return code
            self._seen.update(psutil.Process(self.process.pid).children(recursive=True))
            time.sleep(0.2)
        self.process.send_signal(signal.SIGTERM)
        pytest.fail(f"the demo took more than {seconds} s:\n{self.output()}")

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def leftovers(self) -> list[str]:
        return [str(one) for one in self._seen if one.is_running()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def released(home: Path) -> Demo:
    """A demo that ran once to its end."""
    demo = Demo(home, "--once")
    demo.wait(600)
    return demo


def test_once_releases_and_exits_with_0(released: Demo) -> None:
    output = released.output()
    assert released.process.returncode == 0, output
    done = {line.split()[0] for line in output.splitlines() if " done " in line and " s" in line}
    assert done >= STAGES
    for told in ("Released (masked", "Released (synthetic", "  where    file:///", "  key      "):
        assert told in output
    for told in ("k = 5 asked", "smallest class", "highest risk", "  utility  ", "  checks   "):
        assert told in output
    assert "Login    admin / " in output
    assert not released.leftovers()


def test_the_report_that_it_names_is_there_and_smallest_class_is_k(
    released: Demo, repository: Path
) -> None:
    lines = [line.split() for line in released.output().splitlines()]
    reports = [Path(line[1].removeprefix("file://")) for line in lines if line[:1] == ["report"]]
    assert len(reports) == 2
    assert all(report.read_text().lstrip().lower().startswith("<!doctype") for report in reports)
    smallest = [int(line[line.index("class") + 1]) for line in lines if "smallest" in line]
    policy = load_policy(repository / "dags" / "policies" / "patients.yaml")
    assert policy.anonymize is not None
    assert smallest
    assert min(smallest) >= policy.anonymize.k


def test_the_publishing_task_links_to_its_report(released: Demo, home: Path) -> None:
    with sqlite3.connect(home / ".veilflow" / "airflow" / "airflow.db") as database:
        links = dict(
            database.execute(
                # The nightly run may be due while the demo runs: its links are its own.
                "select task_id, value from xcom where key = '_link_PrivacyReportLink'"
                " and substr(run_id, 1, 8) = 'manual__'"
            )
        )
    assert links["publish"].endswith('/masked"')
    assert links["publish_synthetic"].startswith('"/veilflow/reports/patients/manual__')


def test_task_logs_hold_rows_and_verdicts_and_no_cell_value(released: Demo, home: Path) -> None:
    logs = list((home / ".veilflow" / "airflow" / "logs").rglob("task_id=*/attempt=*.log"))
    text = "\n".join(log.read_text() for log in logs)
    assert "rows out" in text
    assert "passed: " in text
    for value in sample_values(home / ".veilflow" / "sample"):
        assert value not in text


def sample_values(sample: Path) -> list[str]:
    """Cell values that can't be in a log by chance."""
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(sample / "patients").to_pylist()
    columns = ("full_name", "email", "ssn", "mrn", "patient_id")
    return [str(row[column]) for row in rows for column in columns if row[column]]


def test_sigterm_in_the_middle_of_a_second_run_leaves_no_process(
    released: Demo, home: Path
) -> None:
    demo = Demo(home)
    demo.wait(300, until="  pin  ")
    time.sleep(3.0)
    demo.process.send_signal(signal.SIGTERM)
    assert demo.wait(60) == 130, demo.output()
    assert "taking up" in demo.output()
    assert "Traceback" not in demo.output()
    assert not demo.leftovers()
    assert not (home / ".veilflow" / "airflow" / "spark").exists()
    password = json.loads(
        (home / ".veilflow/airflow/simple_auth_manager_passwords.json.generated").read_text()
    )
    assert f"admin / {password['admin']}" in released.output()
