"""What a sample can miss."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.classify import miss_probability, sample_size
from veilflow.errors import UsageError


@pytest.mark.parametrize(
    ("share", "size", "missed"),
    [
        (0.5, 1, 0.5),
        (0.5, 10, 2**-10),
        (0.001, 5_000, 0.999**5_000),
        (0.0, 1_000, 1.0),
        (1.0, 1, 0.0),
        (1.0, 0, 1.0),
        (0.3, 0, 1.0),
        (1e-12, 10**12, math.exp(-1)),
    ],
)
def test_known_values(share: float, size: int, missed: float) -> None:
    assert miss_probability(share, size) == pytest.approx(missed, rel=1e-9)


@pytest.mark.parametrize(("share", "size"), [(-0.1, 5), (1.1, 5), (0.5, -1), (math.nan, 5)])
def test_impossible_arguments_are_refused(share: float, size: int) -> None:
    with pytest.raises(UsageError):
        miss_probability(share, size)


@pytest.mark.parametrize(("share", "miss"), [(0.0, 0.1), (1.5, 0.1), (0.5, 0.0), (0.5, 1.0)])
def test_impossible_wishes_are_refused(share: float, miss: float) -> None:
    with pytest.raises(UsageError):
        sample_size(share, miss)


@given(st.floats(1e-6, 1.0), st.floats(1e-12, 0.5))
def test_the_sample_size_is_enough_and_not_too_much(share: float, miss: float) -> None:
    size = sample_size(share, miss)
    assert miss_probability(share, size) <= miss * (1 + 1e-9)
    assert size == 1 or miss_probability(share, size - 1) > miss * (1 - 1e-9)


def test_drawing_without_replacement_misses_less() -> None:
    rows, bearing, size = 1_000, 10, 200
    exact = math.comb(rows - bearing, size) / math.comb(rows, size)
    assert exact < miss_probability(bearing / rows, size)
