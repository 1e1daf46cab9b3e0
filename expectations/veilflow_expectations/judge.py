"""The judge: looks at an output that others made, and says what is wrong with it.

It reads the policy, the source and the output. What it counts on it counts itself; from those who
made the output it takes only the levels that they claim, and checks that the labels are those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from veilflow.errors import StageFailed
from veilflow.evidence import Check, ClassRisk, PopulationRisk
from veilflow.policy import Policy
from veilflow.risk import ClassTable, average_class_size, discernibility
from veilflow.spark.judging import Judgement, JudgeRequest
from veilflow.spark.redaction import stage_errors
from veilflow.spark.risk_records import class_risk

from veilflow_expectations.attacks_held import fill_attacks
from veilflow_expectations.held_against import (
    fill_masked,
    fill_shared,
    fill_synthetic,
    parameters,
)
from veilflow_expectations.judge_difference import judge_difference
from veilflow_expectations.measured import Sides, output_sides
from veilflow_expectations.models_held import fill_models, population_beside
from veilflow_expectations.nested_judging import judge_nested
from veilflow_expectations.plan import plan_masked, plan_synthetic
from veilflow_expectations.planned import PlannedSuite
from veilflow_expectations.references import References, use_references
from veilflow_expectations.runner import SuiteOutcome, run_suite
from veilflow_expectations.split_rows import fill_splits
from veilflow_expectations.suite import build_suite
from veilflow_expectations.text_judging import judge_text
from veilflow_expectations.utility import Utility, measure_utility
from veilflow_expectations.utility_references import fill_utility
from veilflow_expectations.view_plan import sensitive_columns, with_roots
from veilflow_expectations.views import output_roots, view_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["judge"]


def judge(
    spark: SparkSession, request: JudgeRequest, given: Sequence[PlannedSuite] | None = None
) -> Judgement:
    """Every check of the policy on the output, and the figures behind them.

    With ``given`` suites their checks alone, on the same frames and held against the same source.
    Raises a VeilflowError, value-free, if the output could not be judged.
    """
    with stage_errors("validate"):
        _same_tables(request)
        refused = _columns(request, given)
        if any(not check.passed for check in refused):
            # Without its columns nothing else can be asked of a table.
            return Judgement(checks=refused)
        with (
            _cached(request.output) as output,
            use_references(
                References(request.digest_key, request.policy.custom_types)
            ) as references,
        ):
            sides = output_sides(
                request.policy,
                request.product,
                request.source,
                output,
                request.levels,
                request.digest_key,
            )
            fill_shared(references, request.policy, sides)
            fill_utility(references, request.policy, request.product, sides, request.source)
            if request.product == "masked":
                found = _judge_masked(request, output, sides, references, given)
                refused = (*refused, *judge_text(request, output, sides, references, given))
                refused = (*refused, *judge_nested(request, output, sides, references, given))
            else:
                found = _judge_synthetic(request, output, sides, references, given)
    return Judgement(
        checks=(*refused, *found.checks),
        risk=found.risk,
        utility=found.utility,
        loss=found.loss,
        weighted_loss=found.weighted_loss,
        granularity=found.granularity,
        discernibility=found.discernibility,
        average_class_size=found.average_class_size,
        non_uniform_entropy=found.non_uniform_entropy,
        entropy_lost=found.entropy_lost,
    )


def _same_tables(request: JudgeRequest) -> None:
    missing = sorted(set(request.output) - set(request.source))
    if missing or not request.output:
        raise StageFailed(
            f"There is no source to judge {', '.join(missing) or 'an empty output'} against."
        )


def _columns(request: JudgeRequest, given: Sequence[PlannedSuite] | None) -> tuple[Check, ...]:
    """Whether each table has the promised columns; known without reading a row.

    Judged on an empty pandas frame: for Spark GX lists a name with a dot in backticks.
    """
    import pandas as pd

    suites = _planned(request.policy, request, ()) if given is None else given
    checks: list[Check] = []
    for planned in suites:
        if planned.part == "columns":
            frame = request.output.get(planned.table)
            if frame is None:
                checks.append(_absent(planned))
            else:
                empty = pd.DataFrame(columns=frame.columns)
                checks += run_suite(empty, build_suite(planned)).checks
    return tuple(checks)


def _planned(
    policy: Policy, request: JudgeRequest, roots: Sequence[str]
) -> tuple[PlannedSuite, ...]:
    return plan_masked(policy, roots) if request.product == "masked" else plan_synthetic(policy)


def _absent(planned: PlannedSuite) -> Check:
    check = planned.checks[0]
    return Check(
        name=check.name,
        kind=check.kind,
        table=planned.table,
        passed=False,
        sentence=check.sentence,
    )


def _judge_masked(
    request: JudgeRequest,
    output: Mapping[str, DataFrame],
    sides: Sides,
    references: References,
    given_suites: Sequence[PlannedSuite] | None,
) -> Judgement:
    policy = request.policy
    roots = output_roots(policy, sides.output)
    fill_masked(references, policy, sides, roots)
    fill_attacks(references, policy, sides, request.source, roots, request.files)
    fill_models(references, policy, sides, request)
    checks: list[Check] = []
    classes: dict[str, ClassTable] = {}
    risk: list[ClassRisk] = []
    own = plan_masked(policy, roots, sides.types)
    for planned in own if given_suites is None else with_roots(policy, given_suites, roots):
        if planned.part == "values":
            given = parameters(policy, sides, planned.table, roots)
            checks += run_suite(output[planned.table], build_suite(planned), given).checks
        elif planned.part == "view":
            also = sensitive_columns(policy, planned.table)
            view = view_frame(policy, output, planned.table, planned.roots, also)
            # Several attacks read the view; the join is worth keeping for them.
            with _cached({planned.table: view}) as kept:
                given = parameters(policy, sides, planned.table, roots)
                outcome = run_suite(kept[planned.table], build_suite(planned), given)
                counted = population_beside(references, policy, planned.table, kept[planned.table])
            checks += outcome.checks
            if given_suites is not None:
                continue
            classes[planned.table] = _classes(outcome)
            risk.append(_risk(policy, planned, classes[planned.table], roots, counted))
        elif planned.part == "difference":
            checks += judge_difference(request, output, planned, references)
    if given_suites is not None:
        return Judgement(checks=tuple(checks))
    weights = None if policy.anonymize is None else policy.anonymize.weights
    utility = measure_utility(sides, suppression=True, weights=weights)
    return Judgement(
        checks=(*checks, *_granularity(policy, utility)),
        risk=tuple(risk),
        utility=utility.columns,
        loss=utility.loss,
        weighted_loss=utility.weighted_loss,
        granularity=utility.granularity,
        discernibility={
            table: discernibility(found.rows, sides.suppressed(table))
            for table, found in classes.items()
        },
        average_class_size={
            table: round(average_class_size(found.rows, sides.suppressed(table)), 4)
            for table, found in classes.items()
        },
        non_uniform_entropy=utility.non_uniform_entropy,
        entropy_lost=utility.entropy_lost,
    )


def _judge_synthetic(
    request: JudgeRequest,
    output: Mapping[str, DataFrame],
    sides: Sides,
    references: References,
    given_suites: Sequence[PlannedSuite] | None,
) -> Judgement:
    given = fill_synthetic(references, request.policy, sides, request.source)
    fill_splits(references, request, sides)
    checks: list[Check] = []
    own = plan_synthetic(request.policy, sides.types)
    for planned in own if given_suites is None else given_suites:
        if planned.part == "values":
            suite, table = build_suite(planned), planned.table
            checks += run_suite(output[table], suite, given.get(table)).checks
    if given_suites is not None:
        return Judgement(checks=tuple(checks))
    utility = measure_utility(sides, suppression=False)
    return Judgement(checks=tuple(checks), utility=utility.columns)


def _classes(outcome: SuiteOutcome) -> ClassTable:
    assert outcome.classes is not None  # a view's suite asks for k-anonymity
    return outcome.classes


def _risk(
    policy: Policy,
    planned: PlannedSuite,
    classes: ClassTable,
    roots: Sequence[str],
    counted: PopulationRisk | None,
) -> ClassRisk:
    assert policy.anonymize is not None
    names = planned.checks[0].arguments["quasi_identifiers"]
    counted_once = policy.unit_column(planned.table) is None or planned.table in roots
    return class_risk(
        planned.table,
        "after",
        names,
        classes,
        policy.anonymize.k,
        population=policy.population_size if counted_once else None,
        counted=counted,
    )


def _granularity(policy: Policy, utility: Utility) -> Iterator[Check]:
    bound = policy.validation.min_granularity
    for table, found in utility.granularity.items():
        yield Check(
            name="granularity",
            kind="utility",
            table=table,
            passed=found >= bound,
            observed=round(found, 6),
            bound=bound,
            unit="share",
            sentence="The quasi-identifiers keep at least this share of their detail, suppressed "
            "rows counted as having none: 1 is all of it, 0 nothing.",
            blocking="granularity" not in policy.validation.warn,
        )


@contextmanager
def _cached(frames: Mapping[str, DataFrame]) -> Iterator[dict[str, DataFrame]]:
    """The frames kept in memory, or encrypted on disk (spark.io.encryption), until the end.

    They were decrypted to be read: reading them once is cheaper, and forgetting them is due.
    """
    cached = {name: frame.cache() for name, frame in frames.items()}
    try:
        yield cached
    finally:
        for frame in cached.values():
            frame.unpersist(blocking=True)
