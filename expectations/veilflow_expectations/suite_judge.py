"""The judge of suites: runs suites that a person chose on an output, alone or beside the source.

A suite that only asks about the output is run on the output. One that compares with the source
goes the judge's own way, so that the same suite gives the same verdict as at the release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from veilflow.errors import StageFailed, UsageError, VeilflowError
from veilflow.evidence import Check
from veilflow.policy import Policy
from veilflow.spark.reading import quoted
from veilflow.spark.redaction import stage_errors
from veilflow.spark.suite_judging import NotJudged, SuiteJudgement, SuiteRequest

from veilflow_expectations.given_suites import expectations_of, given_suites, split_by_need
from veilflow_expectations.judge import judge
from veilflow_expectations.nested_judging import leaf_frame, nested_of
from veilflow_expectations.nested_plan import NESTED
from veilflow_expectations.planned import PlannedSuite
from veilflow_expectations.runner import META, run_suite
from veilflow_expectations.suite import build_suite
from veilflow_expectations.view_plan import sensitive_columns, view_roots
from veilflow_expectations.views import view_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["judge_suites"]

# An expectation with the suite that asks it.
Asked = Sequence[tuple[PlannedSuite, dict[str, Any]]]

_NO_PREVIOUS = "compares with the release before it in its series, and there is none"
_ALONE = "needs the source, and only the output was looked at"
_NO_POLICY = "needs the run's policy to join its tables, and the record of the run is gone"


def judge_suites(spark: SparkSession, request: SuiteRequest) -> SuiteJudgement:
    """A check for each expectation of the request's suites.

    Raises UsageError for a suite that can't be run as written, and StageFailed, value-free, for
    one that could not be judged: nothing is passed because it couldn't be looked at.
    """
    suites = given_suites(
        request.document,
        dataset=request.dataset,
        product=request.product,
        tables=list(request.output),
        table=request.table,
    )
    alone, with_source = split_by_need(suites)
    with stage_errors("validate"):
        if with_source and request.with_source is not None:
            return _beside_the_source(spark, request, suites, len(with_source))
        checks, without_policy = _on_the_output(request, alone)
    if without_policy and request.with_source is not None:
        raise StageFailed(f"suite {without_policy[0].name!r} {_NO_POLICY}.", remedy=_HOW)
    return _judgement(checks, {_ALONE: with_source, _NO_POLICY: _each(without_policy)})


def _judgement(checks: Sequence[Check], left_out: Mapping[str, Asked]) -> SuiteJudgement:
    """The verdict, with what was ``left_out`` by its reason. What judged nothing isn't one."""
    if not checks:
        raise StageFailed("None of the suite's expectations could be judged on what is there.")
    return SuiteJudgement(
        tuple(checks),
        tuple(_not_judged(*asked, why) for why, each in left_out.items() for asked in each),
    )


def _each(suites: Sequence[PlannedSuite]) -> Asked:
    return [(planned, one) for planned in suites for one in expectations_of(planned)]


_HOW = "--output-only judges the rest, and lists what was not judged."


def _beside_the_source(
    spark: SparkSession, request: SuiteRequest, suites: Sequence[PlannedSuite], needing: int
) -> SuiteJudgement:
    assert request.with_source is not None
    beside = [planned for planned in suites if planned.part == "difference"]
    reason = ""
    try:
        full = request.with_source(bool(beside))
    except VeilflowError as error:
        reason = error.message
    if reason:
        raise StageFailed(
            f"{needing} of the suite's expectations compare with the source, which can't be read "
            f"as it was: {reason}",
            remedy=_HOW,
        )
    alone = [] if full.previous else beside
    judged = [planned for planned in suites if planned not in alone]
    checks = judge(spark, full, judged).checks if judged else ()
    _all_judged(judged, checks)
    return _judgement(checks, {_NO_PREVIOUS: _each(alone)})


def _on_the_output(
    request: SuiteRequest, suites: Sequence[PlannedSuite]
) -> tuple[tuple[Check, ...], list[PlannedSuite]]:
    """The checks, columns first, and the suites that a policy would be needed for."""
    checks: list[Check] = []
    for planned in suites:
        if planned.part == "columns":
            checks += _columns(request.output[planned.table], planned)
    if any(check.blocking and not check.passed for check in checks):
        return tuple(checks), []  # without its columns nothing else can be asked of a table
    roots: tuple[str, ...] | None = None
    without_policy = []
    for planned in suites:
        if planned.part in ("values", "text"):
            checks += run_suite(request.output[planned.table], build_suite(planned)).checks
        elif planned.part in ("view", NESTED) and request.policy is None:
            without_policy.append(planned)
        elif planned.part == "view" and request.policy is not None:
            roots = _roots(request.policy, request.output) if roots is None else roots
            frame = _view(request.policy, request.output, planned, roots)
            checks += run_suite(frame, build_suite(planned)).checks
        elif planned.part == NESTED and request.policy is not None:
            nested = nested_of(request.policy, planned)
            frame = leaf_frame(request.output[planned.table], nested)
            checks += run_suite(frame, build_suite(planned)).checks
    _all_judged([suite for suite in suites if suite not in without_policy], checks)
    return tuple(checks), without_policy


def _columns(frame: DataFrame, planned: PlannedSuite) -> tuple[Check, ...]:
    """Judged on an empty pandas frame: for Spark GX lists a name with a dot in backticks."""
    import pandas as pd

    return run_suite(pd.DataFrame(columns=frame.columns), build_suite(planned)).checks


def _view(
    policy: Policy, output: Mapping[str, DataFrame], planned: PlannedSuite, roots: Sequence[str]
) -> DataFrame:
    if planned.table not in policy.tables:
        raise UsageError(f"suite {planned.name!r}: the policy has no table {planned.table!r}.")
    also = sensitive_columns(policy, planned.table)
    others = view_roots(policy, planned.table, roots)
    return view_frame(policy, output, planned.table, others, also)


def _roots(policy: Policy, output: Mapping[str, DataFrame]) -> tuple[str, ...]:
    """The tables with quasi-identifiers in which nobody has two rows, counted on the output."""
    from pyspark.sql import functions as F

    found = []
    for name, rules in policy.tables.items():
        unit = policy.unit_column(name)
        if unit is None or unit not in rules.released or not rules.with_role("quasi"):
            continue
        people = output[name].where(quoted(unit).isNotNull()).groupBy(quoted(unit)).count()
        most = people.agg(F.max("count")).first()
        if most is None or most[0] is None or most[0] <= 1:
            found.append(name)
    return tuple(found)


def _all_judged(suites: Sequence[PlannedSuite], checks: Sequence[Check]) -> None:
    """Nothing may be passed over in silence, as a suite of a part that nobody knows would be."""
    asked = sum(len(expectations_of(planned)) for planned in suites)
    if len(checks) == asked or any(check.blocking and not check.passed for check in checks):
        return
    parts = sorted({planned.part for planned in suites})
    raise StageFailed(
        f"{asked - len(checks)} of {asked} expectations could not be judged.",
        remedy=f"The suites' parts are {', '.join(map(repr, parts))}; known are "
        "'columns', 'values' and, for masked data, 'view', 'nested', 'difference', 'text' and "
        "'recall'.",
    )


def _not_judged(planned: PlannedSuite, expectation: Mapping[str, Any], why: str) -> NotJudged:
    meta = (expectation.get("meta") or {}).get(META) or {}
    column = meta.get("column", (expectation.get("kwargs") or {}).get("column"))
    return NotJudged(
        name=str(meta.get("name", expectation["type"])),
        table=planned.table,
        column=column if isinstance(column, str) else None,
        why=why,
    )
