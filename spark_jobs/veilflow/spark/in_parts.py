"""Anonymising one view whose combinations are too many for the driver: in parts, on executors.

1. The distinct values of each column are counted, and generalised on the driver as always.
2. A base node is found whose classes fit the driver's budget, and its classes are collected.
3. The driver decides on them: full-domain, by the search over the nodes above the base; locally,
   by splitting them into parts that share no label (:mod:`veilflow.anonymize.specialisation`).
4. Executors recode the combinations, part by part; a part is a set of whole classes, so nothing
   outside it matters. Rows are joined with what became of their combination.

Nothing depends on how many executors there are, or on the order in which they work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from veilflow.anonymize import Problem, Solution, recoding_of, solve
from veilflow.anonymize.aggregate import KEY, ROWS, UNIT, UNITS
from veilflow.anonymize.base_node import ClassSketches, entropy_path
from veilflow.anonymize.class_rule import ClassRule
from veilflow.anonymize.neighbour_bound import NeighbourBound
from veilflow.anonymize.part_figures import PartCost, least_leaves, part_figures
from veilflow.anonymize.part_work import Coder, Labeller, Locator, PartRule
from veilflow.anonymize.refusal import check_units, infeasible
from veilflow.anonymize.specialisation import Parts, specialise
from veilflow.anonymize.value_labels import in_order, materialised
from veilflow.anonymize.view_plan import ViewPlan
from veilflow.errors import ReleaseRefused, StageFailed
from veilflow.hierarchy import HierarchyTable
from veilflow.policy import Policy
from veilflow.spark import part_workers as workers
from veilflow.spark.base_classes import BaseClasses, base_classes
from veilflow.spark.recode import KEY as ROW_KEY
from veilflow.spark.shared import Shared
from veilflow.spark.views import combination_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["InParts", "decide_in_parts"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

# Lines of one part, which a worker holds at a time; and lines of a task of a join.
PART_LINES = 250_000
_JOIN_LINES = 200_000
_SEEDS = 4
# Combinations that are asked for their neighbours, to say how little any release could lose.
SAMPLE = 100


@dataclass(frozen=True, eq=False, repr=False)
class InParts:
    """What becomes of each combination, on the executors, and what the driver knows of it.

    ``problem`` is that of the base node's classes. No release that hides everybody among k has a
    loss below ``least_loss``, as far as a sample tells
    (:mod:`veilflow.anonymize.neighbour_bound`). ``level_shares`` are the shares of each column's
    cells at each level, under local recoding.
    """

    problem: Problem
    solution: Solution
    least_loss: float
    parts: int
    _coded: _Coded
    _labels: DataFrame
    level_shares: Sequence[Sequence[float]] = ()

    def recoded(self, frame: DataFrame) -> DataFrame:
        """The rows of ``frame`` that are released, with ``QuasiColumn.label`` for each own column.

        ``frame`` has the raw values of the view's columns (``QuasiColumn.value``).
        """
        tasks = max(2, -(-self._coded.lines // _JOIN_LINES))
        key = combination_key(self._coded.plan, self._coded.seed)
        rows = frame.withColumn(ROW_KEY, key).repartition(tasks, ROW_KEY)
        labels = self._labels.withColumnRenamed(KEY, ROW_KEY).repartition(tasks, ROW_KEY)
        return rows.join(labels.hint("merge"), ROW_KEY, "inner")


@dataclass(frozen=True, eq=False, repr=False)
class _Coded:
    """The view's combinations as codes on the executors, and its columns on the driver."""

    plan: ViewPlan
    tables: tuple[HierarchyTable, ...]
    rows: tuple[Int64, ...]
    units: tuple[Int64, ...]
    frame: DataFrame
    lines: int
    seed: int


