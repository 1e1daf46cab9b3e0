"""Digests: which spellings are one value, and what a digest doesn't tell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow_expectations.digests import digest_rows, digest_values, normalised, to_arrow

KEY = b"k" * 32

SAME = [
    ("case", "ADA", "ada"),
    ("spaces around", "  ada \t", "ada"),
    ("spaces inside", "ada   lovelace", "ada\u00a0lovelace"),
    ("composed and decomposed", "Jos\u00e9", "Jose\u0301"),
    ("sharp s folds", "STRASSE", "stra\u00dfe"),
    ("full width", "\uff21\uff24\uff21", "ada"),
    ("ligature", "\ufb01nn", "finn"),
    ("Greek sigma at the end", "\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"),
]
APART = [
    ("another letter", "ada", "adb"),
    ("an accent is a letter", "jose", "jos\u00e9"),
    ("a hyphen isn't a space", "anna-maria", "anna maria"),
    ("joined words", "anna maria", "annamaria"),
    ("leading zeros count", "007", "7"),
]


def one(value: object) -> tuple[int, int]:
    found = digest_values(to_arrow([value]), KEY)
    return int(found.digests[0]), int(found.lengths[0])


@pytest.mark.parametrize(("left", "right"), [c[1:] for c in SAME], ids=[c[0] for c in SAME])
def test_a_leak_in_another_spelling_is_the_same_value(left: str, right: str) -> None:
    assert one(left) == one(right)


@pytest.mark.parametrize(("left", "right"), [c[1:] for c in APART], ids=[c[0] for c in APART])
def test_different_values_stay_apart(left: str, right: str) -> None:
    assert one(left) != one(right)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (5.0, "5"),
        (5.25, "5.25"),
        (-0.0, "0"),
        (1e300, str(int(1e300))),
        (Decimal("5.00"), "5"),
        (Decimal("5.250"), "5.25"),
        (True, "TRUE"),
        (dt.date(2020, 2, 1), "2020-02-01"),
        (dt.datetime.fromisoformat("2020-02-01T00:00"), "2020-02-01"),
        (dt.datetime.fromisoformat("2020-02-01T10:30"), "2020-02-01 10:30:00"),
        (dt.datetime(2020, 2, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))), "2020-02-01"),
        (b"\x01\xff", "01FF"),
    ],
)
def test_a_value_of_another_type_is_the_same_value(value: object, text: str) -> None:
    assert one(value) == one(text)


@pytest.mark.parametrize("value", [None, "", " \t\n", float("nan"), pd.NaT, "\u3000"])
def test_nothing_is_no_value(value: object) -> None:
    assert one(value)[1] == 0


def test_mixed_types_in_one_column_are_texts() -> None:
    found = digest_values(to_arrow([5, "5", 5.0, None, pd.NA, True]), KEY)
    assert len(set(found.digests[:3])) == 1
    assert found.known.tolist() == [True, True, True, False, False, True]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", "b", None]),
        pd.Series(["a", "b", None], dtype="category"),
        pd.Series(["a", "b", None], dtype="string"),
        pa.chunked_array([["a"], ["b", None]]),
        pa.array(["a", "b", None], pa.large_string()),
        pa.array(["a", "b", None]).dictionary_encode(),
        ["a", "b", None],
        np.array(["a", "b", None], dtype=object),
    ],
    ids=["object", "category", "string", "chunks", "large", "dictionary", "list", "numpy"],
)
def test_every_container_gives_the_same_digests(values: object) -> None:
    found = digest_values(to_arrow(values), KEY)
    assert [(int(d), int(n)) for d, n in zip(found.digests, found.lengths, strict=True)] == [
        one("a"),
        one("b"),
        one(None),
    ]


@pytest.mark.parametrize("values", [[], [None, None], pa.array([], pa.string())])
def test_empty_and_null_columns(values: object) -> None:
    assert not digest_values(to_arrow(values), KEY).known.any()


@pytest.mark.parametrize("values", [[[1], [2]], [{"a": 1}], [[1], "CANARY-77"]])
def test_nested_values_are_refused_without_showing_them(values: list[object]) -> None:
    with pytest.raises(TypeError) as caught:
        digest_values(to_arrow(values), KEY)
    assert "CANARY" not in str(caught.value)


def test_lone_surrogates_have_a_digest() -> None:
    assert one("a\ud800b") not in (one("ab"), one("a\ud801b"))


def test_another_key_gives_other_digests() -> None:
    values = to_arrow([str(n) for n in range(100)])
    first, second = digest_values(values, KEY), digest_values(values, b"j" * 32)
    assert not set(first.digests.tolist()) & set(second.digests.tolist())


def test_exact_digests_tell_spellings_apart() -> None:
    found = digest_values(to_arrow(["ada", "Ada", "ada "]), KEY, exact=True)
    assert len(set(found.digests.tolist())) == 3


class TestRows:
    def test_cells_dont_run_together(self) -> None:
        left = digest_rows([to_arrow(["ab"]), to_arrow(["c"])], KEY)
        right = digest_rows([to_arrow(["a"]), to_arrow(["bc"])], KEY)
        assert left != right

    def test_the_order_of_columns_counts(self) -> None:
        left = digest_rows([to_arrow(["a"]), to_arrow(["b"])], KEY)
        right = digest_rows([to_arrow(["b"]), to_arrow(["a"])], KEY)
        assert left != right

    def test_a_missing_value_equals_only_a_missing_one(self) -> None:
        found = digest_rows([to_arrow(["a", "a", None]), to_arrow([None, "b", "a"])], KEY)
        assert len(set(found.tolist())) == 3

    def test_no_columns_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no columns"):
            digest_rows([], KEY)


@given(st.lists(st.one_of(st.none(), st.text()), max_size=30))
def test_a_digest_depends_on_its_value_alone(values: list[str | None]) -> None:
    together = digest_values(pa.array(values, pa.string()), KEY)
    assert [(int(d), int(n)) for d, n in zip(together.digests, together.lengths, strict=True)] == [
        one(value) for value in values
    ]


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
