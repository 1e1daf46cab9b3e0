"""t-closeness by three ground distances: the paper's cases, an exhaustive search, and Adult."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.hierarchy import CsvHierarchy, materialize
from veilflow.risk import SensitiveCounts, Taxonomy, largest_t, share_above_t

DISTANCES = ("equal", "ordered", "hierarchical")


def table(*classes: list[int], people: list[int] | None = None) -> SensitiveCounts:
    """One list a class: how many people hold value 0, 1, 2..."""
    lines = [(c, v, n) for c, one in enumerate(classes) for v, n in enumerate(one)]
    columns = np.array(lines, dtype=np.int64).reshape(-1, 3).T
    return SensitiveCounts(*columns, None if people is None else np.array(people))


def tree(*levels: list[int]) -> Taxonomy:
    return Taxonomy([np.array(level) for level in levels])


def all_three(counts: SensitiveCounts, taxonomy: Taxonomy) -> tuple[float, float, float]:
    return (
        largest_t(counts),
        largest_t(counts, "ordered"),
        largest_t(counts, "hierarchical", taxonomy=taxonomy),
    )


EMPTY = table()
# Values 0 and 1 are akin, 2 and 3 are, and 4 is by itself.
TREE = tree([0, 1, 2, 3, 4], [0, 0, 1, 1, 2], [0, 0, 0, 0, 0])


class TestThePapersExample:
    """Li et al. 2007: nine people, salaries 3k to 11k in rank order, three to a class."""

    @pytest.mark.parametrize(
        ("salaries", "t"),
        [
            pytest.param([3, 4, 5], 0.375, id="section 4.3: the three lowest salaries"),
            pytest.param([6, 8, 11], 0.167, id="section 4.3: spread salaries"),
        ],
    )
    def test_one_class_of_salaries(self, salaries, t):
        rest = [s for s in range(3, 12) if s not in salaries]
        counts = SensitiveCounts(
            np.repeat([0, 1], [3, 6]), np.array(salaries + rest), np.ones(9, dtype=int)
        )
        # The other six are nearer to the table: they weigh twice as much in it.
        assert largest_t(counts, "ordered") == pytest.approx(t, abs=5e-4)

    def test_the_table_of_0_167_closeness(self):
        salaries = [3, 5, 9, 6, 11, 8, 4, 7, 10]
        counts = SensitiveCounts(np.repeat([0, 1, 2], 3), np.array(salaries), np.ones(9, dtype=int))
        assert largest_t(counts, "ordered") == pytest.approx(0.167, abs=5e-4)
        assert share_above_t(counts, 1 / 6, "ordered") == 0
        assert share_above_t(counts, 0.166, "ordered") > 0

    def test_distances_between_diseases(self):
        """Section 4.3: flu to bronchitis 1/3, to pulmonary embolism 2/3, to stomach cancer 1."""
        flu, bronchitis, embolism, cancer = range(4)
        taxonomy = tree([0, 1, 2, 3], [0, 0, 1, 2], [0, 0, 0, 1], [0, 0, 0, 0])
        for other, distance in ((bronchitis, 1 / 3), (embolism, 2 / 3), (cancer, 1)):
            # half the table in each class: half of a class must move to be like the table
            counts = SensitiveCounts(np.array([0, 1]), np.array([flu, other]), np.array([4, 4]))
            found = largest_t(counts, "hierarchical", taxonomy=taxonomy)
            assert found == pytest.approx(distance / 2)


@pytest.mark.parametrize(
    ("classes", "equal", "ordered", "hierarchical"),
    [
        pytest.param([[1, 2, 3, 0, 1]] * 2, 0, 0, 0, id="both classes like the table"),
        pytest.param([[1, 2, 3, 0, 1], [2, 4, 6, 0, 2]], 0, 0, 0, id="proportional"),
        pytest.param([[4, 0, 0, 0, 4]], 0, 0, 0, id="one class is the table"),
        pytest.param([[5]], 0, 0, 0, id="one value"),
        # Only two ranks are held: neighbours in the table are all there is.
        pytest.param([[2], [0, 2]], 1 / 2, 1 / 2, 1 / 4, id="akin, and ends of the order"),
        pytest.param([[2], [0, 0, 0, 0, 2]], 1 / 2, 1 / 2, 1 / 2, id="not akin"),
        # of each class a sixth moves: 0 to 1 or back, one rank of four
        pytest.param(
            [[2, 0, 1, 1, 2], [0, 2, 1, 1, 2]], 1 / 6, 1 / 24, 1 / 12, id="moved to a neighbour"
        ),
        # of each class a fifth moves: 0 to 4 or back, all four ranks
        pytest.param(
            [[2, 1, 1, 1, 0], [0, 1, 1, 1, 2]], 1 / 5, 1 / 5, 1 / 5, id="moved end to end"
        ),
    ],
)
def test_by_hand(classes, equal, ordered, hierarchical):
    assert all_three(table(*classes), TREE) == pytest.approx((equal, ordered, hierarchical))


def test_each_bound_flips_when_one_person_changes():
    close, moved = table([5, 5, 5], [10, 10, 10]), table([6, 4, 5], [10, 10, 10])
    taxonomy = tree([0, 1, 2], [0, 1, 1], [0, 0, 0])
    for distance in DISTANCES:
        given_tree = taxonomy if distance == "hierarchical" else None
        assert share_above_t(close, 0, distance, taxonomy=given_tree) == 0
        assert share_above_t(moved, 0, distance, taxonomy=given_tree) == 1
        # The small class is twice as far off, and only it misses a bound between the two.
        t = largest_t(moved, distance, taxonomy=given_tree)
        assert share_above_t(moved, t, distance, taxonomy=given_tree) == 0
        assert share_above_t(moved, 0.75 * t, distance, taxonomy=given_tree) == 15 / 45
        assert share_above_t(moved, math.nextafter(t, 0), distance, taxonomy=given_tree) == 15 / 45


@pytest.mark.parametrize("size", [10, 30, 70, 190, 1000])
def test_a_distance_that_equals_t_meets_t(size):
    """In sums of floats, tenths add up to a little more or less."""
    tenth = size // 10
    low, high = [6 * tenth, 4 * tenth], [4 * tenth, 6 * tenth]
    flat = tree([0, 1], [0, 0])
    assert all_three(table(low, high), flat) == (0.1, 0.1, 0.1)
    assert share_above_t(table(low, high), 0.1) == 0
    worse = table([6 * tenth + 1, 4 * tenth - 1], high)
    assert share_above_t(worse, 0.1) > 0


@pytest.mark.parametrize("times", [10**5, 10**10, 10**14])
def test_as_many_people_as_can_be_counted(times):
    classes = [[3, 1, 0, 2, 1], [1, 0, 3, 0, 7], [0, 2, 0, 2, 2]]
    many = table(*([times * n for n in one] for one in classes))
    assert all_three(many, TREE) == pytest.approx(all_three(table(*classes), TREE), abs=1e-14)


def test_the_order_of_ids_is_the_order_of_values_and_gaps_dont_count():
    counts = [[3, 1, 0], [1, 0, 3]]
    plain = table(*counts)
    lines = [(c, v, n) for c, one in enumerate(counts) for v, n in enumerate(one)]
    classes, values, people = np.array(lines).T
    spread = SensitiveCounts(classes, np.array([-(10**15), 7, 10**15])[values], people)
    assert largest_t(spread, "ordered") == largest_t(plain, "ordered")
    mixed = SensitiveCounts(classes, np.array([5, 9, 7])[values], people)
    assert largest_t(mixed, "ordered") != largest_t(plain, "ordered")
    assert largest_t(mixed) == largest_t(plain)


def test_a_value_that_nobody_holds_is_no_rank():
    assert largest_t(table([2, 0, 0], [0, 0, 2]), "ordered") == 1 / 2
    assert largest_t(table([4, 0, 0], [0, 0, 2], [0, 2, 0]), "ordered") == pytest.approx(5 / 8)


def test_null_is_a_value_like_any_other():
    """A class in which everybody's value is missing tells that it is missing."""
    null = 0
    counts = SensitiveCounts(np.array([0, 1, 1]), np.array([null, null, 1]), np.array([4, 2, 2]))
    assert largest_t(counts) == 1 / 4
    everywhere = SensitiveCounts(np.array([0, 1]), np.array([null, null]), np.array([4, 2]))
    assert largest_t(everywhere) == largest_t(everywhere, "ordered") == 0