def decide_in_parts(policy: Policy, plan: ViewPlan, combinations: DataFrame, lines: int) -> InParts:
    """Decide on the ``combinations`` of the policy's only view, of which there are ``lines``.

    Raises ReleaseRefused as the search on the driver does, and for what can't be decided in parts.
    """
    assert policy.anonymize is not None
    _check_supported(policy, combinations)
    seed = _seed(plan, combinations, lines)
    keyed = combinations.withColumn(KEY, combination_key(plan, seed))
    coded = _code(plan, keyed, lines, seed)
    base = _base(coded, policy.anonymize.driver_combinations)
    classes = base_classes(policy, plan, coded.tables, coded.frame, base)
    problem = classes.problem
    check_units(problem)
    low = [column.min_level for column in plan.columns]
    bound = least_leaves(coded.tables, coded.rows, coded.units, problem.k, low)
    total = problem.views[0].total_rows
    least = part_figures(coded.tables, bound, total)["loss"]
    least = max(least, _by_neighbours(coded, problem.k, low, problem.high))
    if policy.anonymize.recoding == "full_domain":
        return _full_domain(policy, coded, classes, least)
    return _local(coded, classes, least)


def _check_supported(policy: Policy, combinations: DataFrame) -> None:
    section = policy.anonymize
    assert section is not None
    reasons = []
    if UNIT in combinations.columns:
        reasons.append("people with several rows")
    if section.recoding not in ("full_domain", "local"):
        reasons.append(f"recoding {section.recoding}")
    if reasons:
        raise ReleaseRefused(
            "The table has more combinations of quasi-identifiers than "
            f"anonymize.driver_combinations ({section.driver_combinations:,}), and "
            f"{', '.join(reasons)} can only be had on the driver.",
            remedy="Raise anonymize.driver_combinations and the driver's memory (about 1 GB a "
            "million), or raise the columns' min_level.",
        )


def _seed(plan: ViewPlan, combinations: DataFrame, lines: int) -> int:
    """A seed with which every combination has a key of its own."""
    if plan.sensitive:  # a combination has a line for each of its sensitive values
        lines = combinations.select([column.value for column in plan.columns]).distinct().count()
    for seed in range(_SEEDS):
        keys = combinations.select(combination_key(plan, seed).alias(KEY))
        if keys.distinct().count() == lines:
            return seed
    raise StageFailed(
        f"View {plan.table!r}: {_SEEDS} hashes of 64 bits were not enough to tell combinations "
        "apart.",
        remedy="Raise anonymize.driver_combinations.",
    )


def _code(plan: ViewPlan, combinations: DataFrame, lines: int, seed: int) -> _Coded:
    """Count and generalise each column's values, then replace them by codes."""
    import pyarrow as pa
    from pyspark.sql import functions as F
    from pyspark.storagelevel import StorageLevel

    units = UNITS if UNITS in combinations.columns else ROWS
    values, rows, people = [], [], []
    for column in plan.columns:
        sums = [F.sum(ROWS).alias(ROWS), F.sum(units).alias("people")]
        counted = combinations.groupBy(F.col(column.value).alias("value")).agg(*sums).toArrow()
        texts = counted.column("value").to_pylist()
        ordered = in_order(texts)
        place = {text: n for n, text in enumerate(texts)}
        order = np.array([place[text] for text in ordered], dtype=np.int64)
        values.append(ordered)
        rows.append(counted.column(ROWS).to_numpy()[order])
        people.append(counted.column("people").to_numpy()[order])
    tables, lifts = materialised(plan.columns, values)
    coder = Coder(tuple(pa.array(texts, pa.string()) for texts in values), tuple(lifts))
    context = combinations.sparkSession.sparkContext
    wanted = combinations.select(
        KEY,
        ROWS,
        F.col(units).alias("people"),
        *[column.value for column in plan.columns],
        *[F.col(asked.value).alias(f"s{n}") for n, asked in enumerate(plan.sensitive)],
    )
    coded = wanted.mapInArrow(
        workers.coding(plan.table, Shared(context, coder)),
        workers.coded_schema(len(tables), len(plan.sensitive)),
    )
    each = zip(lifts, tables, strict=True)
    sizes = [(lift, len(table.labels[0])) for lift, table in each]
    return _Coded(
        plan,
        tables,
        tuple(_sums(lift, count, n) for (lift, n), count in zip(sizes, rows, strict=True)),
        tuple(_sums(lift, count, n) for (lift, n), count in zip(sizes, people, strict=True)),
        coded.persist(StorageLevel.DISK_ONLY),
        lines,
        seed,
    )


