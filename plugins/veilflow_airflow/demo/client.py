"""The part of Airflow's REST API that the demo needs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from veilflow.errors import StageFailed

__all__ = ["AirflowClient"]


class AirflowClient:
    """Talks to one Airflow as one user. Raises StageFailed when Airflow says no."""

    def __init__(self, url: str) -> None:
        import httpx

        self._http = httpx.Client(base_url=url, timeout=30.0, trust_env=False)

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def health(self) -> dict[str, str]:
        """The state of each component, empty as long as nobody answers."""
        import httpx

        try:
            answer = self._http.get("/api/v2/monitor/health", timeout=5.0)
            parts = answer.json() if answer.is_success else {}
        except (httpx.HTTPError, ValueError):
            return {}
        return {name: part["status"] for name, part in parts.items() if part.get("status")}

    def log_in(self, user: str, password: str) -> None:
        """Get a token and use it from now on."""
        answer = self._ask("POST", "/auth/token", json={"username": user, "password": password})
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def dag(self, dag_id: str) -> dict[str, Any] | None:
        """The DAG, or None as long as Airflow hasn't parsed it."""
        found: dict[str, Any] | None = self._ask(
            "GET", f"/api/v2/dags/{_part(dag_id)}", missing_is_none=True
        )
        return found

    def import_errors(self) -> list[dict[str, Any]]:
        """What Airflow couldn't import."""
        errors: list[dict[str, Any]] = self._ask("GET", "/api/v2/importErrors")["import_errors"]
        return errors

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs start."""
        self._ask("PATCH", f"/api/v2/dags/{_part(dag_id)}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run and return its id."""
        body = {"logical_date": None, "conf": conf or {}}
        run = self._ask("POST", f"/api/v2/dags/{_part(dag_id)}/dagRuns", json=body)
        return str(run["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """queued, running, success or failed."""
        return str(self._ask("GET", _run(dag_id, run_id))["state"])

    def fail_run(self, dag_id: str, run_id: str) -> None:
        """Mark the run failed; Airflow then ends its tasks."""
        self._ask("PATCH", _run(dag_id, run_id), json={"state": "failed"})

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The run's task instances."""
        tasks: list[dict[str, Any]] = self._ask("GET", f"{_run(dag_id, run_id)}/taskInstances")[
            "task_instances"
        ]
        return tasks

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value") -> Any:
        """What a task left under ``key``, or None."""
        place = f"{_run(dag_id, run_id)}/taskInstances/{_part(task_id)}/xcomEntries/{_part(key)}"
        answer = self._ask("GET", f"{place}?stringify=false", missing_is_none=True)
        return None if answer is None else answer["value"]

    def _ask(self, method: str, place: str, *, missing_is_none: bool = False, **more: Any) -> Any:
        import httpx

        try:
            answer = self._http.request(method, place, **more)
        except httpx.HTTPError as error:
            raise StageFailed(
                f"Airflow doesn't answer {method} {place} ({type(error).__name__})."
            ) from None
        if missing_is_none and answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_error:
            raise StageFailed(
                f"Airflow answered {method} {place} with {answer.status_code}: {answer.text[:300]}"
            )
        return answer.json()


def _run(dag_id: str, run_id: str) -> str:
    return f"/api/v2/dags/{_part(dag_id)}/dagRuns/{_part(run_id)}"


def _part(text: str) -> str:
    return quote(text, safe="")
