"""k counts people: classes of the same person's rows protect nobody."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import (
    DeltaPresence,
    Problem,
    Solution,
    UnitCounts,
    View,
    recoding_of,
    solve,
)
from veilflow.anonymize.equivalence import coarsen, from_view
from veilflow.errors import ReleaseRefused
from veilflow.hierarchy import CsvHierarchy, PrefixHierarchy, materialize

ZIPS = CsvHierarchy((("10115", "10", "*"), ("10117", "10", "*"), ("20095", "20", "*")))


def release(visits: list[tuple[str, str]], k: int, limit: float = 0.0) -> Solution:
    """The levels chosen for (postcode, patient) rows."""
    codes = sorted({zip_code for zip_code, _ in visits})
    patients = sorted({patient for _, patient in visits})
    combo = np.array([codes.index(zip_code) for zip_code, _ in visits])
    unit = np.array([patients.index(patient) for _, patient in visits])
    units = UnitCounts.from_pairs(combo, unit, len(codes))
    rows = np.bincount(combo, minlength=len(codes))
    view = View("visits", (0,), (0,), np.arange(len(codes)).reshape(-1, 1), rows, units)
    return solve(Problem((materialize(ZIPS, "zip", codes),), (view,), k, limit))


def visits(zip_code: str, *patients: str) -> list[tuple[str, str]]:
    return [(zip_code, patient) for patient in patients]


OTHERS = visits("20095", *(f"other {n}" for n in range(5)))


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        pytest.param(visits("10115", *"aaaaa") + OTHERS, 2, id="one patient with five rows"),
        pytest.param(visits("10115", *"abcde") + OTHERS, 0, id="five patients"),
        pytest.param(visits("10115", *"abcdd") + OTHERS, 2, id="four patients with five rows"),
        pytest.param(
            visits("10115", *"abcde") + visits("10117", *"abcde") + OTHERS,
            0,
            id="five patients in each of two places",
        ),
        pytest.param(
            visits("10115", *"abc") + visits("10117", *"cde") + OTHERS,
            1,
            id="three and three with one in common make five",
        ),
        pytest.param(
            visits("10115", *"abc") + visits("10117", *"abd") + OTHERS,
            2,
            id="three and three with two in common make only four",
        ),
        pytest.param(
            visits("10115", *"abcde") + visits("10117", *"abc") + OTHERS,
            1,
            id="a small class joins a large one that holds the same people",
        ),
    ],
)
def test_a_class_needs_five_people(rows, level):
    assert release(rows, k=5).levels == (level,)


def test_rows_of_a_small_class_are_suppressed_all_of_them():
    rows = visits("10115", *"aaaab") + visits("20095", *(f"p{n}" for n in range(95)))
    found = release(rows, k=3, limit=0.05)
    assert (found.levels, found.suppressed_rows, found.classes) == ((0,), (5,), (1,))


def test_rows_without_a_unit_hide_nobody():
    single = np.array([4, 5])
    nobody = np.zeros(0, dtype=np.int64)
    view = View(
        "visits", (0,), (0,), np.array([[0], [1]]), np.array([9, 5]),
        UnitCounts(single, nobody, nobody),
    )  # fmt: skip
    table = materialize(ZIPS, "zip", ["10115", "20095"])
    assert solve(Problem((table,), (view,), 5, 0.0)).levels == (2,)
    assert solve(Problem((table,), (view,), 4, 0.0)).levels == (0,)


def test_related_tables_are_judged_on_their_joined_view():
    # Ten patients, five a place: the patients alone may keep the place. Each visited one of two
    # departments, so place and department together single out fewer than five.
    departments = ["cardiology", "oncology"]
    visited = [n % 2 for n in range(10)]
    root = View("patients", (0,), (0,), np.array([[0], [1]]), np.array([5, 5]))
    joined = sorted({(n // 5, visited[n]) for n in range(10)})
    combo = np.array([joined.index((n // 5, visited[n])) for n in range(10)])
    units = UnitCounts.from_pairs(combo, np.arange(10), len(joined))
    child = View(
        "visits", (0, 1), (1,), np.array(joined), np.bincount(combo), units
    )  # fmt: skip
    tables = (
        materialize(ZIPS, "zip", ["10115", "20095"]),
        materialize(CsvHierarchy(tuple((d, "*") for d in departments)), "department", departments),
    )
    alone = solve(Problem(tables[:1], (root,), 5, 0.0))
    together = solve(Problem(tables, (root, child), 5, 0.0))
    assert alone.levels == (0,)
    assert together.levels in {(0, 1), (2, 0)}
    assert together.suppressed_rows == (0, 0)


pairs = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 7)), max_size=60)


@given(pairs)
def test_from_pairs_counts_what_sets_count(listed):
    combo, unit = (np.array([p[n] for p in listed], dtype=np.int64) for n in (0, 1))
    counts = UnitCounts.from_pairs(combo, unit, 12)
    people = defaultdict(set)
    for c, u in listed:
        people[c].add(u)
    found = counts.single + np.bincount(counts.pair_combo, minlength=12)
    assert found.tolist() == [len(people[c]) for c in range(12)]
    assert counts.total == len({u for _, u in listed})


@given(pairs, st.integers(1, 6), st.permutations(range(12)))
def test_joining_classes_step_by_step_keeps_distinct_counts(listed, k, order):
    """12 combinations join to 6, 3 and 1 classes: units below k are exact after every step."""
    combo, unit = (np.array([p[n] for p in listed], dtype=np.int64) for n in (0, 1))
    rows = np.bincount(combo, minlength=12) + 1
    units = UnitCounts.from_pairs(combo, unit, 12)
    view = View("v", (0,), (0,), np.array(order).reshape(-1, 1), rows, units)
    classes = from_view(view)
    for step, groups in ((2, 6), (2, 3), (3, 1)):
        size = len(classes.rows)
        lift = (np.arange(size) // step).astype(np.int32)
        classes = coarsen(classes, [lift], [groups], k)
        people = defaultdict(set)
        for c, u in listed:
            people[order[c] * groups // 12].add(u)
        assert len(classes.rows) == groups
        for code, found in zip(classes.codes[0].tolist(), classes.units.tolist(), strict=True):
            true = len(people[code])
            assert found == true if true < k else found >= k


@given(st.integers(0, 2**32), st.sampled_from(["average risk", "presence"]))
@settings(max_examples=60, deadline=None)
def test_models_that_ask_of_large_classes_count_everybody_once(seed: int, asked: str) -> None:
    """The search's counts, made node from node, are those of the output: people of several rows
    were once counted twice in classes larger than k."""
    random = np.random.default_rng(seed)
    labels = [f"{n:02}" for n in range(30)]
    tables = tuple(materialize(PrefixHierarchy((2, 1)), name, labels) for name in ("a", "b"))
    codes = np.unique(random.integers(0, 30, (60, 2)), axis=0)
    rows = random.integers(1, 4, len(codes))
    combo = np.repeat(np.arange(len(codes)), rows)
    units = UnitCounts.from_pairs(combo, random.integers(0, 25, combo.size), len(codes))
    people = units.single + np.bincount(units.pair_combo, minlength=len(codes))
    view = View("t", (0, 1), (0, 1), codes, rows, units, population=people + 1)
    if asked == "presence":
        problem = Problem(tables, (view,), 2, 0.5, models=(DeltaPresence(0, 0.75),))
    else:
        problem = Problem(tables, (view,), 2, 0.2, max_average_risk=0.1)
    try:
        solution = solve(problem)
    except ReleaseRefused:
        return
    suppressed = recoding_of(problem, solution, "t").suppressed
    assert solution.suppressed_rows == (int(rows[suppressed].sum()),)
