"""One table studied on Spark, where it is too large for memory: anonymised in the clear, explored.

Decided and applied as by the protect stage; what is told of the result is counted from the output
in the same way as for a table in memory (:mod:`veilflow.study`). Rows are in no order.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.anonymize import Chosen, Problem
from veilflow.anonymize.view_plan import plan_views
from veilflow.errors import ReleaseRefused, UsageError
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.source import PinnedSource, PinnedTable
from veilflow.policy import Policy
from veilflow.spark.masking import Masked, mask_table
from veilflow.spark.protect import Decision, decide, find_roots, protect
from veilflow.spark.reading import cast_columns, check_reading, quoted, read_table
from veilflow.spark.redaction import silence_engine_log, stage_errors
from veilflow.spark.views import aggregate, combinations
from veilflow.study.anonymized import StudyResult, measure
from veilflow.study.keyless import without_keyed
from veilflow.study.lines import ROWS, UNIT, OutputLines
from veilflow.study.permuted import unpermuted
from veilflow.study.plan import StudyPlan, population_input, read_population
from veilflow.study.reading import StudyInput

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["anonymize_on_spark", "problem_on_spark"]


def anonymize_on_spark(
    spark: SparkSession, plan: StudyPlan, out: Path, clock: StageClock
) -> StudyResult:
    """Anonymise the input of ``plan`` into ``out``: one .csv file, or a .parquet folder.

    ``clock`` gets the phases read, search (with the aggregation), write and measure. Raises
    ReleaseRefused, nothing written, if what is asked can't be met.
    """
    _check_format(plan)
    silence_engine_log()
    with stage_errors("anonymize"):
        with clock.phase("read"):
            plan = plan.settled()
            frame = _cast(spark, plan)
        with clock.phase("search"):
            decision = decide(plan.policy, {plan.table: frame}, _population(spark, plan))
            assert decision is not None  # a plan has an 'anonymize:' section
        narrowed = without_keyed(plan.policy, plan.table)
        made = protect(spark, narrowed, {plan.table: frame}, decision, "")[plan.table]
        with clock.phase("write"):
            _write(made.output(), out, plan.found.reading.delimiter)
        with clock.phase("measure"):
            return _measured(plan, frame, made, decision)


def problem_on_spark(
    spark: SparkSession, plan: StudyPlan, clock: StageClock
) -> tuple[StudyPlan, Problem]:
    """``plan``, settled, and the search's problem for its input, from one aggregation.

    ``clock`` gets the phases read and aggregate. Raises ReleaseRefused where there are more
    combinations than the policy lets the driver hold.
    """
    from pyspark.storagelevel import StorageLevel

    silence_engine_log()
    with stage_errors("explore"):
        with clock.phase("read"):
            _check_format(plan)
            plan = plan.settled()
            frames = {plan.table: _cast(spark, plan)}
        with clock.phase("aggregate"):
            policy = plan.policy
            assert policy.anonymize is not None  # a plan has an 'anonymize:' section
            (view,) = plan_views(policy, find_roots(policy, frames))
            frame = combinations(policy, frames, view).persist(StorageLevel.DISK_ONLY)
            if frame.count() > policy.anonymize.driver_combinations:
                raise ReleaseRefused(
                    "The input has more combinations than anonymize.driver_combinations "
                    f"({policy.anonymize.driver_combinations:,}), and its frontier can only be "
                    "found on the driver.",
                    remedy="Raise anonymize.driver_combinations and the driver's memory (about "
                    "1 GB a million), raise the columns' min_level, or explore a sample.",
                )
            counted = {view.table: frame}
            return plan, aggregate(
                policy, frames, [view], _population(spark, plan), counted
            ).problem


def _check_format(plan: StudyPlan) -> None:
    if plan.found.format == "jsonl":
        raise UsageError(f"{plan.found.path}: Spark reads CSV and Parquet here; convert it.")


def _cast(spark: SparkSession, plan: StudyPlan) -> DataFrame:
    raw = _frame(spark, plan.found, plan.table)
    columns = plan.policy.tables[plan.table].columns
    nulls = plan.policy.source.null_values
    check_reading(raw, plan.table, columns, nulls)
    return cast_columns(raw, columns, nulls)


def _population(spark: SparkSession, plan: StudyPlan) -> DataFrame | None:
    found = population_input(plan)
    if found is None:
        return None
    columns = plan.policy.tables[plan.table].class_key
    frame = _frame(spark, found, "population")
    return cast_columns(frame, columns, plan.policy.source.null_values)


def _frame(spark: SparkSession, found: StudyInput, table: str) -> DataFrame:
    pinned: PinnedTable = found.pinned(table)
    root = str(found.path.parent)
    return read_table(
        spark, PinnedSource(root=root, reading=found.reading, tables=(pinned,)), pinned
    )


def _write(frame: DataFrame, out: Path, delimiter: str) -> None:
    """Write beside ``out`` first, in a folder that only its owner can read."""
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        made = beside / "made"
        if out.suffix == ".parquet":
            frame.write.parquet(made.resolve().as_uri())
            made.chmod(0o700)
            made.rename(out)
        else:
            one = frame.coalesce(1)
            one.write.csv(made.resolve().as_uri(), sep=delimiter, header=True, escape='"')
            (part,) = made.glob("part-*.csv")
            part.chmod(0o600)
            part.replace(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _measured(plan: StudyPlan, frame: DataFrame, made: Masked, decision: Decision) -> StudyResult:
    policy, name = plan.policy, plan.table
    rules = policy.tables[name]
    key, sensitive = tuple(rules.class_key), tuple(rules.with_role("sensitive"))
    unit = policy.unit_column(name)
    keyed = [quoted(column) for column in sensitive if column in plan.left_out]
    whole = _only_sensitive(frame, policy, name, sensitive)
    assert policy.anonymize is not None
    chosen = Chosen(policy.anonymize.recoding, decision.solution, decision.recodings)
    return measure(
        policy,
        name,
        decision.problem,
        chosen,
        _lines(made.frame, [*made.columns.values(), *keyed], unit, key, sensitive),
        _lines(whole.frame, [*whole.columns.values(), *keyed], unit, (), sensitive),
        read_population(plan),
    )


def _only_sensitive(
    frame: DataFrame, policy: Policy, name: str, sensitive: tuple[str, ...]
) -> Masked:
    """The source's sensitive columns as they are released."""
    narrowed = unpermuted(without_keyed(policy, name), name)
    rules = narrowed.tables[name]
    columns = {column: rules.columns[column] for column in sensitive}
    tables = {name: rules.model_copy(update={"columns": columns})}
    return mask_table(frame, name, narrowed.model_copy(update={"tables": tables}), {}, "")


def _lines(
    frame: DataFrame,
    columns: list[Column],
    unit: str | None,
    key: tuple[str, ...],
    sensitive: tuple[str, ...],
) -> OutputLines:
    """Rows that are alike in all that is counted, counted by Spark; people as 64-bit hashes."""
    from pyspark.sql import functions as F

    names = [*key, *sensitive]
    there = frame if unit is None else frame.withColumn(UNIT, _person(unit))
    units = [] if unit is None else [quoted(UNIT)]
    taken = there.select(*columns, *units)
    grouped = taken.groupBy(*[quoted(one) for one in names], *units)
    return OutputLines(grouped.agg(F.count(F.lit(1)).alias(ROWS)).toArrow(), key, sensitive)


def _person(unit: str) -> Column:
    from pyspark.sql import functions as F

    return F.when(quoted(unit).isNotNull(), F.xxhash64(quoted(unit).cast("string")))
