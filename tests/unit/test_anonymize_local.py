"""Local recoding over small random tables: every class holds, nothing is lost, order is nothing."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import (
    Diversity,
    Lines,
    Problem,
    Recoding,
    SensitiveColumn,
    TCloseness,
    UnitCounts,
    View,
    recoding_of,
    solve,
)
from veilflow.anonymize.choosing import choose
from veilflow.anonymize.local_recoding import Schedule, recode_locally
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.hierarchy import CsvHierarchy, HierarchyTable, materialize

QUICK = Schedule(sweeps=12)
Shown = tuple[str | None, ...]


@dataclass(frozen=True)
class Case:
    """Rows as codes, then a unit, then a sensitive value."""

    tables: tuple[HierarchyTable, ...]
    rows: tuple[tuple[int, ...], ...]
    by_unit: bool
    k: int
    l: int  # noqa: E741
    limit: float
    low: tuple[int, ...]
    high: tuple[int, ...]


@st.composite
def hierarchy(draw) -> CsvHierarchy:
    """Up to six leaves and four levels, nested at random; some labels stay the same for long."""
    rows = [[f"v{leaf}"] for leaf in range(draw(st.integers(1, 6)))]
    for level in range(1, draw(st.integers(1, 3))):
        labels = sorted({row[-1] for row in rows})
        groups = {label: draw(st.integers(0, 2)) for label in labels}
        for row in rows:
            alone = list(groups.values()).count(groups[row[-1]]) == 1
            row.append(row[-1] if alone else f"{level}:{groups[row[-1]]}")
    if draw(st.integers(0, 4)):
        for row in rows:
            row.append("*")
    return CsvHierarchy(tuple(map(tuple, rows)))


@st.composite
def cases(draw) -> Case:
    hierarchies = draw(st.lists(hierarchy(), min_size=1, max_size=4))
    tables = tuple(
        materialize(h, f"c{n}", [*(row[0] for row in h.rows), None])
        for n, h in enumerate(hierarchies)
    )
    row = st.tuples(
        *(st.integers(0, len(t.labels[0]) - 1) for t in tables),
        st.integers(0, 12),
        st.integers(0, 3),
    )
    rows = tuple(draw(st.lists(row, min_size=1, max_size=40)))
    low = tuple(draw(st.integers(0, min(1, t.levels - 1))) for t in tables)
    high = tuple(t.levels - 1 for t in tables)
    if draw(st.integers(0, 3)) == 0:
        high = tuple(draw(st.integers(a, t.levels - 1)) for a, t in zip(low, tables, strict=True))
    limit = draw(st.sampled_from([0.0, 0.2, 1.0]))
    return Case(tables, rows, draw(st.booleans()), draw(st.integers(1, 4)),
                draw(st.integers(1, 3)), limit, low, high)  # fmt: skip


def problem_of(case: Case, order: list[int] | None = None) -> Problem:
    combos = sorted({row[:-2] for row in case.rows})
    if order is not None:
        combos = [combos[n] for n in order]
    number = {combo: n for n, combo in enumerate(combos)}
    counts = Counter(row[:-2] for row in case.rows)
    owner = np.array([number[row[:-2]] for row in case.rows])
    unit = np.array([row[-2] for row in case.rows])
    value = np.array([row[-1] for row in case.rows], dtype=np.int32)
    if not case.by_unit:
        unit = np.arange(len(case.rows))
    every = tuple(range(len(case.tables)))
    view = View(
        "t", every, every,
        np.array(combos, dtype=np.int32).reshape(len(combos), len(every)),
        np.array([counts[combo] for combo in combos]),
        UnitCounts.from_pairs(owner, unit, len(combos)) if case.by_unit else None,
        (SensitiveColumn("s", Lines.from_triples(owner, value, unit), 4),),
    )  # fmt: skip
    models = (Diversity("s", case.l),) if case.l > 1 else ()
    return Problem(case.tables, (view,), case.k, case.limit, case.low, case.high, models)


def levels_of_rows(problem: Problem, recoding: Recoding) -> list[list[tuple[int, ...]]]:
    """The levels of each row of each combination, rows that are lent first."""
    every: list[list[tuple[int, ...]]] = [[] for _ in problem.views[0].rows]
    if recoding.lent is not None:
        each = zip(recoding.lent.combo, recoding.lent.rows, recoding.lent.levels, strict=True)
        for combo, rows, levels in each:
            every[combo] += [tuple(levels)] * rows
    for combo, rows in enumerate(problem.views[0].rows):
        every[combo] += [tuple(recoding.levels[combo])] * (rows - len(every[combo]))
        assert len(every[combo]) == rows, "no combination lends what it hasn't got"
    return every


def labels_of_rows(problem: Problem, recoding: Recoding) -> list[list[Shown | None]]:
    """What the output shows of each row of each combination, None where it is left out."""
    shown: list[list[Shown | None]] = []
    for n, of_rows in enumerate(levels_of_rows(problem, recoding)):
        codes = problem.views[0].codes[n]
        shown.append([])
        for levels in of_rows:
            each = zip(problem.columns, codes, levels, strict=True)
            cells = tuple(table.labels[lv][table.codes[lv][code]] for table, code, lv in each)
            shown[-1].append(None if recoding.suppressed[n] else cells)
    return shown


def labels(problem: Problem, recoding: Recoding) -> list[Shown | None]:
    """What the output shows of each combination, of which no row is lent."""
    assert recoding.lent is None
    return [rows[0] for rows in labels_of_rows(problem, recoding)]


def lost(problem: Problem, recoding: Recoding) -> float:
    """The sum of shares over all cells; 1 a cell that is left out."""
    total = 0.0
    for n, of_rows in enumerate(levels_of_rows(problem, recoding)):
        for levels in of_rows:
            each = zip(problem.columns, problem.views[0].codes[n], levels, strict=True)
            for table, code, level in each:
                share = table.leaves[level][table.codes[level][code]] / table.leaf_count
                total += 1.0 if recoding.suppressed[n] else share
    return total


@given(cases())
@settings(max_examples=150, deadline=None)
def test_every_class_of_labels_holds_k_units_and_l_values(case):
    problem = problem_of(case)
    try:
        recoding = recode_locally(problem, schedule=QUICK)
    except ReleaseRefused:
        return
    combos = [tuple(map(int, codes)) for codes in problem.views[0].codes]
    shown = dict(zip(combos, labels_of_rows(problem, recoding), strict=True))
    units, values = defaultdict(set), defaultdict(set)
    left_out = 0
    for n, row in enumerate(case.rows):
        cells = shown[row[:-2]].pop()
        if cells is None:
            left_out += 1
            continue
        units[cells].add(row[-2] if case.by_unit else n)
        values[cells].add(row[-1])
    assert all(len(found) >= case.k for found in units.values())
    assert all(len(found) >= case.l for found in values.values())
    assert left_out <= case.limit * len(case.rows)
    assert np.all(recoding.levels >= np.array(case.low))
    assert np.all(recoding.levels <= np.array(case.high))


@given(cases())
@settings(max_examples=80, deadline=None)
def test_from_the_full_domain_optimum_it_only_gains(case):
    problem = problem_of(case)
    try:
        solution = solve(problem)
    except ReleaseRefused:
        return
    start = recoding_of(problem, solution, "t")
    found = recode_locally(problem, start, QUICK)
    assert lost(problem, found) <= lost(problem, start) + 1e-3


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_combinations_changes_nothing(case, random):
    straight = problem_of(case)
    order = list(range(straight.views[0].rows.size))
    random.shuffle(order)
    try:
        first = labels_of_rows(straight, recode_locally(straight, schedule=QUICK))
    except ReleaseRefused:
        with pytest.raises(ReleaseRefused):
            recode_locally(problem_of(case, order), schedule=QUICK)
        return
    shuffled = problem_of(case, order)
    second = labels_of_rows(shuffled, recode_locally(shuffled, schedule=QUICK))
    assert second == [first[n] for n in order]


@given(cases())
@settings(max_examples=30, deadline=None)
def test_cell_suppression_has_one_level_or_the_root_in_each_column(case):
    problem = problem_of(case)
    try:
        chosen = choose(problem, "cell_suppression")
    except ReleaseRefused:
        return
    recoding = chosen.recodings["t"]
    released = recoding.levels[~recoding.suppressed]
    for column, table in enumerate(problem.columns):
        used = set(released[:, column].tolist())
        assert len(used) <= 2
        if len(used) == 2:
            assert max(used) == case.high[column]
            assert len(table.labels[max(used)]) == 1


AGES = CsvHierarchy(tuple((str(n), f"{n // 5 * 5}-", f"{n // 10 * 10}-", "*") for n in range(40)))
SEXES = CsvHierarchy((("F", "*"), ("M", "*")))


def people(*rows: tuple[int, int, int], k: int = 3, limit: float = 0.0) -> Problem:
    """Rows of age, sex and count."""
    tables = (
        materialize(AGES, "age", [row[0] for row in AGES.rows]),
        materialize(SEXES, "sex", ["F", "M"]),
    )
    codes = np.array([row[:2] for row in rows], dtype=np.int32)
    view = View("t", (0, 1), (0, 1), codes, np.array([row[2] for row in rows]))
    return Problem(tables, (view,), k, limit)


def test_a_class_of_one_too_few_is_not_released_as_it_is():
    exact = people((1, 0, 3), (30, 1, 3))
    assert np.all(recode_locally(exact).levels == 0)
    short = people((1, 0, 2), (30, 1, 3))
    assert len(set(labels(short, recode_locally(short)))) == 1


def test_near_values_meet_below_the_root():
    problem = people((1, 0, 1), (2, 0, 1), (3, 0, 1), (31, 1, 1), (33, 1, 1), (34, 1, 2))
    assert set(labels(problem, recode_locally(problem))) == {("0-", "F"), ("30-", "M")}


def test_all_rows_alike_stay_as_they_are():
    problem = people((7, 1, 100))
    assert labels(problem, recode_locally(problem)) == [("7", "M")]


def test_a_table_of_just_k_rows_becomes_one_class():
    problem = people((1, 0, 1), (20, 1, 1), (39, 0, 1))
    assert set(labels(problem, recode_locally(problem))) == {("*", "*")}


def test_fewer_rows_than_k_are_refused():
    with pytest.raises(ReleaseRefused, match="fewer than k = 3"):
        recode_locally(people((1, 0, 1), (2, 0, 1)))


def test_no_row_is_left_out_where_a_limit_would_allow_it():
    problem = people((1, 0, 1), (20, 1, 5), (39, 0, 1), limit=1.0)
    assert not recode_locally(problem).suppressed.any()


def test_bounds_that_leave_a_row_alone_cost_rows_or_are_refused():
    rows = [(1, 0, 2), (2, 0, 2), (39, 1, 1)]
    bounded = replace(people(*rows, limit=0.2), max_levels=(2, 0))
    assert recode_locally(bounded).suppressed.tolist() == [False, False, True]
    with pytest.raises(ReleaseRefused, match="max_level"):
        recode_locally(replace(bounded, suppression_limit=0.1))


def test_weights_decide_which_column_gives_way():
    rows = [(1, 0, 2), (1, 1, 2), (30, 0, 2), (30, 1, 2)]
    dear_age = replace(people(*rows), weights=(9.0, 1.0))
    assert set(labels(dear_age, recode_locally(dear_age))) == {("1", "*"), ("30", "*")}
    dear_sex = replace(people(*rows), weights=(1.0, 9.0))
    assert set(labels(dear_sex, recode_locally(dear_sex))) == {("*", "F"), ("*", "M")}


def test_a_bound_on_the_average_risk_makes_every_class_large_enough():
    rows = [(age, 0, 1) for age in range(40)]
    problem = replace(people(*rows, k=2), max_average_risk=0.1)
    sizes = Counter(labels(problem, recode_locally(problem)))
    assert min(sizes.values()) >= 10


def test_a_model_that_is_not_monotone_holds_in_every_class():
    rows = [(age, sex, 1) for age in range(40) for sex in (0, 1)]
    problem = people(*rows, k=2)
    owner = np.arange(80)
    value = (np.arange(80) // 2 % 4 == 0).astype(np.int32)
    lines = Lines.from_triples(owner, value, owner)
    view = replace(problem.views[0], sensitive=(SensitiveColumn("s", lines, 2),))
    close = replace(problem, views=(view,), models=(TCloseness("s", 0.1),))
    shown = labels(close, recode_locally(close, schedule=QUICK))
    for cells in set(shown):
        inside = [value[n] for n in range(80) if shown[n] == cells]
        assert abs(np.mean(inside) - 0.25) <= 0.1 + 1e-9


def test_rows_without_a_unit_hide_nobody():
    problem = people((1, 0, 5), (2, 0, 5))
    view = problem.views[0]
    units = UnitCounts(np.array([2, 1]), np.zeros(0, np.int64), np.zeros(0, np.int64))
    by_unit = replace(problem, views=(replace(view, units=units),))
    assert len(set(labels(by_unit, recode_locally(by_unit)))) == 1


def test_one_person_in_two_combinations_counts_once():
    problem = people((1, 0, 1), (2, 0, 2), (30, 1, 3))
    owner, unit = np.array([0, 1, 1, 2, 2, 2]), np.array([7, 7, 8, 1, 2, 3])
    units = UnitCounts.from_pairs(owner, unit, 3)
    by_unit = replace(problem, views=(replace(problem.views[0], units=units),))
    assert set(labels(by_unit, recode_locally(by_unit))) == {("*", "*")}


def test_many_columns_use_a_choice_of_nodes():
    random = np.random.default_rng(5)
    hierarchy = CsvHierarchy(tuple((str(n), str(n // 2), str(n // 4), "*") for n in range(8)))
    tables = tuple(materialize(hierarchy, f"c{n}", list("01234567")) for n in range(9))
    codes = np.array(sorted({tuple(row) for row in random.integers(0, 8, (300, 9)).tolist()}))
    every = tuple(range(9))
    view = View("t", every, every, codes, np.ones(len(codes), dtype=np.int64))
    problem = Problem(tables, (view,), 3, 0.0)
    assert min(Counter(labels(problem, recode_locally(problem, schedule=QUICK))).values()) >= 3


def test_joined_views_are_refused_with_what_to_do():
    problem = people((1, 0, 5))
    first = problem.views[0]
    second = replace(first, name="u", own=())
    with pytest.raises(PolicyError, match="full_domain"):
        recode_locally(replace(problem, views=(first, second)))


def test_a_start_that_is_better_is_kept_part_by_part():
    rows = [(1, 0, 1), (2, 0, 1), (3, 0, 1), *itertools.product((30, 35), (0, 1), (3,))]
    problem = people(*rows)
    start = Recoding("t", np.zeros((7, 2), np.int8), np.zeros(7, bool))
    start.levels[:3] = (1, 0)
    found = recode_locally(problem, start, Schedule(0))
    assert labels(problem, found) == labels(problem, start)


def test_no_stray_is_left_out_however_many_there_are():
    """Each block has a class and a stray, which no level allowed joins to other blocks."""
    blocks = 3_000
    hierarchy = CsvHierarchy(
        tuple((f"{block}.{n}", f"{block}", "*") for block in range(blocks) for n in range(2))
    )
    table = materialize(hierarchy, "c", [row[0] for row in hierarchy.rows])
    codes = np.arange(2 * blocks, dtype=np.int32)[:, None]
    counts = np.tile([5, 1], blocks)
    problem = Problem((table,), (View("t", (0,), (0,), codes, counts),), 5, 0.0, max_levels=(1,))
    found = recode_locally(problem, schedule=Schedule(0))
    assert not found.suppressed.any()
    assert set(Counter(labels(problem, found)).values()) == {2}
