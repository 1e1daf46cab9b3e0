"""k-map, delta-presence and the journalist: beside a population, and by estimates of one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import (
    ClassTable,
    PopulationClasses,
    estimated_class_size,
    estimated_journalist_max_risk,
    estimated_marketer_risk,
    expected_inverse,
    journalist_average_risk,
    journalist_max_risk,
    marketer_risk_in_population,
    presence_range,
    prosecutor_max_risk,
    share_below_k_map,
    share_below_map_estimate,
    share_outside_presence,
    smallest_map,
)


def beside(*pairs: tuple[int, int]) -> PopulationClasses:
    """(people in the table, people in the population), one pair a class."""
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return PopulationClasses(*columns)


def sizes(*units: int) -> ClassTable:
    return ClassTable(np.maximum(np.array(units, int), 1), np.array(units, int))


@pytest.mark.parametrize(
    ("classes", "k", "presence", "highest", "average", "marketer"),
    [
        pytest.param(beside(), None, None, 0, 0, 0, id="nobody"),
        pytest.param(beside((0, 4)), None, (0, 0), 0, 0, 0, id="nobody released"),
        pytest.param(beside((2, 4)), 4, (0.5, 0.5), 1 / 4, 1 / 4, 1 / 4, id="one class"),
        pytest.param(beside((2, 2)), 2, (1, 1), 1 / 2, 1 / 2, 1 / 2, id="everybody released"),
        # classes / population 2 / 20; rows: (1/10 + 8/10) / 9 = 1/10
        pytest.param(beside((1, 10), (8, 10)), 10, (0.1, 0.8), 0.1, 0.1, 0.1, id="two alike"),
        # classes / population 2 / 12 = 1/6; rows: (1/2 + 1/10) / 2 = 3/10
        pytest.param(beside((1, 2), (1, 10)), 2, (0.1, 0.5), 0.5, 0.3, 0.3, id="two unlike"),
        # classes / population 2 / 12 = 1/6; rows: (1/2 + 10/10) / 11 = 3/22, which is less
        pytest.param(
            beside((1, 2), (10, 10)), 2, (0.5, 1), 0.5, 1 / 6, 3 / 22, id="strict average"
        ),
        pytest.param(beside((0, 9), (1, 2)), 2, (0, 0.5), 0.5, 0.5, 0.5, id="a class left out"),
    ],
)
def test_beside_a_population(classes, k, presence, highest, average, marketer):
    assert smallest_map(classes) == k
    assert presence_range(classes) == (None if presence is None else pytest.approx(presence))
    assert journalist_max_risk(classes) == pytest.approx(highest)
    assert journalist_average_risk(classes) == pytest.approx(average)
    assert marketer_risk_in_population(classes) == pytest.approx(marketer)


def test_shares_count_the_people_whom_a_bound_is_about():
    classes = beside((3, 4), (1, 5), (0, 1))
    assert share_below_k_map(classes, 4) == 0
    assert share_below_k_map(classes, 5) == 3 / 4
    # of the population: 4 at 3/4, 5 at 1/5 and 1 who is absent for certain
    assert share_outside_presence(classes, 0, 0.75) == 0
    assert share_outside_presence(classes, 0, 0.74) == 4 / 10
    assert share_outside_presence(classes, 0.1, 1) == 1 / 10
    assert share_outside_presence(beside(), 0, 0) == share_below_k_map(beside(), 9) == 0


@pytest.mark.parametrize(
    ("k", "fraction", "significance", "poisson", "truncated"),
    [
        # Poisson of mean 0.5: 0.607, 0.910, 0.986, so three counts reach 0.95, and one is added;
        # without the 0 of them: 0.771, 0.964
        pytest.param(5, 0.1, 0.05, 4, 3, id="k 5, a tenth"),
        # mean 0.05: 0.951 reaches it at once; without the 0: 0.975
        pytest.param(5, 0.01, 0.05, 2, 2, id="k 5, a hundredth"),
        # mean 1: 0.368, 0.736, 0.920, 0.981; without the 0: 0.582, 0.873, 0.970
        pytest.param(100, 0.01, 0.05, 5, 4, id="k 100, a hundredth"),
        pytest.param(3, 0.5, 0.01, 3, 3, id="never above k"),
        pytest.param(1, 0.5, 0.05, 1, 1, id="k 1"),
        pytest.param(7, 1, 0, 7, 7, id="everybody sampled"),
        pytest.param(7, 1, 1, 1, 1, id="any error allowed"),
    ],
)
def test_the_size_that_stands_for_k(k, fraction, significance, poisson, truncated):
    def found(estimator):
        return estimated_class_size(k, fraction, significance=significance, estimator=estimator)

    assert found("poisson") == poisson
    assert found("zero_truncated_poisson") == truncated


def test_the_negative_binomial_asks_how_many_of_k_less_one_are_sampled():
    """2 of 4 with a tenth each: 0.0523; 3 of 4: 0.0037."""
    assert estimated_class_size(5, 0.1, significance=0.053, estimator="negative_binomial") == 2
    assert estimated_class_size(5, 0.1, significance=0.052, estimator="negative_binomial") == 3
    assert estimated_class_size(5, 1, estimator="negative_binomial") == 5


def test_the_estimate_counts_people():
    assert share_below_map_estimate(sizes(1, 3, 4), 4) == 4 / 8
    assert share_below_map_estimate(sizes(0, 4), 1) == 1 / 5
    assert share_below_map_estimate(sizes(), 4) == 0


@pytest.mark.parametrize("fraction", [1e-9, 1e-4, 0.01, 0.39, 0.4, 0.7, 0.999])
@pytest.mark.parametrize("size", [1, 2, 3, 64, 65, 1000, 10**6])
def test_the_expected_inverse_is_its_integral(size, fraction):
    """Benedetti and Franconi's integral, by Gauss and Legendre's rule on ever finer pieces."""
    # t = 1 - exp(-s) spreads the steep end
    nodes, weights = np.polynomial.legendre.leggauss(40)
    edges = np.concatenate(([0], np.geomspace(1e-9, 60, 120)))
    total = 0.0
    for low, high in zip(edges, edges[1:], strict=False):
        s = low + (nodes + 1) / 2 * (high - low)
        inside = np.exp(-size * s) / (fraction + _rest(s, fraction))
        total += float((weights * inside).sum()) * (high - low) / 2
    found = float(expected_inverse(np.array([size]), fraction)[0])
    assert found == pytest.approx(fraction * total, rel=1e-9)


def _rest(s, fraction):
    """1 - (1 - fraction) * t less fraction, for t = 1 - exp(-s)."""
    return (1 - fraction) * np.exp(-s)


def test_who_is_alone_in_a_sample_by_the_closed_form():
    f = 0.01
    assert expected_inverse(np.array([1]), f)[0] == pytest.approx(-f * math.log(f) / (1 - f))
    assert estimated_journalist_max_risk(sizes(1, 9), f) == pytest.approx(0.046517, abs=1e-6)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=9), st.floats(1e-6, 1))
def test_the_estimates_lie_between_nothing_and_the_prosecutor(units, fraction):
    table = sizes(*units)
    highest = estimated_journalist_max_risk(table, fraction)
    assert 0 < highest <= prosecutor_max_risk(table) * (1 + 1e-12)
    assert 0 < estimated_marketer_risk(table, fraction) <= highest * (1 + 1e-12)


def test_a_sample_of_everybody_is_the_prosecutors():
    table = sizes(2, 3)
    assert estimated_journalist_max_risk(table, 1) == 1 / 2
    assert estimated_marketer_risk(table, 1) == pytest.approx(2 / 5)
    assert estimated_journalist_max_risk(sizes(), 0.1) == estimated_marketer_risk(sizes(), 0.1) == 0


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: beside((3, 2)), id="more than the population"),
        pytest.param(lambda: beside((0, 0)), id="a class of nobody"),
        pytest.param(lambda: beside((-1, 2)), id="negative"),
        pytest.param(lambda: PopulationClasses(np.array([1]), np.array([1, 2])), id="lengths"),
        pytest.param(lambda: share_below_k_map(beside((1, 2)), 0), id="k 0"),
        pytest.param(lambda: share_outside_presence(beside((1, 2)), 0.6, 0.5), id="falling bounds"),
        pytest.param(lambda: share_outside_presence(beside((1, 2)), 0, 1.1), id="above 1"),
        pytest.param(lambda: estimated_class_size(5, 0), id="fraction 0"),
        pytest.param(lambda: estimated_class_size(5, 0.1, significance=2), id="significance 2"),
        pytest.param(lambda: estimated_class_size(5, 0.1, estimator="other"), id="estimator"),
        pytest.param(lambda: expected_inverse(np.array([0]), 0.1), id="a class of nobody, inverse"),
        pytest.param(lambda: expected_inverse(np.array([1]), 1.1), id="fraction 1.1"),
    ],
)
def test_what_is_refused(ask):
    with pytest.raises(UsageError):
        ask()
