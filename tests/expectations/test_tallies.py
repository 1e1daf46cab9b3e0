"""Tallies: what tasks count apart and the driver puts together equals one count of everything."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
import veilflow_expectations.tallies as tallies
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.hierarchy import PrefixHierarchy
from veilflow_expectations.digests import digest_distinct, digest_values
from veilflow_expectations.tallies import BUCKETS, Counted, Tally, by_label, merged, unpacked

KEY = b"k" * 32
VALUES = st.one_of(st.none(), st.sampled_from(["Ada", "ada ", "", "b", "c"]), st.text(max_size=3))
# Tasks of batches of values.
TASKS = st.lists(st.lists(st.lists(VALUES, max_size=8), max_size=4), max_size=3)


def counted(item: Counted, tasks: list[list[list[str | None]]]) -> pa.Table:
    batches = []
    for task in tasks:
        tally = Tally(item, KEY)
        for values in task:
            tally.add(pa.array(values, pa.string()))
        batches += tally.packed(7)
    return pa.Table.from_batches([*batches, tallies.batch(3, b"", b"")])


def expected(tasks: list[list[list[str | None]]], *, exact: bool) -> Counter[int]:
    values = pa.array([value for task in tasks for part in task for value in part], pa.string())
    digested = digest_values(values, KEY, exact=exact)
    return Counter(digested.digests[digested.known].tolist())


@pytest.fixture(autouse=True, params=[2, 1 << 20], ids=["often settled", "settled once"])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "_PIECE", request.param)


@pytest.mark.parametrize("kind", ["digests", "exact"])
def test_digests_are_counted(kind: tallies.Kind) -> None:
    @settings(deadline=None)  # how long a busy machine takes says nothing
    @given(TASKS)
    def holds(tasks: list[list[list[str | None]]]) -> None:
        parts = unpacked(counted(Counted("c", kind), tasks), 7)
        keys, rows = merged([(part.keys, part.rows) for part in parts])
        found = dict(zip(keys.tolist(), rows.tolist(), strict=True))
        assert found == expected(tasks, exact=kind == "exact")
        assert (np.diff(keys.astype(object)) > 0).all()

    holds()


@settings(deadline=None)  # how long a busy machine takes says nothing
@given(TASKS)
def test_buckets_are_counted_and_nothing_has_one_of_its_own(
    tasks: list[list[list[str | None]]],
) -> None:
    parts = unpacked(counted(Counted("c", "buckets"), tasks), 7)
    keys, rows = merged([(part.keys, part.rows) for part in parts])
    digests = expected(tasks, exact=False)
    buckets = Counter[int]()
    for digest, times in digests.items():
        buckets[digest & (BUCKETS - 1)] += times
    every = sum(len(values) for task in tasks for values in task)
    buckets[BUCKETS] = every - digests.total()
    assert dict(zip(keys.tolist(), rows.tolist(), strict=True)) == +buckets


@settings(deadline=None)  # how long a busy machine takes says nothing
@given(TASKS)
def test_labels_are_counted_null_among_them(tasks: list[list[list[str | None]]]) -> None:
    values = [value for task in tasks for part in task for value in part]
    assert by_label(unpacked(counted(Counted("c", "labels"), tasks), 7)) == Counter(values)


def test_labels_of_a_level_are_counted() -> None:
    hierarchy = PrefixHierarchy((2, 1))
    tasks = [[["abc", "abd", None], ["abc"]], [["b"]]]
    found = by_label(unpacked(counted(Counted("c", "labels", hierarchy, 1), tasks), 7))
    labels = hierarchy.generalize(["abc", "abd", None, "abc", "b"], 1, column="c")
    assert found == Counter(labels)


@pytest.mark.parametrize(
    "values",
    [
        pa.DictionaryArray.from_arrays(pa.array([0, 0, None]), pa.array(["a", "b", "c"])),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["a", "A", " "])),
        pa.array(["a", "a", None]),
        pa.array([], pa.string()),
        pa.array([1.0, float("nan"), None]),
    ],
    ids=["unused entries", "entries of one spelling", "repeated", "empty", "NaN"],
)
def test_distinct_digests_stand_for_the_rows_that_have_them(values: pa.Array) -> None:
    digested = digest_values(values, KEY)
    keys, rows = merged([digest_distinct(values, KEY)])
    assert dict(zip(keys.tolist(), rows.tolist(), strict=True)) == Counter(
        digested.digests[digested.known].tolist()
    )
