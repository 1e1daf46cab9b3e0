"""Minimal sample uniques: by hand, against every set of columns tried one by one, and on Adult."""

from __future__ import annotations

import csv
import itertools
import time
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import matching_probability, special_uniques

ADULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "adult"
QI8 = (
    "sex", "age", "race", "marital-status", "education", "native-country", "workclass",
    "salary-class",
)  # fmt: skip

Row = tuple[int, ...]


def found(rows: list[Row], largest: int | None = None):
    """Each row is a person."""
    combinations = Counter(rows)
    return special_uniques(
        np.array(list(combinations), dtype=np.int64).reshape(len(combinations), -1),
        np.array(list(combinations.values()), dtype=np.int64),
        largest=largest,
    )


def test_by_hand():
    """The first person alone has 0 in the first column; the second and third part on two columns,
    the last two are alike."""
    result = found([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 1)])
    assert result.uniques == 3
    # {a} of the first; {a, b} of the second, {b, c} of the third
    assert result.by_size == (1, 2, 0)
    assert result.special == 3
    assert result.minimal_uniques == 3
    assert result.mean_size == pytest.approx(5 / 3)
    # of three columns: (3 - 1) * (3 - 2) = 2 for one column, 3 - 2 = 1 for two
    assert result.scores.tolist() == [2, 1, 1, 0]
    assert result.contributions == pytest.approx((3 / 4, 2 / 4, 1 / 4))


def test_who_is_alone_on_all_columns_only_is_not_special():
    result = found([(0, 0), (0, 1), (1, 0), (1, 1)])
    assert (result.uniques, result.special, result.by_size) == (4, 0, (0, 4))
    assert result.scores.tolist() == [1, 1, 1, 1]


def test_a_shorter_search_finds_the_small_ones():
    rows = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 1)]
    result = found(rows, largest=1)
    assert (result.largest, result.by_size, result.special) == (1, (1,), 1)
    # up to one column, so one factor: 3 - 1
    assert result.scores.tolist() == [2, 0, 0, 0]
    assert found(rows, largest=9).largest == 3


def test_nobody_alone_and_nobody_at_all():
    pairs = found([(0, 1), (0, 1), (1, 1), (1, 1)])
    assert (pairs.uniques, pairs.by_size, pairs.contributions) == (0, (0, 0), (0, 0))
    assert pairs.mean_size is None
    empty = special_uniques(np.zeros((0, 2), np.int64), np.zeros(0, np.int64))
    assert (empty.uniques, empty.by_size) == (0, (0, 0))


def test_several_rows_of_one_person_hide_nobody():
    """Two visits of one person, alike in the first column: they are one MSU of that person."""
    codes, people = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([1, 1, 2, 2])
    as_rows = special_uniques(codes, people)
    assert as_rows.by_size == (0, 2)
    of_one = special_uniques(codes, people, holders=np.array([7, 7, -1, -1]))
    assert of_one.by_size == (1, 0)
    assert of_one.scores.tolist() == [1, 1, 0, 0]
    of_two = special_uniques(codes, people, holders=np.array([7, 8, -1, -1]))
    assert of_two.by_size == (0, 2)


def test_a_search_that_is_too_large_stops_earlier_and_says_so():
    """64 + 2,016 + 41,664 sets of up to 3 columns; 635,376 more of 4."""
    nobody, somebody = np.array([2]), np.array([1])
    assert special_uniques(np.zeros((1, 64), np.int64), nobody).largest == 3
    assert special_uniques(np.zeros((1, 5000), np.int64), somebody).largest == 1
    assert special_uniques(np.zeros((1, 200), np.int64), nobody, largest=2).largest == 2


small = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(0, 2)] * width), min_size=1, max_size=14)
)


@settings(max_examples=150, deadline=None)
@given(small, st.integers(1, 4))
def test_agrees_with_every_set_of_columns(rows, largest):
    result = found(rows, largest)
    people = {number: [row] for number, row in enumerate(rows)}
    by_size, scores, contributions = brute(people, len(rows[0]), result.largest)
    assert result.by_size == by_size
    order = list(Counter(rows))
    assert result.scores.tolist() == [float(scores.get(row, 0)) for row in order]
    assert result.contributions == pytest.approx(contributions)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 3).flatmap(
        lambda width: st.dictionaries(
            st.integers(0, 5),
            st.lists(st.tuples(*[st.integers(0, 1)] * width), min_size=1, max_size=3),
            min_size=1,
        )
    )
)
def test_agrees_where_people_have_several_rows(people):
    columns = len(next(iter(people.values()))[0])
    owners = defaultdict(set)
    for person, rows in people.items():
        for row in rows:
            owners[row].add(person)
    combinations = list(owners)
    result = special_uniques(
        np.array(combinations),
        np.array([len(owners[one]) for one in combinations]),
        holders=np.array([min(owners[one]) for one in combinations]),
    )
    by_size, scores, contributions = brute(people, columns, columns)
    assert result.by_size == by_size
    assert result.scores.tolist() == [float(scores.get(one, 0)) for one in combinations]
    assert result.contributions == pytest.approx(contributions)


