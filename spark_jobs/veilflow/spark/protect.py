"""Protect: mask every column and make the tables k-anonymous, in one Spark application.

DataFrames and a policy in, DataFrames and what was decided out. Rows of classes with too few
people are left out of the output; rows of tables without quasi-identifiers go with their person.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from veilflow.anonymize import Problem, Recoding, Solution, choose
from veilflow.anonymize.aggregate import Aggregated
from veilflow.anonymize.recoded import level_shares
from veilflow.anonymize.view_plan import ViewPlan, plan_views
from veilflow.policy import Policy
from veilflow.spark.in_parts import InParts, decide_in_parts
from veilflow.spark.known_terms import with_known_terms
from veilflow.spark.masking import Masked, mask_table
from veilflow.spark.microaggregation import microaggregated
from veilflow.spark.reading import quoted
from veilflow.spark.recode import Recoded, recoded
from veilflow.spark.views import UNIT, aggregate, combinations, with_roots

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Decision", "decide", "find_roots", "protect"]

_KEY_BYTES = 32


@dataclass(frozen=True)
class Decision:
    """The chosen generalisation. Holds values of the data: it stays on the driver."""

    plans: tuple[ViewPlan, ...]
    aggregated: Aggregated
    solution: Solution
    recodings: Mapping[str, Recoding]
    in_parts: InParts | None = None

    @property
    def problem(self) -> Problem:
        return self.aggregated.problem

    def recode(
        self, spark: SparkSession, view: str, frame: DataFrame, columns: Sequence[str], key: bytes
    ) -> Recoded:
        """The rows of ``frame`` that are released, as :func:`veilflow.spark.recode.recoded`."""
        if self.in_parts is not None:
            return Recoded(self.in_parts.recoded(frame))
        return recoded(spark, frame, self.aggregated, self.recodings[view], columns, key)

    def level_shares(self) -> dict[str, Sequence[Sequence[float]]]:
        """Per view and column the shares of cells at each level; empty if each column has one."""
        if self.in_parts is not None:
            names = [view.name for view in self.problem.views]
            return dict.fromkeys(names, self.in_parts.level_shares)
        if all(recoding.has_one_level for recoding in self.recodings.values()):
            return {}
        return {n: level_shares(self.problem, recoding) for n, recoding in self.recodings.items()}

    def suppresses(self, view: str) -> bool:
        """Whether any row of the view is left out."""
        names = [view.name for view in self.problem.views]
        return self.solution.suppressed_rows[names.index(view)] > 0


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
    from pyspark.storagelevel import StorageLevel

    if policy.anonymize is None:
        return None
    plans = plan_views(policy, find_roots(policy, frames))
    counted: dict[str, DataFrame] = {}
    if len(plans) == 1 and population is None:
        frame = combinations(policy, frames, plans[0]).persist(StorageLevel.DISK_ONLY)
        counted[plans[0].table] = frame
        lines = frame.count()
        if lines > policy.anonymize.driver_combinations:
            parts = decide_in_parts(policy, plans[0], frame, lines)
            return Decision(plans, Aggregated(parts.problem, ()), parts.solution, {}, parts)
    found = aggregate(policy, frames, plans, population, counted)
    for frame in counted.values():
        frame.unpersist()
    asked = policy.anonymize
    chosen = choose(found.problem, asked.recoding, asked.search_seconds)
    return Decision(plans, found, chosen.solution, chosen.recodings)


def protect(
    spark: SparkSession,
    policy: Policy,
    frames: Mapping[str, DataFrame],
    decision: Decision | None,
    key_ref: str,
    resources: Mapping[str, str] | None = None,
    release: str | None = None,
    lending_key: bytes | None = None,
    drawing_key: bytes | None = None,
) -> dict[str, Masked]:
    """What is left of every table, and its output columns. ``frames`` are cast, as listed.

    ``key_ref`` names where workers fetch the masking root, ``resources`` what else they open by
    reference; neither holds a key. ``release`` is the release's name, for columns that join within
    one release alone. Rows that are lent (local recoding) are drawn by ``lending_key``, what else
    is drawn by ``drawing_key``, or anew each time. A release takes the rows by
    :func:`veilflow.spark.random_order.in_random_order`.
    """
    drawn_by = secrets.token_bytes(_KEY_BYTES) if lending_key is None else lending_key
    outputs = {}
    for name, frame in frames.items():
        plan = _plan(decision, name)
        left = Recoded(frame)
        if decision is not None and plan is not None:
            whole = with_roots(policy, frame, frames, plan)
            columns = list(policy.tables[name].columns)
            left = decision.recode(spark, name, whole, columns, drawn_by)
        elif decision is not None:
            left = Recoded(_without_people(spark, name, policy, frames, decision, drawn_by))
        names = {column.name: column.label for column in (() if plan is None else plan.own)}
        labels = {column: quoted(label) for column, label in names.items()}
        if plan is not None and policy.tables[name].microaggregated:
            whole, numbers = microaggregated(policy, name, left.frame, list(names.values()))
            left, labels = Recoded(whole), labels | numbers
        rows, texts = with_known_terms(policy, name, left.rows, frames)
        made = mask_table(
            rows, name, policy, labels, key_ref, resources, release, texts, drawing_key
        )
        outputs[name] = replace(
            made, classes=left.classes, labels=names, source_rows=_rows(decision, name)
        )
    return outputs


def _plan(decision: Decision | None, table: str) -> ViewPlan | None:
    plans = () if decision is None else decision.plans
    return next((plan for plan in plans if plan.table == table), None)


def _rows(decision: Decision | None, table: str) -> int:
    """The rows of a table that is a view; 0 where nobody counted them."""
    views = () if decision is None else decision.problem.views
    return next((view.total_rows for view in views if view.name == table), 0)


def _without_people(
    spark: SparkSession,
    table: str,
    policy: Policy,
    frames: Mapping[str, DataFrame],
    decision: Decision,
    key: bytes,
) -> DataFrame:
    """A table without quasi-identifiers, without the people whose row in a root is left out."""
    frame = frames[table]
    unit = policy.unit_column(table)
    for root in (plan for plan in decision.plans if plan.is_root):
        shared = unit is not None and policy.unit_column(root.table) is not None
        if unit is None or not shared or not decision.suppresses(root.table):
            continue
        rows = with_roots(policy, frames[root.table], frames, root)
        columns = list(policy.tables[root.table].columns)
        released = decision.recode(spark, root.table, rows, columns, key).rows.select(UNIT)
        people = rows.select(UNIT).join(released, UNIT, "left_anti")
        there = frame.withColumn(UNIT, quoted(unit).cast("string"))
        frame = there.join(people, UNIT, "left_anti")
    return frame
