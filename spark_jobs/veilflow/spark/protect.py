"""Protect: mask every column and make the tables k-anonymous, in one Spark application.

DataFrames and a policy in, DataFrames and what was decided out. Rows of classes with too few
people are left out of the output; rows of tables without quasi-identifiers go with their person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.anonymize import Problem, Solution, solve, suppressed_classes
from veilflow.anonymize.view_plan import QuasiColumn, ViewPlan, plan_views, quasi_columns
from veilflow.errors import ReleaseRefused
from veilflow.hierarchy import HierarchyMismatch
from veilflow.policy import Policy
from veilflow.spark.masking import Masked, mask_table
from veilflow.spark.reading import quoted
from veilflow.spark.redaction import describe
from veilflow.spark.views import UNIT, build_problem, join_roots, labelled

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Decision", "decide", "find_roots", "finish", "protect"]


# After this long the best generalisation found so far is taken, and the evidence says so.
SEARCH_SECONDS = 900.0


@dataclass(frozen=True)
class Decision:
    """The chosen generalisation. Holds labels of the data: it stays on the driver."""

    plans: tuple[ViewPlan, ...]
    problem: Problem
    solution: Solution

    @property
    def levels(self) -> dict[int, int]:
        """The chosen level of each quasi-identifier, by its index."""
        return dict(enumerate(self.solution.levels))


def find_roots(policy: Policy, frames: Mapping[str, DataFrame]) -> tuple[str, ...]:
    """Tables with quasi-identifiers and one row a person, in the policy's order."""
    from pyspark.sql import functions as F

    roots = []
    for name, table in policy.tables.items():
        unit = policy.unit_column(name)
        if unit is None or not table.with_role("quasi"):
            continue
        row = frames[name].agg(
            F.count(quoted(unit)).alias("rows"), F.countDistinct(quoted(unit)).alias("units")
        ).first()  # fmt: skip
        assert row is not None
        if row["rows"] == row["units"]:
            roots.append(name)
    return tuple(roots)


def decide(policy: Policy, frames: Mapping[str, DataFrame]) -> Decision | None:
    """Search for the generalisation of least loss.

    Raises ReleaseRefused if k can't be met, or a hierarchy doesn't know some of the values.
    Nothing has been written when this returns: the gates that the classes decide come first.
    """
    if policy.anonymize is None:
        return None
    plans = plan_views(policy, find_roots(policy, frames))
    unknown = ""
    try:
        problem = build_problem(policy, frames, plans)
    except Exception as error:
        # A worker's error arrives as text; what isn't about a hierarchy was no verdict.
        unknown = describe(error)
        if isinstance(error, HierarchyMismatch):
            unknown = f"{HierarchyMismatch.__name__}: {error}".rstrip(".")
        if HierarchyMismatch.__name__ not in unknown:
            raise
    if unknown:
        raise ReleaseRefused(f"{unknown}.", remedy="Then start a new run.")
    return Decision(plans, problem, solve(problem, SEARCH_SECONDS))


def protect(
    spark: SparkSession,
    policy: Policy,
    frames: Mapping[str, DataFrame],
    decision: Decision | None,
    key_ref: str,
) -> dict[str, Masked]:
    """What is left of every table, and its output columns. ``frames`` are cast, as listed.

    ``key_ref`` names where workers fetch the masking root; it holds no key. :func:`finish` makes
    the output frame.
    """
    quasi = quasi_columns(policy) if decision is not None else ()
    levels = decision.levels if decision is not None else {}
    roots = _root_labels(policy, frames, decision, quasi)
    outputs = {}
    for name, frame in frames.items():
        masked = mask_table(frame, name, policy, quasi, levels, key_ref)
        if decision is not None:
            masked = _suppress(spark, name, policy, masked, decision, roots)
        outputs[name] = masked
    return outputs


def finish(masked: Masked) -> DataFrame:
    """The output frame, rows in random order: the order of a table can name the people in it."""
    from pyspark.sql import functions as F

    frame = masked.frame.select(*masked.columns).withColumn("__order", F.rand())
    return frame.repartition("__order").sortWithinPartitions("__order").drop("__order")


def _root_labels(
    policy: Policy,
    frames: Mapping[str, DataFrame],
    decision: Decision | None,
    quasi: tuple[QuasiColumn, ...],
) -> dict[str, DataFrame]:
    if decision is None:
        return {}
    return {
        plan.table: labelled(
            frames[plan.table],
            plan.table,
            policy.unit_column(plan.table),
            plan.own,
            decision.levels,
        )
        for plan in decision.plans
        if plan.is_root and policy.unit_column(plan.table) is not None
    }


def _suppress(
    spark: SparkSession,
    table: str,
    policy: Policy,
    masked: Masked,
    decision: Decision,
    roots: Mapping[str, DataFrame],
) -> Masked:
    """Remove the rows of ``table`` whose class is too small, or whose person's row was removed."""
    plan = next((plan for plan in decision.plans if plan.table == table), None)
    frame = masked.frame
    unit = policy.unit_column(table)
    others = [labels for name, labels in roots.items() if name != table]
    if others and unit is not None:
        frame = join_roots(frame.withColumn(UNIT, quoted(unit).cast("string")), others)
    if plan is not None:
        released = list(policy.tables[table].released)
        names = {str(column.name): position for position, column in enumerate(plan.own)}
        for name, column in zip(released, masked.columns, strict=True):
            if name in names:
                frame = frame.withColumn(plan.own[names[name]].label, column)
        frame = _without(spark, frame, plan, decision)
    else:
        for root in (plan for plan in decision.plans if plan.is_root and plan.table in roots):
            frame = _without(spark, frame, root, decision)
    return Masked(frame, masked.columns)


def _without(
    spark: SparkSession, frame: DataFrame, plan: ViewPlan, decision: Decision
) -> DataFrame:
    """``frame`` without the classes of ``plan`` that are too small.

    The classes are joined as a frame, never as literals: literals show in plans.
    """
    from pyspark.sql import functions as F

    small = suppressed_classes(decision.problem, decision.solution, plan.table)
    if not small:
        return frame
    names = [f"__small{column.index}" for column in plan.columns]
    schema = ", ".join(f"{name} string" for name in names)
    classes = spark.createDataFrame(sorted(small, key=repr), schema)
    condition = None
    for column, name in zip(plan.columns, names, strict=True):
        same = F.col(column.label).eqNullSafe(F.col(name))
        condition = same if condition is None else condition & same
    assert condition is not None
    return frame.join(F.broadcast(classes), condition, "left_anti")
