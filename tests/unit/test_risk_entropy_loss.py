"""Non-uniform entropy: by hand, by Gionis and Tassa's sum over cells, and ARX's two steps."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import ValueLabels, non_uniform_entropy, share_of_entropy


def column(*lines: tuple[int, ...], under: list[int] | None = None) -> ValueLabels:
    """(value, label, released rows, suppressed rows), one line each."""
    columns = np.array(lines, dtype=np.int64).reshape(-1, 4).T
    return ValueLabels(*columns, None if under is None else np.array(under))


# Values 0 and 1 lie under label 5, values 2 and 3 under 6, all under 9.
EXACT = column((0, 0, 2, 0), (1, 1, 2, 0), (2, 2, 4, 0))


@pytest.mark.parametrize(
    ("given", "bits", "share"),
    [
        pytest.param(column(), 0, 0, id="no rows"),
        pytest.param(EXACT, 0, 0, id="exact data"),
        pytest.param(column((0, 9, 8, 0)), 0, 0, id="one value: nothing to tell"),
        # four rows a bit each; of all: 2 * 2 bits twice and 4 * 1 bit
        pytest.param(column((0, 5, 2, 0), (1, 5, 2, 0), (2, 6, 4, 0)), 4, 1 / 3, id="joined"),
        pytest.param(
            column((0, 9, 2, 0), (1, 9, 2, 0), (2, 9, 4, 0)), 12, 1, id="all under the root"
        ),
        # as joined, and the two suppressed rows of one label tell nothing more
        pytest.param(column((0, 5, 1, 1), (1, 5, 1, 1), (2, 6, 4, 0)), 4, 1 / 3, id="two steps"),
        # as joined, and of the four suppressed rows two each had another label: a bit each
        pytest.param(
            column((0, 5, 1, 1), (1, 5, 1, 1), (2, 6, 2, 2)), 8, 2 / 3, id="two steps, two"
        ),
    ],
)
def test_by_hand(given, bits, share):
    assert non_uniform_entropy([given]) == pytest.approx(bits)
    assert share_of_entropy([given]) == pytest.approx(share)
    assert non_uniform_entropy([given, EXACT]) == pytest.approx(bits)


def test_a_suppressed_cell_given_the_root_costs_what_gionis_and_tassa_say():
    """The rows of value 0 are suppressed: each costs -log2(2 / 8)."""
    lines = column((0, 9, 0, 2), (1, 1, 2, 0), (2, 2, 4, 0), under=[8, 2, 4])
    assert lines.bits == pytest.approx(4)
    assert share_of_entropy([lines]) == pytest.approx(1 / 3)


def test_shares_are_means_over_columns_that_tell_anything():
    gone = column((0, 9, 4, 0), (1, 9, 4, 0))
    assert share_of_entropy([gone, EXACT]) == 1 / 2
    assert share_of_entropy([gone, column((0, 0, 8, 0))]) == 1
    assert share_of_entropy([]) == non_uniform_entropy([]) == 0


def test_two_steps_can_cost_more_than_there_was():
    """All of the rarer value is suppressed with as many others: they are far from the whole."""
    lines = column((0, 0, 0, 5), (1, 1, 90, 5))
    assert lines.bits == pytest.approx(10)
    assert lines.all_bits < 30
    assert share_of_entropy([column((0, 0, 0, 1), (1, 1, 0, 1))]) == 1


cells = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40)


@given(cells, st.integers(1, 3))
def test_agrees_with_the_sum_over_cells(rows, width):
    """Full-domain labels of ``width`` values each, the suppressed at the root."""
    of_value = Counter(value for value, _ in rows)
    of_label = Counter(value // width for value, _ in rows)
    lines, under = [], []
    for (value, gone), n in Counter(rows).items():
        label = 99 if gone else value // width
        lines.append((value, label, 0 if gone else n, n if gone else 0))
        under.append(len(rows) if gone else of_label[label])
    expected = sum(
        math.log2((len(rows) if gone else of_label[value // width]) / of_value[value])
        for value, gone in rows
    )
    assert column(*lines, under=under).bits == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), max_size=9), st.data())
def test_of_one_level_only_the_sums_of_labels_count(values, data):
    rows = np.array([n for n, _ in values], dtype=np.int64)
    label_of = np.array([label for _, label in values], dtype=np.int64)
    whole = np.bincount(label_of, rows, int(label_of.max(initial=-1)) + 1).astype(np.int64)
    released = np.array([data.draw(st.integers(0, int(n))) for n in whole], dtype=np.int64)
    found = ValueLabels.of_one_level(rows, label_of, released)
    assert np.all(found.released >= 0)
    assert np.all(found.suppressed >= 0)
    assert found.rows.tolist() == rows.tolist()
    assert np.bincount(label_of, found.released, whole.size).tolist() == released.tolist()


def test_more_released_than_there_is():
    with pytest.raises(UsageError):
        ValueLabels.of_one_level(np.array([1]), np.array([0]), np.array([2]))


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: column((0, 0, -1, 0)), id="negative"),
        pytest.param(lambda: column((0, 0, 2, 0), under=[1]), id="fewer under than have it"),
        pytest.param(lambda: ValueLabels(*[np.zeros(n, int) for n in (1, 1, 1, 2)]), id="lengths"),
        pytest.param(lambda: ValueLabels(*[np.zeros(1)] * 4), id="floats"),
    ],
)
def test_what_is_refused(ask):
    with pytest.raises(UsageError):
        ask()
