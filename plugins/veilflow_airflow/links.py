"""The links from validating and publishing tasks to their privacy report."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

__all__ = [
    "PRIVACY_PREFIX",
    "REPORT_PREFIX",
    "PrivacyReportLink",
    "airflow_address",
    "airflow_path",
    "report_path",
]

REPORT_PREFIX = "/veilflow/reports"
PRIVACY_PREFIX = "/veilflow/privacy"


def report_path(dag_id: str, run_id: str, product: str) -> str:
    """The path below Airflow's address at which the plugin serves a report."""
    return f"{REPORT_PREFIX}/" + "/".join(
        quote(part, safe="") for part in (dag_id, run_id, product)
    )


def airflow_address() -> str:
    """The address of Airflow's web pages, without a trailing slash; empty where none is set."""
    from airflow.sdk.configuration import conf

    return str(conf.get("api", "base_url", fallback="") or "").rstrip("/")


def airflow_path() -> str:
    """The path below which Airflow's web pages are, under whatever name they are reached."""
    return urlsplit(airflow_address()).path.rstrip("/")


class PrivacyReportLink(BaseOperatorLink):
    """The button "Privacy report" on a validating or publishing task."""

    name = "Privacy report"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The report's path on the Airflow that shows the link, under whatever name it is reached.

        The report needs the reader to be logged in there, and is written when a run ends: with
        its publication, or with the refusal.
        """
        product = getattr(operator, "product", "masked")
        return airflow_path() + report_path(ti_key.dag_id, ti_key.run_id, product)
