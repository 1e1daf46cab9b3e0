"""Population uniques: by formulas computed another way, and on simulated populations.

The estimators are no bounds, and off by what their models miss. On populations that are made as the
model says, their relative error is stated below as mean and standard deviation of 60 to 100 runs;
the tests use fixed seeds and allow six standard deviations (about one in 10**9 for a new seed).
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import (
    ClassTable,
    SampleClasses,
    estimate_population_uniques,
    pitman_uniques,
    slide_negative_binomial_uniques,
    zayatz_uniqueness,
    zayatz_uniques,
)
from veilflow.risk.harmonic_sums import reciprocal_sum


def sample(times: dict[int, int], population: int) -> SampleClasses:
    """``times`` says how many classes have each size."""
    return SampleClasses(np.array(list(times)), np.array(list(times.values())), population)


def table(times: dict[int, int]) -> ClassTable:
    units = np.repeat(list(times), list(times.values())).astype(np.int64)
    return ClassTable(units, units)


def drawn(population: np.ndarray, fraction: float, rng: np.random.Generator) -> SampleClasses:
    """The classes of a simple random sample of a population with these class sizes."""
    people = int(population.sum())
    found = rng.multivariate_hypergeometric(population, int(fraction * people), method="marginals")
    sizes, times = np.unique(found[found > 0], return_counts=True)
    return SampleClasses(sizes, times, people)


def pitman_population(theta, alpha, people, rng) -> np.ndarray:
    """One person after the other sits down at a new table, or beside somebody."""
    sizes: list[int] = []
    table_of = [0] * people
    for n, (chance, pick) in enumerate(rng.random((people, 2))):
        if chance * (theta + n) < theta + alpha * len(sizes):
            table_of[n] = len(sizes)
            sizes.append(1)
            continue
        at = table_of[int(pick * n)]
        while rng.random() >= (sizes[at] - alpha) / sizes[at]:
            at = table_of[int(rng.random() * n)]
        table_of[n] = at
        sizes[at] += 1
    return np.array(sizes)


@pytest.mark.parametrize(
    ("fraction", "deviation"), [(0.05, 0.24), (0.1, 0.142)], ids=["a twentieth", "a tenth"]
)
def test_pitmans_estimate_of_pitmans_population(fraction, deviation):
    """Ten thousand people, theta 20, alpha 0.6: relative error 0.00, deviation as given."""
    rng = np.random.default_rng(20)
    population = pitman_population(20, 0.6, 10_000, rng)
    found = pitman_uniques(drawn(population, fraction, rng))
    assert abs(found / np.count_nonzero(population == 1) - 1) < 6 * deviation


@pytest.mark.parametrize(
    ("fraction", "bias", "deviation"),
    [pytest.param(0.3, 0.08, 0.03, id="a third"), pytest.param(0.7, 0.0, 0.01, id="most")],
)
def test_the_slide_negative_binomial_of_its_population(fraction, bias, deviation):
    """Twenty thousand classes, alpha 0.5, beta 0.3: K is estimated too high where less is drawn."""
    rng = np.random.default_rng(21)
    population = 1 + rng.negative_binomial(0.5, 0.3, 20_000)
    found = slide_negative_binomial_uniques(drawn(population, fraction, rng))
    assert abs(found / np.count_nonzero(population == 1) - 1 - bias) < 6 * deviation


def test_zayatz_on_both():
    rng = np.random.default_rng(22)
    negative = 1 + rng.negative_binomial(0.5, 0.3, 20_000)
    found = zayatz_uniques(drawn(negative, 0.7, rng))
    assert abs(found / np.count_nonzero(negative == 1) - 1.02) < 6 * 0.009
    pitman = pitman_population(20, 0.6, 10_000, rng)
    found = zayatz_uniques(drawn(pitman, 0.5, rng))
    assert abs(found / np.count_nonzero(pitman == 1) - 0.99) < 6 * 0.04


def test_pitman_by_trying_parameters():
    """The likelihood summed term by term, at 40,000 pairs of theta and alpha, then finer."""
    times, population = {1: 30, 2: 12, 3: 5, 7: 2, 20: 1}, 1000
    classes, people = 50, 30 + 24 + 15 + 14 + 20

    def likelihood(theta, alpha):
        found = sum(np.log(theta + i * alpha) for i in range(1, classes))
        found = found - sum(np.log(theta + i) for i in range(1, people))
        return found + sum(
            n * sum(np.log(i - alpha) for i in range(1, size)) for size, n in times.items()
        )

    low, high, first, last = 0.01, 0.99, 0.1, 200.0
    for _ in range(5):
        alpha, theta = np.linspace(low, high, 200), np.linspace(first, last, 200)
        height = likelihood(theta[:, None], alpha[None, :])
        at, beside = np.unravel_index(int(height.argmax()), height.shape)
        best = float(theta[at]), float(alpha[beside])
        low, high = (best[1] - (high - low) / 40, best[1] + (high - low) / 40)
        first, last = (best[0] - (last - first) / 40, best[0] + (last - first) / 40)
    theta, alpha = best
    expected = float(population)
    for i in range(population - 1):
        expected *= (theta + alpha + i) / (theta + 1 + i)
    found = pitman_uniques(sample(times, population))
    assert found == pytest.approx(expected, rel=1e-3)
    # Hoshino's limit for large populations
    limit = math.gamma(theta + 1) / math.gamma(theta + alpha) * population**alpha
    assert found == pytest.approx(limit, rel=0.02)


def test_pitmans_expectation_in_a_large_population():
    """The product of population factors goes over to Hoshino's limit."""
    times = {1: 30, 2: 12, 3: 5, 7: 2, 20: 1}
    million, billion = (pitman_uniques(sample(times, n)) for n in (10**6, 10**9))
    alpha = math.log(billion / million) / math.log(1000)
    assert 0.3 < alpha < 0.9
    trillion = pitman_uniques(sample(times, 10**12))
    assert trillion / billion == pytest.approx(1000**alpha, rel=1e-3)


