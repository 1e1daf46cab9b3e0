"""The excess of an attack over its control: by hand, at its ends, and how often it is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.attack_risk import AttackRisk, attack_rate, check_attack
from veilflow.risk.encoding import encode_tables
from veilflow.risk.intervals import MeasuredShare


def risk_of(attack, control, baseline=0.0, trials=100, confidence=0.95, tolerated=0.0):
    shares = (MeasuredShare(share, trials, confidence) for share in (attack, control, baseline))
    return AttackRisk(*shares, tolerated)


@pytest.mark.parametrize(
    ("attack", "control", "risk"),
    [
        pytest.param(0.6, 0.2, 0.5, id="half of what was left to learn"),
        pytest.param(1, 0.5, 1, id="everybody"),
        pytest.param(0.3, 0, 0.3, id="nothing without the release"),
        pytest.param(0.4, 0.4, 0, id="as on the unseen"),
        pytest.param(0.2, 0.4, 0, id="worse than on the unseen"),
        pytest.param(1, 1, 0, id="nothing left to learn"),
        pytest.param(0, 0, 0, id="never"),
    ],
)
def test_risk(attack, control, risk):
    found = risk_of(attack, control)
    assert found.risk == pytest.approx(risk)
    assert found.interval.covers(found.risk)


def test_the_interval_by_hand():
    """Wilson's 95 % intervals: 60 of 100 is [0.5020, 0.6906], 20 of 100 [0.1334, 0.2888].

    They are in Wilson's paper's form, as R's prop.test(60, 100, correct = FALSE) prints them. The
    derivatives at (0.6, 0.2) are 1 / 0.8 and 0.4 / 0.64.
    """
    below = ((0.0980 / 0.8) ** 2 + (0.0888 * 0.4 / 0.64) ** 2) ** 0.5
    above = ((0.0906 / 0.8) ** 2 + (0.0666 * 0.4 / 0.64) ** 2) ** 0.5
    found = risk_of(0.6, 0.2).interval
    assert found.low == pytest.approx(0.5 - below, abs=2e-4)
    assert found.high == pytest.approx(0.5 + above, abs=2e-4)


def test_one_success_more_flips_the_verdict():
    verdicts = [
        risk_of(hits / 1000, 0.1, trials=1000, confidence=0.998).refused for hits in range(100, 201)
    ]
    assert verdicts == sorted(verdicts)
    # 3.09 standard errors of a difference of two shares near 0.12 of 1000 are about 0.045.
    assert 35 < verdicts.index(True) < 55


def test_what_is_tolerated():
    assert risk_of(0.6, 0.2).refused
    assert not risk_of(0.6, 0.2, tolerated=0.45).refused


def test_the_baseline():
    assert risk_of(0.5, 0.5, baseline=0.1).beats_baseline
    assert not risk_of(0.5, 0.5, baseline=0.45).beats_baseline


def test_without_trials_nothing_is_known():
    found = risk_of(0.0, 0.0, trials=0)
    assert (found.interval.low, found.interval.high) == (0, 1)
    assert not found.refused
    assert not found.beats_baseline


shares = st.integers(0, 50).map(lambda hits: hits / 50)


@given(shares, shares)
def test_bounds(attack, control):
    found = risk_of(attack, control, trials=50)
    assert 0 <= found.interval.low <= found.interval.high <= 1
    assert 0 <= found.risk <= 1
    if attack <= control:
        assert not found.refused


def test_honest_attacks_are_refused_as_rarely_as_stated():
    """10,000 pairs of equal chances at an error rate of 0.01: about 100 refusals.

    More than 170 are seven standard deviations.
    """
    rng = np.random.default_rng(1)
    refused = 0
    for chance in (0.02, 0.2, 0.5, 0.9):
        for attack, control in rng.binomial(1000, chance, (2500, 2)) / 1000:
            refused += risk_of(attack, control, trials=1000, confidence=0.98).refused
    assert refused < 170


@pytest.mark.parametrize(
    ("outcomes", "units", "share", "trials"),
    [
        pytest.param([1, 0, 1, 0], [0, 1, 2, 3], 0.5, 4, id="a record each"),
        pytest.param([1, 1, 1, 0], [7, 7, 7, -1], 0.5, 2, id="three records of one person"),
        pytest.param([1, 0, 0.5], [1, 1, 2], 0.5, 2, id="chances"),
        pytest.param([], [], 0, 0, id="nobody"),
    ],
)
def test_persons_are_counted(outcomes, units, share, trials):
    found = attack_rate(np.array(outcomes, dtype=float), np.array(units, dtype=np.int64), 0.01)
    assert (found.share, found.trials, found.confidence) == (share, trials, 0.98)


def test_what_can_not_be_attacked():
    one, two, empty = encode_tables(
        [{"a": [1], "b": [1]}, {"a": [2], "b": [1]}], [{"a": [], "b": []}]
    )
    check_attack(one, one, two, 0.01, 0)
    for tables in ((empty, one, two), (one, empty, two), (one, one, empty)):
        with pytest.raises(UsageError, match="no rows"):
            check_attack(*tables, 0.01, 0)
    with pytest.raises(UsageError, match="same columns"):
        check_attack(one, one.select(["a"]), two, 0.01, 0)
    with pytest.raises(UsageError, match="some persons"):
        check_attack(one, one, one, 0.01, 0)
    for error_rate, tolerated in ((0, 0), (0.5, 0), (float("nan"), 0), (0.01, 1), (0.01, -1)):
        with pytest.raises(UsageError):
            check_attack(one, one, two, error_rate, tolerated)
