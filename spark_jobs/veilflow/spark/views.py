"""From DataFrames to the anonymisation problem: one aggregation a view, collected as codes.

A *view* is what an attacker may hold a person's quasi-identifiers against: a table together with
those of the *root* tables (one row a person) joined on the privacy unit. So ``patients`` is judged
alone, and ``encounters`` with the quasi-identifiers of its patients beside its own: two tables
that each reach k can isolate a person when joined.

People are counted, not rows. Distinct counts don't add up across combinations, so a view that is
no root is aggregated to (combination, unit) pairs, and the search counts units again for each
class it looks at. Units cross to the driver as 64-bit hashes; two that collide count once, which
errs towards suppressing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from veilflow.anonymize import Problem, UnitCounts, View
from veilflow.anonymize.view_plan import QuasiColumn, ViewPlan, quasi_columns
from veilflow.hierarchy import materialize
from veilflow.policy import Policy
from veilflow.spark.reading import quoted
from veilflow.spark.workers import Generalize, worker_struct

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["UNIT", "build_problem", "join_roots", "labelled"]

UNIT = "__unit"


def labelled(
    frame: DataFrame, table: str, unit: str | None, columns: Sequence[QuasiColumn], levels: Any
) -> DataFrame:
    """The unit (as text) and one label column for each of ``columns`` at ``levels[index]``."""
    work = [Generalize(c.name, c.hierarchy, int(levels[c.index])) for c in columns]
    struct = worker_struct(table, work, [quoted(c.name).cast("string") for c in columns])
    units = [] if unit is None else [quoted(unit).cast("string").alias(UNIT)]
    return frame.select(*units, struct.alias("__s")).select(
        *([UNIT] if units else []),
        *[quoted("__s")[f"c{i}"].alias(c.label) for i, c in enumerate(columns)],
    )


def join_roots(frame: DataFrame, roots: Sequence[DataFrame]) -> DataFrame:
    """``frame`` with the labels of its person's row in each root; null where there is none."""
    for root in roots:
        frame = frame.join(root, on=UNIT, how="left")
    return frame


def build_problem(
    policy: Policy, frames: Mapping[str, DataFrame], plans: Sequence[ViewPlan]
) -> Problem:
    """Aggregate every view and collect it. The result holds values: keep it on the driver."""
    assert policy.anonymize is not None
    columns = quasi_columns(policy)
    finest = {c.index: 0 for c in columns}
    level0 = {
        plan.table: labelled(
            frames[plan.table], plan.table, policy.unit_column(plan.table), plan.own, finest
        )
        for plan in plans
    }
    collected = {plan.table: _collect(plan, level0) for plan in plans}
    observed = [_observed(column, plans, collected) for column in columns]
    tables = tuple(
        materialize(column.hierarchy, column.name, labels)
        for column, labels in zip(columns, observed, strict=True)
    )
    code_of = [{label: code for code, label in enumerate(labels)} for labels in observed]
    return Problem(
        columns=tables,
        views=tuple(_view(plan, collected[plan.table], code_of) for plan in plans),
        k=policy.anonymize.k,
        suppression_limit=policy.anonymize.suppression_limit,
        min_levels=tuple(column.min_level for column in columns),
        max_levels=tuple(column.max_level for column in columns),
    )


def _collect(plan: ViewPlan, level0: Mapping[str, DataFrame]) -> pa.Table:
    """The combinations, with rows and units for a root; else as (combination, unit) pairs."""
    from pyspark.sql import functions as F

    own = level0[plan.table]
    labels = [column.label for column in plan.columns]
    if UNIT not in own.columns:
        return own.groupBy(*labels).agg(F.count(F.lit(1)).alias("rows")).toArrow()
    roots = [level0[root] for root, _ in plan.joined]
    if plan.is_root:
        counts = [F.count(F.lit(1)).alias("rows"), F.count(UNIT).alias("units")]
        return join_roots(own, roots).groupBy(*labels).agg(*counts).toArrow()
    # A person has one row in each root, so its labels can't split a pair: joining them afterwards
    # moves fewer and narrower rows than grouping by them.
    pairs = own.groupBy(*[column.label for column in plan.own], UNIT).agg(
        F.count(F.lit(1)).alias("rows")
    )
    hashed = F.when(F.col(UNIT).isNotNull(), F.xxhash64(UNIT)).alias("unit")
    return join_roots(pairs, roots).select(*labels, hashed, "rows").toArrow()


def _observed(
    column: QuasiColumn, plans: Sequence[ViewPlan], collected: Mapping[str, pa.Table]
) -> list[str | None]:
    labels: dict[str | None, None] = {}
    for plan in plans:
        if column in plan.columns:
            distinct = collected[plan.table].column(column.label).unique()
            labels.update(dict.fromkeys(distinct.to_pylist()))
    return sorted(labels, key=lambda label: (label is None, label or ""))


def _view(plan: ViewPlan, table: pa.Table, code_of: Sequence[Mapping[str | None, int]]) -> View:
    codes = np.empty((table.num_rows, len(plan.columns)), dtype=np.int32)
    for position, column in enumerate(plan.columns):
        encoded = table.column(column.label).combine_chunks().dictionary_encode("encode")
        mapping = code_of[column.index]
        lookup = np.array([mapping[x] for x in encoded.dictionary.to_pylist()], dtype=np.int32)
        codes[:, position] = lookup[encoded.indices.to_numpy(zero_copy_only=False)]
    rows = table.column("rows").to_numpy().astype(np.int64)
    units: UnitCounts | None = None
    if "units" in table.column_names:
        nobody = np.zeros(0, dtype=np.int64)
        units = UnitCounts(table.column("units").to_numpy().astype(np.int64), nobody, nobody)
    elif "unit" in table.column_names:
        codes, rows, units = _pairs(codes, rows, table.column("unit"))
    return View(
        name=plan.table,
        columns=tuple(column.index for column in plan.columns),
        own=tuple(column.index for column in plan.own),
        codes=codes,
        rows=rows,
        units=units,
    )


def _pairs(
    codes: np.ndarray[Any, Any], rows: np.ndarray[Any, Any], unit: pa.ChunkedArray
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], UnitCounts]:
    """Merge pairs into combinations; units in one combination only are counted, others listed."""
    combos, combo = _unique_rows(codes)
    summed = np.bincount(combo, weights=rows, minlength=len(combos)).astype(np.int64)
    known = ~unit.is_null().to_numpy()
    _, person, seen = np.unique(
        unit.fill_null(0).to_numpy()[known], return_inverse=True, return_counts=True
    )
    alone = seen[person] == 1
    place = combo[known]
    single = np.bincount(place[alone], minlength=len(combos)).astype(np.int64)
    counts = UnitCounts(single, place[~alone].astype(np.int64), person[~alone].astype(np.int64))
    return combos, summed, counts


def _unique_rows(
    codes: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    if not len(codes):
        return codes, np.zeros(0, dtype=np.int64)
    order = np.lexsort(codes.T)
    ranked = codes[order]
    fresh = np.ones(len(codes), dtype=bool)
    fresh[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    combo = np.empty(len(codes), dtype=np.int64)
    combo[order] = np.cumsum(fresh) - 1
    return ranked[fresh], combo
