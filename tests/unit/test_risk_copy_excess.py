"""The test behind the closest record, on weights alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.risk.copy_excess import SideTest

SIDE = np.array([1.0] * 50 + [0.0] * 50)
ALONE = np.ones(50)


def excess(weights, *, side=SIDE, rows=100, error=0.001, tolerated=0.0, of_a_copy=ALONE):
    return SideTest(side, rows, -math.log(error), tolerated).excess(np.array(weights), of_a_copy)


def test_by_hand():
    """Twenty persons of training with weight 1: 20 / 2, and a margin of sqrt(20 log(1000) / 2)."""
    found = excess([1.0] * 20 + [0.0] * 80)
    margin = math.sqrt(20 * math.log(1000) / 2)
    assert found.share == pytest.approx(10 / 50)
    assert found.low == pytest.approx((10 - margin) / 50)
    assert found.high == pytest.approx((10 + margin) / 50)
    assert found.p_value == pytest.approx(math.exp(-10))


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param([0.0] * 100, id="nothing"),
        pytest.param([1.0] * 100, id="all alike"),
        pytest.param([0.0] * 50 + [1.0] * 50, id="the holdout alone"),
        pytest.param([9.0] + [0.0] * 99, id="one person"),
    ],
)
def test_what_is_no_excess(weights):
    found = excess(weights)
    assert found.low == 0
    assert found.p_value > 0.5


def test_records_that_tell_nothing():
    found = excess([1.0] * 50 + [0.0] * 50, of_a_copy=np.zeros(50))
    assert (found.share, found.low, found.high, found.smallest_detectable) == (0, 0, 1, 1)


def test_the_smallest_detectable_share_by_hand():
    """Without noise n copies of 10,000 give n/2, and two margins are 2 sqrt(n log(1000) / 2).

    So n is 8 log(1000) = 55.3.
    """
    found = excess([0.0] * 100, rows=10_000)
    assert found.smallest_detectable == pytest.approx(8 * math.log(1000) / 10_000)
    more = excess([0.0] * 100, rows=10_000, tolerated=0.01)
    assert more.smallest_detectable > 0.01 + found.smallest_detectable


def test_noise_is_what_unseen_persons_show():
    copies, both = [3.0] * 50 + [0.0] * 50, [3.0] * 100
    quiet, noisy = (excess(weights, rows=10_000) for weights in (copies, both))
    assert quiet.smallest_detectable < noisy.smallest_detectable


def test_larger_training():
    """Nine tenths in training: a copy tells a tenth of its weight."""
    side = np.array([1.0] * 90 + [0.0] * 10)
    found = excess([1.0] * 90 + [0.0] * 10, side=side, of_a_copy=np.ones(90))
    assert found.share == pytest.approx(90 * 0.1 / (100 * 0.1))


@given(st.lists(st.integers(0, 9), min_size=12, max_size=12))
def test_the_bound_holds_for_every_draw_of_the_sides(weights):
    """Of all 924 ways to draw six of twelve persons, at most a twentieth are refused at 0.05."""
    draws = [mask for mask in range(1 << 12) if mask.bit_count() == 6]
    sides = np.array([[mask >> bit & 1 for bit in range(12)] for mask in draws], dtype=float)
    totals = (sides - 0.5) @ np.array(weights)
    margin = math.sqrt((np.array(weights) ** 2).sum() * -math.log(0.05) / 2)
    refused = int((totals > margin).sum())
    assert refused <= 0.05 * len(draws)
    worst = sides[totals.argmax()]
    found = excess(weights, side=worst, rows=100, error=0.05, of_a_copy=np.ones(6))
    assert (found.low > 0) is bool(totals.max() > margin)
