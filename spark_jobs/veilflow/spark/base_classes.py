"""The classes of a base node, counted by executors and collected: the driver's problem in parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize import Problem, View
from veilflow.anonymize.aggregate import KEY, ROWS
from veilflow.anonymize.asked import asked_of
from veilflow.anonymize.grouping import group
from veilflow.anonymize.part_values import PartColumn
from veilflow.anonymize.problem import UnitCounts
from veilflow.anonymize.sensitive_values import sensitive_column
from veilflow.anonymize.view_plan import ViewPlan
from veilflow.hierarchy import HierarchyTable
from veilflow.policy import Policy
from veilflow.policy.hierarchies import build_hierarchy
from veilflow.spark import part_workers as workers
from veilflow.spark.shared import Shared

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["BaseClasses", "base_classes"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class BaseClasses:
    """The problem above ``base``, whose combinations are that node's classes.

    ``lines`` says how many lines of the view each class has, ``columns`` what executors need to
    judge the values in a part of them.
    """

    base: tuple[int, ...]
    problem: Problem
    lines: Int64
    columns: tuple[PartColumn, ...]

    @property
    def codes(self) -> Int32:
        """The classes' codes at the base."""
        codes = self.problem.views[0].codes
        each = enumerate(zip(self.problem.columns, self.base, strict=True))
        return np.stack([table.codes[level][codes[:, n]] for n, (table, level) in each], axis=1)


def base_classes(
    policy: Policy,
    plan: ViewPlan,
    tables: tuple[HierarchyTable, ...],
    coded: DataFrame,
    base: tuple[int, ...],
) -> BaseClasses:
    """Collect the classes of ``base`` from ``coded`` (:func:`part_workers.coded_schema`)."""
    found = _collected(plan, tables, coded, base)
    at_base = [found.column(f"c{n}").to_numpy().astype(np.int32) for n in range(len(tables))]
    sizes = [len(table.labels[level]) for table, level in zip(tables, base, strict=True)]
    first, place = group(at_base, sizes, found.num_rows)
    rows, people, lines = (
        np.bincount(place, found.column(name).to_numpy(), first.size).astype(np.int64)
        for name in (ROWS, workers.PEOPLE, "n")
    )
    # Each class stands for its combinations, by one of their codes.
    some = []
    for table, level, codes in zip(tables, base, at_base, strict=True):
        one = np.zeros(len(table.labels[level]), dtype=np.int32)
        one[table.codes[level]] = np.arange(table.codes[level].size, dtype=np.int32)
        some.append(one[codes[first]])
    close = None if policy.anonymize is None else policy.anonymize.t_closeness
    spec = None if close is None else close.hierarchy
    taxonomy = None if spec is None else build_hierarchy(spec)
    line_people = found.column(workers.PEOPLE if plan.is_root else ROWS).to_numpy()
    sensitive = tuple(
        sensitive_column(asked, found, place, line_people, None, taxonomy)
        for asked in plan.sensitive
    )
    nobody = np.zeros(0, dtype=np.int64)
    own = tuple(column.index for column in plan.columns)
    view = View(
        name=plan.table,
        columns=own,
        own=own,
        codes=np.stack(some, axis=1),
        rows=rows,
        units=UnitCounts(people, nobody, nobody) if plan.is_root else None,
        sensitive=sensitive,
    )
    wanted = asked_of(policy, [column.name for column in plan.columns], view.total_units)
    problem = Problem(
        columns=tables,
        views=(view,),
        k=wanted.k,
        suppression_limit=wanted.suppression_limit,
        min_levels=base,
        max_levels=tuple(column.max_level for column in plan.columns),
        models=wanted.models,
        max_average_risk=wanted.max_average_risk,
        objective=wanted.objective,
        weights=wanted.weights,
    )
    columns = tuple(
        PartColumn.of_table(column, _texts(found, asked.value))
        for asked, column in zip(plan.sensitive, sensitive, strict=True)
    )
    return BaseClasses(base, problem, lines, columns)


def _collected(
    plan: ViewPlan, tables: Sequence[HierarchyTable], coded: DataFrame, base: Sequence[int]
) -> pa.Table:
    """A line a class and combination of sensitive values, in an order of its own."""
    from pyspark.sql import functions as F

    lifts = [table.codes[level] for table, level in zip(tables, base, strict=True)]
    context = coded.sparkSession.sparkContext
    lifted = coded.mapInArrow(
        workers.lifting(plan.table, Shared(context, lifts)),
        workers.coded_schema(len(lifts), len(plan.sensitive)),
    )
    names = [f"c{n}" for n in range(len(lifts))]
    values = {f"s{n}": asked.value for n, asked in enumerate(plan.sensitive)}
    totals = [F.sum(name).alias(name) for name in (ROWS, workers.PEOPLE)]
    grouped = lifted.groupBy(*names, *values).agg(*totals, F.count(KEY).alias("n"))
    found = grouped.withColumnsRenamed(values).toArrow()
    return found.sort_by([(name, "ascending") for name in [*names, *values.values()]])


def _texts(found: pa.Table, name: str) -> pa.Array:
    """The values by number, as :func:`sensitive_column` numbers them."""
    return found.column(name).combine_chunks().dictionary_encode("encode").dictionary
