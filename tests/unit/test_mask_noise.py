"""Noise has the distribution that it says, and stays in its bounds and types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.mask import create_transform
from veilflow.mask.random_draws import Distribution, draws_from, keyed_words, random_words

# Mean of the absolute value and of the square, for scale 1.
MOMENTS: list[tuple[Distribution, float, float]] = [
    ("laplace", 1.0, 2.0),
    ("gaussian", (2 / np.pi) ** 0.5, 1.0),
    ("uniform", 0.5, 1 / 3),
]


@pytest.mark.parametrize(("distribution", "absolute", "square"), MOMENTS)
def test_draws_have_their_moments(
    distribution: Distribution, absolute: float, square: float
) -> None:
    # A million draws; 6.5 standard errors of each mean, so an error rate below 1e-9.
    drawn = draws_from(distribution, random_words(10**6))
    for values, mean in ((drawn, 0.0), (np.abs(drawn), absolute), (drawn**2, square)):
        assert abs(values.mean() - mean) < 6.5 * values.std() / 1_000
    scaled_too_low = np.abs(0.7 * drawn)
    assert abs(scaled_too_low.mean() - absolute) > 6.5 * scaled_too_low.std() / 1_000


def test_keyed_draws_have_the_moments_too_and_recur_by_text_and_key() -> None:
    texts = pa.array([f"row {n}:1" for n in range(40_000)])
    words = keyed_words(texts, b"k" * 32)
    drawn = draws_from("laplace", words)
    # As above, with 40,000 draws.
    for values, mean in ((drawn, 0.0), (np.abs(drawn), 1.0), (drawn**2, 2.0)):
        assert abs(values.mean() - mean) < 6.5 * values.std() / 200
    some = pa.array(["row 7:1", "row 7:2", "row 7:1"])
    again = keyed_words(some, b"k" * 32)
    assert again.T.tolist()[0] == words.T.tolist()[7] == again.T.tolist()[2]
    assert again.T.tolist()[1] != again.T.tolist()[0]
    assert keyed_words(some, b"l" * 32).T.tolist()[0] != again.T.tolist()[0]
    assert keyed_words(some[:0], b"k" * 32).shape == (2, 0)


def test_noise_by_words_is_that_of_the_words() -> None:
    noise = create_transform("noise", {"scale": 2, "on_invalid": "nullify"})
    values, words = pa.array([1.0, None, float("nan"), 1.0]), random_words(4)
    done = noise.apply_drawn(values, words)
    expected = 1 + 2 * draws_from("laplace", words)
    assert done.values.to_pylist() == [expected[0], None, None, expected[3]]
    assert done.invalid_count == 1


def noised(values: pa.Array, **parameters: Any) -> Any:
    return create_transform("noise", parameters).apply_counted(values)


def test_noise_is_scaled_absolutely_or_by_the_number() -> None:
    numbers = pa.array(np.full(20_000, 50.0))
    for parameters, scale in (({"scale": 3}, 3.0), ({"scale": 0.1, "relative": True}, 5.0)):
        away = np.abs(noised(numbers, **parameters).values.to_numpy() - 50.0)
        assert abs(away.mean() / scale - 1.0) < 6.5 / 20_000**0.5
    zeros = noised(pa.array([0.0, 0.0]), scale=0.1, relative=True).values.to_pylist()
    assert zeros == [0.0, 0.0]


def test_noise_is_new_each_time() -> None:
    values = pa.array([1.0] * 100)
    assert not noised(values, scale=1).values.equals(noised(values, scale=1).values)


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), max_size=20),
    st.integers(-50, 0),
    st.integers(1, 50),
)
def test_integers_stay_integers_inside_the_bounds(
    values: list[int | None], low: int, high: int
) -> None:
    done = noised(pa.array(values, pa.int64()), scale=10, lower=low - 0.5, upper=high + 0.5)
    assert done.values.type == pa.int64()
    for before, after in zip(values, done.values.to_pylist(), strict=True):
        assert (before is None) == (after is None)
        assert after is None or low <= after <= high


def test_decimals_keep_their_digits_and_overflow_is_invalid() -> None:
    values = pa.array([Decimal("1.50"), None, Decimal("9.99")] * 200, pa.decimal128(3, 2))
    done = noised(values, scale=2, on_invalid="nullify")
    assert done.values.type == values.type
    assert 0 < done.invalid_count < 400
    assert done.values.null_count == 200 + done.invalid_count
    clipped = noised(values, scale=2, lower=0.005, upper=9.999)
    assert clipped.invalid is None
    found = {v for v in clipped.values.to_pylist() if v is not None}
    assert Decimal("0.01") in found
    assert Decimal("9.99") in found


def test_what_is_no_number_is_invalid() -> None:
    values = pa.array([float("nan"), float("inf"), 1.7e308, None], pa.float64(), from_pandas=False)
    done = noised(values, scale=10, relative=True, on_invalid="nullify")
    assert done.values.to_pylist()[:2] == [None, None]
    assert done.values.to_pylist()[3] is None
    assert done.invalid.to_pylist()[:2] == [True, True]
    assert done.invalid.to_pylist()[3] is False
