"""Where the button "Privacy report" leads."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from veilflow_airflow.links import PrivacyReportLink
from veilflow_airflow.operators import PublishOperator

RUN = SimpleNamespace(dag_id="patients", run_id="manual__2026-01-01T00:00:00+00:00")
PATH = "/veilflow/reports/patients/manual__2026-01-01T00%3A00%3A00%2B00%3A00"


@pytest.mark.parametrize(
    ("base_url", "prefix"),
    [
        ("", ""),
        ("http://127.0.0.1:8080", ""),
        ("https://airflow.example/", ""),
        ("https://example.org/teams/airflow/", "/teams/airflow"),
    ],
)
def test_the_link_is_a_path_below_airflows_own(
    monkeypatch: pytest.MonkeyPatch, base_url: str, prefix: str
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base_url)
    for product in ("masked", "synthetic"):
        operator = PublishOperator(task_id="publish", product=cast(Any, product))
        (link,) = operator.operator_extra_links
        assert isinstance(link, PrivacyReportLink)
        assert link.name == "Privacy report"
        assert link.get_link(operator, ti_key=cast(Any, RUN)) == f"{prefix}{PATH}/{product}"
