"""Re-identification risk of the raw tables, for comparison. Small counts are merged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from veilflow.evidence import ClassRisk
from veilflow.policy import Policy
from veilflow.spark.class_tables import class_table
from veilflow.spark.protect import Decision
from veilflow.spark.reading import quoted
from veilflow.spark.risk_records import class_risk
from veilflow.spark.views import UNIT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["risk_before"]


def risk_before(
    policy: Policy, frames: Mapping[str, DataFrame], decision: Decision | None
) -> tuple[ClassRisk, ...]:
    """The risk of each view if its quasi-identifiers were released as they are."""
    if decision is None or policy.anonymize is None:
        return ()
    found = []
    for plan in decision.plans:
        frame = _raw(policy, frames, plan.table, [c.name for c in plan.own])
        for root, columns in plan.joined:
            other = _raw(policy, frames, root, [c.name for c in columns])
            frame = frame.join(other, on=UNIT, how="left")
        names = [f"{c.table}.{c.name}" for c in plan.columns]
        unit = UNIT if UNIT in frame.columns else None
        table = class_table(frame, names, unit)
        found.append(class_risk(plan.table, "before", names, table, policy.anonymize.k))
    return tuple(found)


def _raw(
    policy: Policy, frames: Mapping[str, DataFrame], table: str, columns: list[str]
) -> DataFrame:
    unit = policy.unit_column(table)
    units = [] if unit is None else [quoted(unit).cast("string").alias(UNIT)]
    raw = [quoted(name).alias(f"{table}.{name}") for name in columns]
    return frames[table].select(*units, *raw)
