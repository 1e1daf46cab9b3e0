"""Judges a masked release beside the one before it in its series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from veilflow.errors import StageFailed
from veilflow.evidence import Check
from veilflow.spark.judging import JudgeRequest

from veilflow_expectations.difference_plan import K_OF_BOTH, previous_name
from veilflow_expectations.planned import PlannedSuite
from veilflow_expectations.references import References
from veilflow_expectations.runner import run_suite
from veilflow_expectations.suite import build_suite
from veilflow_expectations.views import view_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["judge_difference"]


def judge_difference(
    request: JudgeRequest,
    output: Mapping[str, DataFrame],
    planned: PlannedSuite,
    references: References,
) -> Sequence[Check]:
    """The verdict of one such suite; nothing where there is no earlier release of its tables.

    Two releases can't hide people among more than each of them does: the smaller k counts.
    """
    policy, table = request.policy, planned.table
    assert policy.anonymize is not None
    if not {table, *planned.roots} <= set(request.previous):
        return ()
    unit = policy.unit_column(table)
    if unit is not None and unit not in request.previous[table].columns:
        raise StageFailed(
            f"table {table}: the release before has no column {unit}, by which its people could "
            "be found again.",
            remedy="Give the policy another 'publish: series', or another dataset.",
        )
    references.add_frame(
        previous_name(table), view_frame(policy, request.previous, table, planned.roots)
    )
    k = min(policy.anonymize.k, request.previous_k or policy.anonymize.k)
    view = view_frame(policy, output, table, planned.roots)
    return run_suite(view, build_suite(planned), {K_OF_BOTH: k}).checks
