"""Loss, granularity and discernibility on cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.errors import UsageError
from veilflow.risk import (
    ColumnShares,
    average_class_size,
    discernibility,
    granularity_quality,
    loss_score,
)


def column(shares: list[float], rows: list[int], leaves: int, suppressed: int = 0) -> ColumnShares:
    return ColumnShares(np.array(shares, dtype=float), np.array(rows), leaves, suppressed)


EXACT = column([0.25, 0.25], [3, 5], 4)
HALF = column([0.5], [8], 4)
GONE = column([1.0], [8], 4)
SUPPRESSED = column([], np.zeros(0, int), 4, suppressed=8)


@pytest.mark.parametrize(
    ("columns", "quality", "loss"),
    [
        pytest.param([EXACT], 1, 0, id="exact data"),
        pytest.param([GONE], 0, 1, id="nothing left"),
        pytest.param([SUPPRESSED], 0, 1, id="all suppressed"),
        # shares 8/2 = 4, least 8/4 = 2: (4 - 2) / (8 - 2) = 1/3 lost
        pytest.param([HALF], 2 / 3, 1 / 3, id="half of four leaves"),
        # 6 rows exact, 2 suppressed: (6/4 + 2 - 2) / 6 = 1/4 lost
        pytest.param([column([0.25], [6], 4, 2)], 3 / 4, 1 / 4, id="some suppressed"),
        pytest.param([EXACT, GONE], 1 / 2, 2**0.5 - 1, id="one kept, one gone"),
        # raw (1/4 + 1) / 2, least (1/4 + 1/2) / 2: means come before the ratio
        pytest.param([EXACT, column([1.0], [8], 2)], 0.6, 2**0.5 - 1, id="unequal leaves"),
        pytest.param([column([1.0], [8], 1)], 1, 0, id="one leaf: nothing to lose"),
        pytest.param([column([], np.zeros(0, int), 0)], 1, 0, id="no rows, no leaves"),
        pytest.param([EXACT, column([], np.zeros(0, int), 9)], 1, 0, id="one column without rows"),
    ],
)
def test_loss_and_granularity(columns, quality, loss):
    assert granularity_quality(columns) == pytest.approx(quality, abs=1e-12)
    assert loss_score(columns) == pytest.approx(loss, abs=1e-12)


def test_columns_of_different_tables_count_their_own_rows():
    small, large = column([0.5], [2], 4), column([0.25], [800], 4)
    assert granularity_quality([small, large]) == pytest.approx(5 / 6)
    assert loss_score([small, large]) == pytest.approx((4 / 3) ** 0.5 - 1)


def test_weights_are_exponents():
    assert loss_score([EXACT, GONE], [1, 1]) == pytest.approx(loss_score([EXACT, GONE]))
    assert loss_score([EXACT, GONE], [1, 3]) == pytest.approx(2 ** (3 / 4) - 1)
    assert loss_score([EXACT, GONE], [1, 0]) == 0
    for weights in ([1], [0, 0], [-1, 2]):
        with pytest.raises(UsageError, match="weight"):
            loss_score([EXACT, GONE], weights)


def test_no_columns():
    for figure in (granularity_quality, loss_score):
        with pytest.raises(UsageError):
            figure([])


@pytest.mark.parametrize(
    ("shares", "rows", "leaves", "suppressed"),
    [
        pytest.param([0.0], [1], 4, 0, id="share 0"),
        pytest.param([1.1], [1], 4, 0, id="share above 1"),
        pytest.param([float("nan")], [1], 4, 0, id="NaN"),
        pytest.param([0.5], [-1], 4, 0, id="negative rows"),
        pytest.param([0.5], [1.5], 4, 0, id="half a row"),
        pytest.param([0.5], [1, 2], 4, 0, id="unequal lengths"),
        pytest.param([0.5], [1], 0, 0, id="no leaves"),
        pytest.param([0.5], [1], 4, -1, id="negative suppression"),
    ],
)
def test_what_is_no_column(shares, rows, leaves, suppressed):
    with pytest.raises(UsageError):
        ColumnShares(np.array(shares), np.array(rows), leaves, suppressed)


@pytest.mark.parametrize(
    ("rows", "suppressed", "expected"),
    [
        ([], 0, 0),
        ([], 3, 9),
        ([1, 1], 0, 2),
        ([3, 5], 0, 34),
        ([3, 5], 2, 34 + 2 * 10),
        ([50_000], 0, 2_500_000_000),
        ([4_000_000_000] * 3, 0, 3 * 16 * 10**18),
    ],
)
def test_discernibility(rows, suppressed, expected):
    """Past 46,340 rows a class a 32-bit square overflows, past 3 billion a 64-bit one."""
    found = discernibility(np.array(rows, dtype=np.int64), suppressed)
    assert found == expected
    assert isinstance(found, int)


@pytest.mark.parametrize(
    ("rows", "suppressed", "expected"),
    [
        pytest.param([], 0, 0, id="no rows"),
        pytest.param([], 3, 3, id="all suppressed make one class"),
        pytest.param([3, 5], 0, 4, id="two classes"),
        pytest.param([3, 5], 1, 3, id="and a suppressed row"),
        pytest.param([4_000_000_000] * 3, 0, 4_000_000_000, id="large"),
    ],
)
def test_average_class_size(rows, suppressed, expected):
    assert average_class_size(np.array(rows, dtype=np.int64), suppressed) == expected


@pytest.mark.parametrize(("rows", "suppressed"), [([0], 0), ([-1], 0), ([1.5], 0), ([1], -1)])
def test_what_has_no_discernibility(rows, suppressed):
    for figure in (discernibility, average_class_size):
        with pytest.raises(UsageError):
            figure(np.array(rows), suppressed)
