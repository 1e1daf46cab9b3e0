"""Stages as tasks of a real Airflow DAG run, submitted by a real spark-submit.

The jobs are stand-ins that start no Spark session; what is tested is the operators' part:
arguments, resume, evidence, refusals, and what of the output reaches a log or the database.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from veilflow.sample_data import write_hospital
from veilflow_airflow.dag_factory import build_dag
from veilflow_airflow.stages import SPARK_STAGES

pytestmark = pytest.mark.airflow
CANARY = "zq-canary-4711"
ALL_DONE = dict.fromkeys(SPARK_STAGES, "done")


@pytest.fixture
def run_dag(
    tmp_path: Path,
    repository: Path,
    airflow_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Any:
    """Runs the patients DAG with stand-in jobs: returns states, XComs and everything printed."""
    # Airflow serialises the DAGs of its own folder before it tests one.
    jobs, dags = tmp_path / "jobs", airflow_database / "dags"
    policies = dags / "policies"
    jobs.mkdir()
    policies.mkdir(parents=True, exist_ok=True)
    for file in (repository / "dags").glob("*.py"):
        shutil.copy(file, dags)
    for stage in SPARK_STAGES.values():
        shutil.copy(Path(__file__).parent / "stage_stand_in.py", jobs / stage.script)
    text = (repository / "dags" / "policies" / "patients.yaml").read_text()
    write_hospital(tmp_path / "home" / "sample", 200, 1)
    monkeypatch.setenv("VEILFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VEILFLOW_JOBS", str(jobs))

    def run(
        plan: dict[str, str], edit: Any = lambda text: text, conf: dict[str, Any] | None = None
    ) -> tuple[dict[str, str], dict[str, Any], str]:
        (policies / "patients.yaml").write_text(edit(text))
        monkeypatch.setenv("VEILFLOW_TEST_STAGES", json.dumps({**plan, "canary": CANARY}))
        dag = build_dag(policies / "patients.yaml", default_args={"retries": 0})
        dag_run = dag.test(run_conf=conf)
        with sqlite3.connect(airflow_database / "airflow.db") as database:
            states = dict(
                database.execute(
                    "select task_id, state from task_instance where run_id = ?", (dag_run.run_id,)
                )
            )
            xcoms = {
                (task, key): json.loads(value)
                for task, key, value in database.execute(
                    "select task_id, key, value from xcom where run_id = ?", (dag_run.run_id,)
                )
            }
        return states, xcoms, "".join(capfd.readouterr())

    return run


def test_evidence_reaches_log_and_xcom_and_engine_output_neither(run_dag: Any) -> None:
    states, xcoms, printed = run_dag({**ALL_DONE, "validate": "refuse"})
    assert states == {
        "pin": "success",
        "classify": "success",
        "protect": "success",
        "validate": "failed",
        "publish": "upstream_failed",
        "synthesize": "success",
        "validate_synthetic": "success",
        "publish_synthetic": "failed",
    }
    told = xcoms["protect", "return_value"]
    assert told["rows"] == {"patients": 190}
    assert told["stage"] == "protect"
    assert xcoms["pin", "run"].startswith("file:///")
    assert xcoms["validate", "failure"] == {
        "stage": "validate",
        "reasons": ["a class holds 4 people"],
        "remedy": "Edit line 7.",
    }
    assert {key for _, key in xcoms} <= {
        "run",
        "return_value",
        "failure",
        "_link_PrivacyReportLink",
    }
    assert "validate refused; no release comes of it." in printed
    assert "Next: Edit line 7." in printed
    assert "190 rows out" in printed
    assert "engine output withheld" in printed
    assert CANARY not in printed
    assert CANARY not in json.dumps(list(xcoms.values()))


def test_a_crash_is_no_refusal_and_tells_no_value(run_dag: Any) -> None:
    states, xcoms, printed = run_dag({**ALL_DONE, "classify": "crash"})
    assert states["classify"] == "failed"
    assert states["protect"] == "upstream_failed"
    failure = xcoms["classify", "failure"]
    reason = "spark-submit ended with exit code 1; the job's last line: classify: starts"
    assert failure["reasons"] == [reason]
    assert f"classify could not finish: {reason}" in printed
    assert "refused" not in printed
    assert CANARY not in printed


def test_a_policy_without_synthesis_skips_that_branch(run_dag: Any) -> None:
    def without(text: str) -> str:
        head, _, rest = text.partition("synthesize:")
        return head + rest.partition("\n\n")[2]

    states, _, _ = run_dag({**ALL_DONE, "protect": "crash"}, edit=without)
    assert states["synthesize"] == "skipped"
    assert states["validate_synthetic"] == "skipped"
    assert states["publish_synthetic"] == "skipped"


def test_a_form_that_loosens_is_refused_before_anything_runs(run_dag: Any) -> None:
    states, xcoms, _ = run_dag(ALL_DONE, conf={"k": 6, "input": "elsewhere"})
    assert states["pin"] == "failed"
    assert "input" in xcoms["pin", "failure"]["reasons"][0]
    assert {state for task, state in states.items() if task != "pin"} == {"upstream_failed"}


def test_what_the_judge_said_is_in_log_and_xcom_with_the_address_of_the_report(
    run_dag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/")
    plan = {**ALL_DONE, "validate": "reject", "validate_synthetic": "warn"}
    states, xcoms, printed = run_dag(plan)
    assert states["validate"] == "failed"
    assert states["publish"] == "upstream_failed", "nothing is published"
    assert states["validate_synthetic"] == "success", "a warning blocks nothing"
    failure = xcoms["validate", "failure"]
    assert failure["reasons"] == ["patients: k-anonymity failed"]
    assert [check["observed"] for check in failure["failed_checks"]] == [4.0]
    (warned,) = failure["warnings"]
    assert warned == xcoms["validate_synthetic", "return_value"]["warnings"][0]
    assert (warned["name"], warned["column"], warned["bound"]) == ("small cells", "ward", 10.0)
    sentence = "No ward has fewer than 10 people. (found 4, bound 10)"
    assert f"warning: small cells on patients.ward: {sentence}" in printed
    assert "FAILED: k-anonymity on patients: Classes of 5. (found 4, bound 5)" in printed
    assert "validate refused; no release comes of it." in printed
    report = "The report of this refusal: https://airflow.example/veilflow/reports/patients/"
    assert report in printed
    for task, product in (("validate", "masked"), ("validate_synthetic", "synthetic")):
        link = xcoms[task, "_link_PrivacyReportLink"]
        assert link.startswith("/veilflow/reports/patients/") and link.endswith(f"/{product}")
    assert CANARY not in printed + json.dumps(list(xcoms.values()))


def test_a_validation_that_broke_leaves_nothing_to_publish(run_dag: Any) -> None:
    states, xcoms, printed = run_dag({**ALL_DONE, "validate": "crash"})
    assert (states["validate"], states["publish"]) == ("failed", "upstream_failed")
    assert "validate could not finish" in printed
    assert "refused" not in xcoms["validate", "failure"]["reasons"][0]
