# Without "from __future__ import annotations", for the reason that report_app.py gives.
"""The page "Privacy": the last validations of every policy whose runs the reader may see.

Static pages over the kept history, without scripts; closed to anyone whom Airflow doesn't let read
the DAG's XComs, which tell the same.
"""

from typing import Any

from veilflow.errors import VeilflowError

from veilflow_airflow.privacy_page import Policy, Validations, overview_page, policy_trend_page
from veilflow_airflow.stages import PIN

__all__ = ["build_privacy_app", "pinned_runs", "validations_of"]

_OVERVIEW, _WHOLE = 5, 30
_RUNS = 200  # DAG runs among which a validation's own is looked for

# No sandbox, unlike a report: inside a frame it would keep the reader's login from the links.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def build_privacy_app() -> Any:
    """The FastAPI application: an overview, and one page a policy."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import (
        DagAccessEntity,
        DagDetails,
    )
    from airflow.api_fastapi.core_api.security import (
        GetUserDep,
        requires_access_dag,
        requires_authenticated,
    )
    from airflow.models.dag import DagModel
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.responses import HTMLResponse

    app = FastAPI(
        title="Veilflow privacy",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(requires_authenticated())],
    )
    allowed = requires_access_dag(method="GET", access_entity=DagAccessEntity.XCOM)

    @app.get("/", response_class=HTMLResponse)
    def overview(user: GetUserDep) -> HTMLResponse:
        manager = get_auth_manager()
        readable = [
            dag_id
            for dag_id in sorted(manager.get_authorized_dag_ids(user=user, method="GET"))
            if manager.is_authorized_dag(
                method="GET",
                access_entity=DagAccessEntity.XCOM,
                details=DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id)),
                user=user,
            )
        ]
        policies = [validations_of(dag_id, _OVERVIEW) for dag_id in readable]
        page = overview_page([policy for policy in policies if policy is not None])
        return HTMLResponse(page, headers=_HEADERS)

    @app.get("/{dag_id}", response_class=HTMLResponse, dependencies=[Depends(allowed)])
    def trend(dag_id: str) -> HTMLResponse:
        policy = validations_of(dag_id, _WHOLE)
        if policy is None:
            raise HTTPException(404, "No run of this DAG has been pinned yet.")
        return HTMLResponse(policy_trend_page(policy), headers=_HEADERS)

    return app


def pinned_runs(dag_id: str) -> dict[str, str]:
    """The runs that the DAG's first task pinned, newest first: URI to the DAG run's id."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select
    from veilflow.pipeline import RunRef

    asked = (
        select(XComModel)
        .where(XComModel.dag_id == dag_id, XComModel.task_id == PIN, XComModel.key == "run")
        .order_by(XComModel.timestamp.desc())
        .limit(_RUNS)
    )
    with create_session() as session:
        rows = [(row.run_id, XComModel.deserialize_value(row)) for row in session.scalars(asked)]
    found: dict[str, str] = {}
    for run_id, uri in rows:
        if isinstance(uri, str) and RunRef.parse(uri).dataset == dag_id:
            found.setdefault(uri, run_id)
    return found


def validations_of(dag_id: str, last: int) -> Policy | None:
    """The last validations of the DAG's dataset, or None if it has pinned no run.

    They are read from the store of the run that was pinned last. What can't be read is said.
    """
    from veilflow.pipeline import RunRef
    from veilflow.pipeline.history import read_history
    from veilflow.store.object_store import open_store

    runs = pinned_runs(dag_id)
    if not runs:
        return None
    reference = RunRef.parse(next(iter(runs)))
    dag_runs = {RunRef.parse(uri).run: run_id for uri, run_id in runs.items()}
    try:
        store = open_store(reference.store)
        found = tuple(
            Validations(product, read_history(store, dag_id, product, last=last))
            for product in ("masked", "synthetic")
        )
    except VeilflowError as error:
        return Policy(dag_id, dag_runs, (), problem=error.message)
    return Policy(dag_id, dag_runs, tuple(each for each in found if each.is_told))