def test_zayatz_by_fractions():
    """Of 40 people 10 are drawn: hypergeometric chances by binomial coefficients."""
    times, people, population = {1: 4, 2: 1, 4: 1}, 10, 40
    chance = {
        size: Fraction(
            size * math.comb(population - size, people - 1), math.comb(population, people)
        )
        for size in times
    }
    uniqueness = 4 * chance[1] / sum(n * chance[size] for size, n in times.items())
    assert zayatz_uniqueness(sample(times, population)) == pytest.approx(float(uniqueness))
    assert zayatz_uniques(sample(times, population)) == pytest.approx(float(16 * uniqueness))


def test_the_slide_negative_binomial_by_trying_parameters():
    """Chances summed over class sizes and binomial samples of them, at a grid of beta."""
    times, population = {1: 60, 2: 25, 3: 11, 4: 6, 6: 2}, 600
    f = 60 + 50 + 33 + 24 + 12, population
    fraction = f[0] / f[1]
    classes = shlosser(times, fraction)

    def expected(alpha, beta):
        sizes = np.arange(1, 200)
        others = sizes - 1
        weight = np.array([math.lgamma(alpha + n) - math.lgamma(n + 1) for n in others])
        chance = np.exp(weight - math.lgamma(alpha) + alpha * math.log(beta))
        chance = chance * np.exp(others * math.log1p(-beta))
        kept = fraction, 1 - fraction
        one = sizes * kept[0] * kept[1] ** (sizes - 1)
        two = sizes * (sizes - 1) / 2 * kept[0] ** 2 * kept[1] ** np.maximum(sizes - 2, 0)
        return classes * float(chance @ one), classes * float(chance @ two)

    def alpha_for(beta):
        low, high = 1e-3, 1e2
        for _ in range(30):
            middle = math.sqrt(low * high)
            one, two = expected(middle, beta)
            low, high = (middle, high) if two / one < 25 / 60 else (low, middle)
        return low

    low, high = 0.05, 0.95
    starts_below = expected(alpha_for(low), low)[0] < 60
    for _ in range(18):
        beta = (low + high) / 2
        below = expected(alpha_for(beta), beta)[0] < 60
        low, high = (beta, high) if below == starts_below else (low, beta)
    found = slide_negative_binomial_uniques(sample(times, population))
    assert found == pytest.approx(classes * beta ** alpha_for(beta), rel=1e-3)


def shlosser(times, f):
    """Haas and Stokes (1998), the estimator that they call Sh3."""
    first = sum(i * f**2 * (1 - f**2) ** (i - 1) * n for i, n in times.items())
    second = sum((1 - f) ** i * ((1 + f) ** i - 1) * n for i, n in times.items())
    third = sum((1 - f) ** i * n for i, n in times.items())
    fourth = sum(i * f * (1 - f) ** (i - 1) * n for i, n in times.items())
    return sum(times.values()) + times[1] * first / second * (third / fourth) ** 2


