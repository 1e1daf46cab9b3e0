"""Beta-likeness and delta-disclosure: by hand, against the definitions, and where they differ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import (
    SensitiveCounts,
    largest_disclosure,
    largest_t,
    share_above_beta,
    share_disclosing,
    smallest_beta,
)

INF = math.inf


def table(*classes: list[int], whole: list[int] | None = None) -> SensitiveCounts:
    """One list a class: how many people hold value 0, 1, 2...; ``whole`` the same for all rows."""
    lines = [(c, v, n) for c, one in enumerate(classes) for v, n in enumerate(one)]
    columns = np.array(lines, dtype=np.int64).reshape(-1, 3).T
    of_all = None if whole is None else (np.arange(len(whole)), np.array(whole))
    return SensitiveCounts(*columns, whole=of_all)


@pytest.mark.parametrize(
    ("counts", "basic", "enhanced", "delta"),
    [
        pytest.param(table(), 0, 0, 0, id="no classes"),
        pytest.param(table([3, 1]), 0, 0, 0, id="one class is the whole"),
        pytest.param(table([1, 1], [1, 1]), 0, 0, 0, id="two alike"),
        # p = 1/2: 2/3 gains 1/3 and stays below -ln 1/2; 1/3 loses, by log2 of 2/3
        pytest.param(table([2, 1], [1, 2]), 1 / 3, 1 / 3, math.log2(3 / 2), id="tilted"),
        # p = 1/2, q = 1: the gain of 1 is more than -ln 1/2 = 0.693
        pytest.param(table([2, 0], [0, 2]), 1, INF, 1, id="homogeneous"),
        # p = 3/10, q = 1/2: the gain of 2/3 is less than -ln 3/10; the other class halves it, or so
        pytest.param(table([2, 2], [1, 5]), 2 / 3, 2 / 3, math.log2(9 / 5), id="below -ln p"),
        # p = 9/10, q = 1: a gain of 0.111, and -ln 9/10 is 0.105
        pytest.param(table([8, 2], [10, 0]), 1, INF, 1, id="a common value"),
        pytest.param(table([0, 0], [1, 1]), INF, INF, INF, id="a class without people"),
        # of the whole table, 1 of 4 hold value 0; the suppressed two are in no class
        pytest.param(table([1, 1], whole=[1, 3]), 1, 1, 1, id="what was left out counts"),
        pytest.param(table([2], whole=[2, 2]), 1, INF, 1, id="a value only left-out rows hold"),
    ],
)
def test_by_hand(counts, basic, enhanced, delta):
    assert smallest_beta(counts) == pytest.approx(basic)
    assert smallest_beta(counts, "enhanced") == pytest.approx(enhanced)
    assert largest_disclosure(counts) == pytest.approx(delta)


def test_a_bound_is_kept_at_beta_but_missed_at_delta():
    """(q - p) / p <= beta, but |log2(q / p)| < delta."""
    doubled = table([1, 1], [0, 2])
    assert share_above_beta(doubled, 1) == 0
    assert share_above_beta(doubled, 0.999999) == 1 / 2
    assert share_disclosing(doubled, 1) == 1 / 2
    assert share_disclosing(doubled, math.nextafter(1, 2)) == 0


@pytest.mark.parametrize("tenths", [1, 2, 3, 7])
def test_rounding_does_not_decide(tenths):
    """(10 + tenths) / 10 less 1 is more than tenths / 10 for some."""
    assert share_above_beta(table([10 + tenths, 10 - tenths], whole=[100, 100]), tenths / 10) == 0


def test_one_person_more_breaks_the_bound():
    assert share_above_beta(table([3, 3], [3, 3]), 0.1) == 0
    assert share_above_beta(table([4, 2], [3, 3]), 0.1) == 1
    assert share_disclosing(table([4, 2], [3, 3]), 0.3) > 0


def test_by_the_paper_a_value_that_a_class_lacks_discloses():
    """Brickell and Shmatikov's logarithm of 0; ARX, and we by default, pass it over."""
    lacking = table([8, 2], [10, 0])
    assert largest_disclosure(lacking) == 1
    assert largest_disclosure(lacking, absent="breaks") == INF
    assert share_disclosing(lacking, 2) == 0
    assert share_disclosing(lacking, 2, absent="breaks") == 1 / 2


def test_a_common_value_is_protected_by_the_enhanced_kind_alone():
    """A value of 80 % in the table that all of a class have gains only a quarter."""
    common = table([10, 0], [6, 4])
    assert share_above_beta(common, 1) == 0
    assert share_above_beta(common, 1, "enhanced") == 1 / 2


@pytest.mark.parametrize("bound", [0, -1, math.nan, INF])
def test_bounds_that_make_no_sense(bound):
    for ask in (share_above_beta, share_disclosing):
        with pytest.raises(UsageError):
            ask(table([1, 1]), bound)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: smallest_beta(table([1]), "strong"),
        lambda: largest_disclosure(table([1]), absent="no"),
        lambda: table([1, 1], whole=[2]),
        lambda: table([1, 1], whole=[2, 0]),
        lambda: table([1, 1], whole=[2, -1]),
        lambda: table([1], whole=[2**53]),
        lambda: SensitiveCounts(*np.array([[0], [0], [1]]), whole=(np.array([0, 0]),) * 2),
    ],
)
def test_what_is_refused(ask):
    with pytest.raises(UsageError):
        ask()


crowds = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=6)


@settings(max_examples=300)
@given(crowds, st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_agrees_with_the_definitions(classes, left_out):
    classes = [one for one in classes if sum(one)] or [[1, 0, 0]]
    whole = [sum(one[v] for one in classes) + left_out[v] for v in range(3)]
    counts = table(*classes, whole=whole)
    gains, moves, far = [0.0], [0.0], []
    for one in classes:
        apart = 0.0
        for v in range(3):
            q, p = one[v] / sum(one), whole[v] / sum(whole)
            apart += abs(q - p) / 2
            if q:
                gains.append((q - p) / p)
                moves.append(abs(math.log2(q / p)))
        far.append(apart)
    assert smallest_beta(counts) == pytest.approx(max(gains), abs=1e-12)
    assert largest_disclosure(counts) == pytest.approx(max(moves), abs=1e-12)
    # the same whole table is what t-closeness compares with
    assert largest_t(counts) == pytest.approx(max(far), abs=1e-12)


@given(crowds, st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_the_ordered_distance_counts_what_was_left_out(classes, left_out):
    classes = [one for one in classes if sum(one)] or [[1, 0, 0]]
    whole = [sum(one[v] for one in classes) + left_out[v] for v in range(3)]
    held = [v for v in range(3) if whole[v]]
    worst = 0.0
    for one in classes:
        work = run = 0.0
        for v in held:
            run += one[v] / sum(one) - whole[v] / sum(whole)
            work += abs(run)
        worst = max(worst, work / max(len(held) - 1, 1))
    assert largest_t(table(*classes, whole=whole), "ordered") == pytest.approx(worst, abs=1e-12)
