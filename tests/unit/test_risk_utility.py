"""Distances between distributions on cases worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import kolmogorov_smirnov, normalised_entropy_loss, total_variation


@pytest.mark.parametrize(
    ("before", "after", "variation", "ks"),
    [
        pytest.param([1, 2, 3], [10, 20, 30], 0, 0, id="the same shape"),
        pytest.param([1, 0], [0, 1], 1, 1, id="disjoint"),
        pytest.param([2, 2], [3, 1], 0.25, 0.25, id="a quarter moved"),
        pytest.param([1, 0, 1, 0], [0, 1, 0, 1], 1, 0.5, id="moved to the neighbour"),
        pytest.param([7], [9], 0, 0, id="one category"),
    ],
)
def test_distances(before, after, variation, ks):
    assert total_variation(before, after) == pytest.approx(variation)
    assert kolmogorov_smirnov(before, after) == pytest.approx(ks)


@pytest.mark.parametrize(
    ("before", "after", "loss"),
    [
        pytest.param([5, 5], [5, 5], 0, id="as before"),
        pytest.param([5, 5], [10], 1, id="constant"),
        pytest.param([5, 5, 5, 5], [10, 10], 0.5, id="one bit of two"),
        pytest.param([5, 5], [5, 5, 5, 5], -1, id="noise adds a bit"),
        pytest.param([9], [3, 3], 0, id="constant already"),
        pytest.param([5, 5, 0], [5, 5], 0, id="an empty category"),
    ],
)
def test_entropy(before, after, loss):
    assert normalised_entropy_loss(before, after) == pytest.approx(loss)


@pytest.mark.parametrize("figure", [total_variation, kolmogorov_smirnov, normalised_entropy_loss])
@pytest.mark.parametrize(
    "bad", [[], [0, 0], [-1, 2], [float("nan"), 1], [float("inf"), 1], [[1, 2]]]
)
def test_what_is_no_distribution(figure, bad):
    for before, after in ((bad, [1, 1]), ([1, 1], bad)):
        with pytest.raises(UsageError):
            figure(before, after)


@pytest.mark.parametrize("figure", [total_variation, kolmogorov_smirnov])
def test_categories_must_be_the_same(figure):
    with pytest.raises(UsageError, match="same categories"):
        figure([1, 2], [1, 2, 3])


counts = st.lists(st.integers(0, 10**9), min_size=4, max_size=4).filter(any)


@given(counts, counts)
def test_distances_are_symmetric_and_bounded(before, after):
    variation, ks = total_variation(before, after), kolmogorov_smirnov(before, after)
    assert 0 <= ks <= variation + 1e-12 <= 1 + 2e-12
    assert total_variation(after, before) == pytest.approx(variation)
    assert kolmogorov_smirnov(after, before) == pytest.approx(ks)
