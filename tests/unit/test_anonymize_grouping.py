"""Grouping codes into classes: every path of the grouping against numpy's own, slow one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.anonymize.grouping import group


def check(codes: list[np.ndarray], sizes: list[int], length: int) -> None:
    chosen, inverse = group(codes, sizes, length)
    stacked = np.stack(codes, axis=1) if codes else np.zeros((length, 0), dtype=np.int32)
    expected = np.unique(stacked, axis=0) if codes else stacked[:1]
    assert len(chosen) == len(expected)
    assert np.array_equal(stacked[chosen][inverse], stacked)
    assert len(np.unique(chosen)) == len(chosen)


@pytest.mark.parametrize(
    ("sizes", "why"),
    [
        ([1], "one label"),
        ([3, 4], "few keys: counted in a table"),
        ([1000, 1000, 1000], "many keys: sorted with their positions packed beside them"),
        ([2**20, 2**20, 2**15], "no room for positions: sorted by index"),
        ([2**30] * 4, "more keys than 64 bits: numbered on the way"),
        ([2**31 - 1] * 7, "more keys than 64 bits again and again"),
        ([50] * 64, "64 columns"),
        ([], "no columns: one class"),
    ],
)
def test_group(sizes, why):
    generator = np.random.default_rng(11)
    pools = [generator.integers(0, size, 4, dtype=np.int32) for size in sizes]
    codes = [pool[generator.integers(0, 4, 3000)] for pool in pools]
    check(codes, sizes, 3000)


def test_nothing_to_group():
    chosen, inverse = group([np.zeros(0, np.int32)], [5], 0)
    assert chosen.size == inverse.size == 0


@settings(max_examples=60)
@given(st.data())
def test_group_random(data):
    sizes = data.draw(st.lists(st.sampled_from([1, 2, 9, 2**16, 2**31 - 1]), max_size=6))
    length = data.draw(st.integers(1, 40))
    codes = [
        np.array(data.draw(st.lists(st.integers(0, size - 1) | st.sampled_from([0, size - 1]),
                                    min_size=length, max_size=length)), dtype=np.int32)
        for size in sizes
    ]  # fmt: skip
    check(codes, sizes, length)
