"""The threshold rule on tables of counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import SmallCells, count_small_cells


@pytest.mark.parametrize(
    ("counts", "cells", "small", "smallest", "empty", "share"),
    [
        pytest.param([10, 11, 500], 3, 0, 10, 0, 0, id="the threshold itself is enough"),
        pytest.param([10, 9, 500], 3, 1, 9, 0, 1 / 3, id="one person fewer is not"),
        pytest.param([1, 9, 3, 10], 4, 3, 1, 0, 3 / 4, id="most are small"),
        pytest.param([0, 10, 0], 1, 0, 10, 2, 0, id="an empty cell isn't small"),
        pytest.param([0, 1], 1, 1, 1, 1, 1, id="a cell of one is"),
        pytest.param([0, 0], 0, 0, None, 2, 0, id="all empty"),
        pytest.param([], 0, 0, None, 0, 0, id="no cells"),
        pytest.param([7], 1, 1, 7, 0, 1, id="one cell"),
        pytest.param([[12, 3], [0, 40]], 3, 1, 3, 1, 1 / 3, id="a cross table"),
        pytest.param(12, 1, 0, 12, 0, 0, id="a total"),
        pytest.param(np.array([255, 9], np.uint8), 2, 1, 9, 0, 0.5, id="small integers"),
        pytest.param(np.array([2**64 - 1, 9], np.uint64), 2, 1, 9, 0, 0.5, id="large integers"),
    ],
)
def test_cells(counts, cells, small, smallest, empty, share):
    found = count_small_cells(counts, threshold=10)
    assert found == SmallCells(cells, small, smallest, empty)
    assert found.share == pytest.approx(share)


def test_a_threshold_of_1_finds_nothing_and_the_next_one_the_singles():
    assert count_small_cells([1, 2], threshold=1).small == 0
    assert count_small_cells([1, 2], threshold=2).small == 1


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([3, -1], id="negative"),
        pytest.param([3.0], id="float"),
        pytest.param([3, float("nan")], id="a suppressed cell as NaN"),
        pytest.param([3, None], id="a suppressed cell as None"),
        pytest.param(["3", "*"], id="a suppressed cell as text"),
        pytest.param([True], id="truth"),
    ],
)
def test_what_is_no_count(counts):
    with pytest.raises(UsageError, match="Leave out") as refused:
        count_small_cells(counts, threshold=10)
    assert "*" not in str(refused.value)


@pytest.mark.parametrize("threshold", [0, -1, 9.5, 10.0, float("nan"), float("inf"), "10"])
def test_what_is_no_threshold(threshold):
    with pytest.raises(UsageError):
        count_small_cells([5], threshold=threshold)


@given(st.lists(st.integers(0, 30)), st.integers(1, 31))
def test_agrees_with_looking_at_each_cell(counts, threshold):
    found = count_small_cells(np.array(counts, dtype=np.int64), threshold=threshold)
    held = [one for one in counts if one]
    assert found.small == sum(one < threshold for one in held)
    assert (found.cells, found.empty) == (len(held), len(counts) - len(held))
    assert found.smallest == min(held, default=None)
