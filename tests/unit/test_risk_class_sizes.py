"""Class sizes, their histogram, and the risks that follow from them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import PolicyError, UsageError
from veilflow.risk import (
    ClassTable,
    class_size_histogram,
    marketer_risk,
    prosecutor_average_risk,
    prosecutor_max_risk,
    share_below,
    share_unique,
    smallest_class,
)


def table(rows: list[int], units: list[int] | None = None) -> ClassTable:
    sizes = np.array(rows, dtype=np.int64)
    return ClassTable(sizes, sizes if units is None else np.array(units, dtype=np.int64))


EMPTY = table([])


def test_a_class_of_k_minus_1_is_found():
    assert smallest_class(table([5, 7, 5])) == 5
    assert share_below(table([5, 7, 5]), 5) == 0
    assert smallest_class(table([5, 7, 4])) == 4
    assert share_below(table([5, 7, 4]), 5) == 4 / 16


def test_one_patient_with_five_rows_is_alone():
    alone = table([5, 5], [1, 5])
    assert smallest_class(alone) == 1
    assert share_below(alone, 5) == share_unique(alone) == 0.5
    assert prosecutor_max_risk(alone) == 1
    together = table([5, 5], [5, 5])
    assert smallest_class(together) == 5
    assert share_below(together, 5) == 0
    assert prosecutor_max_risk(together) == 0.2


def test_risks_by_rows():
    sizes = table([1, 2, 5])
    assert prosecutor_max_risk(sizes) == 1
    assert prosecutor_average_risk(sizes) == marketer_risk(sizes) == 3 / 8
    assert share_unique(sizes) == 1 / 8


def test_risks_by_people():
    sizes = table([10, 4], [2, 4])
    assert prosecutor_average_risk(sizes) == pytest.approx((10 / 2 + 4 / 4) / 14)
    assert marketer_risk(sizes) == 2 / 6


def test_a_class_without_any_unit_hides_nobody():
    nobody = table([9, 20], [0, 20])
    assert smallest_class(nobody) == 0
    assert prosecutor_max_risk(nobody) == 1
    assert share_below(nobody, 1) == share_unique(nobody) == 9 / 29
    assert [b.classes for b in class_size_histogram(nobody)][:2] == [1, 0]


def test_a_table_without_rows():
    assert smallest_class(EMPTY) is None
    for risk in (prosecutor_max_risk, prosecutor_average_risk, marketer_risk, share_unique):
        assert risk(EMPTY) == 0
    assert all(b.classes == b.rows == 0 for b in class_size_histogram(EMPTY, raw=True))


@pytest.mark.parametrize("k", [0, -1, float("nan")])
def test_k_must_be_positive(k):
    with pytest.raises(PolicyError):
        share_below(table([5]), k)


@pytest.mark.parametrize(
    ("rows", "units"),
    [
        pytest.param([0], [0], id="a class without rows"),
        pytest.param([5], [6], id="more units than rows"),
        pytest.param([5], [-1], id="negative"),
        pytest.param([5, 5], [5], id="unequal lengths"),
        pytest.param([5.0], [5.0], id="not whole"),
        pytest.param([float("nan")], [1], id="NaN"),
        pytest.param([[5]], [[5]], id="two dimensions"),
    ],
)
def test_what_is_no_class_table(rows, units):
    with pytest.raises(UsageError):
        ClassTable(np.array(rows), np.array(units))


def test_bins():
    sizes = [1, 1, 2, 3, 4, 5, 9, 10, 19, 20, 49, 50, 99, 100, 499, 500, 999, 1000, 10**9]
    told = [(b.low, b.high, b.classes, b.rows) for b in class_size_histogram(table(sizes))]
    assert told == [
        (1, 1, 2, 2), (2, 2, 1, 2), (3, 4, 2, 7), (5, 9, 2, 14), (10, 19, 2, 29),
        (20, 49, 2, 69), (50, 99, 2, 149), (100, 499, 2, 599), (500, 999, 2, 1499),
        (1000, None, 2, 10**9 + 1000),
    ]  # fmt: skip


def test_raw_bins_are_merged_until_each_holds_10_classes():
    told = class_size_histogram(table([1] * 12 + [2] * 3 + [4] * 8 + [20] * 11 + [60]), raw=True)
    counted = [(b.low, b.high, b.classes, b.rows) for b in told if b.classes]
    assert counted == [(1, 1, 12, 12), (2, 4, 11, 38), (20, None, 12, 280)]


def test_fewer_than_10_raw_classes_are_not_told():
    (only,) = class_size_histogram(table([1] * 9), raw=True)
    assert (only.low, only.high, only.classes, only.rows) == (1, None, None, None)


@given(st.lists(st.integers(1, 2000), max_size=80), st.booleans())
def test_histograms_lose_nothing_and_raw_ones_tell_no_small_count(sizes, raw):
    told = class_size_histogram(table(sizes), raw=raw)
    assert told[0].low == 1
    assert told[-1].high is None
    assert all(a.high + 1 == b.low for a, b in zip(told, told[1:], strict=False))
    if raw and 0 < len(sizes) < 10:
        assert [b.classes for b in told] == [None]
        return
    assert sum(b.classes for b in told) == len(sizes)
    assert sum(b.rows for b in told) == sum(sizes)
    assert not raw or all(b.classes == 0 or b.classes >= 10 for b in told)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(1, 8))
def test_figures_agree_with_counting_records_one_by_one(records, k):
    sizes = Counter(records)
    judged = table(list(sizes.values()))
    of_record = [sizes[record] for record in records]
    assert smallest_class(judged) == min(of_record)
    assert prosecutor_max_risk(judged) == max(1 / size for size in of_record)
    average = sum(1 / size for size in of_record) / len(records)
    assert prosecutor_average_risk(judged) == pytest.approx(average)
    assert share_below(judged, k) == sum(size < k for size in of_record) / len(records)