def test_shares_are_of_people_not_of_values():
    # 2 people with both values, 6 with the first alone, 4 with the second alone
    counts = table([2, 2], [6, 0], [0, 4], people=[2, 6, 4])
    assert share_above_t(counts, 0.2) == 10 / 12
    assert share_above_t(table([2, 2], [6, 0], [0, 4]), 0.2) == 10 / 14


def test_a_class_without_any_person_misses_every_bound_but_1():
    nobody = table([0, 0], [2, 1])
    taxonomy = tree([0, 1], [0, 0])
    assert all_three(nobody, taxonomy) == (1, 1, 1)
    assert share_above_t(nobody, 0.99) == 1 / 4
    assert all_three(table([0]), taxonomy) == (1, 1, 1)


def test_a_table_without_classes():
    assert all_three(EMPTY, TREE) == (0, 0, 0)
    assert share_above_t(EMPTY, 0) == 0


@pytest.mark.parametrize("t", [-0.1, 1.1, math.nan, math.inf, -math.inf])
def test_t_is_between_0_and_1(t):
    for counts in (EMPTY, table([1, 2])):
        with pytest.raises(UsageError):
            share_above_t(counts, t)


def test_t_of_minus_0_is_0():
    assert share_above_t(table([1, 2], [1, 2]), -0.0) == 0
    assert share_above_t(table([1, 2], [2, 1]), -0.0) == 1


