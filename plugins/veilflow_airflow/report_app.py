# Without "from __future__ import annotations": with it FastAPI can take a dependency of a nested
# function for a query parameter, and the check of who is asking is gone.
"""Privacy reports over HTTP, for whoever Airflow lets read the DAG's XComs.

Airflow doesn't ask a plugin's application who is there, so this one does, with Airflow's own
dependency on the application as a whole; it has no schema or documentation pages.
"""

from typing import Any, Literal

from veilflow.errors import VeilflowError

__all__ = ["ReportApp", "build_app"]

Product = Literal["masked", "synthetic"]

# A report is one self-contained page. It may style itself and show its own pictures, and can
# neither run scripts nor load or send anything.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class ReportApp:
    """An ASGI application that builds the real one at the first request.

    Workers and the scheduler load the plugin too and never serve a page.
    """

    def __init__(self, build: Any = None) -> None:
        self._build = build or build_app
        self._app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if self._app is None:
            self._app = self._build()
        await self._app(scope, receive, send)


def build_app() -> Any:
    """The FastAPI application with its one page, closed to anyone who may not read the DAG."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.responses import HTMLResponse

    allowed = requires_access_dag(method="GET", access_entity=DagAccessEntity.XCOM)
    app = FastAPI(
        title="Veilflow reports",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(allowed)],
    )

    @app.get("/{dag_id}/{run_id}/{product}", response_class=HTMLResponse)
    def report(dag_id: str, run_id: str, product: Product) -> HTMLResponse:
        uri = pinned_run_uri(dag_id, run_id)
        if uri is None:
            raise HTTPException(404, "This DAG run has pinned no run yet.")
        try:
            page = read_report(uri, product)
        except VeilflowError as error:
            raise HTTPException(503, error.message) from None
        if page is None:
            raise HTTPException(404, "This run has no report yet: it is written at its end.")
        return HTMLResponse(page, headers=_HEADERS)

    return app


def pinned_run_uri(dag_id: str, run_id: str) -> str | None:
    """The run that a DAG run's first task pinned, if it belongs to that DAG's dataset."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from veilflow.pipeline import RunRef

    from veilflow_airflow.stages import PIN

    asked = XComModel.get_many(key="run", run_id=run_id, dag_ids=dag_id, task_ids=PIN, limit=1)
    with create_session() as session:
        row = session.scalars(asked).first()
        uri = None if row is None else XComModel.deserialize_value(row)
    return uri if isinstance(uri, str) and RunRef.parse(uri).dataset == dag_id else None


def read_report(uri: str, product: Product) -> str | None:
    """The report of a run as its last stage left it: beside the release, or for a refused run."""
    from veilflow.pipeline import open_run
    from veilflow.pipeline.paths import release_name, release_prefix, run_prefix
    from veilflow.store.object_store import ObjectNotFound

    run = open_run(uri)
    dataset, name = run.record.dataset, run.record.run
    for place in (
        f"{release_prefix(dataset, release_name(name, product))}/report.html",
        f"{run_prefix(dataset, name)}/{product}-report.html",
    ):
        try:
            return run.store.get(place).data.decode()
        except ObjectNotFound:
            continue
    return None
