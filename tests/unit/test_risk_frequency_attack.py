"""The frequency attack: chance where nothing is to be seen, names where frequencies tell them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.frequency_attack import FrequencyAttack, Naming, frequency_attack
from veilflow.risk.intervals import Interval


def own_frequencies(counts: list[int]) -> FrequencyAttack:
    """The attacker knows the source's own counts; pseudonym i stands for value i."""
    return frequency_attack(counts, counts, range(len(counts)))  # type: ignore[arg-type]


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_uniform_frequencies_tell_no_more_than_chance(n: int) -> None:
    attack = own_frequencies([50] * n)
    for way in (attack.by_rank, attack.by_likelihood):
        assert (way.pseudonyms, way.people) == pytest.approx((1, 50))
    assert attack.named_people.share == pytest.approx(attack.chance) == pytest.approx(1 / n)
    assert attack.advantage == pytest.approx(0)


def test_a_pseudonym_for_each_person_tells_nothing_of_skewed_values() -> None:
    # Random tokens, or pseudonyms of an identifier: every count is 1.
    attack = frequency_attack([1] * 100, [60, 30, 10], [0] * 60 + [1] * 30 + [2] * 10)
    # Ranks 0, 1 and 2 are taken by any three of the hundred: three of 100 are named by chance.
    assert attack.by_rank.people == pytest.approx(1)
    assert attack.chance == 1 / 100
    assert attack.named_people.share <= attack.prior_guess == 0.6
    assert attack.advantage == 0


@pytest.mark.parametrize(
    "counts",
    [
        [2, 1],
        [90, 9, 1],
        [1000, 100, 10, 1],
        [10_000_000, 9_999_999, 1],
        [10**12 + i for i in (9, 5, 3, 1, 0)],
    ],
)
def test_counts_that_all_differ_are_all_named(counts: list[int]) -> None:
    attack = own_frequencies(counts)
    whole = Naming(len(counts), sum(counts))
    assert attack.by_rank == attack.by_likelihood == whole
    assert attack.named_pseudonyms.share == attack.named_people.share == attack.advantage == 1


def test_one_person_more_breaks_a_tie_and_names_two() -> None:
    assert own_frequencies([5, 5]).named_people.share == 0.5
    assert own_frequencies([6, 5]).named_people.share == 1.0


@pytest.mark.parametrize(
    ("counts", "public", "truth", "by_rank", "by_likelihood"),
    [
        pytest.param([6, 4], [60, 40], [0, 1], (2, 10), (2, 10), id="both named"),
        pytest.param([6, 4], [40, 60], [0, 1], (0, 0), (0, 0), id="the public has them reversed"),
        pytest.param([9, 5, 1], [1, 5, 9], [0, 1, 2], (1, 5), (1, 5), id="three, reversed"),
        pytest.param([6, 4], [50, 50], [0, 1], (1, 5), (1, 5), id="the public ties: a guess each"),
        pytest.param([5, 5], [60, 40], [0, 1], (1, 5), (1, 5), id="the pseudonyms tie"),
        pytest.param(
            # Ranks 2 and 3 tie among pseudonyms, 1 and 2 among values: they share one place.
            [9, 3, 3],
            [5, 5, 1],
            [0, 1, 2],
            (1 / 2 + 1 / 4 + 1 / 2, 9 / 2 + 3 / 4 + 3 / 2),
            (1 / 2 + 0 + 1, 9 / 2 + 0 + 3),
            id="ties that overlap",
        ),
        pytest.param([7, 3], [7, 3], [-1, 1], (1, 3), (1, 3), id="a value the public lacks"),
        pytest.param([7, 3], [7, 3], [0, -1], (1, 7), (1, 7), id="at the place of another value"),
        pytest.param([2, 2], [1, 3], [0, -1], (0.5, 1), (0.5, 1), id="as likely from both sides"),
        pytest.param([7, 3], [7], [0, -1], (1, 7), (1, 7), id="fewer values than pseudonyms"),
        pytest.param([4], [9, 4, 1], [1], (0, 0), (0, 0), id="one pseudonym says nothing"),
    ],
)
def test_cases_by_hand(
    counts: list[int],
    public: list[int],
    truth: list[int],
    by_rank: tuple[float, float],
    by_likelihood: tuple[float, float],
) -> None:
    attack = frequency_attack(counts, public, truth)
    assert (attack.by_rank.pseudonyms, attack.by_rank.people) == pytest.approx(by_rank)
    found = (attack.by_likelihood.pseudonyms, attack.by_likelihood.people)
    assert found == pytest.approx(by_likelihood)


