"""Re-identification risk of the raw tables, for comparison. Small counts are merged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from veilflow.anonymize import View
from veilflow.errors import PolicyError
from veilflow.evidence import ClassRisk, PopulationRisk
from veilflow.policy import Policy
from veilflow.risk import ClassTable, PopulationClasses
from veilflow.spark.class_tables import class_table
from veilflow.spark.population_records import counted_population_risk
from veilflow.spark.protect import Decision
from veilflow.spark.reading import quoted
from veilflow.spark.risk_records import class_risk
from veilflow.spark.special_before import people_of, special_before
from veilflow.spark.views import UNIT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["risk_before"]

_ROWS = "__rows"


def risk_before(
    policy: Policy, frames: Mapping[str, DataFrame], decision: Decision | None
) -> tuple[ClassRisk, ...]:
    """The risk of each view if its quasi-identifiers were released as they are.

    Raises PolicyError if the policy states a population with fewer people than a table has.
    """
    if decision is None or policy.anonymize is None:
        return ()
    found = []
    for plan in decision.plans:
        own = [c.name for c in plan.own]
        frame = _raw(policy, frames, plan.table, own)
        unit = UNIT if UNIT in frame.columns else None
        if unit is not None:
            frame = _pairs(frame, [f"{plan.table}.{name}" for name in own], plan.is_root)
        for root, columns in plan.joined:
            other = _raw(policy, frames, root, [c.name for c in columns])
            frame = frame.join(other, on=UNIT, how="left")
        names = [f"{c.table}.{c.name}" for c in plan.columns]
        table = class_table(frame, names, unit, pairs=None if unit is None else _ROWS)
        counted_once = unit is None or plan.is_root
        found.append(
            class_risk(
                plan.table,
                "before",
                names,
                table,
                policy.anonymize.k,
                population=_population(policy, plan.table, table) if counted_once else None,
                counted=_counted(decision.problem.view(plan.table)),
                special=special_before(decision.problem.view(plan.table), names),
            )
        )
    return tuple(found)


def _counted(view: View) -> PopulationRisk | None:
    """Beside the policy's table of the population, which the search has counted."""
    if view.population is None:
        return None
    people, _ = people_of(view)
    there = view.population > 0
    return counted_population_risk(
        PopulationClasses(people[there], view.population[there]), raw=True
    )


def _population(policy: Policy, name: str, table: ClassTable) -> int | None:
    size = policy.population_size
    if size is not None and int(np.maximum(table.units, 1).sum()) > size:
        raise PolicyError(
            f"table {name} holds more people than the population that they are drawn from",
            remedy="Correct `validate.population_size` or `anonymize.population`.",
        )
    return size


def _pairs(frame: DataFrame, columns: list[str], is_root: bool) -> DataFrame:
    """Each combination of values and unit once, with its rows. A root has one row a unit as it is.

    The roots' values follow from the unit, so joining them afterwards leaves the pairs distinct.
    """
    from pyspark.sql import functions as F

    if is_root:
        return frame.withColumn(_ROWS, F.lit(1).cast("bigint"))
    grouped = frame.groupBy(*[quoted(name) for name in columns], quoted(UNIT))
    return grouped.agg(F.count(F.lit(1)).alias(_ROWS))


def _raw(
    policy: Policy, frames: Mapping[str, DataFrame], table: str, columns: list[str]
) -> DataFrame:
    unit = policy.unit_column(table)
    units = [] if unit is None else [quoted(unit).cast("string").alias(UNIT)]
    raw = [quoted(name).alias(f"{table}.{name}") for name in columns]
    return frames[table].select(*units, *raw)
