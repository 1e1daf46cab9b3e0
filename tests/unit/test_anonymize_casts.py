"""Casts and texts on Arrow columns, as read off Spark 4.2; tests/spark compares them again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from veilflow.anonymize.arrow_casts import cast, nulled
from veilflow.anonymize.arrow_text import as_text
from veilflow.errors import PolicyError

CASTS: dict[str, dict[str, Any]] = {
    "integer": {
        "7": "7", " 7 ": "7", "\t7\n": "7", "+7": "7", "-0": "0", "007": "7",
        "9223372036854775807": "9223372036854775807", "9223372036854775808": None,
        "7.5": None, "1e3": None, "1_0": None, "0x10": None, "": None, "\u0661": None,
    },
    "number": {
        "7": "7.0", "1.": "1.0", ".5": "0.5", "1d": "1.0", "1e3": "1000.0", "1e400": "Infinity",
        "inf": "Infinity", "-infinity": "-Infinity", "NaN": "NaN", "12345678.5": "1.23456785E7",
        "0.0001": "1.0E-4", ".": None, "1e": None, "1_0": None, "x": None, "": None,
    },
    "boolean": {"T": "true", " no ": "false", "1": "true", "0": "false", "2": None, "": None},
    "date": {
        "1984-03-09": "1984-03-09", "1984-3-9": "1984-03-09", "1984-03": "1984-03-01",
        "1984": "1984-01-01", " 1984-03-09 ": "1984-03-09", "1984-03-09T": "1984-03-09",
        "1984-03-09 anything": "1984-03-09", "1899-12-31": "1899-12-31", "1984-02-30": None,
        "1984-03T": None, "84-03-09": None, "09.03.1984": None, "": None,
    },
    "timestamp": {
        "1984-03-09": "1984-03-09 00:00:00", "1984-03-09T10:11:12.5": "1984-03-09 10:11:12.5",
        "1984-03-09 10:11:12.1234567": "1984-03-09 10:11:12.123456",
        "1984-03-09 10:11:12Z": "1984-03-09 10:11:12",
        "1984-03-09 10:11:12 UTC": "1984-03-09 10:11:12",
        "1984-03-09 10:11:12+02:00": "1984-03-09 08:11:12", "1984-03-09 1:2:3":
        "1984-03-09 01:02:03", "1984-03-09 10": "1984-03-09 10:00:00",
        "1984-03-09 10:11+02:00": None, "1984-03-09 25:00:00": None, "1984-03-09 10:": None,
        "1984-03-09T": None, "": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("to", CASTS)
def test_texts(to: str) -> None:
    values = pa.chunked_array([pa.array([*CASTS[to], None])])
    assert as_text(cast(values, to)).to_pylist() == [*CASTS[to].values(), None]


TYPED: dict[str, tuple[pa.Array, str, list[Any]]] = {
    "doubles to integers": (
        pa.array([1.9, -1.9, float("nan"), 1e300]), "integer", [1, -1, None, None],
    ),
    "integers to numbers": (pa.array([1, None]), "number", [1.0, None]),
    "integers to booleans": (pa.array([0, 2]), "boolean", [False, True]),
    "booleans to integers": (pa.array([True]), "integer", [1]),
    "decimals to numbers": (pa.array([Decimal("1.50")]), "number", [1.5]),
    "dates to timestamps": (
        pa.array([dt.date(1900, 1, 2)]), "timestamp", [dt.datetime(1900, 1, 2, tzinfo=dt.UTC)],
    ),
    "timestamps to dates": (
        pa.array([dt.datetime(1900, 1, 2, 23, tzinfo=dt.UTC)]), "date", [dt.date(1900, 1, 2)],
    ),
    "integers to text": (pa.array([10]), "string", ["10"]),
    "dictionaries of text": (pa.array(["7", "x"]).dictionary_encode(), "integer", [7, None]),
}  # fmt: skip


@pytest.mark.parametrize("case", TYPED)
def test_types(case: str) -> None:
    values, to, expected = TYPED[case]
    assert cast(nulled(pa.chunked_array([values]), ()), to).to_pylist() == expected


def test_a_pair_of_types_without_a_cast_is_refused() -> None:
    with pytest.raises(PolicyError, match="int64 can't be cast to date"):
        cast(pa.chunked_array([pa.array([1])]), "date")


def test_a_nested_column_has_no_text() -> None:
    with pytest.raises(PolicyError, match="can't be generalised"):
        as_text(pa.chunked_array([pa.array([[1]])]))


def test_null_like_texts_are_null_and_numbers_never_are() -> None:
    assert nulled(pa.chunked_array([["7", "n/a", None]]), ("n/a",)).to_pylist() == ["7", None, None]
    assert nulled(pa.chunked_array([[7, 8]]), ("7",)).to_pylist() == [7, 8]