def _sums(place: Int32, counts: Int64, size: int) -> Int64:
    return np.bincount(place, counts, size).astype(np.int64)


def _base(coded: _Coded, budget: int) -> tuple[int, ...]:
    """The first node of the path whose classes fit ``budget``; the top if none does."""
    low = tuple(column.min_level for column in coded.plan.columns)
    high = tuple(column.max_level for column in coded.plan.columns)
    path = entropy_path(coded.tables, coded.rows, low, high)
    sketches = ClassSketches(coded.tables, path)
    context = coded.frame.sparkSession.sparkContext
    found = coded.frame.mapInArrow(
        workers.sketching(coded.plan.table, Shared(context, sketches)),
        "place int, smallest binary",
    ).toArrow()
    sketches.merge(workers.read_sketches(found))
    estimated = sketches.classes()
    # The estimate may be a tenth too low, at 5 standard errors.
    fitting = (n for n, classes in enumerate(estimated) if classes * 1.1 <= budget)
    return path[next(fitting, len(path) - 1)]


def _by_neighbours(coded: _Coded, k: int, low: Sequence[int], high: Sequence[int]) -> float:
    """A bound of Loss from a sample of combinations, the same on any executors."""
    from pyspark.sql import functions as F

    # Keys are hashes already; hashed again, their order has nothing to do with the values.
    sample = coded.frame.orderBy(F.xxhash64(KEY), KEY).limit(SAMPLE).toArrow()
    codes = [sample.column(f"c{n}").to_numpy() for n in range(len(coded.tables))]
    bound = NeighbourBound(coded.tables, np.stack(codes, axis=1), k, low, high)
    context = coded.frame.sparkSession.sparkContext
    found = coded.frame.mapInArrow(
        workers.neighbouring(coded.plan.table, Shared(context, bound)), "nearest binary"
    ).toArrow()
    for nearest in workers.read_neighbours(found, len(codes[0])):
        bound.merge(nearest)
    return bound.least_loss(sample.column(ROWS).to_numpy().astype(np.int64))


def _full_domain(policy: Policy, coded: _Coded, classes: BaseClasses, least: float) -> InParts:
    """The search above the base, and its levels for every combination that isn't suppressed."""
    assert policy.anonymize is not None
    problem = classes.problem
    found = solve(problem, policy.anonymize.search_seconds)
    # Best among the nodes above the base, which says nothing about the others.
    bound = least if problem.objective == "loss" else None
    solution = replace(found, optimal=False, least_score=bound)
    suppressed = recoding_of(problem, solution, coded.plan.table).suppressed
    levels = np.array(solution.levels, dtype=np.int8)
    locator = Locator(coded.tables, classes.base, classes.codes)
    labels = _labelled(coded, workers.Fixed(Labeller(coded.tables), locator, levels, suppressed))
    return InParts(problem, solution, least, 1, coded, labels)


def _labelled(coded: _Coded, rule: workers.Fixed) -> DataFrame:
    context = coded.frame.sparkSession.sparkContext
    names = [column.label for column in coded.plan.own]
    labels = coded.frame.mapInArrow(
        workers.fixed_labelling(coded.plan.table, names, Shared(context, rule)),
        workers.label_schema(names),
    )
    return labels.dropDuplicates([KEY]) if coded.plan.sensitive else labels


