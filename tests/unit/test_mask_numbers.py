"""Rounding, buckets, codings, ages and birth years: exact in each type; declared values alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.mask import create_transform
from veilflow.mask.column_type import output_of

INT8, INT32, INT64, FLOAT = pa.int8(), pa.int32(), pa.int64(), pa.float64()
MONEY = pa.decimal128(7, 2)
MOST, LEAST = 2**63 - 1, -(2**63)

TABLE: list[tuple[str, dict[str, Any], pa.DataType, Any, Any]] = [
    ("round", {"to": 10}, INT64, 14, 10),
    ("round", {"to": 10}, INT64, 15, 20),
    ("round", {"to": 10}, INT64, -15, -20),
    ("round", {"to": 10}, INT64, -14, -10),
    ("round", {"to": 10}, INT8, 127, 130),
    ("round", {"to": 10}, INT64, 2**53 + 1, 9007199254740990),
    ("round", {"to": 0.1}, MONEY, "0.25", "0.30"),
    ("round", {"to": 0.1}, MONEY, "-0.25", "-0.30"),
    ("round", {"to": 100}, MONEY, "99999.99", "100000.00"),
    ("bucket", {"width": 10}, INT64, 19, 10),
    ("bucket", {"width": 10}, INT64, 20, 20),
    ("bucket", {"width": 10}, INT64, -1, -10),
    ("bucket", {"width": 0.1}, MONEY, "0.30", "0.30"),
    ("bucket", {"width": 0.5}, MONEY, "-0.01", "-0.50"),
    ("bucket", {"width": 7.5}, INT64, None, PolicyError),
    ("top_code", {"at": 90}, INT8, 89, 89),
    ("top_code", {"at": 90}, INT8, 90, 90),
    ("top_code", {"at": 90}, INT8, 91, 90),
    ("top_code", {"at": 90, "label": "90+"}, INT8, 90, "90+"),
    ("top_code", {"at": 90, "label": "90+"}, INT8, 89, "89"),
    ("top_code", {"at": 90, "label": "90+"}, FLOAT, None, PolicyError),
    ("top_code", {"at": 900}, INT8, None, PolicyError),
    ("top_code", {"at": 1.005}, MONEY, None, PolicyError),
    ("top_code", {"at": 1.5}, FLOAT, 1.49, 1.49),
    ("bottom_code", {"at": 18, "label": "minor"}, INT64, 18, "minor"),
    ("bottom_code", {"at": 18, "label": "minor"}, INT64, 19, "19"),
    ("bottom_code", {"at": 0}, MONEY, "-3.10", "0.00"),
    ("hipaa_age", {}, INT32, 89, 89),
    ("hipaa_age", {}, INT32, 90, 90),
    ("hipaa_age", {}, INT64, 2**40, 90),
    ("hipaa_age", {}, FLOAT, None, PolicyError),
    ("round", {"to": 10}, pa.string(), None, PolicyError),
    ("top_code", {"at": 10}, pa.date32(), None, PolicyError),
    ("round", {"to": 10, "on_invalid": "redact"}, INT64, None, PolicyError),
    ("round", {"to": 0.001}, pa.decimal128(36, 0), None, PolicyError),
]


@pytest.mark.parametrize(("name", "parameters", "kind", "value", "masked"), TABLE)
def test_numbers(
    name: str, parameters: dict[str, Any], kind: pa.DataType, value: Any, masked: Any
) -> None:
    transform = create_transform(name, parameters)
    if masked is PolicyError:
        with pytest.raises(PolicyError, match=f"^here: {name}"):
            output_of("here", transform, kind)
        return
    if kind == MONEY:
        value, masked = Decimal(value), Decimal(masked)
    made = transform.apply(pa.array([value, None], kind))
    assert made.to_pylist() == [masked, None]
    assert made.type == output_of("here", transform, kind)


INVALID: list[tuple[str, dict[str, Any], pa.DataType, Any]] = [
    ("round", {"to": 10}, INT64, MOST),
    ("bucket", {"width": 10}, INT64, LEAST),
    ("round", {"to": 10}, FLOAT, float("nan")),
    ("bucket", {"width": 10}, FLOAT, float("inf")),
    ("round", {"to": 1e-9}, FLOAT, 1e9),
    ("top_code", {"at": 90}, FLOAT, float("nan")),
    ("bottom_code", {"at": 90}, FLOAT, float("nan")),
    ("hipaa_age", {}, INT32, -1),
    ("hipaa_birth_year", {"as_of": "2026-11-28"}, pa.date32(), dt.date(2026, 11, 29)),
]


@pytest.mark.parametrize(("name", "parameters", "kind", "value"), INVALID)
def test_numbers_that_have_no_output(
    name: str, parameters: dict[str, Any], kind: pa.DataType, value: Any
) -> None:
    values = pa.array([value, None], kind)
    with pytest.raises(ReleaseRefused, match=name):
        create_transform(name, parameters).apply(values)
    outcome = create_transform(name, {**parameters, "on_invalid": "nullify"}).apply_counted(values)
    assert outcome.values.to_pylist() == [None, None]
    assert outcome.invalid_count == 1


AS_OF = {"as_of": "2026-11-28"}
BIRTHS = [
    (dt.date(1936, 11, 28), 1936),  # 90 today
    (dt.date(1936, 11, 29), 1936),  # 89 still: shares the group of the oldest
    (dt.date(1936, 1, 1), 1936),
    (dt.date(1900, 6, 1), 1936),
    (dt.date(1937, 1, 1), 1937),
    (dt.date(2026, 11, 28), 2026),
]


@pytest.mark.parametrize(("born", "year"), BIRTHS)
def test_birth_years(born: dt.date, year: int) -> None:
    transform = create_transform("hipaa_birth_year", AS_OF)
    assert transform.apply(pa.array([born])).to_pylist() == [year]
    at_noon = dt.datetime.combine(born, dt.time(12))
    assert transform.apply(pa.array([at_noon])).to_pylist() == [year]


@given(st.dates(dt.date(1850, 1, 1), dt.date(2026, 11, 28)))
def test_nobody_of_ninety_has_a_year_of_their_own(born: dt.date) -> None:
    (year,) = create_transform("hipaa_birth_year", AS_OF).apply(pa.array([born])).to_pylist()
    today = dt.date(2026, 11, 28)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    assert year == (1936 if age >= 90 else max(born.year, 1936))


@given(st.lists(st.integers(LEAST, MOST) | st.none()), st.integers(1, 10**12))
def test_coarse_integers_are_multiples_next_to_them(values: list[int | None], step: int) -> None:
    array = pa.array(values, INT64)
    for name, key in (("round", "to"), ("bucket", "width")):
        made = create_transform(name, {key: step, "on_invalid": "nullify"}).apply_counted(array)
        flags = [False] * len(values) if made.invalid is None else made.invalid.to_pylist()
        for value, masked, invalid in zip(values, made.values.to_pylist(), flags, strict=True):
            if value is None or invalid:
                assert masked is None
                continue
            away = value - masked
            assert masked % step == 0
            assert (0 <= away < step) if name == "bucket" else (2 * abs(away) <= step)


MONEYS = st.decimals("-99999.99", "99999.99", places=2)


@given(st.lists(MONEYS | st.none()), st.decimals("0.01", "5000", places=2))
def test_coarse_decimals_are_multiples_next_to_them(
    values: list[Decimal | None], step: Decimal
) -> None:
    array = pa.array(values, MONEY)
    for name, key in (("round", "to"), ("bucket", "width")):
        made = create_transform(name, {key: float(step)}).apply(array).to_pylist()
        for value, masked in zip(values, made, strict=True):
            assert (value is None) == (masked is None)
            if value is not None:
                away = value - masked
                assert masked % step == 0
                assert (0 <= away < step) if name == "bucket" else (2 * abs(away) <= step)


FLOATS = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(FLOATS | st.none()), st.floats(-1e6, 1e6))
def test_codings_give_values_on_their_side_alone(values: list[float | None], at: float) -> None:
    array = pa.array(values, FLOAT, from_pandas=False)
    top = create_transform("top_code", {"at": at, "on_invalid": "nullify"}).apply(array)
    bottom = create_transform("bottom_code", {"at": at, "on_invalid": "nullify"}).apply(array)
    assert all(value is None or value <= at for value in top.to_pylist())
    assert all(value is None or value >= at for value in bottom.to_pylist())


@given(st.lists(st.integers(-5, 200) | st.none()))
def test_ages_are_from_0_to_90(values: list[int | None]) -> None:
    made = create_transform("hipaa_age", {"on_invalid": "nullify"}).apply(pa.array(values, INT32))
    expected = [None if v is None or v < 0 else min(v, 90) for v in values]
    assert made.to_pylist() == expected