@pytest.mark.parametrize(
    ("distance", "taxonomy"),
    [("hierarchical", None), ("equal", TREE), ("ordered", TREE), ("cosine", None), ("", TREE)],
)
def test_what_is_no_distance(distance, taxonomy):
    for counts in (EMPTY, table([1, 2])):
        with pytest.raises(UsageError):
            largest_t(counts, distance, taxonomy=taxonomy)


@pytest.mark.parametrize(
    "levels",
    [
        pytest.param([], id="none"),
        pytest.param([[0]], id="the root alone"),
        pytest.param([[], []], id="no values"),
        pytest.param([[0, 1], [0]], id="unequal lengths"),
        pytest.param([[0, 0], [0, 0]], id="values joined at level 0"),
        pytest.param([[0, 1], [0, 1]], id="no root"),
        pytest.param([[0, 1, 2], [0, 0, 1], [0, 1, 1], [0, 0, 0]], id="joined, then apart"),
        pytest.param([[0.0, 1.0], [0.0, 0.0]], id="floats"),
        pytest.param([["flu", "cold"], ["ill", "ill"]], id="text"),
    ],
)
def test_what_is_no_taxonomy(levels):
    with pytest.raises(UsageError) as refused:
        tree(*levels)
    assert "flu" not in str(refused.value)


@pytest.mark.parametrize("value", [5, -1, 2**40])
def test_a_value_that_the_taxonomy_lacks(value):
    counts = SensitiveCounts(np.array([0, 1]), np.array([0, value]), np.array([1, 1]))
    with pytest.raises(UsageError, match="not in the taxonomy") as refused:
        largest_t(counts, "hierarchical", taxonomy=TREE)
    assert str(value) not in str(refused.value)


