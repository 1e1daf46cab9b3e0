"""One DAG per policy: what Airflow parses, what a form may ask for, what an edit may break."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.exceptions import ParamValidationError
from veilflow.errors import PolicyError
from veilflow_airflow.dag_factory import build_dag

PolicyText = Callable[..., str]
TASKS = {
    "pin": {"classify"},
    "classify": {"protect", "synthesize"},
    "protect": {"validate"},
    "validate": {"publish"},
    "publish": set(),
    "synthesize": {"validate_synthetic"},
    "validate_synthetic": {"publish_synthetic"},
    "publish_synthetic": set(),
}


@pytest.fixture
def dags_folder(tmp_path: Path, repository: Path) -> Path:
    """A dags folder with the repository's DAG files and no policies yet."""
    folder = tmp_path / "dags"
    (folder / "policies").mkdir(parents=True)
    for file in (repository / "dags").glob("*.py"):
        shutil.copy(file, folder)
    return folder


def parse(folder: Path) -> DagBag:
    return DagBag(folder, bundle_path=folder, bundle_name="test")


def test_the_repositorys_own_dags_import_without_errors(repository: Path) -> None:
    bag = parse(repository / "dags")
    assert bag.import_errors == {}
    policies = list((repository / "dags" / "policies").glob("*.yaml"))
    assert policies
    assert len(bag.dags) == len(policies)
    assert "patients" in bag.dags


def test_a_policy_becomes_a_dag(dags_folder: Path, policy_text: PolicyText) -> None:
    schedule = "schedule: {cron: '0 2 * * *', timezone: Europe/Berlin}\n"
    (dags_folder / "policies" / "people.yaml").write_text(policy_text(more=schedule))
    bag = parse(dags_folder)
    assert bag.import_errors == {}
    dag = bag.dags["people"]
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == TASKS
    assert dag.catchup is False
    assert dag.max_active_runs >= 2
    assert dag.tags == {"veilflow", "research", "audit"}
    assert "| Owner | privacy-office |" in (dag.doc_md or "")
    assert "0 2 * * *" in repr(dag.timetable)
    assert "Europe/Berlin" in repr(dag.timetable)
    for task in dag.tasks:
        assert task.owner == "privacy-office"
        assert task.retries == 2
        assert task.retry_delay.total_seconds() >= 10


def test_a_broken_policy_is_shown_and_takes_no_other_dag_down(
    dags_folder: Path, policy_text: PolicyText
) -> None:
    (dags_folder / "policies" / "people.yaml").write_text(policy_text())
    broken = dags_folder / "policies" / "staff.yaml"
    broken.write_text(policy_text("staff", k=1))
    (dags_folder / "policies" / "unreadable.yaml").write_text("dataset: [\n")
    bag = parse(dags_folder)
    assert not bag.dags["people"].tags & {"broken policy"}
    (errors,) = bag.import_errors.items()
    file, text = errors
    # An error under the file that makes the DAGs would retire them all.
    assert file == "veilflow_policy_errors.py"
    assert all(dag.relative_fileloc == "veilflow_policies.py" for dag in bag.dags.values())
    assert f"{broken}:20: anonymize.k: " in text
    assert "unreadable.yaml:" in text


def test_a_policy_that_an_edit_broke_keeps_its_dag_for_runs_under_way(
    dags_folder: Path, policy_text: PolicyText
) -> None:
    (dags_folder / "policies" / "people.yaml").write_text(policy_text(k=1))
    dag = parse(dags_folder).dags["people"]
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == TASKS
    assert "anonymize.k" in (dag.doc_md or "")
    assert "broken policy" in dag.tags
    assert dag.schedule is None


