"""The report page inside a real Airflow web application: who gets it, and who doesn't."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from veilflow.evidence import Check, StageEvidence
from veilflow.pipeline import RunParameters, open_run, pin, run_id_for
from veilflow.pipeline.history import remember
from veilflow.pipeline.paths import run_prefix
from veilflow.sample_data import write_hospital
from veilflow_airflow.links import report_path
from veilflow_airflow.stages import PIN

pytestmark = pytest.mark.airflow
RUN_ID = "manual__2026-01-01T00:00:00+00:00"
PAGE = "<!doctype html><title>report</title>"


@pytest.fixture(scope="module")
def web(
    airflow_database: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """Airflow's web application over a database with one run that has a report."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from starlette.testclient import TestClient

    home = tmp_path_factory.mktemp("veilflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VEILFLOW_HOME", str(home))
        write_hospital(home / "sample", 100, 1)
        policy = repository / "dags" / "policies" / "patients.yaml"
        uri = pin(policy, run_id_for(RUN_ID), RunParameters()).uri
        _record_dag_run("patients", RUN_ID, uri)
        _record_dag_run("staff", RUN_ID, uri)
        run = open_run(uri)
        place = run_prefix(run.record.dataset, run.record.run)
        run.store.put(f"{place}/masked-report.html", PAGE.encode())
        remember(run, "masked", _judged(run), passed=False)
        with TestClient(create_app("core")) as client:
            yield client
        purge_cached_app()


def _judged(run: Any) -> StageEvidence:
    check = Check(
        name="k-anonymity", table="patients", passed=False, observed=4, bound=5, sentence="Classes."
    )
    return StageEvidence(
        stage="validate",
        run=run.record.run,
        dataset="patients",
        policy_sha256=run.record.policy_sha256,
        started=run.record.created,
        seconds=1,
        cpu_seconds=1,
        checks=(check,),
    )


def _record_dag_run(dag_id: str, run_id: str, uri: str) -> None:
    """What a DAG run leaves in Airflow's database once its first task has pinned a run."""
    import datetime as dt

    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.models.dagrun import DagRun
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.models.xcom import XComModel
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG
    from airflow.serialization.serialized_objects import DagSerialization, LazyDeserializedDAG
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    with DAG(dag_id) as dag:
        EmptyOperator(task_id=PIN)
    with create_session() as session:
        if session.get(DagBundleModel, "test") is None:
            session.add(DagBundleModel(name="test"))
            session.flush()
        if session.get(DagModel, dag_id) is None:
            session.add(DagModel(dag_id=dag_id, bundle_name="test"))
            session.flush()
        SerializedDagModel.write_dag(
            LazyDeserializedDAG.from_dag(dag), bundle_name="test", session=session
        )
        session.flush()
        DagSerialization.from_dict(DagSerialization.to_dict(dag)).create_dagrun(
            run_id=run_id,
            run_after=dt.datetime.now(dt.UTC),
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state="running",
            session=session,
        )
        session.flush()
        XComModel.set(
            key="run", value=uri, task_id=PIN, dag_id=dag_id, run_id=run_id, session=session
        )
        assert session.query(DagRun).filter_by(dag_id=dag_id).one()


@pytest.fixture(scope="module")
def tokens(web: Any, airflow_database: Path) -> dict[str, dict[str, str]]:
    """A header for each user of this Airflow, and a forged one."""
    file = airflow_database / "simple_auth_manager_passwords.json.generated"
    headers = {"forged": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}, "nobody": {}}
    for user, password in json.loads(file.read_text()).items():
        answer = web.post("/auth/token", json={"username": user, "password": password})
        headers[user] = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return headers


@pytest.mark.parametrize(
    ("user", "status"), [("nobody", 401), ("forged", 403), ("viewer", 200), ("admin", 200)]
)
def test_only_people_who_may_read_the_dag_get_its_report(
    web: Any, tokens: dict[str, dict[str, str]], user: str, status: int
) -> None:
    answer = web.get(report_path("patients", RUN_ID, "masked"), headers=tokens[user])
    assert answer.status_code == status
    assert (answer.text == PAGE) == (status == 200)


def test_a_report_can_run_nothing_and_load_nothing(
    web: Any, tokens: dict[str, dict[str, str]]
) -> None:
    answer = web.get(report_path("patients", RUN_ID, "masked"), headers=tokens["viewer"])
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (report_path("patients", RUN_ID, "synthetic"), 404),
        (report_path("patients", "another run", "masked"), 404),
        (report_path("~", RUN_ID, "masked"), 404),
        # The run that this DAG run names belongs to another dataset.
        (report_path("staff", RUN_ID, "masked"), 404),
        (report_path("patients", RUN_ID, "raw"), 422),
        (report_path("patients", "../" + RUN_ID, "masked"), 404),
        ("/veilflow/reports/docs", 404),
        ("/veilflow/reports/openapi.json", 404),
    ],
)
def test_nothing_else_is_served(
    web: Any, tokens: dict[str, dict[str, str]], path: str, status: int
) -> None:
    answer = web.get(path, headers=tokens["admin"])
    assert answer.status_code == status
    assert PAGE not in answer.text


def test_a_links_path_is_escaped() -> None:
    assert report_path("patients", "manual__2026-01-01T00:00:00+00:00", "masked") == (
        "/veilflow/reports/patients/manual__2026-01-01T00%3A00%3A00%2B00%3A00/masked"
    )
    assert "/../" not in report_path("patients", "a/../b", "masked")


FIGURE = "failed: k-anonymity on patients: found 4, bound 5"


@pytest.mark.parametrize("page", ["/veilflow/privacy/", "/veilflow/privacy/patients"])
@pytest.mark.parametrize(
    ("user", "status"), [("nobody", 401), ("forged", 403), ("viewer", 200), ("admin", 200)]
)
def test_trends_are_for_people_who_may_read_the_dag(
    web: Any, tokens: dict[str, dict[str, str]], page: str, user: str, status: int
) -> None:
    answer = web.get(page, headers=tokens[user])
    assert answer.status_code == status
    assert (FIGURE in answer.text) == (status == 200)
    if status == 200:
        assert f'href="{report_path("patients", RUN_ID, "masked")}"' in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "script" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["staff", "~", "nobody", "docs", "openapi.json", "patients/x"])
def test_there_are_no_other_trends(web: Any, tokens: dict[str, dict[str, str]], path: str) -> None:
    answer = web.get(f"/veilflow/privacy/{path}", headers=tokens["admin"])
    assert answer.status_code == 404
    assert FIGURE not in answer.text


def test_a_policy_that_may_not_be_read_is_left_out(
    web: Any, tokens: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.api_fastapi.app import get_auth_manager

    def only_the_dag(*_: object, access_entity: object = None, **__: object) -> bool:
        return access_entity is None

    monkeypatch.setattr(type(get_auth_manager()), "is_authorized_dag", only_the_dag)
    answer = web.get("/veilflow/privacy/", headers=tokens["viewer"])
    assert answer.status_code == 200 and FIGURE not in answer.text
    assert web.get("/veilflow/privacy/patients", headers=tokens["viewer"]).status_code == 403


def test_the_page_is_in_the_navigation(web: Any, tokens: dict[str, dict[str, str]]) -> None:
    plugins = web.get("/api/v2/plugins", headers=tokens["admin"]).json()["plugins"]
    (ours,) = [plugin for plugin in plugins if plugin["name"] == "veilflow"]
    (view,) = ours["external_views"]
    assert (view["name"], view["destination"]) == ("Privacy", "nav")
    assert web.get(view["href"], headers=tokens["viewer"]).status_code == 200
