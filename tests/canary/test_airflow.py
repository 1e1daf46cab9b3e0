"""The canaries in a real Airflow: its database, XCom, task logs, and its own processes' output.

One DAG run that releases and one that fails in a worker, by the real scheduler and spark-submit.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.canary.cases import ALLOWED, broken_code, full_policy, small_table
from tests.canary.forms import text_needle
from tests.canary.harness import Harness
from tests.canary.keys import key_needles
from tests.canary.leaks import find_leaks
from tests.canary.sample import Sample, make_sample

pytestmark = [pytest.mark.airflow, pytest.mark.spark, pytest.mark.slow]

MODULES = Path(__file__).parent / "modules"
DAGS = """
from pathlib import Path

from veilflow_airflow.dag_factory import build_dag

for path in sorted(Path({policies!r}).glob("*.yaml")):
    dag = build_dag(path, default_args={{"retries": 0}})
    globals()[dag.dag_id] = dag
"""


@dataclass
class Airflow:
    """What is left of an Airflow that ran two DAGs."""

    sample: Sample
    harness: Harness
    states: dict[str, dict[str, str]]

    @property
    def home(self) -> Path:
        """AIRFLOW_HOME."""
        return self.harness.home / "airflow"

    def xcoms(self) -> dict[tuple[str, str, str], str]:
        """Every XCom by DAG, task and key."""
        query = "select dag_id, task_id, key, value from xcom"
        with closing(sqlite3.connect(self.home / "airflow.db")) as database:
            return {(dag, task, key): value for dag, task, key, value in database.execute(query)}

    def task_log(self, dag: str, task: str) -> str:
        """All that the task's log holds."""
        found = (self.home / "logs" / f"dag_id={dag}").rglob(f"task_id={task}/*.log")
        return "\n".join(path.read_text() for path in found)


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Airflow:
    folder = tmp_path_factory.mktemp("airflow")
    sample = make_sample(folder)
    small_table(sample)
    full_policy(sample, synthesize=False)
    unwanted = {case.policy for name, case in broken_code(sample).items() if name != "raises"}
    for policy in unwanted:
        policy.unlink()
    clone = folder / "clone"
    (clone / "dags").mkdir(parents=True)
    (clone / "plugins").symlink_to(repository / "plugins")
    (clone / "dags" / "canaries.py").write_text(DAGS.format(policies=str(sample.policies)))
    harness = Harness(folder / "machine", "local[2]", MODULES)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = Path(__file__).with_name("airflow_runs.py")
    command = [sys.executable, str(script), str(clone), str(harness.home), str(port)]
    code = harness.watched([*command, "full", "raises"], **ALLOWED)
    assert code == 0, (harness.folder / "logs" / "process-0.out").read_text()[-3000:]
    states = json.loads((harness.home / "states.json").read_text())
    return Airflow(sample, harness, states)


def test_one_run_released_and_one_broke(airflow: Airflow) -> None:
    full, raises = airflow.states["full"], airflow.states["raises"]
    assert {task: state for task, state in full.items() if state != "success"} == {
        "synthesize": "skipped",
        "validate_synthetic": "skipped",
        "publish_synthetic": "skipped",
    }
    assert (raises["classify"], raises["protect"]) == ("success", "failed")
    assert "117 rows out" in airflow.task_log("full", "protect")
    assert "column name, MaskInWorker: LookupError" in airflow.task_log("raises", "protect")
    xcoms = airflow.xcoms()
    assert ("full", "publish", "return_value") in xcoms
    assert "protect" in xcoms["raises", "protect", "failure"]


def test_no_raw_value_is_in_airflow(airflow: Airflow) -> None:
    sample = airflow.sample
    needles = [*sample.hidden, *sample.released, text_needle("any canary", sample.stem)]
    assert find_leaks([airflow.harness.folder], needles) == []


def test_no_key_is_in_airflow(airflow: Airflow) -> None:
    needles = key_needles(airflow.harness)
    assert {"key", "masking", "digest", "KEK"} <= {one.label.split()[0] for one in needles}
    assert airflow.harness.search(needles, keys=True) == []


def test_a_value_in_a_task_log_or_an_xcom_would_be_found(airflow: Airflow) -> None:
    logged = find_leaks([airflow.home / "logs"], [text_needle("a log's text", "117 rows out")])
    assert any("task_id=protect" in leak.where for leak in logged)
    stored = find_leaks([airflow.home / "airflow.db"], [text_needle("a key's id", "full/release/")])
    assert any(leak.where.endswith("!xcom") for leak in stored)
