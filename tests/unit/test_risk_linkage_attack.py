"""The linkage attack on people whose fate is known by hand, and against the class-size risks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.class_sizes import ClassTable
from veilflow.risk.intervals import Interval
from veilflow.risk.linkage_attack import LinkageAttack, linkage_attack
from veilflow.risk.reidentification import marketer_risk, share_unique


def whole_output(sizes: list[int]) -> LinkageAttack:
    """Everybody in the output is a target."""
    matched = np.repeat(np.arange(len(sizes)), sizes)
    return linkage_attack(matched, np.ones(matched.size, dtype=bool), sizes)


@pytest.mark.parametrize(
    ("matched", "present", "sizes", "claimed", "named", "guessed"),
    [
        pytest.param([0], [True], [1], 1, 1, 1.0, id="a unique row is re-identified"),
        pytest.param([0], [True], [2], 0, 0, 0.5, id="of two people neither is claimed"),
        pytest.param([0], [False], [1], 1, 0, 0.0, id="somebody else's unique row: a wrong claim"),
        pytest.param([-1], [False], [1], 0, 0, 0.0, id="suppressed, and no class matches"),
        pytest.param([0, 0], [True, False], [1], 2, 1, 1.0, id="a twin outside the output"),
        pytest.param(
            [0, 1, 2, 3, -1],
            [True, False, True, True, False],
            [1, 1, 2, 5],
            2,
            1,
            1 + 1 / 2 + 1 / 5,
            id="all at once",
        ),
    ],
)
def test_cases_by_hand(
    matched: list[int],
    present: list[bool],
    sizes: list[int],
    claimed: int,
    named: int,
    guessed: float,
) -> None:
    attack = linkage_attack(matched, present, sizes)
    assert attack.targets == len(matched)
    assert (attack.matched, attack.claimed, attack.named) == (
        sum(each >= 0 for each in matched),
        claimed,
        named,
    )
    assert attack.guessed == pytest.approx(guessed)
    assert attack.at_random == pytest.approx(sum(present) / sum(sizes))
    assert attack.reidentified.share == named / len(matched)
    assert attack.precision.share == (named / claimed if claimed else 0)


def test_every_unique_row_of_a_table_of_unique_rows_is_found() -> None:
    attack = whole_output([1] * 1000)
    assert attack.reidentified.share == attack.precision.share == attack.guess.share == 1
    assert attack.random_guess.share == pytest.approx(1 / 1000)
    assert attack.reidentified.interval.low > 0.99


@given(st.integers(1, 20), st.lists(st.integers(0, 30), min_size=1, max_size=50))
def test_in_classes_of_k_a_guess_is_right_at_most_once_in_k(k: int, extra: list[int]) -> None:
    attack = whole_output([k + each for each in extra])
    assert attack.guess.share <= 1 / k + 1e-12
    assert k == 1 or attack.claimed == 0
    assert attack.guess.share >= attack.random_guess.share - 1e-12


@given(st.lists(st.integers(1, 30), min_size=1, max_size=50))
def test_attacking_everybody_finds_what_the_sizes_of_classes_say(sizes: list[int]) -> None:
    attack, table = whole_output(sizes), ClassTable(np.array(sizes), np.array(sizes))
    assert attack.reidentified.share == share_unique(table)
    assert attack.guess.share == pytest.approx(marketer_risk(table))


def test_one_person_less_in_a_class_of_two_is_one_more_named() -> None:
    sizes = [2] * 500
    assert whole_output(sizes).named == 0
    sizes[0] -= 1
    assert whole_output(sizes).named == 1


def test_one_row_that_is_not_there_turns_a_claim_wrong() -> None:
    present = np.ones(100, dtype=bool)
    assert linkage_attack(np.arange(100), present, [1] * 100).precision.share == 1
    present[50] = False
    attack = linkage_attack(np.arange(100), present, [1] * 100)
    assert attack.named == 99 and attack.precision.share == 0.99


def test_labels_swapped_between_people_protect_them() -> None:
    # Each tuple matches a unique row, which is someone else's: perturbation shows in the rate.
    attack = linkage_attack(np.arange(100), np.zeros(100, dtype=bool), [1] * 100)
    assert attack.claimed == 100 and attack.named == 0


def test_a_sample_tells_the_rate_of_all() -> None:
    # Error rate of the test: 1e-9, the interval's own, of which Wilson's keeps the order.
    rng = np.random.default_rng(20240501)
    sizes = np.concatenate([np.ones(3000, dtype=int), np.full(1400, 5)])
    everybody = np.repeat(np.arange(sizes.size), sizes)
    sample = rng.choice(everybody.size, 1000, replace=False)
    attack = linkage_attack(
        everybody[sample], np.ones(1000, dtype=bool), sizes, confidence=1 - 1e-9
    )
    assert attack.reidentified.interval.covers(0.3)
    assert attack.guess.interval.covers(4400 / 10_000)
    assert not attack.reidentified.interval.covers(0.5)


def test_a_gate_asks_for_enough_people() -> None:
    safe = linkage_attack([0] * 20, [True] * 20, [50])
    assert safe.reidentified.share == 0
    assert not safe.reidentified.is_at_most(0.01)
    safe = linkage_attack([0] * 2000, [True] * 2000, [5000])
    assert safe.reidentified.is_at_most(0.01)


def test_overlapping_classes_need_the_number_of_people() -> None:
    # Two targets, each matching the same three people through different labels.
    attack = linkage_attack([0, 1], [True, True], [3, 3], released=4)
    assert attack.guessed == pytest.approx(2 / 3)
    assert attack.at_random == 2 / 4
    with pytest.raises(UsageError, match="released"):
        linkage_attack([0], [True], [3], released=2)
    with pytest.raises(UsageError, match="released"):
        linkage_attack([0], [True], [3], released=math.nan)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matched", "present", "sizes"),
    [([], [], []), ([], [], [3]), (np.array([], dtype=np.int64), np.array([], dtype=bool), [1])],
)
def test_without_targets_nothing_is_shown(matched: object, present: object, sizes: object) -> None:
    attack = linkage_attack(matched, present, sizes)  # type: ignore[arg-type]
    for measured in (attack.reidentified, attack.precision, attack.guess, attack.random_guess):
        assert measured.share == 0
        assert measured.interval == Interval(0, 1)
        assert not measured.is_at_most(0.99)


def test_an_output_without_rows_names_nobody() -> None:
    attack = linkage_attack([-1, -1], [False, False], [])
    assert (attack.claimed, attack.guessed, attack.at_random) == (0, 0, 0)


@pytest.mark.parametrize(
    ("matched", "present", "sizes"),
    [
        pytest.param([1], [True], [1], id="no such class"),
        pytest.param([-2], [False], [1], id="no such class either"),
        pytest.param([0], [False], [0], id="a class of nobody"),
        pytest.param([0, 0], [True], [2], id="wrong lengths"),
        pytest.param([-1], [True], [1], id="in a class that isn't there"),
        pytest.param([0, 0], [True, True], [1], id="two people in a class of one"),
        pytest.param([0.0], [True], [1], id="a float for a class"),
        pytest.param([math.nan], [True], [1], id="NaN for a class"),
        pytest.param([0], [1], [1], id="a number for a truth value"),
        pytest.param([0], [None], [1], id="null for a truth value"),
        pytest.param([[0]], [[True]], [1], id="two dimensions"),
        pytest.param([0], [True], [1.5], id="one and a half persons"),
    ],
)
def test_wrong_arguments(matched: object, present: object, sizes: object) -> None:
    with pytest.raises(UsageError):
        linkage_attack(matched, present, sizes)  # type: ignore[arg-type]


def test_confidence_is_checked_where_it_enters() -> None:
    for confidence in (0, 1, 95, math.nan):
        with pytest.raises(UsageError, match="confidence"):
            linkage_attack([0], [True], [1], confidence=confidence)


def test_the_attacker_is_described() -> None:
    sentence = whole_output([1, 2]).attacker
    assert "quasi-identifier" in sentence and sentence.endswith(".")
    assert not any(character.isdigit() for character in sentence)
