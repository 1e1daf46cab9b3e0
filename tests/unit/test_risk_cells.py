"""Which cells mean the same, with near misses."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import UsageError
from veilflow.risk.cells import (
    canonical_text,
    cell_values,
    is_missing,
    number_of,
    parsed_number,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Anna \t Maria ", "anna maria"),
        ("STRASSE", "strasse"),
        ("Stra\u00dfe", "strasse"),
        ("\uff21", "a"),
        ("", ""),
        (True, "true"),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (Decimal("2.50"), "2.5"),
        (Decimal("3"), "3"),
        (2**70, str(2**70)),
        (float("inf"), "inf"),
        (b"\x01\xff", "0x01ff"),
        (np.float32(0.5), "0.5"),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (datetime.datetime.fromisoformat("2020-01-02"), "2020-01-02"),
        (datetime.datetime.fromisoformat("2020-01-02T03:04"), "2020-01-02t03:04:00"),
        (pd.Timestamp("2020-01-02"), "2020-01-02"),
    ],
)
def test_texts(value, text):
    assert canonical_text(value) == text


@pytest.mark.parametrize(
    "value",
    [None, float("nan"), np.nan, np.float32("nan"), Decimal("NaN"), pd.NA, pd.NaT],
)
def test_missing(value):
    assert is_missing(value)
    assert canonical_text(value) is None


@pytest.mark.parametrize("value", ["", "nan", "None", 0, False, float("inf"), "NA"])
def test_not_missing(value):
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("value", "number", "parsed"),
    [
        (3, 3, 3),
        (3.5, 3.5, 3.5),
        (np.int16(3), 3, 3),
        (Decimal("1.5"), 1.5, 1.5),
        (True, None, None),
        ("3.5", None, 3.5),
        (" 3 ", None, 3),
        ("-0.0", None, 0),
        ("3,5", None, None),
        ("inf", None, None),
        ("", None, None),
        ("x", None, None),
        (datetime.date(1970, 1, 2), 86400, 86400),
        (datetime.datetime.fromisoformat("1970-01-02"), 86400, 86400),
        (datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC), 86400, 86400),
        (datetime.timedelta(seconds=5), 5, 5),
    ],
)
def test_numbers(value, number, parsed):
    assert number_of(value) == number
    assert parsed_number(value) == parsed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02", 86400),
        (" 1970-01-02 ", 86400),
        ("1970-01-02T00:00:01", 86401),
        ("1970-01-02T01:00:00+01:00", 86400),
        ("02.01.1970", None),
        ("86400.5", None),
        ("", None),
    ],
)
def test_texts_in_a_column_of_dates(text, seconds):
    assert parsed_number(text, is_date=True) == seconds


@pytest.mark.parametrize(
    "column",
    [
        [1, None, 3],
        (1, None, 3),
        np.array([1, None, 3], dtype=object),
        pa.array([1, None, 3]),
        pa.chunked_array([[1, None], [3]]),
        pd.Series([1, None, 3], dtype="Int64"),
    ],
)
def test_columns(column):
    values = cell_values(column)
    assert [None if is_missing(value) else value for value in values] == [1, None, 3]


def test_nanoseconds_stay_times():
    column = np.array(["2020-01-02", "NaT"], dtype="datetime64[ns]")
    assert [canonical_text(value) for value in cell_values(column)] == ["2020-01-02", None]


@pytest.mark.parametrize("column", ["abc", b"abc", np.zeros((2, 2))])
def test_no_columns(column):
    with pytest.raises(UsageError):
        cell_values(column)


@given(st.text())
def test_a_texts_canonical_form_is_its_own_where_folding_is_done(text):
    once = canonical_text(text)
    assert canonical_text(f" {text} ") == once
    assert canonical_text(once + "\t") in (once, canonical_text(once))


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_are_alike_whatever_their_type(number):
    assert len({canonical_text(kind(number)) for kind in (int, float, Decimal, str)}) == 1