def brute(people: dict[int, list[Row]], columns: int, largest: int):
    """Every set of columns, every label on it, and who has it."""
    alone: dict[tuple[int, ...], set[Row]] = {}
    by_size, scores, of_column, total = [], defaultdict(int), [0] * columns, 0
    for size in range(1, largest + 1):
        count = 0
        score = Fraction(1)
        for factor in range(size, min(largest, columns - 1) + 1):
            score *= columns - factor
        for chosen in itertools.combinations(range(columns), size):
            holders = defaultdict(set)
            for person, rows in people.items():
                for row in rows:
                    holders[tuple(row[at] for at in chosen)].add(person)
            alone[chosen] = {label for label, held in holders.items() if len(held) == 1}
            for label in alone[chosen]:
                parts = (
                    [
                        label[:at] + label[at + 1 :] in alone[chosen[:at] + chosen[at + 1 :]]
                        for at in range(size)
                    ]
                    if size > 1
                    else [False]
                )
                if any(parts):
                    continue
                count += 1
                total += score
                for at in chosen:
                    of_column[at] += score
                for row in {row for rows in people.values() for row in rows}:
                    if tuple(row[at] for at in chosen) == label:
                        scores[row] += score
        by_size.append(count)
    shares = [float(one / total) if total else 0.0 for one in of_column]
    return tuple(by_size), scores, shares


def test_the_data_intrusion_simulation():
    """Skinner and Elliot: 10 alone and 5 pairs at a tenth: 1 / (1 + 2 * 0.9 * 5)."""
    people = np.array([1] * 10 + [2] * 5 + [3, 9])
    assert matching_probability(people, 0.1) == pytest.approx(1 / 10)
    assert matching_probability(people, 1) == 1
    assert matching_probability(people[10:], 0.1) == 0
    assert matching_probability(people[:10], 0.1) == 1


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: special_uniques(np.zeros((2, 0), int), np.ones(2, int)), id="columns"),
        pytest.param(lambda: special_uniques(np.zeros((2, 1), int), np.ones(1, int)), id="rows"),
        pytest.param(lambda: special_uniques(np.zeros((1, 1)), np.ones(1, int)), id="floats"),
        pytest.param(lambda: special_uniques(np.zeros((1, 1), int), np.zeros(1, int)), id="none"),
        pytest.param(
            lambda: special_uniques(np.zeros((1, 1), int), np.ones(1, int), largest=0), id="size 0"
        ),
        pytest.param(
            lambda: special_uniques(np.zeros((1, 1), int), np.ones(1, int), holders=np.array([-1])),
            id="a person without a number",
        ),
        pytest.param(lambda: matching_probability(np.ones(1, int), 0), id="fraction 0"),
    ],
)
def test_what_is_refused(ask):
    with pytest.raises(UsageError):
        ask()


@pytest.mark.skipif(not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult")
def test_adult_is_searched_whole_within_seconds():
    with open(ADULT / "adult.csv", newline="") as file:
        rows = [tuple(row[name] for name in QI8) for row in csv.DictReader(file, delimiter=";")]
    combinations = Counter(rows)
    codes = np.array(
        [np.unique(column, return_inverse=True)[1] for column in zip(*combinations, strict=True)]
    ).T
    started = time.process_time()
    result = special_uniques(codes, np.array(list(combinations.values())))
    assert time.process_time() - started < 10
    assert result.largest == 8
    # counted one set of columns at a time, with dictionaries
    assert result.by_size[:2] == small_uniques(rows)
    assert result.uniques == sum(n == 1 for n in combinations.values())
    assert int(np.count_nonzero(result.scores)) == result.uniques


def small_uniques(rows: list[tuple[str, ...]]) -> tuple[int, int]:
    single = [Counter(row[at] for row in rows) for at in range(8)]
    pairs = 0
    for a, b in itertools.combinations(range(8), 2):
        for (x, y), n in Counter((row[a], row[b]) for row in rows).items():
            pairs += n == 1 and single[a][x] > 1 and single[b][y] > 1
    return sum(n == 1 for counted in single for n in counted.values()), pairs
