"""The demo from beginning to end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from veilflow.errors import StageFailed, UsageError, VeilflowError

from veilflow_airflow.demo.client import AirflowClient
from veilflow_airflow.demo.closing import closing_lines, failure_lines
from veilflow_airflow.demo.processes import AirflowProcesses
from veilflow_airflow.demo.progress import TOLD, Progress, Step, seconds_of, stage_line
from veilflow_airflow.demo.sample import ensure_sample
from veilflow_airflow.demo.settings import USER, DemoSettings, airflow_environment, check_port
from veilflow_airflow.stages import PIN

__all__ = ["run_demo"]

SLOWEST_START = 300.0
ORDER = (
    PIN, "classify", "protect", "validate", "publish",
    "synthesize", "validate_synthetic", "publish_synthetic",
)  # fmt: skip


def run_demo(settings: DemoSettings, progress: Progress, *, once: bool) -> int:
    """Run the pipeline and return the exit code; without ``once`` Airflow stays up until stopped.

    Raises VeilflowError if something is missing or Airflow can't be started.
    """
    environment = airflow_environment(settings)
    check_port(settings)
    settings.airflow_home.mkdir(parents=True, exist_ok=True)
    with _only_demo(settings), AirflowProcesses(environment, settings.logs) as airflow:
        try:
            is_first = not (settings.airflow_home / "airflow.db").exists()
            airflow.start("db", "migrate")
            ensure_sample(settings, progress)
            with progress.step("Airflow's database") as step:
                step.update("creating its tables" if is_first else "checking its version")
                airflow.finish("db")
            client = _start(settings, airflow, progress)
            code = _run_pipeline(settings, airflow, client, progress)
            _tell_login(settings, progress, once=once)
            while not once:
                airflow.check()
                time.sleep(1.0)
        finally:
            progress.say("Stopping Airflow ...")
            airflow.stop()
            shutil.rmtree(settings.airflow_home / "spark", ignore_errors=True)
    return code


def _start(settings: DemoSettings, airflow: AirflowProcesses, progress: Progress) -> AirflowClient:
    """Start Airflow and wait until it has parsed the demo's DAG."""
    started = time.time()
    with progress.step(f"Airflow on {settings.url}") as step:
        for component in ("api-server", "scheduler", "dag-processor"):
            airflow.start(component)
        client = AirflowClient(settings.url)
        _wait(airflow, step, lambda: _unhealthy(client))
        client.log_in(USER, settings.password())
        _wait(airflow, step, lambda: _unparsed(client, settings.dag_id, started))
    for error in client.import_errors():
        last = str(error["stack_trace"]).strip().splitlines()[-1]
        progress.say(f"  Airflow couldn't import {error['filename']}: {last}")
    return client


def _wait(airflow: AirflowProcesses, step: Step, what_is_missing: Any) -> None:
    deadline = time.monotonic() + SLOWEST_START
    while missing := what_is_missing():
        airflow.check()
        step.update(f"waiting for {missing}")
        if time.monotonic() > deadline:
            raise StageFailed(
                f"Airflow isn't ready after {SLOWEST_START:.0f} s: still waiting for {missing}.",
                remedy=f"Look into {airflow.log_file('scheduler').parent}.",
            )
        time.sleep(0.5)


def _unhealthy(client: AirflowClient) -> str:
    health = client.health()
    if not health:
        return "the web server"
    needed = ("metadatabase", "scheduler", "dag_processor")
    return ", ".join(part for part in needed if health.get(part) != "healthy")


def _unparsed(client: AirflowClient, dag_id: str, since: float) -> str:
    import datetime as dt

    dag = client.dag(dag_id)
    parsed = dag and dag.get("last_parsed_time")
    if parsed and dt.datetime.fromisoformat(parsed).timestamp() >= since:
        return ""
    return f"the DAG {dag_id}"


def _run_pipeline(
    settings: DemoSettings, airflow: AirflowProcesses, client: AirflowClient, progress: Progress
) -> int:
    dag_id = settings.dag_id
    client.unpause(dag_id)
    run_id = client.trigger(dag_id)
    progress.say(f"Run {run_id} of {dag_id}")
    state = "unknown"
    try:
        told = _watch(client, airflow, progress, dag_id, run_id)
        state = client.run_state(dag_id, run_id)
    finally:
        if state not in ("success", "failed"):
            _give_up(client, dag_id, run_id)
    progress.say()
    released = list(closing_lines(told))
    for line in released:
        progress.say(line)
    if state == "success":
        return 0
    failed = [task for task in client.tasks(dag_id, run_id) if task["state"] == "failed"]
    for task in failed:
        failure = client.xcom(dag_id, run_id, task["task_id"], "failure")
        for line in failure_lines(task, failure):
            progress.say(line)
    if not released:
        progress.say("Nothing new was released; the last good release stays current.")
    return 1


def _give_up(client: AirflowClient, dag_id: str, run_id: str) -> None:
    """Close a run that the demo abandons, so that the next demo's Airflow doesn't go on with it."""
    try:
        client.fail_run(dag_id, run_id)
    except VeilflowError:
        pass


def _watch(
    client: AirflowClient,
    airflow: AirflowProcesses,
    progress: Progress,
    dag_id: str,
    run_id: str,
) -> dict[str, dict[str, Any]]:
    """Show each stage as it ends; returns what the stages told."""
    told: dict[str, dict[str, Any]] = {}
    seen: dict[str, str] = {}
    with progress.watching("The pipeline runs") as step:
        is_plain = not step.is_redrawn
        while True:
            airflow.check()
            is_over = client.run_state(dag_id, run_id) in ("success", "failed")
            tasks = sorted(client.tasks(dag_id, run_id), key=_position)
            for task in tasks:
                name, state = str(task["task_id"]), str(task["state"])
                is_new = seen.get(name) != state
                seen[name] = state
                if not is_new or not (state in TOLD or is_plain and state == "running"):
                    continue
                if state == "success":
                    told[name] = client.xcom(dag_id, run_id, name) or {}
                progress.say(stage_line(task, told.get(name)).text())
            if is_over:
                return told
            step.tick(_running(tasks))
            time.sleep(1.0)


def _position(task: dict[str, Any]) -> int:
    name = task["task_id"]
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _running(tasks: list[dict[str, Any]]) -> str:
    parts = [
        f"{task['task_id']} {seconds_of(task) or 0:.0f} s"
        for task in tasks
        if task["state"] == "running"
    ]
    return ", ".join(parts) or "waiting for Airflow's scheduler"


def _tell_login(settings: DemoSettings, progress: Progress, *, once: bool) -> None:
    stopped = " (while 'make demo' runs)" if once else ""
    progress.say(f"Airflow  {settings.url}/dags/{settings.dag_id}{stopped}")
    progress.say(f"Login    {USER} / {settings.password()}")
    if not once:
        progress.say("Press Ctrl-C to stop Airflow.")


@contextmanager
def _only_demo(settings: DemoSettings) -> Iterator[None]:
    """Hold the folder: two schedulers on one SQLite file would trip over each other."""
    import fcntl

    with (settings.airflow_home / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                f"Another demo runs in {settings.home}.",
                remedy="Stop it, or give this one a folder of its own: VEILFLOW_HOME=...",
            ) from None
        yield
