"""The command of a stage, before anything submits it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from veilflow.errors import UsageError
from veilflow.spark.hardening import submit_conf
from veilflow_airflow.launch import job_script, stage_command, stage_operator
from veilflow_airflow.spark_stage import SparkStageOperator
from veilflow_airflow.stages import SPARK_STAGES

RUN = "file:///somewhere/store/runs/people/manual-2026"
JOBS = {"VEILFLOW_JOBS": "/opt/jobs/"}


@pytest.mark.parametrize(
    ("stage", "script", "more"),
    [
        ("classify", "classify_job.py", ()),
        ("protect", "protect_job.py", ()),
        ("validate", "validate_job.py", ("--product", "masked")),
        ("synthesize", "synthesize_job.py", ()),
        ("validate_synthetic", "validate_job.py", ("--product", "synthetic")),
    ],
)
def test_each_stage_submits_its_script_for_the_run(
    stage: str, script: str, more: tuple[str, ...]
) -> None:
    command = stage_command(stage, RUN, master="local[2]", environment=JOBS)
    assert command.script == f"/opt/jobs/{script}"
    assert command.arguments == ("--run", RUN, *more)
    assert command.name == f"veilflow people {stage} manual-2026"


def test_every_job_script_is_there() -> None:
    for stage in SPARK_STAGES.values():
        assert Path(job_script(stage.script, {})).is_file()


def test_a_missing_script_is_told_with_the_variable_to_set() -> None:
    with pytest.raises(UsageError, match="VEILFLOW_JOBS"):
        job_script("no_such_job.py", {})


def test_the_hardened_settings_win() -> None:
    asked = {"spark.io.encryption.enabled": "false", "spark.executor.cores": 3}
    command = stage_command("protect", RUN, master="local[2]", conf=asked, environment=JOBS)
    hardened = submit_conf("local[2]")
    assert hardened["spark.io.encryption.enabled"] == "true"
    assert {**command.conf, **hardened} == command.conf
    assert command.conf["spark.executor.cores"] == "3"


def test_a_site_may_ask_for_event_logs_and_memory() -> None:
    asked = {
        "spark.eventLog.enabled": "true",
        "spark.driver.memory": "6g",
        "spark.log.level": "ALL",
    }
    command = stage_command("protect", RUN, master="local[2]", conf=asked, environment=JOBS)
    assert command.conf["spark.eventLog.enabled"] == "true"
    assert command.conf["spark.driver.memory"] == "6g"
    assert command.conf["spark.log.level"] == "OFF"
    plain = stage_command("protect", RUN, master="local[2]", environment=JOBS)
    assert plain.conf["spark.eventLog.enabled"] == "false"


def test_nothing_secret_is_in_a_command() -> None:
    environment = {**JOBS, "_SPARK_AUTH_SECRET": "hunter2", "AWS_SECRET_ACCESS_KEY": "hunter2"}
    command = stage_command("protect", RUN, master="spark://m:7077", environment=environment)
    assert "hunter2" not in repr(command)


def test_a_local_driver_is_told_which_python_and_java_to_use() -> None:
    local = stage_command("protect", RUN, master="local[2]", environment=JOBS).environment
    assert local["PYSPARK_PYTHON"] == sys.executable
    assert Path(local["JAVA_HOME"], "bin", "java").exists()
    chosen = {**JOBS, "PYSPARK_PYTHON": "/opt/python"}
    command = stage_command("protect", RUN, master="spark://m:7077", environment=chosen)
    assert command.environment["PYSPARK_PYTHON"] == "/opt/python"


def test_in_cluster_mode_the_driver_is_elsewhere() -> None:
    command = stage_command(
        "protect", RUN, master="spark://m:7077", is_cluster_mode=True, environment=JOBS
    )
    assert command.environment == {}


def test_the_library_is_shipped_where_asked() -> None:
    environment = {**JOBS, "VEILFLOW_PY_FILES": "/opt/veilflow.zip"}
    command = stage_command("protect", RUN, master="local", environment=environment)
    assert command.py_files == "/opt/veilflow.zip"
    assert stage_command("protect", RUN, master="local", environment=JOBS).py_files is None


def test_another_submitter_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEILFLOW_STAGE_OPERATOR", raising=False)
    assert stage_operator() is SparkStageOperator
    monkeypatch.setenv("VEILFLOW_STAGE_OPERATOR", "veilflow_airflow.operators:PublishOperator")
    assert stage_operator().__name__ == "PublishOperator"
    for wrong in ("no.such:Class", "veilflow_airflow.operators:Nothing", "nonsense"):
        with pytest.raises(UsageError, match=r"package\.module:Class"):
            stage_operator(wrong)