@pytest.mark.parametrize(
    ("field", "value", "accepted"),
    [
        ("k", None, True),
        ("k", 5, True),
        ("k", 50, True),
        ("k", 4, False),
        ("k", -5, False),
        ("k", "7", False),
        ("k", 7.5, False),
        ("trial_rows", None, True),
        ("trial_rows", 1, True),
        ("trial_rows", 0, False),
        ("trial_rows", "all", False),
        ("exhaustive", True, True),
        ("exhaustive", "yes", False),
        ("input", None, True),
        ("input", "2024/march", True),
        ("input", "a..b", True),
        ("input", "..", False),
        ("input", "../other", False),
        ("input", "2024/../../other", False),
        ("input", "2024/..", False),
        ("input", "/etc", False),
        ("input", "", False),
        ("input", "2024\\..\\..", False),
    ],
)
def test_the_form_only_tightens(
    tmp_path: Path, policy_text: PolicyText, field: str, value: Any, accepted: bool
) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(policy_text())
    param = build_dag(path).params.get_param(field)
    assert param.schema["title"]
    assert param.description
    if accepted:
        assert param.resolve(value) == value
    else:
        with pytest.raises(ParamValidationError):
            param.resolve(value)


def test_a_policy_without_k_offers_none(tmp_path: Path, policy_text: PolicyText) -> None:
    text = policy_text().replace("{role: quasi, hierarchy: {intervals: [10, 20]}}", "drop")
    path = tmp_path / "people.yaml"
    path.write_text(text.replace("anonymize:\n  k: 5\n", ""))
    assert set(build_dag(path).params) == {"input", "trial_rows", "exhaustive"}


def test_a_task_of_an_accepted_run_is_not_held_to_a_newer_policy(
    tmp_path: Path, policy_text: PolicyText, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(policy_text(k=50))
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "people")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_TASK_ID", "protect")
    assert build_dag(path).params.get_param("k").resolve(7) == 7


def test_a_task_parses_only_its_own_policy_and_no_errors(
    dags_folder: Path, policy_text: PolicyText, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dags_folder / "policies" / "people.yaml").write_text(policy_text(k=1))
    (dags_folder / "policies" / "staff.yaml").write_text(policy_text("staff"))
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "people")
    bag = parse(dags_folder)
    assert set(bag.dags) == {"people"}
    assert bag.import_errors == {}


def test_build_dag_raises_what_is_wrong_and_takes_overrides(
    tmp_path: Path, policy_text: PolicyText
) -> None:
    path = tmp_path / "people.yaml"
    with pytest.raises(PolicyError, match="no such file"):
        build_dag(path)
    path.write_text(policy_text(k=1))
    with pytest.raises(PolicyError, match=r"people\.yaml:20: anonymize\.k"):
        build_dag(path)
    path.write_text(policy_text())
    dag = build_dag(path, max_active_runs=1, default_args={"retries": 7})
    assert dag.max_active_runs == 1
    assert {task.retries for task in dag.tasks} == {7}
    assert {task.owner for task in dag.tasks} == {"privacy-office"}


HEAVY = ("pyspark", "great_expectations", "sdv", "torch", "boto3", "pandas", "pyarrow")


def test_parsing_and_plugins_import_nothing_heavy(repository: Path) -> None:
    script = f"""
import sys
from airflow import plugins_manager
from airflow.dag_processing.dagbag import DagBag
plugins_manager.ensure_plugins_loaded()
print("plugin", [p.name for p in plugins_manager._get_plugins()[0] if p.name == "veilflow"])
folder = {str(repository / "dags")!r}
bag = DagBag(folder, bundle_path=folder, bundle_name="test")
print("dags", len(bag.dags), len(bag.import_errors))
print("errors", plugins_manager.get_import_errors())
print("heavy", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    told = dict(
        line.split(" ", 1)
        for line in done.stdout.splitlines()
        if line.split(" ")[0] in ("plugin", "dags", "errors", "heavy")
    )
    assert told["plugin"] == "['veilflow']"
    assert told["heavy"] == "[]"
    assert told["errors"] == "{}"
    assert told["dags"].split()[1] == "0"
