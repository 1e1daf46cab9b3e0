"""Protect: mask every column and make the tables k-anonymous, in one Spark application.

DataFrames and a policy in, DataFrames and what was decided out. Rows of classes with too few
people are left out of the output; rows of tables without quasi-identifiers go with their person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.anonymize import Problem, Recoding, Solution, choose
from veilflow.anonymize.aggregate import Aggregated
from veilflow.anonymize.view_plan import ViewPlan, plan_views
from veilflow.policy import Policy
from veilflow.spark.masking import Masked, mask_table
from veilflow.spark.microaggregation import microaggregated
from veilflow.spark.reading import quoted
from veilflow.spark.recode import recoded, suppressed_people
from veilflow.spark.views import UNIT, aggregate, with_roots

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Decision", "decide", "find_roots", "finish", "protect"]


@dataclass(frozen=True)
class Decision:
    """The chosen generalisation. Holds values of the data: it stays on the driver."""

    plans: tuple[ViewPlan, ...]
    aggregated: Aggregated
    solution: Solution
    recodings: Mapping[str, Recoding]

    @property
    def problem(self) -> Problem:
        return self.aggregated.problem


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


def decide(
    policy: Policy, frames: Mapping[str, DataFrame], population: DataFrame | None = None
) -> Decision | None:
    """Search for the generalisation of least cost.

    ``population`` is what :func:`veilflow.spark.population.read_population` gives. Raises
    ReleaseRefused if k can't be met, or a hierarchy doesn't know some of the values.
    Nothing has been written when this returns: the gates that the classes decide come first.
    """
    if policy.anonymize is None:
        return None
    plans = plan_views(policy, find_roots(policy, frames))
    found = aggregate(policy, frames, plans, population)
    asked = policy.anonymize
    chosen = choose(found.problem, asked.recoding, asked.search_seconds)
    return Decision(plans, found, chosen.solution, chosen.recodings)


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
    outputs = {}
    for name, frame in frames.items():
        plan = _plan(decision, name)
        if decision is not None and plan is not None:
            whole = with_roots(policy, frame, frames, plan)
            frame = recoded(spark, whole, decision.aggregated, decision.recodings[name])
        elif decision is not None:
            frame = _without_people(spark, name, policy, frames, decision)
        own = () if plan is None else plan.own
        labels = {column.name: quoted(column.label) for column in own}
        if decision is not None and plan is not None:
            frame, numbers = microaggregated(policy, name, frame, [c.label for c in own])
            labels |= numbers
        outputs[name] = mask_table(frame, name, policy, labels, key_ref)
    return outputs


def finish(masked: Masked) -> DataFrame:
    """The output frame, rows in random order: the order of a table can name the people in it."""
    from pyspark.sql import functions as F

    frame = masked.frame.select(*masked.columns).withColumn("__order", F.rand())
    return frame.repartition("__order").sortWithinPartitions("__order").drop("__order")


def _plan(decision: Decision | None, table: str) -> ViewPlan | None:
    plans = () if decision is None else decision.plans
    return next((plan for plan in plans if plan.table == table), None)


def _without_people(
    spark: SparkSession,
    table: str,
    policy: Policy,
    frames: Mapping[str, DataFrame],
    decision: Decision,
) -> DataFrame:
    """A table without quasi-identifiers, without the people whose row in a root is left out."""
    frame = frames[table]
    unit = policy.unit_column(table)
    for root in (plan for plan in decision.plans if plan.is_root):
        recoding = decision.recodings[root.table]
        if unit is None or policy.unit_column(root.table) is None or not recoding.suppressed.any():
            continue
        rows = with_roots(policy, frames[root.table], frames, root)
        people = suppressed_people(spark, rows, decision.aggregated, recoding).select(UNIT)
        there = frame.withColumn(UNIT, quoted(unit).cast("string"))
        frame = there.join(people, UNIT, "left_anti")
    return frame
