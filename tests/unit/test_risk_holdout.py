"""The keyed split: computed again it is the same, and a person is never on both sides."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.holdout import is_held_out, split_holdout

KEY = b"k" * 32


# The first 64 bits of `printf 'veilflow/holdout/1\0p1' | openssl dgst -sha256 -hmac kkk...`.
OPENSSL = {
    "p1": 0x99D548C486567278,
    "p2": 0xAC34C8E318B68368,
    "42": 0x49730B7291EAEF15,
    "müller": 0x50D6713D8710D298,
    "": 0x5611D10FC796148C,
}


@pytest.mark.parametrize(("unit", "bits"), OPENSSL.items())
def test_the_draw_is_openssls(unit, bits):
    position = bits / 2**64
    assert is_held_out(unit, KEY, position + 1e-9) is True
    assert is_held_out(unit, KEY, position - 1e-9) is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Anna", "ANNA ", id="case and spaces"),
        pytest.param("M\u00fcller", "Mu\u0308ller", id="Unicode form"),
        pytest.param(5, "5", id="number and text"),
        pytest.param(5, 5.0, id="a column that pandas made float"),
        pytest.param(5, np.int64(5), id="numpy"),
        pytest.param(0.0, -0.0, id="signed zero"),
        pytest.param(datetime.date(2020, 1, 2), "2020-01-02", id="date"),
    ],
)
def test_who_is_one_person(one, other):
    split = split_holdout([one, other], KEY)
    assert split.training_units + split.holdout_units == 1
    for step in range(1, 20):
        assert is_held_out(one, KEY, step / 20) is is_held_out(other, KEY, step / 20)


@pytest.mark.parametrize(("one", "other"), [("p1", "p2"), (5, 6), ("", "x"), ("a b", "ab")])
def test_who_is_two(one, other):
    split = split_holdout([one, other], KEY)
    assert split.training_units + split.holdout_units == 2


@pytest.mark.parametrize("missing", [None, float("nan"), np.datetime64("NaT")])
def test_a_row_without_a_person_is_on_neither_side(missing):
    split = split_holdout(["a", missing, missing], KEY)
    assert split.without_unit == 2
    assert not (split.training | split.holdout)[1:].any()
    assert is_held_out(missing, KEY) is None


def test_empty():
    split = split_holdout([], KEY)
    assert (split.training_units, split.holdout_units, split.without_unit) == (0, 0, 0)


def test_any_kind_of_column_gives_the_same_split():
    expected = split_holdout(list(range(50)), KEY).holdout.tolist()
    for column in (np.arange(50), pa.array(range(50)), [str(n) for n in range(50)]):
        assert split_holdout(column, KEY).holdout.tolist() == expected


def test_the_share_is_met():
    """30,000 coins at six standard deviations: an honest one fails once in 5e8."""
    for share in (0.1, 0.5, 0.8):
        held = split_holdout(range(30_000), KEY, share).holdout_units
        assert abs(held - 30_000 * share) < 6 * (30_000 * share * (1 - share)) ** 0.5


def test_another_key_is_another_split():
    one, other = (split_holdout(range(1000), key * 32).holdout for key in (b"a", b"b"))
    assert 350 < (one != other).sum() < 650


units = st.lists(st.one_of(st.none(), st.integers(0, 20), st.text(max_size=3)), max_size=40)


@given(units, st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_larger_share_holds_out_the_same_and_more(rows, share, other):
    small, large = (split_holdout(rows, KEY, each) for each in sorted([share, other]))
    assert not (small.holdout & ~large.holdout).any()
    for split in (small, large):
        assert not (split.training & split.holdout).any()
        assert split.without_unit == rows.count(None)


@given(units)
def test_each_row_alone_says_what_the_split_says(rows):
    split = split_holdout(rows, KEY)
    for unit, held, trained in zip(rows, split.holdout, split.training, strict=True):
        assert is_held_out(unit, KEY) is (None if unit is None else bool(held))
        assert trained == (unit is not None and not held)


@pytest.mark.parametrize(
    ("key", "share"),
    [(b"", 0.5), (b"short", 0.5), (KEY, 0), (KEY, 1), (KEY, -1), (KEY, float("nan"))],
)
def test_wrong_arguments(key, share):
    with pytest.raises(UsageError):
        split_holdout(["a"], key, share)


def test_one_text_is_no_column():
    with pytest.raises(UsageError, match="sequence"):
        split_holdout("abc", KEY)


def test_its_repr_tells_nobodys_side():
    assert "True" not in repr(split_holdout(["a", "b"], KEY))
