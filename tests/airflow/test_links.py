"""Where the button "Privacy report" leads."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest
from veilflow_airflow.links import PrivacyReportLink
from veilflow_airflow.operators import PublishOperator
from veilflow_airflow.spark_stage import SparkStageOperator, StageMixin
from veilflow_airflow.validate import ValidateOperator, validate_operator

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
        for made_by in (PublishOperator, ValidateOperator):
            operator = made_by(task_id="task", product=cast(Any, product))
            (link,) = operator.operator_extra_links
            assert isinstance(link, PrivacyReportLink)
            assert link.name == "Privacy report"
            assert link.get_link(operator, ti_key=cast(Any, RUN)) == f"{prefix}{PATH}/{product}"


def test_whoever_submits_validation_is_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEILFLOW_STAGE_OPERATOR", raising=False)
    assert validate_operator() is ValidateOperator
    operator = ValidateOperator(task_id="task", product="synthetic")
    assert (operator.stage, operator.product) == ("validate_synthetic", "synthetic")
    monkeypatch.setenv("VEILFLOW_STAGE_OPERATOR", f"{__name__}:OtherStage")
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(OtherStage=OtherStage))
    kind = validate_operator()
    assert kind is validate_operator()
    assert issubclass(kind, OtherStage) and kind.__name__ == "ValidateOperator"
    other = kind(task_id="task", product="masked", retries=5)
    assert (other.stage, other.retries) == ("validate", 5)
    assert [type(link) for link in other.operator_extra_links] == [PrivacyReportLink]


class OtherStage(SparkStageOperator, StageMixin):
    """Stands in for an operator that submits otherwise."""
