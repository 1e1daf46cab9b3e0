"""Attribute inference: what the closest rows tell, by hand; copies tell, unseen rows don't."""

from __future__ import annotations

import numpy as np
import pytest
from veilflow.errors import UsageError
from veilflow.risk.attribute_inference import attribute_inference, attribute_inferences
from veilflow.risk.encoding import encode_tables

SYNTHETIC = {"a": list("xyyz"), "s": list("1223")}


def inferred(training, control, synthetic, secret="s", unit=None, numbers=(), **options):
    tables = encode_tables([training, control], [synthetic], unit=unit, numbers=numbers)
    return attribute_inference(tables[2], tables[0], tables[1], secret, **options)


@pytest.mark.parametrize(
    ("target", "success", "blind"),
    [
        pytest.param("x1", 1, 1 / 4, id="the closest row is right"),
        pytest.param("x2", 0, 1 / 2, id="it is wrong"),
        pytest.param("y2", 1, 1 / 2, id="both closest rows are right"),
        pytest.param("q2", 1 / 2, 1 / 2, id="any of four as close"),
        pytest.param("q9", 0, 0, id="a value that the output doesn't have"),
    ],
)
def test_one_target(target, success, blind):
    this, that = {"a": [target[0]], "s": [target[1]]}, {"a": ["x"], "s": ["8"]}
    found = inferred(this, that, SYNTHETIC)
    assert (found.attack.share, found.control.share, found.baseline.share) == (success, 0, blind)
    assert inferred(that, this, SYNTHETIC).control.share == success


@pytest.mark.parametrize(
    ("guess", "tolerance", "success"),
    [
        (50, 0, 1),
        (51, 0, 0),
        (54, 0.05, 1),
        (55, 0.05, 0),
        (46, 0.05, 1),
        (45, 0.05, 0),
        (None, 0.05, 0),
        ("?", 0.05, 0),
    ],
)
def test_numbers(guess, tolerance, success):
    """The middle nine tenths of 0 to 100 are 90 wide: 4.5 is a twentieth."""
    control = {"a": ["q"] * 101, "s": list(range(101))}
    found = inferred(
        {"a": ["x"], "s": [50]}, control, {"a": ["x"], "s": [guess]}, tolerance=tolerance
    )
    assert found.attack.share == success


@pytest.mark.parametrize(
    ("truth", "guess", "success"), [(None, None, 1), (None, "1", 0), ("1", None, 0), ("A", " a", 1)]
)
def test_missing_and_written_otherwise(truth, guess, success):
    found = inferred(
        {"a": ["x"], "s": [truth]}, {"a": ["q"], "s": ["2"]}, {"a": ["x"], "s": [guess]}
    )
    assert found.attack.share == success


def test_what_the_attacker_knows():
    training = {"a": ["x"], "b": ["1"], "s": ["t"]}
    made = {"a": ["x", "y"], "b": ["2", "1"], "s": ["t", "f"]}
    control = {"a": ["z"], "b": ["9"], "s": ["g"]}
    assert inferred(training, control, made, known=["a"]).attack.share == 1
    assert inferred(training, control, made, known=["b"]).attack.share == 0
    assert inferred(training, control, made).attack.share == 0.5


def people(rng, count):
    return {name: rng.integers(0, 12, count).astype(str) for name in "abcs"}


@pytest.mark.parametrize(("copied", "refused"), [(1.0, True), (0.1, True), (0.0, False)])
def test_copies(copied, refused):
    rng = np.random.default_rng(4)
    training, control, unseen = (people(rng, 2000) for _ in range(3))
    count = int(2000 * copied)
    made = {
        name: np.concatenate([training[name][:count], unseen[name][count:]]) for name in training
    }
    found = inferred(training, control, made)
    assert found.refused is refused


def test_what_holds_for_everybody_is_no_leak():
    """The secret follows from what is known: inferred for all, by science and not by a leak."""
    rng = np.random.default_rng(5)
    tables = [{"a": part, "s": part % 3} for part in rng.integers(0, 9, (3, 500))]
    found = inferred(*tables)
    assert (found.attack.share, found.control.share, found.risk) == (1, 1, 0)
    assert found.beats_baseline
    assert not found.refused


def test_all_secrets_share_the_error_rate():
    rng = np.random.default_rng(6)
    encoded = encode_tables([people(rng, 50), people(rng, 50)], [people(rng, 50)])
    training, control, made = encoded
    found = attribute_inferences(made, training, control, error_rate=0.04)
    assert list(found) == ["a", "b", "c", "s"]
    assert {risk.attack.confidence for risk in found.values()} == {1 - 2 * 0.01}
    assert list(attribute_inferences(made, training, control, ["s"])) == ["s"]


def test_records_of_one_person_are_one_trial():
    training = {"a": list("xxy"), "s": list("119"), "p": [1, 1, 2]}
    found = inferred(training, {"a": ["z"], "s": ["8"], "p": [3]}, SYNTHETIC, unit="p")
    assert (found.attack.share, found.attack.trials) == (0.5, 2)


@pytest.mark.parametrize(
    ("secret", "options"),
    [
        ("z", {}),
        ("s", {"known": ["z"]}),
        ("s", {"known": ["a", "s"]}),
        ("s", {"tolerance": -0.1}),
        ("s", {"tolerance": 1}),
        ("s", {"tolerance": float("nan")}),
    ],
)
def test_wrong_arguments(secret, options):
    with pytest.raises(UsageError):
        inferred({"a": ["x"], "s": ["1"]}, {"a": ["y"], "s": ["1"]}, SYNTHETIC, secret, **options)


def test_one_column_leaves_nothing_to_know():
    with pytest.raises(UsageError, match="no columns"):
        inferred({"s": ["1"]}, {"s": ["2"]}, {"s": ["1"]})
