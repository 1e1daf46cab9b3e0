"""Linkability: which halves meet, by hand; copies are linked and unseen rows are not."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.errors import UsageError
from veilflow.risk.encoding import encode_tables
from veilflow.risk.linkability import linkability


def linked(training, control, synthetic, first=("a",), second=("b",), unit=None, **options):
    tables = encode_tables([training, control], [synthetic], unit=unit)
    return linkability(tables[2], tables[0], tables[1], first, second, **options)


def rows(text: str) -> dict[str, list[str]]:
    """`x1 y2` is two rows of columns a and b."""
    words = text.split()
    return {"a": [word[0] for word in words], "b": [word[1] for word in words]}


SYNTHETIC = rows("x1 y2 y3 z3")


@pytest.mark.parametrize(
    ("target", "candidates", "success", "blind"),
    [
        pytest.param("x1", 1, 1, 1 / 4, id="both halves lead to one row"),
        pytest.param("x2", 1, 0, 1 / 4, id="they lead to different rows"),
        pytest.param("y2", 1, 0, 0, id="two rows are as close as one may be"),
        pytest.param("y2", 2, 1, 1 / 2, id="two rows are allowed"),
        pytest.param("y3", 2, 1, 5 / 6, id="two and two of four"),
        pytest.param("q1", 3, 0, 0, id="all four are as close"),
        pytest.param("q1", 4, 1, 1, id="all four are allowed, and prove nothing"),
    ],
)
def test_one_target(target, candidates, success, blind):
    found = linked(rows(target), rows("x9"), SYNTHETIC, candidates=candidates)
    assert found.attack.share == success
    assert found.baseline.share == pytest.approx(blind)
    found = linked(rows("x9"), rows(target), SYNTHETIC, candidates=candidates)
    assert found.control.share == success


def test_closest_and_not_only_equal():
    training, control = {"a": [10, 90], "b": [10, 90]}, {"a": [49, 49], "b": [10, 90]}
    found = linked(training, control, {"a": [12, 88], "b": [9, 93]}, candidates=1)
    assert found.attack.share == 1
    assert found.control.share == 0.5


def people(rng, count):
    return {name: rng.integers(0, 40, count) for name in "abcd"}


@pytest.mark.parametrize(("copied", "refused"), [(1.0, True), (0.1, True), (0.0, False)])
def test_copies(copied, refused):
    rng = np.random.default_rng(2)
    training, control, unseen = (people(rng, 1500) for _ in range(3))
    count = int(1500 * copied)
    made = {
        name: np.concatenate([training[name][:count], unseen[name][count:]]) for name in training
    }
    found = linked(training, control, made, ("a", "b"), ("c", "d"))
    assert found.refused is refused
    assert found.risk == pytest.approx(copied, abs=0.05)
    assert (found.attack.trials, found.control.trials) == (1500, 1500)


def test_records_of_one_person_are_one_trial():
    training = rows("x1 x1 x1 x2") | {"p": [1, 1, 1, 2]}
    found = linked(training, rows("x9") | {"p": [3]}, SYNTHETIC, unit="p", candidates=1)
    assert (found.attack.share, found.attack.trials) == (0.5, 2)


def test_missing_values_link_too():
    nothing = {"a": [None, "x"], "b": [float("nan"), "1"]}
    found = linked(nothing, rows("q8"), nothing, candidates=1)
    assert found.attack.share == 1


@pytest.mark.parametrize(
    ("first", "second", "options"),
    [
        pytest.param(["a"], ["a", "b"], {}, id="a column in common"),
        pytest.param([], ["b"], {}, id="no column"),
        pytest.param(["a"], ["z"], {}, id="an unknown column"),
        pytest.param(["a"], ["b"], {"candidates": 0}, id="no candidate"),
    ],
)
def test_wrong_arguments(first, second, options):
    with pytest.raises(UsageError):
        linked(rows("x1"), rows("y1"), SYNTHETIC, first, second, **options)
