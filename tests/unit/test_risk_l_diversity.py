"""l-diversity of the three kinds: by hand, against naive counting, and against ARX on Adult."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk import (
    SensitiveCounts,
    recursive_ratio,
    share_below_distinct_l,
    share_below_entropy_l,
    share_missing_recursive,
    smallest_distinct_l,
    smallest_entropy_l,
)


def table(*classes: list[int], people: list[int] | None = None) -> SensitiveCounts:
    """One list a class: how many people hold value 0, 1, 2..."""
    lines = [(c, v, n) for c, one in enumerate(classes) for v, n in enumerate(one)]
    columns = np.array(lines, dtype=np.int64).reshape(-1, 3).T
    return SensitiveCounts(*columns, None if people is None else np.array(people))


EMPTY = table()


@pytest.mark.parametrize(
    ("classes", "distinct", "entropy", "ratio_2", "ratio_3"),
    [
        pytest.param([[3]], 1, 1, math.inf, math.inf, id="everybody has the same"),
        pytest.param([[5, 5]], 2, 2, 1, math.inf, id="two alike"),
        pytest.param([[4, 4, 4]], 3, 3, 1 / 2, 1, id="three alike"),
        pytest.param([[98, 1, 1]], 3, 1.1185, 49, 98, id="rare others hide little"),
        # entropy 1/2 * log 2 + 4 * 1/8 * log 8 = 2 log 2
        pytest.param([[4, 1, 1, 1, 1]], 5, 4, 1, 4 / 3, id="four, though not alike"),
        pytest.param([[5, 5], [9, 0, 1]], 2, 1.3842, 9, math.inf, id="the worst class counts"),
        pytest.param([[0, 0, 6], [2, 2, 2]], 1, 1, math.inf, math.inf, id="one homogeneous class"),
        pytest.param([[1]], 1, 1, math.inf, math.inf, id="one row"),
    ],
)
def test_by_hand(classes, distinct, entropy, ratio_2, ratio_3):
    counts = table(*classes)
    assert smallest_distinct_l(counts) == distinct
    assert smallest_entropy_l(counts) == pytest.approx(entropy, abs=1e-4)
    assert recursive_ratio(counts, 2) == pytest.approx(ratio_2)
    assert recursive_ratio(counts, 3) == pytest.approx(ratio_3)


def test_each_bound_flips_when_one_person_changes():
    diverse, moved = table([3, 3, 1], [4, 4, 4]), table([3, 4, 0], [4, 4, 4])
    assert share_below_distinct_l(diverse, 3) == 0
    assert share_below_distinct_l(moved, 3) == 7 / 19

    level, tilted = table([50, 50, 50]), table([51, 50, 49])
    assert share_below_entropy_l(level, 3) == 0
    assert share_below_entropy_l(tilted, 3) == 1

    # (3, 2): 8 < 3 * (2 + 1) holds, 9 < 3 * (2 + 1) and 8 < 3 * (1 + 1) don't
    assert share_missing_recursive(table([8, 2, 1]), 3, 2) == 0
    assert share_missing_recursive(table([9, 2, 1]), 3, 2) == 1
    assert share_missing_recursive(table([8, 1, 1]), 3, 2) == 1


@pytest.mark.parametrize("ell", [2, 3, 5, 7, 10, 11, 100])
@pytest.mark.parametrize("each", [1, 3, 7, 100_000])
def test_l_values_alike_are_entropy_l_diverse_for_exactly_that_l(ell, each):
    alike = table([each] * ell)
    assert smallest_entropy_l(alike) == ell
    assert share_below_entropy_l(alike, ell) == 0
    assert share_below_entropy_l(alike, math.nextafter(ell, math.inf)) == 1
    assert share_below_entropy_l(table([each + 1] + [each] * (ell - 1)), ell) == 1


@pytest.mark.parametrize(
    ("counts", "ell"),
    [
        # entropy 1/2 * log 2 + 4 * 1/8 * log 8 = log 4
        pytest.param([4, 1, 1, 1, 1], 4, id="five values"),
        # entropy 2 * 1/4 * log 4 + 8 * 1/16 * log 16 = log 8, though floats give a little less
        pytest.param([4] * 2 + [1] * 8, 8, id="ten values"),
    ],
)
def test_more_values_than_l_reach_l_as_well(counts, ell):
    for each in (1, 1000, 10**8):
        many = [each * one for one in counts]
        assert share_below_entropy_l(table(many), ell) == 0
        assert share_below_entropy_l(table([many[0] + 1, *many[1:]]), ell) == 1


def test_a_ratio_that_equals_c_misses_c():
    """In binary 1.1 * 10 is above 11, which a product would let pass."""
    assert share_missing_recursive(table([11, 10]), 1.1, 2) == 1
    assert share_missing_recursive(table([10, 10]), 1.1, 2) == 0
    assert share_missing_recursive(table([3, 10]), 10 / 3, 2) == 1


def test_shares_are_of_people_not_of_classes_nor_of_values():
    counts = table([6], [1, 1, 1])
    assert share_below_distinct_l(counts, 2) == 6 / 9
    # the same three people in the second class, but each with all three values
    counts = table([6], [3, 3, 3], people=[6, 3])
    assert share_below_distinct_l(counts, 2) == 6 / 9
    assert share_below_distinct_l(table([6], [3, 3, 3]), 2) == 6 / 15
    assert smallest_distinct_l(counts) == 1


def test_somebody_with_two_values_counts_for_both():
    alone = table([1, 1], people=[1])
    assert smallest_distinct_l(alone) == smallest_entropy_l(alone) == 2


def test_a_class_without_any_person_misses_every_bound():
    nobody = table([0, 0], [2, 1])
    assert smallest_distinct_l(nobody) == smallest_entropy_l(nobody) == 0
    assert recursive_ratio(nobody, 2) == math.inf
    assert share_below_distinct_l(nobody, 1) == share_below_entropy_l(nobody, 1) == 1 / 4
    assert share_missing_recursive(nobody, 1e9, 2) == 1 / 4
    assert share_below_distinct_l(table([0]), 1) == 1


def test_a_value_that_nobody_holds_adds_nothing():
    assert smallest_distinct_l(table([5, 0], [2, 3])) == 1


def test_a_table_without_classes():
    assert smallest_distinct_l(EMPTY) is smallest_entropy_l(EMPTY) is None
    assert recursive_ratio(EMPTY, 2) == 0
    assert share_below_distinct_l(EMPTY, 9) == share_below_entropy_l(EMPTY, 9) == 0
    assert share_missing_recursive(EMPTY, 1, 2) == 0


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda t: share_below_distinct_l(t, 0), id="distinct l of 0"),
        pytest.param(lambda t: share_below_distinct_l(t, 2.5), id="distinct l of 2.5"),
        pytest.param(lambda t: share_below_distinct_l(t, math.nan), id="distinct l of NaN"),
        pytest.param(lambda t: share_below_entropy_l(t, 0.99), id="entropy l below 1"),
        pytest.param(lambda t: share_below_entropy_l(t, math.nan), id="entropy l of NaN"),
        pytest.param(lambda t: share_below_entropy_l(t, math.inf), id="entropy l without end"),
        pytest.param(lambda t: recursive_ratio(t, 1), id="recursive l of 1"),
        pytest.param(lambda t: recursive_ratio(t, math.inf), id="recursive l without end"),
        pytest.param(lambda t: share_missing_recursive(t, 0, 2), id="c of 0"),
        pytest.param(lambda t: share_missing_recursive(t, -0.0, 2), id="c of minus 0"),
        pytest.param(lambda t: share_missing_recursive(t, math.nan, 2), id="c of NaN"),
        pytest.param(lambda t: share_missing_recursive(t, math.inf, 2), id="c without end"),
    ],
)
def test_bounds_that_make_no_sense(ask):
    for counts in (EMPTY, table([3, 3])):
        with pytest.raises(UsageError):
            ask(counts)


I = np.array  # noqa: E741


@pytest.mark.parametrize(
    ("classes", "values", "counts", "people"),
    [
        pytest.param(I([0, 0]), I([0, 1]), I([1]), None, id="unequal lengths"),
        pytest.param(I([[0]]), I([[0]]), I([[1]]), None, id="two dimensions"),
        pytest.param(I([0.0]), I([0]), I([1]), None, id="class as a float"),
        pytest.param(I([0]), I([math.nan]), I([1]), None, id="null as NaN"),
        pytest.param(I([0]), I(["flu"]), I([1]), None, id="value as text"),
        pytest.param(I([0]), I([None]), I([1]), None, id="null as None"),
        pytest.param(I([0]), I([0]), I([True]), None, id="count as truth"),
        pytest.param(I([0]), I([0]), I([-1]), None, id="negative count"),
        pytest.param(I([0]), I([2**63], dtype=np.uint64), I([1]), None, id="id beyond 64 bits"),
        pytest.param(I([0, 1]), I([0, 0]), I([2**62, 2**62]), None, id="sum beyond 64 bits"),
        pytest.param(I([0, 1]), I([0, 0]), I([2**52, 2**52]), None, id="sum beyond exact floats"),
        pytest.param(I([7, 8, 7]), I([4, 4, 4]), I([1, 1, 1]), None, id="a pair twice"),
        pytest.param(I([0, 0]), I([0, 1]), I([3, 2]), I([2]), id="fewer people than hold a value"),
        pytest.param(I([0, 0]), I([0, 1]), I([3, 2]), I([6]), id="more people than counts"),
        pytest.param(I([0, 0]), I([0, 1]), I([3, 2]), I([3, 2]), id="people by line"),
        pytest.param(I([0]), I([0]), I([3]), I([3.0]), id="people as a float"),
    ],
)
def test_what_is_no_table_of_counts(classes, values, counts, people):
    with pytest.raises(UsageError) as refused:
        SensitiveCounts(classes, values, counts, people)
    assert "flu" not in str(refused.value)


def test_the_arrays_given_are_neither_changed_nor_kept():
    given = [np.array([1, 0]), np.array([5, 5]), np.array([2, 3])]
    counts = SensitiveCounts(*given)
    given[2][:] = 0
    assert counts.counts.tolist() == [3, 2]
    assert [one.tolist() for one in given[:2]] == [[1, 0], [5, 5]]
    assert repr(counts) == "SensitiveCounts(classes=2, values=1)"
    with pytest.raises(ValueError, match="read-only"):
        counts.counts[0] = 9


people_lists = st.lists(
    st.tuples(st.integers(-3, 4), st.integers(-(2**62), 2**62) | st.integers(0, 5)),
    min_size=1,
    max_size=60,
)


@given(people_lists, st.integers(2, 5), st.randoms(use_true_random=False))
def test_agrees_with_naive_counting(people, ell, random):
    lines = list(Counter(people).items())
    random.shuffle(lines)
    counts = SensitiveCounts(
        np.array([c for (c, _), _ in lines]),
        np.array([v for (_, v), _ in lines]),
        np.array([n for _, n in lines]),
    )
    naive = Naive(people)
    assert smallest_distinct_l(counts) == min(naive.distinct.values())
    assert smallest_entropy_l(counts) == pytest.approx(min(naive.entropy.values()), rel=1e-12)
    assert recursive_ratio(counts, ell) == max(naive.ratios(ell).values())
    assert share_below_distinct_l(counts, ell) == naive.share(naive.distinct, lambda x: x < ell)
    missed = naive.share(naive.ratios(ell), lambda x: x >= 1.5)
    assert share_missing_recursive(counts, 1.5, ell) == missed


class Naive:
    """The definitions once more, one person at a time."""

    def __init__(self, people: list[tuple[object, object]]) -> None:
        self.classes: dict[object, list[object]] = defaultdict(list)
        for one, value in people:
            self.classes[one].append(value)
        self.total = len(people)
        self.distinct = {c: len(set(values)) for c, values in self.classes.items()}
        self.entropy = {c: self._perplexity(values) for c, values in self.classes.items()}

    def _perplexity(self, values: list[object]) -> float:
        entropy = 0.0
        for value in set(values):
            share = values.count(value) / len(values)
            entropy -= share * math.log(share)
        return math.exp(entropy)

    def ratios(self, ell: int) -> dict[object, float]:
        found = {}
        for c, values in self.classes.items():
            r = sorted((values.count(value) for value in set(values)), reverse=True)
            found[c] = r[0] / sum(r[ell - 1 :]) if len(r) >= ell else math.inf
        return found

    def share(self, figures, misses) -> float:
        return sum(len(self.classes[c]) for c in figures if misses(figures[c])) / self.total


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=2, max_size=6))
def test_joining_two_classes_never_makes_a_table_less_diverse(classes):
    """The monotonicity that searches rely on: section 4 of the paper, for all three kinds."""
    joined = [[a + b for a, b in zip(*classes[:2], strict=True)], *classes[2:]]
    before, after = table(*classes), table(*joined)
    assert smallest_distinct_l(after) >= smallest_distinct_l(before)
    assert smallest_entropy_l(after) >= smallest_entropy_l(before) - 1e-9
    assert recursive_ratio(after, 3) <= recursive_ratio(before, 3)


ADULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "adult"
QUASI = "sex age race marital-status education native-country workclass salary-class".split()
LEVELS = (0, 3, 0, 2, 2, 1, 1, 0)


@pytest.mark.skipif(not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult")
class TestOnAdult:
    """ARX 3.9.2, k = 5 and distinct 3-diversity of occupation, suppression limit 0.02."""

    @pytest.fixture
    def generalised(self) -> list[tuple[tuple[str, ...], str]]:
        lifts = []
        for name, level in zip(QUASI, LEVELS, strict=True):
            with open(ADULT / f"adult_hierarchy_{name}.csv", newline="") as file:
                lifts.append({row[0]: row[level] for row in csv.reader(file, delimiter=";")})
        with open(ADULT / "adult.csv", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return [
            (tuple(lift[row[q]] for q, lift in zip(QUASI, lifts, strict=True)), row["occupation"])
            for row in rows
        ]

    def test_suppresses_the_rows_that_arx_suppresses(self, generalised):
        sizes = Counter(one for one, _ in generalised)
        large = [person for person in generalised if sizes[person[0]] >= 5]
        assert len(generalised) - len(large) == 506
        lost = share_below_distinct_l(counted(large), 3) * len(large)
        assert 506 + lost == pytest.approx(522, abs=1e-6)
        naive = Naive(large)
        left = [person for person in large if naive.distinct[person[0]] >= 3]
        kept = counted(left)
        assert kept.class_count == 219
        assert smallest_distinct_l(kept) == 3
        assert share_below_distinct_l(kept, 3) == 0
        assert share_below_distinct_l(kept, 4) > 0

    def test_agrees_with_naive_counting(self, generalised):
        counts, naive = counted(generalised), Naive(generalised)
        assert counts.class_count == len(naive.classes)
        assert smallest_distinct_l(counts) == min(naive.distinct.values()) == 1
        for ell in (2, 3, 6):
            missed = naive.share(naive.distinct, lambda x, ell=ell: x < ell)
            assert share_below_distinct_l(counts, ell) == pytest.approx(missed)
            missed = naive.share(naive.entropy, lambda x, ell=ell: x < ell - 1e-9)
            assert share_below_entropy_l(counts, ell) == pytest.approx(missed)
            missed = naive.share(naive.ratios(ell), lambda x: x >= 2)
            assert share_missing_recursive(counts, 2, ell) == pytest.approx(missed)
        large = {one for one, size in naive.distinct.items() if size >= 5}
        left = [person for person in generalised if person[0] in large]
        counts, naive = counted(left), Naive(left)
        assert smallest_entropy_l(counts) == pytest.approx(min(naive.entropy.values()))
        assert recursive_ratio(counts, 3) == pytest.approx(max(naive.ratios(3).values()))


def counted(people: list[tuple[tuple[str, ...], str]]) -> SensitiveCounts:
    classes = {one: i for i, one in enumerate(dict.fromkeys(one for one, _ in people))}
    values = {value: i for i, value in enumerate(sorted({value for _, value in people}))}
    lines = Counter((classes[one], values[value]) for one, value in people)
    pairs = np.array(list(lines))
    return SensitiveCounts(pairs[:, 0], pairs[:, 1], np.array(list(lines.values())))
