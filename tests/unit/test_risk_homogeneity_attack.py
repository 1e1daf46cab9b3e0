"""Homogeneity and background knowledge: the paper's tables, and every way to exclude values."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.class_values import SensitiveCounts
from veilflow.risk.homogeneity_attack import homogeneity_attack
from veilflow.risk.l_diversity import recursive_ratio, smallest_distinct_l


def table(*classes: dict[int, int]) -> SensitiveCounts:
    """Each class as value -> people."""
    lines = [(c, v, n) for c, held in enumerate(classes) for v, n in held.items()]
    ids, values, counts = zip(*lines, strict=True) if lines else ((), (), ())
    return SensitiveCounts(np.array(ids), np.array(values), np.array(counts))


HEART, VIRAL, CANCER = 0, 1, 2
# Machanavajjhala et al. (2007), figures 2 (4-anonymous) and 3 (3-diverse) of the same patients.
FOUR_ANONYMOUS = table({HEART: 2, VIRAL: 2}, {CANCER: 1, HEART: 1, VIRAL: 2}, {CANCER: 4})
THREE_DIVERSE = table(
    {HEART: 1, VIRAL: 1, CANCER: 2},
    {CANCER: 1, HEART: 1, VIRAL: 2},
    {HEART: 1, VIRAL: 1, CANCER: 2},
)


@pytest.mark.parametrize(
    ("given_table", "excluded", "told"),
    [
        pytest.param(FOUR_ANONYMOUS, 0, 4, id="the homogeneous class"),
        pytest.param(FOUR_ANONYMOUS, 1, 8, id="and the one of two values, by what isn't held"),
        pytest.param(FOUR_ANONYMOUS, 2, 12, id="two exclusions tell everybody"),
        pytest.param(THREE_DIVERSE, 0, 0, id="3-diverse: nobody"),
        pytest.param(THREE_DIVERSE, 1, 0, id="3-diverse: one exclusion isn't enough"),
        pytest.param(THREE_DIVERSE, 2, 12, id="3-diverse: l - 1 are"),
        pytest.param(THREE_DIVERSE, 2**70, 12, id="more exclusions than values"),
    ],
)
def test_the_tables_of_the_paper(given_table: SensitiveCounts, excluded: int, told: int) -> None:
    attack = homogeneity_attack(given_table, certainty=1, excluded=excluded)
    assert attack.people == 12
    assert attack.told == attack.inferred == told
    assert attack.told_share == attack.inferred_share == told / 12


@pytest.mark.parametrize(
    ("held", "certainty", "inferred"),
    [
        pytest.param({1: 9, 2: 1}, 0.9, 9, id="nine of ten, at 0.9 exactly"),
        pytest.param({1: 8, 2: 2}, 0.9, 0, id="eight of ten aren't"),
        pytest.param({1: 9, 2: 1}, 0.91, 0, id="nine of ten, asked for more"),
        pytest.param({1: 7, 2: 3}, 0.7, 7, id="seven of ten, whatever rounding does"),
        pytest.param({1: 10}, 0.9, 10, id="a homogeneous class"),
        pytest.param({1: 1}, 1, 1, id="somebody alone"),
        pytest.param({1: 1, 2: 1}, 0.51, 0, id="two people, two values"),
    ],
)
def test_a_given_certainty(held: dict[int, int], certainty: float, inferred: int) -> None:
    assert homogeneity_attack(table(held), certainty=certainty).inferred == inferred


def test_one_other_value_ends_homogeneity() -> None:
    assert homogeneity_attack(table({1: 1000})).told == 1000
    attack = homogeneity_attack(table({1: 999, 2: 1}))
    assert attack.told == 0 and attack.inferred == 999
    # The one stands out as soon as the common value can be ruled out, and so do the many.
    assert homogeneity_attack(table({1: 999, 2: 1}), excluded=1).told == 1000


@pytest.mark.parametrize(
    ("counts", "people", "excluded", "told"),
    [
        pytest.param([5, 2], 5, 0, 5, id="all hold the first, two the second as well"),
        pytest.param([4, 2], 5, 0, 0, id="one of them doesn't"),
        pytest.param([4, 2], 5, 1, 6, id="nor the second: then it's the first, and vice versa"),
        pytest.param([5, 5], 5, 0, 10, id="everybody holds both"),
        pytest.param([1, 1], 1, 0, 2, id="one person, two values"),
        pytest.param([1, 1], 2, 0, 0, id="two people, a value each"),
        pytest.param([3, 3, 3], 5, 1, 9, id="at most two can hold neither"),
        pytest.param([2, 2, 2], 6, 1, 0, id="nobody holds two"),
    ],
)
def test_people_with_several_values(
    counts: list[int], people: int, excluded: int, told: int
) -> None:
    held = SensitiveCounts(
        np.zeros(len(counts), dtype=int),
        np.arange(len(counts)),
        np.array(counts),
        np.array([people]),
    )
    attack = homogeneity_attack(held, certainty=1, excluded=excluded)
    assert attack.told == attack.inferred == told
    assert attack.people == sum(counts)


def test_what_the_classes_add_to_what_was_known() -> None:
    attack = homogeneity_attack(table({1: 5}, {2: 5}))
    assert (attack.best_guess_share, attack.prior_guess_share) == (1.0, 0.5)
    useless = homogeneity_attack(table({1: 4, 2: 1}, {1: 8, 2: 2}))
    assert useless.best_guess_share == useless.prior_guess_share == 0.8
    constant = homogeneity_attack(table({1: 5}, {1: 5}))
    assert constant.told == 10 and constant.prior_guess_share == 1.0


CLASSES = st.lists(
    st.dictionaries(st.integers(0, 5), st.integers(1, 6), min_size=1), min_size=1, max_size=5
)


@given(CLASSES, st.integers(0, 4), st.sampled_from([0.6, 0.75, 1]))
def test_no_way_to_exclude_values_tells_more(
    classes: list[dict[int, int]], excluded: int, certainty: float
) -> None:
    told = inferred = 0
    for held in classes:
        for value, people in held.items():
            others = [n for other, n in held.items() if other != value]
            ways = itertools.combinations(others, min(excluded, len(others)))
            left = min(sum(held.values()) - sum(way) for way in ways)
            told += people if people == left else 0
            inferred += people if people / left >= certainty - 1e-9 else 0
    attack = homogeneity_attack(table(*classes), certainty=certainty, excluded=excluded)
    assert (attack.told, attack.inferred) == (told, inferred)


@given(CLASSES, st.integers(0, 4))
def test_who_excludes_more_infers_no_less(classes: list[dict[int, int]], excluded: int) -> None:
    some = homogeneity_attack(table(*classes), excluded=excluded)
    more = homogeneity_attack(table(*classes), excluded=excluded + 1)
    assert some.told <= more.told and some.inferred <= more.inferred
    assert some.told <= some.inferred <= some.people
    assert some.prior_guess <= some.best_guess <= some.people


@given(CLASSES)
def test_distinct_diversity_is_what_withstands_exclusion(classes: list[dict[int, int]]) -> None:
    ell = smallest_distinct_l(table(*classes)) or 0
    assert homogeneity_attack(table(*classes), excluded=ell - 1).told > 0
    if ell > 1:
        assert homogeneity_attack(table(*classes), excluded=ell - 2).told == 0


@given(CLASSES, st.integers(2, 5))
def test_recursive_diversity_bounds_the_certainty(classes: list[dict[int, int]], ell: int) -> None:
    # By its definition the highest certainty after l - 2 exclusions is ratio / (1 + ratio).
    ratio = recursive_ratio(table(*classes), ell)
    certainty = 1.0 if math.isinf(ratio) else ratio / (1 + ratio)
    if certainty > 0.5:
        at = homogeneity_attack(table(*classes), certainty=certainty, excluded=ell - 2)
        assert at.inferred > 0
    if 0.5 < certainty + 1e-6 <= 1:
        above = homogeneity_attack(table(*classes), certainty=certainty + 1e-6, excluded=ell - 2)
        assert above.inferred == 0


def test_a_table_without_people() -> None:
    for empty in (table(), SensitiveCounts(np.array([7]), np.array([1]), np.array([0]))):
        attack = homogeneity_attack(empty, excluded=1)
        assert (attack.people, attack.told, attack.inferred, attack.best_guess) == (0, 0, 0, 0)
        assert attack.told_share == attack.prior_guess_share == 0


def test_a_column_of_nulls_is_one_value_and_tells_all() -> None:
    assert homogeneity_attack(table({-1: 3}, {-1: 4})).told_share == 1


@pytest.mark.parametrize(
    ("certainty", "excluded"),
    [(0.5, 0), (1.1, 0), (math.nan, 0), (0.9, -1), (0.9, 0.5), (0.9, math.nan), (0.9, math.inf)],
)
def test_wrong_arguments(certainty: float, excluded: float) -> None:
    with pytest.raises(UsageError):
        homogeneity_attack(table({1: 1}), certainty=certainty, excluded=excluded)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("excluded", "says"),
    [(0, "nothing else"), (1, "one sensitive value that"), (3, "3 sensitive values that")],
)
def test_the_attacker_is_described(excluded: int, says: str) -> None:
    sentence = homogeneity_attack(table({8: 9}), excluded=excluded).attacker
    assert says in sentence and sentence.endswith(".")
    assert "8" not in sentence and "9" not in sentence