def test_a_missing_value_misleads_ranks_but_not_likelihoods() -> None:
    # The commonest public value isn't in the output: every rank is off by one.
    public = [40, 30, 20, 10]
    attack = frequency_attack([320, 205, 100], public, [1, 2, 3])
    assert attack.by_rank.pseudonyms == 0
    counts = [300, 200, 100, 400]
    unknown = frequency_attack(counts, public[1:] + [1], [0, 1, 2, -1])
    assert unknown.by_rank.pseudonyms == 0
    assert unknown.by_likelihood.pseudonyms >= 1
    assert unknown.named_pseudonyms.share == unknown.by_likelihood.pseudonyms / 4


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(1, 30), min_size=5, max_size=6, unique=True),
)
def test_matching_by_rank_is_the_likeliest_assignment(counts: list[int], public: list[int]) -> None:
    # Lacharité and Paterson (2015): tried against every assignment.
    shares = np.array(public) / sum(public)
    likelihood = {
        way: float(np.dot(counts, np.log(shares[list(way)])))
        for way in itertools.permutations(range(len(public)), len(counts))
    }
    best = max(likelihood, key=lambda way: likelihood[way])
    attack = frequency_attack(counts, public, list(best))
    assert attack.by_rank.pseudonyms == pytest.approx(len(counts))


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(any),
    st.data(),
)
def test_likelihoods_against_a_plain_search(
    counts: list[int], public: list[int], data: st.DataObject
) -> None:
    truth = [data.draw(st.integers(-1, len(public) - 1)) for _ in counts]
    total, shares = sum(counts), np.array(public) / sum(public)

    def log_likelihood(count: int, share: float) -> float:
        if not 0 < share < 1:
            return 0.0 if share else -math.inf  # a share of 1 has no rival
        return count * math.log(share) + (total - count) * math.log1p(-share)

    expected = 0.0
    for count, value in zip(counts, truth, strict=True):
        scores = np.array([log_likelihood(count, share) for share in shares])
        best = np.isclose(scores, scores.max(), rtol=1e-12, atol=1e-9)
        # What ties for the one isn't told apart from rounding by the other: not compared.
        if len(set(shares[best])) > 1:
            return
        expected += best[value] / best.sum() if value >= 0 else 0
    attack = frequency_attack(counts, public, truth)
    assert attack.by_likelihood.pseudonyms == pytest.approx(expected)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_neither_order_nor_unit_matters(counts: list[int]) -> None:
    order = np.random.default_rng(len(counts)).permutation(len(counts))
    straight = own_frequencies(counts)
    mixed = frequency_attack(np.array(counts)[order], np.array(counts) * 1000 / 7, order)
    assert mixed.by_rank.people == pytest.approx(straight.by_rank.people)
    assert mixed.prior_people == pytest.approx(straight.prior_people)


