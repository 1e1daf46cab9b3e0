"""One DAG per policy.

Every DAG has the same tasks; a policy without ``synthesize`` skips that branch when it runs. So
no edit of a policy takes a task away from a run under way, and a policy that an edit broke keeps
its DAG: runs under way go on by what they pinned, new ones refuse at their first task.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from airflow.sdk import (
    DAG,
    CronTriggerTimetable,
    TaskGroup,
    get_parsing_context,
)
from veilflow.errors import PolicyError
from veilflow.policy import Policy

from veilflow_airflow.form import execution_form, trigger_form
from veilflow_airflow.launch import stage_operator
from veilflow_airflow.operators import PinOperator, PublishOperator
from veilflow_airflow.policies import PolicyFile, read_policies
from veilflow_airflow.policy_page import broken_policy_page, policy_page
from veilflow_airflow.run_end import tell_run_failed
from veilflow_airflow.stages import PIN, SPARK_STAGES
from veilflow_airflow.validate import validate_operator

__all__ = ["build_dag", "build_dags"]

# Unpausing a DAG in the afternoon doesn't release last night's data unasked; a parse in the minute
# after the hour, before the scheduler acted, doesn't lose the run of that hour.
GRACE = dt.timedelta(minutes=1)
# Runs never share a path, so they may overlap; more at once than this only slow each other down.
MOST_RUNS_AT_ONCE = 4


def build_dags(folder: str | Path) -> Iterator[DAG]:
    """A DAG for every policy in ``folder``; in a task's process only the one that it belongs to.

    A policy that can't be used takes no other DAG down.
    """
    wanted = get_parsing_context().dag_id
    for file in read_policies(Path(folder)):
        if file.dataset is not None and wanted in (None, file.dataset):
            yield _build(file)


def build_dag(path: str | Path, **overrides: Any) -> DAG:
    """The DAG of one policy. Raises PolicyError, with each problem located, if it is broken.

    ``overrides`` go to the DAG: ``default_args={"retries": 5}``, ``max_active_runs=1``.
    """
    path = Path(path)
    for file in read_policies(path.parent):
        if file.path == path:
            if file.loaded is None:
                raise PolicyError(file.problems)
            return _build(file, **overrides)
    raise PolicyError(f"{path}: there is no such file")


def _build(file: PolicyFile, **overrides: Any) -> DAG:
    assert file.dataset is not None
    settings: dict[str, Any] = {
        "catchup": False,
        "max_active_runs": MOST_RUNS_AT_ONCE,
        "on_failure_callback": tell_run_failed,
    }
    if file.loaded is None:
        settings |= _broken_settings(file)
    else:
        settings |= _sound_settings(file.loaded.policy, file.path)
    if get_parsing_context().dag_id is not None:
        settings["params"] = execution_form()
    default_args = {
        "retries": 2,
        "retry_delay": dt.timedelta(seconds=30),
        "retry_exponential_backoff": True,
        **settings.pop("default_args", {}),
        **overrides.pop("default_args", {}),
    }
    with DAG(file.dataset, default_args=default_args, **{**settings, **overrides}) as dag:
        _tasks(file.path)
    return dag


def _sound_settings(policy: Policy, path: Path) -> dict[str, Any]:
    schedule = policy.schedule
    return {
        "description": policy.purpose.purpose,
        "doc_md": policy_page(policy, path.name),
        "tags": {"veilflow", *policy.purpose.recipients},
        "params": trigger_form(policy),
        "schedule": None
        if schedule is None
        else CronTriggerTimetable(schedule.cron, timezone=schedule.timezone, run_immediately=GRACE),
        "default_args": {"owner": policy.purpose.owner},
    }


def _broken_settings(file: PolicyFile) -> dict[str, Any]:
    return {
        "description": f"{file.path.name} can't be used as written; see the import errors",
        "doc_md": broken_policy_page(file.path.name, file.problems),
        "tags": {"veilflow", "broken policy"},
        "params": execution_form(),
        "schedule": None,
    }


def _tasks(path: Path) -> None:
    pin = PinOperator(
        task_id=PIN,
        policy=str(path),
        doc_md="Fix policy, source and parameters of this run",
    )
    classify = _spark_task("classify")
    pin >> classify >> _spark_task("protect") >> _validate("validate") >> _publish("publish")
    # Collapsed in the UI; skipped as a whole where the policy asks for no synthetic data.
    with TaskGroup("synthetic", prefix_group_id=False, tooltip="Synthetic data, if asked for"):
        synthesize = _spark_task("synthesize")
        synthesize >> _validate("validate_synthetic") >> _publish("publish_synthetic")
    classify >> synthesize


def _spark_task(stage: str) -> Any:
    return stage_operator()(stage=stage, task_id=stage, doc_md=SPARK_STAGES[stage].title)


def _validate(stage: str) -> Any:
    product = "masked" if stage == "validate" else "synthetic"
    return validate_operator()(product=product, task_id=stage, doc_md=SPARK_STAGES[stage].title)


def _publish(stage: str) -> PublishOperator:
    return PublishOperator(
        task_id=stage,
        product="masked" if stage == "publish" else "synthetic",
        doc_md="Publish what was validated by one signed manifest",
    )
