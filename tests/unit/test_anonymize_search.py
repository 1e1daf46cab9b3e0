"""The optimal search against brute force over small random lattices, rows and units alike."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import Problem, Solution, UnitCounts, View, solve, suppressed_classes
from veilflow.errors import ReleaseRefused
from veilflow.hierarchy import CsvHierarchy, HierarchyTable, materialize

Row = tuple[int, ...]  # the codes of a row's columns, and its unit last


@dataclass(frozen=True)
class Case:
    hierarchies: tuple[CsvHierarchy, ...]
    tables: tuple[tuple[tuple[int, ...], tuple[int, ...], list[Row], bool], ...]
    k: int
    limit: float
    low: tuple[int, ...]
    high: tuple[int, ...]


@st.composite
def hierarchy(draw) -> CsvHierarchy:
    """Two to five leaves, one to four levels, nested at random, with or without a common root."""
    leaves = draw(st.integers(1, 5))
    rows = [[f"v{leaf}"] for leaf in range(leaves)]
    for level in range(1, draw(st.integers(1, 4))):
        labels = sorted({row[-1] for row in rows})
        joined = {label: f"{level}:{draw(st.integers(0, 2))}" for label in labels}
        for row in rows:
            row.append(joined[row[-1]])
    if draw(st.booleans()):
        for row in rows:
            row.append("*")
    return CsvHierarchy(tuple(map(tuple, rows)))


@st.composite
def cases(draw) -> Case:
    hierarchies = tuple(draw(st.lists(hierarchy(), min_size=1, max_size=4)))
    every = tuple(range(len(hierarchies)))
    split = draw(st.integers(0, len(hierarchies)))
    if draw(st.booleans()):
        layout = [(every, every)]
    else:
        # A root table on its own, and a child table judged together with its root's columns.
        layout = [(every[:split], every[:split]), (every, every[split:])]
    tables = []
    for columns, own in layout:
        row = st.tuples(
            *(st.integers(0, len(hierarchies[c].rows) - 1) for c in columns), st.integers(0, 5)
        )
        tables.append((columns, own, draw(st.lists(row, max_size=14)), draw(st.booleans())))
    low = tuple(draw(st.integers(0, h.levels - 1)) for h in hierarchies)
    high = tuple(draw(st.integers(a, h.levels - 1)) for a, h in zip(low, hierarchies, strict=True))
    if draw(st.booleans()):
        low, high = (0,) * len(every), tuple(h.levels - 1 for h in hierarchies)
    limit = draw(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
    return Case(hierarchies, tuple(tables), draw(st.integers(1, 4)), limit, low, high)


def problem_of(case: Case) -> Problem:
    tables = [
        materialize(h, f"c{n}", [row[0] for row in h.rows]) for n, h in enumerate(case.hierarchies)
    ]
    views = []
    for n, (columns, own, rows, by_unit) in enumerate(case.tables):
        combos = sorted({row[:-1] for row in rows})
        number = {combo: i for i, combo in enumerate(combos)}
        counts = Counter(row[:-1] for row in rows)
        units = None
        if by_unit:
            pairs = [(number[row[:-1]], row[-1]) for row in rows]
            combo, unit = (np.array([p[i] for p in pairs], dtype=np.int64) for i in (0, 1))
            units = UnitCounts.from_pairs(combo, unit, len(combos))
        codes = np.array(combos, dtype=np.int32).reshape(len(combos), len(columns))
        sizes = np.array([counts[combo] for combo in combos], dtype=np.int64)
        views.append(View(f"t{n}", columns, own, codes, sizes, units))
    return Problem(tuple(tables), tuple(views), case.k, case.limit, case.low, case.high)


@dataclass(frozen=True)
class Truth:
    """What one node gives, counted row by row with sets and fractions."""

    feasible: bool
    suppressed: tuple[int, ...]
    classes: tuple[int, ...]
    product: Fraction
    small: tuple[frozenset[tuple[str, ...]], ...]


def truth(case: Case, node: tuple[int, ...]) -> Truth:
    suppressed, kept, small, product, feasible = [], [], [], Fraction(1), True
    for columns, own, rows, by_unit in case.tables:

        def label(row: Row, columns=columns) -> tuple[str, ...]:
            return tuple(
                case.hierarchies[c].rows[code][node[c]]
                for c, code in zip(columns, row, strict=False)
            )

        members: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for position, row in enumerate(rows):
            members[label(row)].add(row[-1] if by_unit else position)
        refused = frozenset(c for c, who in members.items() if len(who) < case.k)
        gone = [row for row in rows if label(row) in refused]
        suppressed.append(len(gone))
        kept.append(len(members) - len(refused))
        small.append(refused)
        feasible &= len(gone) <= math.floor(case.limit * len(rows))
        for column in own:
            product *= 1 + lost(case.hierarchies[column], node[column], columns.index(column),
                                rows, gone)  # fmt: skip
    return Truth(feasible, tuple(suppressed), tuple(kept), product, tuple(small))


def lost(
    hierarchy: CsvHierarchy, level: int, position: int, rows: list[Row], gone: list[Row]
) -> Fraction:
    leaves = len(hierarchy.rows)
    if leaves == 1 or not rows:
        return Fraction(0)
    under = Counter(row[level] for row in hierarchy.rows)
    total = Fraction(len(gone))
    for row in rows:
        if row not in gone:
            total += Fraction(under[hierarchy.rows[row[position]][level]], leaves)
    least = Fraction(len(rows), leaves)
    return (total - least) / (len(rows) - least)


def too_few_units(case: Case) -> bool:
    return any(
        rows and len({row[-1] for row in rows} if by_unit else rows) < case.k
        for _, _, rows, by_unit in case.tables
    )


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_search_agrees_with_brute_force(case: Case):
    nodes = itertools.product(*(range(a, b + 1) for a, b in zip(case.low, case.high, strict=True)))
    judged = {node: truth(case, node) for node in nodes}
    feasible = {node: t for node, t in judged.items() if t.feasible}
    problem = problem_of(case)
    if not feasible or too_few_units(case):
        with pytest.raises(ReleaseRefused):
            solve(problem)
        return
    best = min(feasible, key=lambda n: (feasible[n].product, sum(feasible[n].suppressed), n))
    expected = feasible[best]
    found = solve(problem)
    assert found.optimal
    assert found.nodes_total == len(judged)
    assert 1 <= found.nodes_evaluated <= len(judged)
    assert found.levels == best
    assert found.suppressed_rows == expected.suppressed
    assert found.classes == expected.classes
    score = float(expected.product) ** (1 / len(case.hierarchies)) - 1
    assert found.loss == pytest.approx(score, abs=1e-12)
    for n, small in enumerate(expected.small):
        assert suppressed_classes(problem, found, f"t{n}") == small


@settings(max_examples=100, deadline=None)
@given(cases())
def test_no_time_still_gives_a_feasible_node(case: Case):
    if too_few_units(case) or not truth(case, case.high).feasible:
        return
    found = solve(problem_of(case), time_budget=0)
    expected = truth(case, found.levels)
    assert expected.feasible
    assert found.suppressed_rows == expected.suppressed


@settings(max_examples=100, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case: Case, random):
    if too_few_units(case) or not truth(case, case.high).feasible:
        return
    problem = problem_of(case)
    views = []
    for view in problem.views:
        order = np.array(random.sample(range(view.rows.size), view.rows.size), dtype=np.int64)
        units = view.units
        if units is not None:
            place = np.argsort(order)
            units = UnitCounts(units.single[order], place[units.pair_combo], 9 - units.pair_unit)
        views.append(
            View(view.name, view.columns, view.own, view.codes[order], view.rows[order], units)
        )
    shuffled = Problem(problem.columns, tuple(views), case.k, case.limit, case.low, case.high)
    assert solve(shuffled) == solve(problem)


def flat(leaves: int, column: str = "c") -> HierarchyTable:
    rows = tuple((str(leaf), "*") for leaf in range(leaves))
    return materialize(CsvHierarchy(rows), column, [row[0] for row in rows])


def solve_one(rows: list[int], k: int, limit: float, units: UnitCounts | None = None) -> Solution:
    codes = np.arange(len(rows), dtype=np.int32).reshape(-1, 1)
    view = View("t", (0,), (0,), codes, np.array(rows, dtype=np.int64), units)
    return solve(Problem((flat(max(len(rows), 1)),), (view,), k, limit))


def test_a_tie_goes_to_fewer_suppressed_rows_then_to_lower_levels():
    # Suppressing all rows and generalising all rows lose the same: everything.
    found = solve_one([1, 1, 1], 2, 1.0)
    assert (found.levels, found.suppressed_rows, found.loss) == ((1,), (0,), 1.0)
    # Two columns that are interchangeable: the later one is generalised.
    codes = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], dtype=np.int32)
    view = View("t", (0, 1), (0, 1), codes, np.ones(4, dtype=np.int64))
    assert solve(Problem((flat(2, "a"), flat(2, "b")), (view,), 2, 0.0)).levels == (0, 1)


@pytest.mark.parametrize(
    ("rows", "k", "limit", "levels", "suppressed"),
    [
        pytest.param([3, 2], 1, 0.0, (0,), 0, id="k 1 needs nothing"),
        pytest.param([5, 5], 5, 0.0, (0,), 0, id="k met exactly"),
        pytest.param([5, 4], 5, 0.0, (1,), 0, id="one row short"),
        pytest.param([96, 4], 5, 0.04, (0,), 4, id="limit met exactly"),
        pytest.param([97, 4], 5, 0.04, (0,), 4, id="limit rounds down to what is needed"),
        pytest.param([95, 4], 5, 0.04, (1,), 0, id="limit rounds down below what is needed"),
        pytest.param([1], 1, 0.0, (0,), 0, id="one row"),
        pytest.param([], 5, 0.0, (0,), 0, id="no rows"),
    ],
)
def test_edges(rows, k, limit, levels, suppressed):
    found = solve_one(rows, k, limit)
    assert found.levels == levels
    assert found.suppressed_rows == (suppressed,)


def test_a_column_of_nulls_is_one_class():
    hierarchy = CsvHierarchy((("a", "*"), ("b", "*")))
    table = materialize(hierarchy, "c", [None])
    view = View("t", (0,), (0,), np.zeros((1, 1), np.int32), np.array([7]))
    found = solve(Problem((table,), (view,), 5, 0.0))
    assert (found.levels, found.loss, found.classes) == ((0,), 0.0, (1,))


def test_the_first_level_can_be_forced_up():
    view = View("t", (0,), (0,), np.zeros((1, 1), np.int32), np.array([7]))
    found = solve(Problem((flat(3),), (view,), 5, 0.0, min_levels=(1,)))
    assert (found.levels, found.nodes_total) == ((1,), 1)


def test_a_lattice_beyond_memory_yields_a_node_in_time():
    generator = np.random.default_rng(3)
    tables = []
    for n in range(40):
        rows = tuple((str(i), str(i // 2), str(i // 4), "*") for i in range(8))
        tables.append(materialize(CsvHierarchy(rows), f"c{n}", [row[0] for row in rows]))
    codes = generator.integers(0, 8, (200, 40), dtype=np.int32)
    view = View("t", tuple(range(40)), tuple(range(40)), codes, np.ones(200, dtype=np.int64))
    found = solve(Problem(tuple(tables), (view,), 3, 0.1), time_budget=0.5)
    assert found.nodes_total == 4**40
    assert not found.optimal
    assert found.suppressed_rows[0] <= 20
