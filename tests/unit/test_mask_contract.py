"""What every transform claims, and what becomes of values that one can't treat."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from veilflow.errors import ReleaseRefused
from veilflow.mask import (
    CheckedTransform,
    Guarantees,
    KeyedTransform,
    OnInvalid,
    Reason,
    TransformError,
    create_transform,
    is_keyed,
    registered,
    settle,
    transform,
)


@pytest.mark.parametrize("name", sorted(registered()))
def test_a_built_in_transform_says_what_it_promises(name: str) -> None:
    cls = registered()[name]
    assert cls.guarantees is vars(cls).get("guarantees"), "a promise of its own, not an inherited"
    assert all(isinstance(phrase, str) for phrase in cls.guarantees.phrases().values())
    assert cls.summary
    assert is_keyed(name) == issubclass(cls, KeyedTransform)
    if cls.conceals:
        assert cls.guarantees.reversible_by != "everybody"
        assert "everything" not in cls.guarantees.keeps


def test_guarantees_are_phrases() -> None:
    told = Guarantees(keeps=("length", "alphabet")).phrases()
    assert told["keeps"] == "length, alphabet"
    assert Guarantees().phrases()["keeps"] == "nothing"


@dataclass(frozen=True)
class Digits(CheckedTransform):
    """A "d" for each digit."""

    on_invalid: OnInvalid = "refuse"

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        is_digits = pc.utf8_is_digit(values)
        return pc.replace_substring_regex(values, r"\d", "d"), pc.invert(is_digits), (
            Reason.OUTSIDE_ALPHABET
        )  # fmt: skip


VALUES = pa.array(["12", "a1", None, "", "7"])


@pytest.mark.parametrize(
    ("on_invalid", "put"), [("nullify", None), ("redact", "[REDACTED]")], ids=["nullify", "redact"]
)
def test_a_value_that_cannot_be_treated_is_replaced_and_counted(
    on_invalid: OnInvalid, put: str | None
) -> None:
    done = Digits(on_invalid).apply_counted(VALUES)
    assert done.values.to_pylist() == ["dd", put, None, put, "d"]
    assert done.invalid_count == 2
    assert done.invalid is not None
    assert done.invalid.to_pylist() == [False, True, False, True, False]
    assert Digits(on_invalid).apply(VALUES).equals(done.values)


def test_a_refusal_names_transform_and_reason_and_no_value() -> None:
    with pytest.raises(ReleaseRefused, match="a character outside the alphabet") as caught:
        Digits().apply(VALUES)
    assert "Digits" in str(caught.value)
    assert "a1" not in str(caught.value)


def test_where_all_can_be_treated_nothing_is_counted() -> None:
    done = Digits().apply_counted(pa.array(["1", None, "23"]))
    assert done.values.to_pylist() == ["d", None, "dd"]
    assert done.invalid is None
    assert done.invalid_count == 0


def test_a_reason_is_one_of_the_known_words() -> None:
    with pytest.raises(ValueError, match="Ann"):
        settle(VALUES, pa.array([True] * 5), "refuse", "x", "Ann")  # type: ignore[arg-type]


def test_a_fallback_is_one_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    from veilflow.mask import registry

    monkeypatch.setattr(registry, "_REGISTRY", dict(registered()))
    transform("digits")(Digits)
    with pytest.raises(TransformError, match="refuse, nullify, redact"):
        create_transform("digits", {"on_invalid": "keep"})
    assert create_transform("digits", {"on_invalid": "redact"}) == Digits("redact")
