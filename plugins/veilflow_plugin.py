"""The Airflow plugin: serves privacy reports to people who may see the DAG."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin
from veilflow_airflow.links import REPORT_PREFIX, PrivacyReportLink
from veilflow_airflow.report_app import ReportApp


class VeilflowPlugin(AirflowPlugin):  # type: ignore[misc]
    """Loaded by every Airflow process, so nothing is built here before it is asked for."""

    name = "veilflow"
    operator_extra_links: list[Any] = [PrivacyReportLink()]
    fastapi_apps: list[Any] = [
        {"name": "Veilflow reports", "app": ReportApp(), "url_prefix": REPORT_PREFIX}
    ]