@pytest.mark.parametrize(
    ("times", "population", "estimator"),
    [
        pytest.param({1: 30, 2: 12, 3: 5, 7: 2, 20: 1}, 10_000, "pitman", id="a hundredth"),
        # all alone: Pitman has no answer
        pytest.param({1: 50}, 10_000, "zayatz", id="all alone, few drawn"),
        pytest.param({1: 50}, 100, "zayatz", id="all alone, half drawn"),
        pytest.param(
            {1: 60, 2: 25, 3: 11, 4: 6, 6: 2}, 600, "slide_negative_binomial", id="a third"
        ),
        pytest.param({1: 60, 3: 11}, 600, "zayatz", id="no class of two"),
        pytest.param({2: 9}, 600, "none alone", id="nobody alone"),
        pytest.param({1: 3, 2: 2}, 7, "all counted", id="everybody drawn"),
    ],
)
def test_the_rule(times, population, estimator):
    found = estimate_population_uniques(table(times), population)
    assert found.estimator == estimator
    assert 0 <= found.uniques <= population
    by_name = {"none alone": 0, "all counted": times.get(1, 0)}
    expected = by_name.get(estimator, getattr(found, estimator, None))
    assert found.uniques == expected
    assert found.share == found.uniques / population
    assert found.fraction == sum(size * n for size, n in times.items()) / population


def test_at_a_tenth_exactly_pitman_is_taken():
    times = {1: 30, 2: 12, 3: 5, 7: 2, 20: 1}
    assert estimate_population_uniques(table(times), 1030).estimator == "pitman"
    assert estimate_population_uniques(table(times), 1029).estimator != "pitman"


@pytest.mark.parametrize(
    "times",
    [
        pytest.param({1: 9}, id="all alone"),
        pytest.param({4: 9}, id="nobody alone"),
        pytest.param({9: 1}, id="one class"),
        pytest.param({1: 1}, id="one person"),
        # sizes more even than any alpha from 0 allows
        pytest.param({1: 2, 9: 50, 10: 50, 11: 50}, id="alike"),
    ],
)
def test_where_pitman_has_no_answer(times):
    assert pitman_uniques(sample(times, 10_000)) is None


@pytest.mark.parametrize(
    ("times", "population"),
    [
        pytest.param({1: 9}, 100, id="no class of two"),
        pytest.param({2: 9}, 100, id="nobody alone"),
        pytest.param({1: 9, 2: 2}, 13, id="everybody drawn"),
    ],
)
def test_where_the_slide_negative_binomial_has_no_answer(times, population):
    assert slide_negative_binomial_uniques(sample(times, population)) is None


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.integers(1, 10**6), st.integers(1, 10**5), min_size=1, max_size=5),
    st.floats(1e-6, 1),
)
def test_no_estimate_is_wild(times, fraction):
    """Whatever the sample, an estimate is a number between 0 and the population, or None."""
    people = sum(size * n for size, n in times.items())
    population = min(2**53 - 1, max(people, int(people / fraction)))
    found = estimate_population_uniques(table_of(times), population)
    for one in (found.uniques, found.pitman, found.zayatz, found.slide_negative_binomial):
        assert one is None or 0 <= one <= found.population * (1 + 1e-6)


def table_of(times: dict[int, int]) -> ClassTable:
    kept = {size: min(n, 100) for size, n in times.items()}
    return table(kept)


def test_a_class_without_people_counts_as_one_person():
    assert SampleClasses.of(ClassTable(np.array([2, 3]), np.array([0, 3])), 10).people == 4
    assert estimate_population_uniques(ClassTable(np.array([], int), np.array([], int)), 9) is None


@pytest.mark.parametrize("population", [0, 4, 2**53])
def test_a_population_smaller_than_its_sample_is_refused(population):
    with pytest.raises(UsageError):
        sample({1: 1, 2: 2}, population)


@pytest.mark.parametrize("start", [1e-9, 0.3, 1.0, 7.5, 1e4, 1e12])
@pytest.mark.parametrize("terms", [0, 1, 2, 15, 16, 17, 1000, 100_000])
def test_sums_of_reciprocals(start, terms):
    exact = math.fsum(1 / (start + step) for step in range(terms))
    assert float(reciprocal_sum(start, terms)) == pytest.approx(exact, rel=1e-13, abs=0)