def test_values_of_the_taxonomy_that_dont_occur_leave_its_height():
    taxonomy = tree([0, 1, 2, 3], [0, 0, 1, 2], [0, 0, 1, 1], [7, 7, 7, 7])
    assert taxonomy.height == 3
    assert repr(taxonomy) == "Taxonomy(values=4, height=3)"
    assert largest_t(table([1, 0], [0, 1]), "hierarchical", taxonomy=taxonomy) == 1 / 6


# An exhaustive search over all ways to move people is independent of any formula.


def ground(distance: str, ranks: dict[int, int], a: int, b: int) -> Fraction:
    if distance == "equal":
        return Fraction(a != b)
    if distance == "ordered":
        return Fraction(abs(ranks[a] - ranks[b]), max(len(ranks) - 1, 1))
    level = next(n for n, codes in enumerate(TREE.codes) if codes[a] == codes[b])
    return Fraction(level, TREE.height)


def cheapest_move(distance: str, ranks: dict[int, int], one: list[int], whole: list[int]) -> float:
    """Every class member stands for as many people as makes the class as large as the table."""
    stretched = one * (len(whole) // len(one))

    @cache
    def least(placed: int, free: frozenset[int]) -> Fraction:
        if not free:
            return Fraction(0)
        value = stretched[placed]
        return min(
            ground(distance, ranks, value, whole[j]) + least(placed + 1, free - {j}) for j in free
        )

    return float(least(0, frozenset(range(len(whole)))) / len(whole))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([(1, 5), (2, 2), (3, 3), (2, 3), (2, 1), (1, 1)]).flatmap(
        lambda shape: st.lists(
            st.lists(st.integers(0, 4), min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        )
    )
)
def test_no_way_of_moving_people_is_cheaper(classes):
    people = [value for one in classes for value in one]
    ranks = {value: rank for rank, value in enumerate(sorted(set(people)))}
    counts = table(*([one.count(value) for value in range(5)] for one in classes))
    found = all_three(counts, TREE)
    for distance, t in zip(DISTANCES, found, strict=True):
        cheapest = max(cheapest_move(distance, ranks, one, people) for one in classes)
        assert t == pytest.approx(cheapest, abs=1e-12)


class Naive:
    """The definitions once more, dense and in loops, with the paper's formula for trees."""

    def __init__(self, people: list[tuple[object, int]], taxonomy: Taxonomy) -> None:
        self.classes: dict[object, list[int]] = defaultdict(list)
        for one, value in people:
            self.classes[one].append(value)
        self.values = sorted({value for _, value in people})
        self.taxonomy = taxonomy
        whole = Counter(value for _, value in people)
        self.difference = {}
        for one, members in self.classes.items():
            held = Counter(members)
            self.difference[one] = {
                v: held[v] / len(members) - whole[v] / len(people) for v in self.values
            }

    def equal(self, one: object) -> float:
        return sum(abs(d) for d in self.difference[one].values()) / 2

    def ordered(self, one: object) -> float:
        work = running = 0.0
        for value in self.values:
            running += self.difference[one][value]
            work += abs(running)
        return work / max(len(self.values) - 1, 1)

    def hierarchical(self, one: object) -> float:
        work, extra = 0.0, dict(self.difference[one])
        codes = [[int(level[v]) for v in self.values] for level in self.taxonomy.codes]
        extra = {codes[0][i]: self.difference[one][v] for i, v in enumerate(self.values)}
        for level in range(1, len(codes)):
            children = defaultdict(set)
            for below, above in zip(codes[level - 1], codes[level], strict=True):
                children[above].add(below)
            for below in children.values():
                more = sum(extra[child] for child in below if extra[child] > 0)
                less = -sum(extra[child] for child in below if extra[child] < 0)
                work += level / self.taxonomy.height * min(more, less)
            extra = {node: sum(extra[c] for c in below) for node, below in children.items()}
        return work

    def by(self, distance: str) -> dict[object, float]:
        return {one: getattr(self, distance)(one) for one in self.classes}

    def share_above(self, distance: str, t: float) -> float:
        found, total = self.by(distance), sum(len(one) for one in self.classes.values())
        return sum(len(self.classes[c]) for c, far in found.items() if far > t) / total


def counted(people: list[tuple[object, int]]) -> SensitiveCounts:
    ids = {one: i for i, one in enumerate(dict.fromkeys(one for one, _ in people))}
    lines = Counter((ids[one], value) for one, value in people)
    pairs = np.array(list(lines))
    return SensitiveCounts(pairs[:, 0], pairs[:, 1], np.array(list(lines.values())))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=80))
