"""From DataFrames to the anonymisation problem: one native aggregation a view, then NumPy.

Spark groups the raw quasi-identifiers as text and counts; no row of the data enters Python. The
distinct values are generalised on the driver (:mod:`veilflow.anonymize.aggregate`).

People are counted, not rows. Distinct counts don't add up across combinations, so a view that is
no root is aggregated to (combination, unit) pairs, and the search counts units again for each
class it looks at. Units cross to the driver as 64-bit hashes; two that collide count once, which
errs towards suppressing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from veilflow.anonymize.aggregate import KEY, ROWS, UNITS, Aggregated, aggregated
from veilflow.anonymize.aggregate import UNIT as PERSON
from veilflow.anonymize.population import POPULATION, with_population
from veilflow.anonymize.released import is_released_by_value
from veilflow.anonymize.view_plan import QuasiColumn, ViewPlan
from veilflow.mask import create_transform
from veilflow.policy import Policy
from veilflow.spark.native_masks import has_native_form, native_mask
from veilflow.spark.reading import quoted

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = ["UNIT", "aggregate", "combination_key", "combinations", "raw_values", "with_roots"]

UNIT = "__unit"


def raw_values(
    frame: DataFrame,
    unit: str | None,
    columns: Sequence[QuasiColumn],
    others: Sequence[Column] = (),
) -> DataFrame:
    """The unit and the value of each of ``columns``, as text, and ``others``."""
    units = [] if unit is None else [quoted(unit).cast("string").alias(UNIT)]
    return frame.select(*units, *[_value(column) for column in columns], *others)


def _sensitive(policy: Policy, frames: Mapping[str, DataFrame], plan: ViewPlan) -> list[Column]:
    """The values of the sensitive columns that models ask about, as released, as text."""
    frame = frames[plan.table]
    found = []
    for asked in plan.sensitive:
        column = policy.tables[plan.table].columns[asked.name]
        value = quoted(asked.name)
        if not is_released_by_value(column):
            assert column.protect is not None
            made = create_transform(column.protect.name, column.protect.parameters)
            # One without a native form is counted by its raw values, which are no less diverse;
            # the judge, who sees the output, may refuse what was thought diverse.
            if has_native_form(made):
                value = native_mask(made, value, frame.schema[asked.name].dataType)
        found.append(value.cast("string").alias(asked.value))
    return found


def _value(column: QuasiColumn) -> Column:
    return quoted(column.name).cast("string").alias(column.value)


def with_roots(
    policy: Policy, frame: DataFrame, frames: Mapping[str, DataFrame], plan: ViewPlan
) -> DataFrame:
    """``frame`` of ``plan``'s table with the values of all the view's columns, and the unit."""
    unit = policy.unit_column(plan.table)
    own = {column.value: _value(column) for column in plan.own}
    if unit is not None:
        own[UNIT] = quoted(unit).cast("string")
    return _join_roots(policy, frame.withColumns(own), frames, plan)


def _join_roots(
    policy: Policy, frame: DataFrame, frames: Mapping[str, DataFrame], plan: ViewPlan
) -> DataFrame:
    """``frame`` with the values of its person's row in each root; null where there is none."""
    for root, columns in plan.joined:
        values = raw_values(frames[root], policy.unit_column(root), columns)
        frame = frame.join(values, on=UNIT, how="left")
    return frame


def combination_key(plan: ViewPlan, seed: int = 0) -> Column:
    """A number for a combination of raw values. Two may collide: whoever uses it has to look."""
    from pyspark.sql import functions as F

    values = [F.col(column.value) for column in plan.columns]
    # The hash passes over nulls, and so would take (null, a) for (a, null).
    return F.xxhash64(*values, *[value.isNull() for value in values], F.lit(seed))


def aggregate(
    policy: Policy,
    frames: Mapping[str, DataFrame],
    plans: Sequence[ViewPlan],
    population: DataFrame | None = None,
    counted: Mapping[str, DataFrame] | None = None,
) -> Aggregated:
    """Every view's combinations and their problem. It holds values: keep it on the driver.

    ``counted`` are :func:`combinations` of some views that are at hand. ``population`` has the
    quasi-identifiers of everybody, where the policy names such a table. Raises ReleaseRefused if a
    hierarchy doesn't know some of the values, or the population lacks people of the source.
    """
    there = counted or {}
    collected = {
        plan.table: (there.get(plan.table) or combinations(policy, frames, plan)).toArrow()
        for plan in plans
    }
    if population is not None:
        (plan,) = plans  # the policy's rules allow a population beside one view alone
        everybody = _collect_population(population, plan)
        collected[plan.table] = with_population(collected[plan.table], everybody)
    return aggregated(policy, plans, collected)


def _collect_population(population: DataFrame, plan: ViewPlan) -> pa.Table:
    """How many people of the population have each combination of raw values."""
    from pyspark.sql import functions as F

    values = raw_values(population, None, plan.own)
    counted = values.groupBy(*values.columns).agg(F.count(F.lit(1)).alias(POPULATION))
    return counted.select("*", combination_key(plan).alias(KEY)).toArrow()


def combinations(policy: Policy, frames: Mapping[str, DataFrame], plan: ViewPlan) -> DataFrame:
    """The combinations, with rows and units for a root; else as (combination, unit) pairs."""
    from pyspark.sql import functions as F

    unit = policy.unit_column(plan.table)
    own = raw_values(frames[plan.table], unit, plan.own, _sensitive(policy, frames, plan))
    asked = [column.value for column in plan.sensitive]
    values = [column.value for column in plan.columns] + asked
    key = combination_key(plan).alias(KEY)
    counted = [F.count(F.lit(1)).alias(ROWS)]
    if unit is None or plan.is_root:
        joined = own if unit is None else _join_roots(policy, own, frames, plan)
        units = [] if unit is None else [F.count(UNIT).alias(UNITS)]
        return joined.groupBy(*values).agg(*counted, *units).select("*", key)
    # A person has one row in each root, so its values can't split a pair: joining them afterwards
    # moves fewer and narrower rows than grouping by them.
    mine = [column.value for column in plan.own] + asked
    pairs = own.groupBy(*mine, UNIT).agg(*counted)
    hashed = F.when(F.col(UNIT).isNotNull(), F.xxhash64(UNIT)).alias(PERSON)
    joined = _join_roots(policy, pairs, frames, plan)
    return joined.select(*values, hashed, ROWS, key)
