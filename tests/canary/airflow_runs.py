"""Run by test_airflow.py in a process of its own: DAG runs in a real Airflow, then its end.

    python airflow_runs.py REPOSITORY HOME PORT DAG...

Writes each run's task states to HOME/states.json.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from veilflow_airflow.demo.client import AirflowClient
from veilflow_airflow.demo.processes import AirflowProcesses
from veilflow_airflow.demo.settings import USER, DemoSettings, airflow_environment

_LIMIT = 1200


def main(repository: Path, home: Path, port: int, dags: list[str]) -> None:
    settings = DemoSettings(repository, home, port)
    with AirflowProcesses(airflow_environment(settings), settings.logs) as airflow:
        airflow.start("db", "migrate")
        airflow.finish("db")
        for component in ("api-server", "scheduler", "dag-processor"):
            airflow.start(component)
        client = AirflowClient(settings.url)
        _until(lambda: set(client.health().values()) == {"healthy"} and len(client.health()) >= 3)
        client.log_in(USER, settings.password())
        _until(lambda: all(client.dag(dag) for dag in dags))
        runs = {}
        for dag in dags:
            client.unpause(dag)
            runs[dag] = client.trigger(dag)
        ended = ("success", "failed")
        _until(lambda: all(client.run_state(dag, run) in ended for dag, run in runs.items()))
        states = {
            dag: {task["task_id"]: task["state"] for task in client.tasks(dag, run)}
            for dag, run in runs.items()
        }
        (home / "states.json").write_text(json.dumps(states))


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + _LIMIT
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("Airflow took too long")
        time.sleep(0.5)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
