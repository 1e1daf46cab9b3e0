"""Rows of common combinations that are lent: who lends, how many, which, and when nobody does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize import Diversity, Lines, Problem, SensitiveColumn, UnitCounts, View
from veilflow.anonymize.local_recoding import Schedule, recode_locally
from veilflow.anonymize.recoded import class_rows, level_shares, recoded_figures
from veilflow.anonymize.recoding import Lent, Recoding
from veilflow.anonymize.row_draws import ranks, row_draws, row_texts
from veilflow.errors import ReleaseRefused, UsageError
from veilflow.hierarchy import CsvHierarchy, materialize

AGES = CsvHierarchy(tuple((str(n), f"{n // 5 * 5}-", f"{n // 10 * 10}-", "*") for n in range(40)))
SEXES = CsvHierarchy((("F", "*"), ("M", "*")))
QUICK = Schedule(sweeps=12, again=1)
NO_PAIRS = np.zeros(0, np.int64)


def people(*rows: tuple[int, int, int], k: int = 5) -> Problem:
    """Rows of age, sex and count."""
    tables = (
        materialize(AGES, "age", [row[0] for row in AGES.rows]),
        materialize(SEXES, "sex", ["F", "M"]),
    )
    codes = np.array([row[:2] for row in rows], dtype=np.int32)
    view = View("t", (0, 1), (0, 1), codes, np.array([row[2] for row in rows]))
    return Problem(tables, (view,), k, 0.0)


def classes(problem: Problem, recoding: Recoding) -> Counter[tuple[str | None, ...]]:
    """Rows by the labels that they show, counted without the code under test."""
    found: Counter[tuple[str | None, ...]] = Counter()
    left = problem.views[0].rows.tolist()
    lots = [] if recoding.lent is None else list(
        zip(recoding.lent.combo.tolist(), recoding.lent.rows.tolist(), recoding.lent.levels,
            strict=True)
    )  # fmt: skip
    for combo, rows, _ in lots:
        left[combo] -= rows
    lots += [(n, rows, recoding.levels[n]) for n, rows in enumerate(left)]
    for combo, rows, levels in lots:
        codes = problem.views[0].codes[combo]
        each = zip(problem.columns, codes, levels, strict=True)
        found[tuple(t.labels[lv][t.codes[lv][code]] for t, code, lv in each)] += rows
    return found


def test_a_common_combination_lends_what_a_rare_one_lacks():
    problem = people((20, 0, 40), (21, 0, 3))
    found = recode_locally(problem)
    assert classes(problem, found) == {("20", "F"): 38, ("20-", "F"): 5}
    assert class_rows(problem, found).tolist() == [5, 38] or [38, 5]
    _, count, figures = recoded_figures(problem, found)
    assert (count, figures["discernibility"]) == (2, 38**2 + 5**2)
    assert level_shares(problem, found)[0] == pytest.approx([38 / 43, 5 / 43, 0, 0])


def test_the_largest_of_equals_lends():
    problem = people((20, 0, 9), (22, 0, 30), (23, 0, 12), (21, 0, 3))
    found = recode_locally(problem)
    assert classes(problem, found)["22", "F"] == 28


def test_a_lender_keeps_a_class_of_its_own():
    for rows, there in ((7, {("20", "F"): 5, ("20-", "F"): 5}), (6, {("20-", "F"): 9})):
        problem = people((20, 0, rows), (21, 0, 3))
        assert classes(problem, recode_locally(problem)) == there


def test_nobody_lends_where_strays_are_enough_by_themselves():
    problem = people((20, 0, 40), (21, 0, 3), (22, 0, 2))
    assert recode_locally(problem).lent is None


def lenders_with(units: UnitCounts | None, **change: object) -> Recoding:
    problem = people((20, 0, 40), (21, 0, 3))
    view = replace(problem.views[0], units=units)
    return recode_locally(replace(problem, views=(view,), **change))


UNITS = {
    "one row each": (UnitCounts(np.array([40, 3]), NO_PAIRS, NO_PAIRS), True),
    "somebody has two of the rows": (UnitCounts(np.array([39, 3]), NO_PAIRS, NO_PAIRS), False),
    "somebody is in both": (
        UnitCounts(np.array([39, 2]), np.array([0, 1]), np.array([7, 7])), False,
    ),
    "a row is nobody's": (UnitCounts(np.array([39, 3]), NO_PAIRS, NO_PAIRS), False),
}  # fmt: skip


@pytest.mark.parametrize("case", UNITS)
def test_only_rows_that_are_each_one_persons_are_lent(case: str):
    units, lends = UNITS[case]
    assert (lenders_with(units).lent is not None) is lends


def test_nobody_lends_where_a_model_asks_about_the_rows():
    problem = people((20, 0, 40), (21, 0, 3))
    owner = np.repeat([0, 1], [40, 3])
    lines = Lines.from_triples(owner, (np.arange(43) % 3).astype(np.int32), np.arange(43))
    view = replace(problem.views[0], sensitive=(SensitiveColumn("s", lines, 3),))
    assert recode_locally(replace(problem, views=(view,), models=(Diversity("s", 2),))).lent is None


def test_nobody_lends_where_the_caller_says_so():
    assert recode_locally(people((20, 0, 40), (21, 0, 3)), may_lend=False).lent is None


counts = st.lists(
    st.tuples(st.integers(0, 39), st.integers(0, 1), st.sampled_from([1, 1, 1, 2, 3, 7, 20])),
    min_size=1, max_size=30, unique_by=lambda row: row[:2],
)  # fmt: skip


@given(counts, st.integers(2, 6), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_every_class_holds_and_nothing_is_lost_in_any_order(rows, k, random):
    problem = people(*rows, k=k)
    try:
        found = classes(problem, recode_locally(problem, schedule=QUICK))
    except ReleaseRefused:
        assert sum(row[2] for row in rows) < k
        return
    assert min(found.values()) >= k
    assert sum(found.values()) == sum(row[2] for row in rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    again = people(*shuffled, k=k)
    assert classes(again, recode_locally(again, schedule=QUICK)) == found


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=8), st.integers(0, 30))
def test_ranks_find_their_lots(lots, most):
    lots = sorted(lots)
    combo = np.array([lot[0] for lot in lots], dtype=np.int64)
    rows = np.array([lot[1] for lot in lots], dtype=np.int64)
    lent = Lent(combo, rows, np.zeros((len(lots), 1), np.int8))
    for asked in range(7):
        places = [n for n, lot in enumerate(lots) for _ in range(lot[1]) if lot[0] == asked]
        expected = (places + [-1] * (most + 1))[: most + 1]
        found = lent.lot(np.full(most + 1, asked), np.arange(most + 1))
        assert found.tolist() == expected


def test_rows_of_a_suppressed_combination_are_never_lent():
    lent = Lent(np.array([0]), np.array([1]), np.zeros((1, 1), np.int8))
    with pytest.raises(UsageError):
        Recoding("t", np.zeros((1, 1), np.int8), np.ones(1, bool), lent)


def test_draws_go_by_key_and_content_alone():
    table = pa.table({"a": ["x", None, "x", "-", ""], "b": pa.array([1, 1, 1, None, 2])})
    texts = row_texts(table, ["a", "b"])
    assert texts.to_pylist() == ["1:x1:1", "-1:1", "1:x1:1", "1:--", "0:1:2"]
    draws = row_draws(texts, b"k" * 16)
    assert draws[0] == draws[2] and len(set(draws.tolist())) == 4
    assert (row_draws(texts, b"l" * 16) != draws).all()
    assert row_draws(texts.take(pa.array([4, 0])), b"k" * 16).tolist() == draws[[4, 0]].tolist()
    assert ranks(np.array([1, 0, 1, 1]), np.array([5, 9, -5, 7])).tolist() == [1, 0, 0, 2]


def test_a_short_key_is_refused():
    with pytest.raises(UsageError, match="key"):
        row_draws(pa.array(["a"]), b"short")
