"""Metric ``veilflow.column_findings``: what columns hold, all that are asked for in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from veilflow_expectations.column_findings import column_findings
from veilflow_expectations.column_scan import ColumnFindings
from veilflow_expectations.gx import TableMetricProvider
from veilflow_expectations.references import current_references
from veilflow_expectations.together import Together

__all__ = ["COLUMN_FINDINGS"]

COLUMN_FINDINGS = "veilflow.column_findings"


def _compute(frame: Any, asked: Sequence[dict[str, Any]]) -> list[ColumnFindings]:
    types = current_references().types
    return column_findings(frame, [one["column"] for one in asked], types)


_together = Together(COLUMN_FINDINGS, _compute)


class ColumnFindingsMetric(TableMetricProvider):
    """What ``column`` holds: a ColumnFindings."""

    metric_name = COLUMN_FINDINGS
    value_keys = ("column",)
    _pandas = _together.pandas
    _spark = _together.spark
