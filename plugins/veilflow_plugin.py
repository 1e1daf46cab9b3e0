"""The Airflow plugin: serves privacy reports and trends to people who may see the DAG."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin
from veilflow_airflow.links import PRIVACY_PREFIX, REPORT_PREFIX, PrivacyReportLink, airflow_path
from veilflow_airflow.privacy_app import build_privacy_app
from veilflow_airflow.report_app import ReportApp


class VeilflowPlugin(AirflowPlugin):  # type: ignore[misc]
    """Loaded by every Airflow process, so nothing is built here before it is asked for."""

    name = "veilflow"
    operator_extra_links: list[Any] = [PrivacyReportLink()]
    fastapi_apps: list[Any] = [
        {"name": "Veilflow reports", "app": ReportApp(), "url_prefix": REPORT_PREFIX},
        {
            "name": "Veilflow privacy",
            "app": ReportApp(build_privacy_app),
            "url_prefix": PRIVACY_PREFIX,
        },
    ]
    external_views: list[Any] = [
        {
            "name": "Privacy",
            "href": f"{airflow_path()}{PRIVACY_PREFIX}/",
            "destination": "nav",
            "url_route": "privacy",
        }
    ]
