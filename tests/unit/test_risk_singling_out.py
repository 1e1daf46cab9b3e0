"""Singling out: what a description fits, by hand; copies single out, unseen rows hardly."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.errors import UsageError
from veilflow.risk.encoding import encode_tables
from veilflow.risk.singling_out import singling_out


def judged(training, control, synthetic, unit=None, numbers=(), **options):
    tables = encode_tables([training, control], [synthetic], unit=unit, numbers=numbers)
    return singling_out(tables[2], tables[0], tables[1], **{"seed": 1, **options})


def people(rng, count):
    return {
        "age": rng.integers(18, 90, count),
        "town": rng.integers(0, 8, count).astype(str),
        "job": rng.integers(0, 8, count).astype(str),
        "car": rng.integers(0, 5, count).astype(str),
    }


@pytest.mark.parametrize(("copied", "refused"), [(1.0, True), (0.3, True), (0.0, False)])
def test_copies(copied, refused):
    rng = np.random.default_rng(7)
    training, control, unseen = (people(rng, 1500) for _ in range(3))
    count = int(1500 * copied)
    made = {
        name: np.concatenate([training[name][:count], unseen[name][count:]]) for name in training
    }
    found = judged(training, control, made)
    assert found.refused is refused
    assert (found.risk == 1) is (copied == 1)


# Two columns, so that each description is of both.
TWO = {"a": ["x", "x", "y"], "b": ["1", "2", "2"]}
NOBODY = {"a": ["q", "r", "s"], "b": ["7", "8", "9"]}


@pytest.mark.parametrize(
    ("training", "share"),
    [
        pytest.param({"a": ["x"] * 3, "b": ["1", "5", "6"]}, 1, id="one"),
        pytest.param({"a": ["x"] * 3, "b": ["1", "1", "6"]}, 0, id="two"),
        pytest.param({"a": ["x"] * 3, "b": ["4", "5", "6"]}, 0, id="nobody"),
        pytest.param({"a": ["X ", "x", "x"], "b": [1, "5", "6"]}, 1, id="written otherwise"),
    ],
)
def test_one_description(training, share):
    found = judged(training, NOBODY, {"a": ["x"], "b": ["1"]})
    assert (found.attack.share, found.control.share) == (share, 0)
    assert judged(NOBODY, training, {"a": ["x"], "b": ["1"]}).control.share == share


def test_rows_that_do_not_stand_alone_are_not_tried():
    twice = {"a": ["x", "x"], "b": ["1", "1"]}
    found = judged(TWO, NOBODY, twice)
    assert found.attack.trials == found.control.trials == 0
    assert not found.refused


@pytest.mark.parametrize(
    ("ages", "share"),
    [
        pytest.param([95, 20, 30], 1, id="older than described"),
        pytest.param([91, 20, 30], 1, id="as old"),
        pytest.param([95, 99, 30], 0, id="two are older"),
        pytest.param([89, 20, 30], 0, id="nobody is as old"),
        pytest.param([95, None, 30], 1, id="a missing age is not old"),
        pytest.param([95, "old", 30], 1, id="nor is a text"),
    ],
)
def test_above_the_median_a_number_is_at_least(ages, share):
    made = {"age": [91, 40, 40, 41, 41], "town": ["x", "q", "q", "r", "r"]}
    training = {"age": ages, "town": ["x"] * 3}
    control = {"age": [1, 2, 3], "town": ["w"] * 3}
    found = judged(training, control, made, numbers={"age"})
    assert (found.attack.share, found.attack.trials) == (share, 1)


@pytest.mark.parametrize(("ages", "share"), [([17, 50, 60], 1), ([19, 50, 60], 0), ([3, 4, 60], 0)])
def test_below_it_is_at_most(ages, share):
    made = {"age": [18, 40, 40, 41, 41], "town": ["x", "q", "q", "r", "r"]}
    found = judged({"age": ages, "town": ["x"] * 3}, {"age": [99] * 3, "town": ["w"] * 3}, made)
    assert found.attack.share == share


def test_missing_values_describe_too():
    made = {"age": [None, 40, 40], "town": ["x", "q", "q"]}
    training = {"age": [None, 1, 2], "town": ["x"] * 3}
    control = {"age": [5, 6, 7], "town": ["x"] * 3}
    found = judged(training, control, made)
    assert (found.attack.share, found.control.share) == (1, 0)


def test_one_person_with_two_records_is_one_person():
    training = {"a": ["x", "x", "y"], "b": ["1", "1", "2"], "p": [1, 1, 2]}
    assert (
        judged(training, NOBODY | {"p": [3, 4, 4]}, {"a": ["x"], "b": ["1"]}, unit="p").attack.share
        == 1
    )
    two = training | {"p": [1, 6, 2]}
    control = NOBODY | {"p": [3, 4, 5]}
    assert judged(two, control, {"a": ["x"], "b": ["1"]}, unit="p").attack.share == 0


def test_a_person_found_by_many_descriptions_is_found_once():
    made = {"a": ["x"] * 30 + ["y"], "b": [str(n) for n in range(30)] + ["2"], "c": ["z"] * 31}
    training = {"a": ["y"], "b": ["2"], "c": ["z"]}
    found = judged(training, {"a": ["q"], "b": ["q"], "c": ["q"]}, made)
    assert found.attack.share * found.attack.trials == pytest.approx(1)


def test_sides_of_different_size_are_cut_to_the_same():
    """More persons on one side: fewer of them would stand alone there."""
    rng = np.random.default_rng(8)
    larger, smaller, unseen = people(rng, 2000), people(rng, 1600), people(rng, 2000)
    for training, control in ((larger, smaller), (smaller, larger)):
        assert not judged(training, control, unseen).refused
        assert judged(training, control, training).refused


@pytest.mark.parametrize(("count", "is_enough"), [(100, True), (99, False)])
def test_a_control_set_that_is_too_small_is_none(count, is_enough):
    rng = np.random.default_rng(8)
    training, control = people(rng, 200), people(rng, count)
    for one, other in ((training, control), (control, training)):
        if is_enough:
            judged(one, other, training)
        else:
            with pytest.raises(UsageError, match="as many persons"):
                judged(one, other, training)


def test_the_seed_decides():
    rng = np.random.default_rng(9)
    tables = [people(rng, 300) for _ in range(3)]
    one, same, other = (judged(*tables, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("options", [{"guesses": 0}, {"error_rate": 0}, {"tolerated_risk": 1}])
def test_wrong_arguments(options):
    with pytest.raises(UsageError):
        judged(TWO, NOBODY, TWO, **options)


def test_one_column_describes_too_little():
    with pytest.raises(UsageError, match="two columns"):
        judged({"a": [1]}, {"a": [2]}, {"a": [1]})
