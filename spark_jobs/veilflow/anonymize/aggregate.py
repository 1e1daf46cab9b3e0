"""From aggregated raw values to the problem: each distinct value is generalised once.

Whoever aggregates (Spark, or Arrow for one file) hands over one Arrow table a view with a text
column for each quasi-identifier and a count of rows. What is made here doesn't depend on the order
of its rows, so neither does anything that is decided from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.asked import asked_of
from veilflow.anonymize.grouping import group
from veilflow.anonymize.population import POPULATION, check_population
from veilflow.anonymize.problem import Problem, UnitCounts, View
from veilflow.anonymize.recoding import Recoding
from veilflow.anonymize.sensitive import SensitiveColumn
from veilflow.anonymize.sensitive_values import sensitive_column
from veilflow.anonymize.value_labels import in_order, materialised, positions
from veilflow.anonymize.view_plan import QuasiColumn, ViewPlan, quasi_columns
from veilflow.errors import UsageError
from veilflow.hierarchy import Hierarchy, HierarchyTable
from veilflow.policy import Policy
from veilflow.policy.hierarchies import build_hierarchy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KEY", "ROWS", "UNIT", "UNITS", "Aggregated", "RawView", "aggregated"]

# What an aggregated view's columns are called besides those of values: how many rows each line
# stands for; how many people these are, where each has one row; or one person's number; and a hash
# of the line's combination.
ROWS, UNITS, UNIT, KEY = "rows", "units", "unit", "key"

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class RawView:
    """The distinct combinations of raw values in one view, and what each becomes a part of.

    ``codes`` (one column a column of the plan) point into ``values``; ``line`` says for each line
    of the aggregated table which of these combinations it has; ``combo`` says for each raw
    combination which of the view's combinations (row of ``View.codes``) it has at level 0, where
    several raw values may share a label. ``keys`` are the hashes that the aggregation gave to the
    raw combinations, None if it gave none or two are equal.
    """

    plan: ViewPlan
    values: tuple[tuple[str | None, ...], ...]
    codes: Int32
    line: Int64
    combo: Int64
    keys: Int64 | None = None

    def text(self, position: int, chosen: npt.NDArray[np.bool_]) -> pa.Array:
        """The raw values of one column in the chosen combinations."""
        import pyarrow as pa

        codes = pa.array(np.ascontiguousarray(self.codes[chosen, position]))
        return pa.array(self.values[position], pa.string()).take(codes)


@dataclass(frozen=True, eq=False, repr=False)
class Aggregated:
    """A problem together with the raw values behind its codes. Stays where it was made."""

    problem: Problem
    views: tuple[RawView, ...]

    def view(self, table: str) -> RawView:
        found = [view for view in self.views if view.plan.table == table]
        if not found:
            raise UsageError(f"no view is named {table!r}")
        return found[0]

    def labels(
        self, recoding: Recoding, position: int, combo: Int64, lot: Int64 | None = None
    ) -> pa.Array:
        """The labels that ``recoding`` gives to the column at ``position``, for each of ``combo``.

        ``lot`` has for each the place of its row's lot in ``recoding.lent``, or -1. Suppressed
        combinations get some label, too: it is the caller's to leave them out.
        """
        import pyarrow as pa

        view = self.problem.view(recoding.view)
        table = self.problem.columns[view.columns[position]]
        starts = np.cumsum([0, *(len(labels) for labels in table.labels)])
        levels = recoding.levels[combo, position].astype(np.int64)
        if lot is not None and recoding.lent is not None:
            levels = np.where(lot < 0, levels, recoding.lent.levels[lot, position])
        codes = np.stack(table.codes)[levels, view.codes[combo, position]]
        every = pa.array([label for labels in table.labels for label in labels], pa.string())
        return every.take(pa.array(starts[levels] + codes))


def aggregated(
    policy: Policy, plans: Sequence[ViewPlan], collected: Mapping[str, pa.Table]
) -> Aggregated:
    """The problem of the policy's views, from what was ``collected`` of each by its table's name.

    A collected table has the columns ``QuasiColumn.value`` of its plan, ``ROWS``, where people are
    counted ``UNITS`` (each has one row) or ``UNIT`` (a line a combination and person; any integer,
    null for nobody), and may have ``KEY``. Where models ask about sensitive columns it has the
    columns ``SensitivePlan.value`` too, and ``POPULATION`` where there is a population table. Lines
    may repeat. Raises ReleaseRefused if a hierarchy doesn't know some of the values.
    """
    assert policy.anonymize is not None
    columns = quasi_columns(policy)
    values = [_distinct(column, plans, collected) for column in columns]
    tables, lifts = materialised(columns, values)
    close = policy.anonymize.t_closeness
    spec = None if close is None else close.hierarchy
    taxonomy = None if spec is None else build_hierarchy(spec)
    made = [_view(plan, collected[plan.table], values, lifts, tables, taxonomy) for plan in plans]
    views = tuple(view for view, _ in made)
    asked = asked_of(policy, [column.name for column in columns], views[0].total_units)
    problem = Problem(
        columns=tables,
        views=views,
        k=asked.k,
        suppression_limit=asked.suppression_limit,
        min_levels=tuple(column.min_level for column in columns),
        max_levels=tuple(column.max_level for column in columns),
        models=asked.models,
        max_average_risk=asked.max_average_risk,
        objective=asked.objective,
        weights=asked.weights,
    )
    return Aggregated(problem, tuple(raw for _, raw in made))


def _distinct(
    column: QuasiColumn, plans: Sequence[ViewPlan], collected: Mapping[str, pa.Table]
) -> list[str | None]:
    found: set[str | None] = set()
    for plan in plans:
        if column in plan.columns:
            found.update(collected[plan.table].column(column.value).unique().to_pylist())
    return in_order(found)


def _view(
    plan: ViewPlan,
    table: pa.Table,
    values: Sequence[list[str | None]],
    lifts: Sequence[Int32],
    tables: Sequence[HierarchyTable],
    taxonomy: Hierarchy | None,
) -> tuple[View, RawView]:
    indices = [column.index for column in plan.columns]
    raw = [_encoded(table, column, values[column.index]) for column in plan.columns]
    chosen, line = group(raw, [len(values[index]) for index in indices], table.num_rows)
    raw = [codes[chosen] for codes in raw]
    fine = [lifts[index][codes] for index, codes in zip(indices, raw, strict=True)]
    first, combo = group(fine, [len(tables[index].labels[0]) for index in indices], chosen.size)
    combos, place = first.size, combo[line]
    has_population = POPULATION in table.column_names
    view = View(
        name=plan.table,
        columns=tuple(indices),
        own=tuple(column.index for column in plan.own),
        codes=np.stack([codes[first] for codes in fine], axis=1),
        rows=_sums(table, ROWS, place, combos),
        units=_units(table, place, combos),
        sensitive=_sensitive(plan, table, place, taxonomy),
        population=_sums(table, POPULATION, place, combos) if has_population else None,
    )
    check_population(view)
    kept = tuple(tuple(values[index]) for index in indices)
    return view, RawView(plan, kept, np.stack(raw, axis=1), line, combo, _keys(table, chosen))


def _sensitive(
    plan: ViewPlan, table: pa.Table, place: Int64, taxonomy: Hierarchy | None
) -> tuple[SensitiveColumn, ...]:
    """The sensitive columns of a view; ``place`` is the combination of each line of ``table``."""
    if not plan.sensitive:
        return ()
    held = table.column(ROWS).to_numpy() > 0  # lines of the population alone hold nothing
    lines, place = table.filter(held), place[held]
    people = lines.column(UNITS if UNITS in table.column_names else ROWS).to_numpy()
    unit = None
    if UNIT in table.column_names:
        nobody = lines.column(UNIT).is_null().to_numpy()
        known = lines.column(UNIT).fill_null(0).to_numpy()
        unit = np.where(nobody, -1, np.unique(known, return_inverse=True)[1]).astype(np.int64)
    return tuple(
        sensitive_column(asked, lines, place, people, unit, taxonomy) for asked in plan.sensitive
    )


def _keys(table: pa.Table, chosen: Int64) -> Int64 | None:
    """A key for each raw combination, unless two have the same."""
    if KEY not in table.column_names:
        return None
    keys: Int64 = table.column(KEY).to_numpy()[chosen]
    return keys if np.unique(keys).size == keys.size else None


def _encoded(table: pa.Table, column: QuasiColumn, values: Sequence[str | None]) -> Int32:
    encoded = table.column(column.value).combine_chunks().dictionary_encode("encode")
    lookup = positions(encoded.dictionary.to_pylist(), values)
    codes: Int32 = lookup[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes


def _units(table: pa.Table, place: Int64, combos: int) -> UnitCounts | None:
    if UNITS in table.column_names:
        nobody = np.zeros(0, dtype=np.int64)
        return UnitCounts(_sums(table, UNITS, place, combos), nobody, nobody)
    if UNIT not in table.column_names:
        return None
    unit = table.column(UNIT)
    known = ~unit.is_null().to_numpy()
    return UnitCounts.from_pairs(place[known], unit.fill_null(0).to_numpy()[known], combos)


def _sums(table: pa.Table, name: str, place: Int64, combos: int) -> Int64:
    weights = table.column(name).to_numpy()
    return np.bincount(place, weights=weights, minlength=combos).astype(np.int64)