def _local(coded: _Coded, classes: BaseClasses, least: float) -> InParts:
    """Split the base's classes into parts; executors split on within each, below the base too."""
    problem = classes.problem
    view = problem.views[0]
    judge = ClassRule(problem, view)
    parts = _parts(problem, judge, classes.lines)
    holds = judge.holds(np.arange(view.rows.size), parts.part.astype(np.int64))
    suppressed = int(view.rows[~holds[parts.part]].sum())
    if suppressed > problem.allowed(view):
        raise infeasible(problem, [suppressed], is_top=True)
    locator = Locator(coded.tables, classes.base, classes.codes)
    low = tuple(column.min_level for column in coded.plan.columns)
    rule = PartRule(
        coded.tables,
        problem.k,
        low,
        problem.weights,
        models=problem.models,
        max_average_risk=problem.max_average_risk,
        columns=classes.columns,
    )
    work = workers.PartWork(Labeller(coded.tables), locator, parts, rule)
    labels, cost = _split_on(coded, work)
    figures = part_figures(coded.tables, cost, view.total_rows)
    assert cost.rows == view.total_rows - suppressed, "a part isn't a set of whole classes"
    solution = Solution(
        levels=tuple(int(max(np.flatnonzero(rows), default=0)) for rows in cost.level_rows),
        loss=figures["loss"],
        suppressed_rows=(suppressed,),
        classes=(cost.classes,),
        nodes_total=0,
        nodes_evaluated=0,
        optimal=False,
        score=figures["loss"],
        least_score=least,
        figures=figures,
    )
    count = parts.levels.shape[0]
    shares = [[n / max(cost.rows, 1) for n in rows] for rows in cost.level_rows]
    return InParts(problem, solution, least, count, coded, labels, shares)


def _parts(problem: Problem, judge: ClassRule, lines: Int64) -> Parts:
    """Parts that a worker can hold, as large as may be: what limits a part costs utility."""
    view = problem.views[0]
    wanted = -(-int(lines.sum()) // PART_LINES)
    least = max(judge.least, int(judge.people.sum()) // (10 * wanted))
    while True:
        parts = specialise(
            problem.columns, view.codes, view.rows, judge.people, least, problem.low,
            problem.high, weights=problem.weights, lines=lines, enough=PART_LINES,
            holds=judge.holds if view.sensitive else None,
        )  # fmt: skip
        largest = np.bincount(parts.part, lines).max(initial=0)
        if largest <= PART_LINES or least == judge.least:
            return parts
        least = max(judge.least, least // 8)


def _split_on(coded: _Coded, work: workers.PartWork) -> tuple[DataFrame, PartCost]:
    from pyspark.sql import functions as F
    from pyspark.storagelevel import StorageLevel

    context = coded.frame.sparkSession.sparkContext
    shared = Shared(context, work)
    names = [column.label for column in coded.plan.own]
    located = coded.frame.mapInArrow(
        workers.locating(coded.plan.table, shared),
        f"{workers.coded_schema(len(coded.tables), len(coded.plan.sensitive))}, part int",
    )
    done = (
        located.groupBy("part")
        .applyInArrow(
            workers.splitting(coded.plan.table, names, shared),
            f"{workers.label_schema(names)}, cost array<bigint>",
        )
        .persist(StorageLevel.DISK_ONLY)
    )
    costs: Any = done.where(F.col("cost").isNotNull()).select("cost").toArrow()
    sums = [sum(each) for each in zip(*costs.column("cost").to_pylist(), strict=True)]
    labels = done.where(F.col("cost").isNull()).drop("cost")
    if coded.plan.sensitive:  # a combination's lines have the same labels
        labels = labels.dropDuplicates([KEY])
    return labels, _cost(sums, coded.tables)


def _cost(sums: Sequence[int], tables: Sequence[HierarchyTable]) -> PartCost:
    """What :func:`veilflow.spark.part_workers.splitting` tells, added up over all parts."""
    depths = [table.levels for table in tables]
    told = iter(sums or [0] * (3 + len(tables) + sum(depths)))
    rows, classes, squares = (next(told) for _ in range(3))
    leaves = tuple(next(told) for _ in tables)
    shown = tuple(tuple(next(told) for _ in range(depth)) for depth in depths)
    return PartCost(leaves, rows, classes, squares, shown)
