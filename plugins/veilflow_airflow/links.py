"""The link from a publishing task to its privacy report."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

__all__ = ["REPORT_PREFIX", "PrivacyReportLink", "report_path"]

REPORT_PREFIX = "/veilflow/reports"


def report_path(dag_id: str, run_id: str, product: str) -> str:
    """The path below Airflow's address at which the plugin serves a report."""
    return f"{REPORT_PREFIX}/" + "/".join(
        quote(part, safe="") for part in (dag_id, run_id, product)
    )


class PrivacyReportLink(BaseOperatorLink):
    """The button "Privacy report" on a publishing task."""

    name = "Privacy report"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The report's path on the Airflow that shows the link, under whatever name it is reached.

        The report needs the reader to be logged in there.
        """
        from airflow.sdk.configuration import conf

        prefix = urlsplit(str(conf.get("api", "base_url", fallback="") or "")).path.rstrip("/")
        product = getattr(operator, "product", "masked")
        return prefix + report_path(ti_key.dag_id, ti_key.run_id, product)
