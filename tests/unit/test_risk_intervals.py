"""Confidence intervals: published values, exact sums, and coverage counted out."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.intervals import (
    Interval,
    MeasuredShare,
    clopper_pearson_interval,
    wilson_interval,
)

Method = Callable[[int, int, float], Interval]
BOTH = pytest.mark.parametrize("method", [wilson_interval, clopper_pearson_interval])

# R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven
# methods" (1998), table I, methods 3 (score) and 5 (exact), at 95 %.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("successes", "trials", "wilson", "exact"), NEWCOMBE)
def test_published_values(
    successes: int, trials: int, wilson: tuple[float, float], exact: tuple[float, float]
) -> None:
    score = wilson_interval(successes, trials)
    assert (score.low, score.high) == pytest.approx(wilson, abs=5.1e-5)
    clopper = clopper_pearson_interval(successes, trials)
    assert (clopper.low, clopper.high) == pytest.approx(exact, abs=5.1e-5)


def test_neighbouring_counts_do_not_meet_the_published_values() -> None:
    assert wilson_interval(82, 263).low != pytest.approx(0.2553, abs=5.1e-5)
    assert clopper_pearson_interval(1, 30).high != pytest.approx(0.1776, abs=5.1e-5)


@pytest.mark.parametrize("trials", [1, 2, 20, 10_000, 10_000_000])
def test_no_success_has_a_closed_form(trials: int) -> None:
    none = clopper_pearson_interval(0, trials, 0.9)
    assert none.low == 0
    assert none.high == pytest.approx(-math.expm1(math.log(0.05) / trials), rel=1e-7)
    z2 = 2.705543454095404  # the 0.9 quantile of chi-squared with one degree of freedom
    assert wilson_interval(0, trials, 0.9).high == pytest.approx(z2 / (trials + z2), rel=1e-9)


def at_least(successes: int, trials: int, share: float) -> float:
    p = Fraction(share)
    terms = (
        math.comb(trials, x) * p**x * (1 - p) ** (trials - x) for x in range(successes, trials + 1)
    )
    return float(sum(terms))


@given(st.integers(1, 40), st.data(), st.sampled_from([0.5, 0.95, 1 - 1e-9]))
def test_exact_bounds_leave_half_of_the_error_on_each_side(
    trials: int, data: st.DataObject, confidence: float
) -> None:
    successes = data.draw(st.integers(0, trials))
    tail = (1 - confidence) / 2
    found = clopper_pearson_interval(successes, trials, confidence)
    if successes:
        assert at_least(successes, trials, found.low) == pytest.approx(tail, rel=1e-6)
    if successes < trials:
        upper = 1 - Fraction(at_least(successes + 1, trials, found.high))
        # Near 1 the bound itself is rounded, which moves the tail by up to trials times as much.
        assert float(upper) == pytest.approx(tail, rel=1e-6, abs=trials**2 * 2.3e-16)


def coverage(method: Method, trials: int, shares: np.ndarray) -> np.ndarray:
    """The chance that the interval covers, for each true share, by summing over all outcomes."""
    outcomes = np.arange(trials + 1)
    combinations = np.array([math.comb(trials, int(x)) for x in outcomes], dtype=float)
    mass = combinations * shares[:, None] ** outcomes * (1 - shares[:, None]) ** (trials - outcomes)
    bounds = [method(int(x), trials, 0.95) for x in outcomes]
    low, high = (np.array([getattr(one, side) for one in bounds]) for side in ("low", "high"))
    inside = (low <= shares[:, None]) & (shares[:, None] <= high)
    return np.asarray((mass * inside).sum(axis=1))


SHARES = np.linspace(0.001, 0.999, 999)


@pytest.mark.parametrize("trials", [5, 30, 100])
def test_coverage(trials: int) -> None:
    assert coverage(clopper_pearson_interval, trials, SHARES).min() >= 0.95
    assert coverage(wilson_interval, trials, SHARES).mean() == pytest.approx(0.95, abs=0.01)


def test_an_interval_of_four_fifths_the_width_does_not_cover_enough() -> None:
    def narrow(successes: int, trials: int, confidence: float) -> Interval:
        whole = clopper_pearson_interval(successes, trials, confidence)
        return Interval(whole.low + 0.1 * whole.width, whole.high - 0.1 * whole.width)

    assert coverage(narrow, 30, SHARES).min() < 0.95


@BOTH
@given(trials=st.integers(1, 10_000), data=st.data())
def test_properties(method: Method, trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    found = method(successes, trials, 0.95)
    assert found.covers(successes / trials)
    mirrored = method(trials - successes, trials, 0.95)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((found.low, found.high), abs=1e-9)
    surer = method(successes, trials, 0.999)
    assert surer.low <= found.low and found.high <= surer.high
    if successes < trials:
        more = method(successes + 1, trials, 0.95)
        assert more.low > found.low or successes == 0
        assert more.high > found.high or successes + 1 == trials


@BOTH
def test_without_a_trial_nothing_is_known(method: Method) -> None:
    assert method(0, 0, 0.95) == Interval(0.0, 1.0)


@BOTH
def test_numpy_counts_are_counts(method: Method) -> None:
    assert method(np.int64(3), np.int32(7), 0.95) == method(3, 7, 0.95)  # type: ignore[arg-type]


@BOTH
@pytest.mark.parametrize(
    ("successes", "trials", "confidence"),
    [
        (-1, 5, 0.95),
        (6, 5, 0.95),
        (0, -1, 0.95),
        (0.5, 5, 0.95),
        (1, 5.0, 0.95),
        (math.nan, 5, 0.95),
        (None, 5, 0.95),
        (1, 5, 0),
        (1, 5, 1),
        (1, 5, 95),
        (1, 5, math.nan),
    ],
)
def test_wrong_arguments(
    method: Method, successes: object, trials: object, confidence: object
) -> None:
    with pytest.raises(UsageError):
        method(successes, trials, confidence)  # type: ignore[arg-type]


def test_an_interval_lies_within_0_and_1() -> None:
    for low, high in [(-0.1, 0.5), (0.6, 0.5), (0.5, 1.1), (math.nan, 1), (0, math.nan)]:
        with pytest.raises(UsageError):
            Interval(low, high)
    assert not Interval(0, 1).covers(math.nan)
    assert Interval(0.25, 0.75).width == 0.5


@given(st.integers(1, 10_000), st.data())
def test_a_measured_share_has_wilsons_interval(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    measured = MeasuredShare(successes / trials, trials, 0.9)
    assert measured.interval == wilson_interval(successes, trials, 0.9)


@given(
    st.floats(0, 1),
    st.floats(0.01, 1e9),
    st.floats(1, 100),
)
def test_fewer_independent_trials_say_less(share: float, trials: float, factor: float) -> None:
    few, many = (
        MeasuredShare(share, trials).interval,
        MeasuredShare(share, trials * factor).interval,
    )
    assert few.covers(share) and many.covers(share)
    assert few.low <= many.low + 1e-12 and many.high <= few.high + 1e-12


def test_a_share_is_at_most_a_limit_only_where_its_interval_is() -> None:
    none_of_20, none_of_2000 = MeasuredShare(0.0, 20), MeasuredShare(0.0, 2000)
    assert none_of_20.interval.high == pytest.approx(0.1611, abs=5.1e-5)
    assert not none_of_20.is_at_most(0.05)
    assert none_of_2000.is_at_most(0.05)
    assert not MeasuredShare(120 / 2000, 2000).is_at_most(0.05)
    assert none_of_20.is_at_most(none_of_20.interval.high)


def test_no_trial_is_at_most_nothing_but_1() -> None:
    nothing = MeasuredShare(0.0, 0)
    assert nothing.interval == Interval(0.0, 1.0)
    assert not nothing.is_at_most(0.999)


@pytest.mark.parametrize(
    ("share", "trials", "confidence"),
    [
        (-0.1, 5, 0.95),
        (1.1, 5, 0.95),
        (math.nan, 5, 0.95),
        (0.5, -1, 0.95),
        (0.5, math.inf, 0.95),
        (0.5, math.nan, 0.95),
        (0.5, 0, 0.95),
        (0.5, 5, 1.0),
        (0.5, 5, math.nan),
    ],
)
def test_what_is_no_measured_share(share: float, trials: float, confidence: float) -> None:
    with pytest.raises(UsageError):
        MeasuredShare(share, trials, confidence)