def test_agrees_with_naive_loops(people):
    counts, naive = counted(people), Naive(people, TREE)
    for distance, t in zip(DISTANCES, all_three(counts, TREE), strict=True):
        assert t == pytest.approx(max(naive.by(distance).values()), abs=1e-12)


@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=2, max_size=6))
def test_joining_two_classes_never_takes_them_farther(classes):
    """The paper's generalisation property, from the convexity of the distance."""
    classes = [one if any(one) else [1, 0, 0, 0, 0] for one in classes]
    joined = [[a + b for a, b in zip(*classes[:2], strict=True)], *classes[2:]]
    before, after = all_three(table(*classes), TREE), all_three(table(*joined), TREE)
    for a, b in zip(before, after, strict=True):
        assert 0 <= b <= a + 1e-12 <= 1 + 2e-12


ADULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "adult"
QUASI = "sex race marital-status education native-country workclass salary-class".split()


def adult_rows() -> list[dict[str, str]]:
    with open(ADULT / "adult.csv", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def hierarchy_of(name: str) -> list[list[str]]:
    with open(ADULT / f"adult_hierarchy_{name}.csv", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def taxonomy_of(rows: list[list[str]]) -> Taxonomy:
    return Taxonomy(
        [np.unique(np.array(level), return_inverse=True)[1] for level in zip(*rows, strict=True)]
    )


@pytest.mark.skipif(not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult")
@pytest.mark.parametrize("sensitive", ["occupation", "age"])
@pytest.mark.parametrize("quasi", [QUASI[:3], QUASI], ids=["60 classes", "thousands of classes"])
def test_adult_agrees_with_naive_loops(sensitive, quasi):
    rows, listed = adult_rows(), hierarchy_of(sensitive)
    value_of = {row[0]: i for i, row in enumerate(listed)}
    people = [(tuple(row[q] for q in quasi), value_of[row[sensitive]]) for row in rows]
    taxonomy = taxonomy_of(listed)
    naive, counts = Naive(people, taxonomy), counted(people)
    assert counts.class_count == len(naive.classes)
    for distance in DISTANCES:
        given_tree = taxonomy if distance == "hierarchical" else None
        by_class = naive.by(distance)
        found = largest_t(counts, distance, taxonomy=given_tree)
        assert found == pytest.approx(max(by_class.values()), abs=1e-12)
        for t in (0.05, 0.2, 0.5):
            share = share_above_t(counts, t, distance, taxonomy=given_tree)
            assert share == pytest.approx(naive.share_above(distance, t))


@pytest.mark.skipif(not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult")
def test_a_hierarchy_made_ready_for_a_column_is_a_taxonomy():
    listed = hierarchy_of("occupation")
    hierarchy = CsvHierarchy.from_csv(ADULT / "adult_hierarchy_occupation.csv")
    made = materialize(hierarchy, "occupation", [*(row[0] for row in listed), None])
    taxonomy, null = Taxonomy(made.codes), len(listed)
    assert taxonomy.height == 2
    apart = {row[1]: i for i, row in enumerate(listed)}
    akin = [i for i, row in enumerate(listed) if row[1] == listed[0][1]]
    for other, distance in ((akin[-1], 1 / 2), (list(apart.values())[1], 1), (null, 1)):
        counts = SensitiveCounts(np.array([0, 1]), np.array([akin[0], other]), np.array([3, 3]))
        assert largest_t(counts, "hierarchical", taxonomy=taxonomy) == distance / 2