def test_a_skewed_sample_is_named_and_a_uniform_one_is_not() -> None:
    # Zipf's law in a million people, against the same law. The first ten values hold 65 % of them;
    # each of their counts is at least 6.8 standard deviations from being taken for its neighbour.
    rng = np.random.default_rng(7)
    zipf = 1 / np.arange(1, 51)
    drawn = rng.multinomial(1_000_000, zipf / zipf.sum())
    skewed = frequency_attack(drawn, zipf, range(50))  # type: ignore[arg-type]
    assert skewed.named_people.share > 0.64
    assert skewed.advantage > 0.5
    flat = frequency_attack(
        rng.multinomial(1_000_000, [1 / 50] * 50),
        [1.0] * 50,
        range(50),  # type: ignore[arg-type]
    )
    assert flat.named_people.share == pytest.approx(1 / 50)


def test_all_holders_of_a_pseudonym_are_one_trial() -> None:
    even, one = own_frequencies([100, 101, 99, 102]), own_frequencies([1000, 3, 2, 1])
    assert even.independent_people == pytest.approx(4, abs=0.01)
    assert one.independent_people == pytest.approx(1, abs=0.02)
    assert own_frequencies([1] * 30).independent_people == 30
    # Four names prove little about a fifth.
    assert even.named_people.interval.low < 0.6


def test_the_prior_guess_needs_no_pseudonyms() -> None:
    attack = own_frequencies([95, 3, 2])
    assert attack.prior_guess == 0.95
    assert attack.advantage == 1
    only_the_common_one = frequency_attack([95, 3, 2], [90, 2, 3], [0, 1, 2])
    assert only_the_common_one.advantage == 0
    tied = frequency_attack([60, 40], [5, 5], [0, 1])
    assert tied.prior_guess == 0.5


def test_nothing_to_attack_and_nothing_known() -> None:
    empty = frequency_attack([], [3, 4], [])
    assert empty.named_people.share == empty.chance == empty.prior_guess == empty.advantage == 0
    assert empty.named_people.interval == empty.named_pseudonyms.interval == Interval(0, 1)
    unknown = frequency_attack([3, 4], [], [-1, -1])
    assert unknown.named_people.share == unknown.chance == unknown.advantage == 0
    assert frequency_attack([3, 4], [5], [-1, -1]).named_people.share == 0


def test_a_single_value_is_known_beforehand() -> None:
    attack = own_frequencies([10])
    assert attack.named_people.share == attack.chance == attack.prior_guess == 1
    assert attack.advantage == 0


@pytest.mark.parametrize(
    ("counts", "public", "truth"),
    [
        pytest.param([0], [1], [0], id="a pseudonym that nobody holds"),
        pytest.param([-1], [1], [0], id="a negative count"),
        pytest.param([1.0], [1], [0], id="a float for a count"),
        pytest.param([1], [-1], [0], id="a negative frequency"),
        pytest.param([1], [math.nan], [0], id="NaN for a frequency"),
        pytest.param([1], [math.inf], [0], id="no finite frequency"),
        pytest.param([1], [0.0], [0], id="frequencies all 0"),
        pytest.param([1], [-0.0], [0], id="frequencies all 0, signed"),
        pytest.param([1], ["1"], [0], id="text for a frequency"),
        pytest.param([1], [None], [0], id="null for a frequency"),
        pytest.param([1], [1], [1], id="no such value"),
        pytest.param([1], [1], [-2], id="no such value either"),
        pytest.param([1, 2], [1, 2], [0], id="wrong lengths"),
        pytest.param([[1]], [1], [[0]], id="two dimensions"),
        pytest.param([1], [[1]], [0], id="two dimensions of frequencies"),
    ],
)
def test_wrong_arguments(counts: object, public: object, truth: object) -> None:
    with pytest.raises(UsageError):
        frequency_attack(counts, public, truth)  # type: ignore[arg-type]


def test_confidence_is_checked_where_it_enters() -> None:
    with pytest.raises(UsageError, match="confidence"):
        frequency_attack([1], [1], [0], confidence=95)


def test_the_attacker_is_described() -> None:
    sentence = own_frequencies([3, 2]).attacker
    assert "how common" in sentence and sentence.endswith(".")
    assert not any(character.isdigit() for character in sentence)
