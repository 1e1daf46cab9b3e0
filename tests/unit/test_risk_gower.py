"""Distances worked out by hand, against a plain loop, and in bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import gower as module
from veilflow.risk.encoding import encode_tables
from veilflow.risk.gower import distance_blocks, nearest_rows

SPREAD = list(range(101))  # the middle nine tenths are 90 wide


def distances(reference, queries, **options):
    known, asked = encode_tables([reference], [queries], **options)
    return np.concatenate([block.copy() for _, block in distance_blocks(asked, known)])


@pytest.mark.parametrize(
    ("query", "row", "distance"),
    [
        pytest.param((50, "x"), (50, "x"), 0, id="equal"),
        pytest.param((50, "x"), (50, "y"), 1 / 2, id="another category"),
        pytest.param((50, "x"), (59, "x"), 0.1 / 2, id="nine of ninety"),
        pytest.param((0, "x"), (100, "x"), 1 / 2, id="cut off at the width"),
        pytest.param((0, "x"), (100, "y"), 1, id="as far as can be"),
        pytest.param((None, "x"), (50, "x"), 1 / 2, id="missing against a number"),
        pytest.param((None, None), (None, None), 0, id="missing against missing"),
        pytest.param((50, None), (50, "x"), 1 / 2, id="missing against a category"),
        pytest.param((float("nan"), "x"), (None, "x"), 0, id="NaN is missing"),
        pytest.param(("?", "x"), (50, "x"), 1 / 2, id="no number against a number"),
        pytest.param(("?", "x"), (None, "x"), 1 / 2, id="no number against missing"),
        pytest.param((10**30, "x"), (None, "x"), 1 / 2, id="huge against missing"),
        pytest.param((-0.0, "X "), (0.0, "x"), 0, id="signed zero, case, space"),
        pytest.param((50, "new"), (50, "x"), 1 / 2, id="an unseen category"),
    ],
)
def test_two_rows(query, row, distance):
    reference = {"n": [row[0], *SPREAD], "c": [row[1]] + ["z"] * 101}
    if isinstance(row[0], str):
        reference["n"] = [*SPREAD, row[0]]
    found = distances(reference, {"n": [query[0]], "c": [query[1]]}, numbers={"n"})
    assert found[0, 0] == pytest.approx(distance, abs=1e-4)


cells = st.one_of(st.none(), st.integers(-3, 3))
words = st.one_of(st.none(), st.sampled_from("abc"))
tables = st.lists(st.tuples(cells, words, words), min_size=1, max_size=12)


@given(tables, tables)
def test_against_a_loop(reference, queries):
    known, asked = (
        {name: [row[at] for row in rows] for at, name in enumerate("nvw")}
        for rows in (reference, queries)
    )
    found = distances(known, asked, numbers={"n"})
    numbers = [value for value in known["n"] if value is not None]
    low, high = np.quantile(numbers, [0.05, 0.95]) if numbers else (0, 0)
    width = high - low or (max(numbers) - min(numbers) if numbers else 0) or 1
    for i, query in enumerate(queries):
        for j, row in enumerate(reference):
            missing = (query[0] is None, row[0] is None)
            apart = (
                float(missing[0] != missing[1]) if any(missing) else abs(query[0] - row[0]) / width
            )
            parts = [min(1, apart), query[1] != row[1], query[2] != row[2]]
            assert found[i, j] == pytest.approx(sum(parts) / 3, abs=1e-6)


@given(tables, tables)
def test_nearest_is_the_blocks_smallest(reference, queries):
    known, asked = (
        {name: [row[at] for row in rows] for at, name in enumerate("nvw")}
        for rows in (reference, queries)
    )
    encoded, questions = encode_tables([known], [asked], numbers={"n"})
    every = distances(known, asked, numbers={"n"})
    nearest = nearest_rows(questions, encoded)
    ordered = np.sort(every, axis=1)
    assert np.array_equal(nearest.first, ordered[:, 0])
    assert np.array_equal(nearest.index, every.argmin(axis=1))
    second = ordered[:, 1] if len(reference) > 1 else np.full(len(queries), np.inf)
    assert np.array_equal(nearest.second, second)


def test_every_row_of_the_reference_is_compared(monkeypatch):
    """One exact copy anywhere among the reference is found, whatever the block's size."""
    monkeypatch.setattr(module, "_PAIRS_AT_A_TIME", 7)
    rows = 40
    reference = {"a": list(range(rows)), "b": [f"v{n}" for n in range(rows)]}
    known, asked = encode_tables([reference], [reference])
    nearest = nearest_rows(asked, known)
    assert nearest.index.tolist() == list(range(rows))
    assert not nearest.first.any()
    assert (nearest.second > 0).all()


def test_many_categories_and_columns():
    """More columns and values than a byte can count."""
    columns = {f"c{n}": [f"v{m}" for m in range(300)] for n in range(300)}
    (table,) = encode_tables([columns])
    nearest = nearest_rows(table, table)
    assert nearest.index.tolist() == list(range(300))
    assert (nearest.second == 1).all()


def test_memory_is_bounded():
    """2,000 x 50,000 distances at once would be 400 MB."""
    rng = np.random.default_rng(1)
    make = {name: rng.integers(0, 9, 50_000) for name in "abc"}
    known, asked = encode_tables([make], [{name: make[name][:50] for name in make}])
    queries = asked.take(np.tile(np.arange(50), 40))
    tracemalloc.start()
    blocks = sum(block.shape[0] for _, block in distance_blocks(queries, known))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert blocks == 2000
    assert peak < 20e6


def test_wrong_arguments():
    known, empty = encode_tables([{"a": [1], "b": [2]}], [{"a": [], "b": []}])
    with pytest.raises(UsageError, match="empty"):
        next(distance_blocks(known, empty))
    with pytest.raises(UsageError, match="same columns"):
        next(distance_blocks(known, known.select(["b"])))
    assert nearest_rows(empty, known).index.size == 0
