"""Mixed tables as arrays: what is equal, how far numbers are, what is refused."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from veilflow.errors import UsageError
from veilflow.risk.encoding import encode_tables

NAN = float("nan")


def test_equal_cells_have_equal_codes_across_tables():
    one, other = encode_tables([{"a": ["x", "y", None]}], [{"a": ["Y ", "z", NAN]}])
    assert one.codes[:, 0].tolist() == [1, 2, 0]
    assert other.codes[:, 0].tolist() == [2, 3, 0]


@pytest.mark.parametrize(
    ("column", "is_number"),
    [
        pytest.param([1, 2.5, None], True, id="numbers"),
        pytest.param([datetime.date(2020, 1, 1), None], True, id="dates"),
        pytest.param(np.array(["2020-01-01"], dtype="datetime64[D]"), True, id="numpy dates"),
        pytest.param(["1", "2"], False, id="texts that write numbers"),
        pytest.param([True, False], False, id="booleans"),
        pytest.param([1, "x"], False, id="mixed"),
        pytest.param([1, datetime.date(2020, 1, 1)], False, id="numbers and dates"),
        pytest.param([None, NAN], False, id="nothing known"),
        pytest.param([], False, id="empty"),
    ],
)
def test_which_columns_are_numbers(column, is_number):
    (table,) = encode_tables([{"a": column}])
    assert table.is_number.tolist() == [is_number]


def test_what_a_column_is_can_be_said():
    texts, codes = {"a": ["1", "2", "x", ""]}, {"a": [1, 2]}
    (table,) = encode_tables([texts], numbers={"a"})
    assert table.is_number.tolist() == [True]
    assert len(set(table.codes[:, 0].tolist())) == 4
    (table,) = encode_tables([codes], categories={"a"})
    assert table.is_number.tolist() == [False]
    assert not table.numbers.any()


def test_synthetic_outliers_do_not_shrink_distances():
    reference = {"a": list(range(101))}
    alone, _ = encode_tables([reference], [{"a": [5]}])
    beside, _ = encode_tables([reference], [{"a": [10**12]}])
    assert np.array_equal(alone.numbers, beside.numbers)
    # The middle nine tenths of 0 to 100 are 90 wide, around 50.
    assert alone.numbers[:, 0] == pytest.approx((np.arange(101) - 50) / 90)


@pytest.mark.parametrize(
    ("values", "apart"),
    [
        pytest.param([7, 7, 7], [0, 0], id="constant"),
        pytest.param([0] * 98 + [5, 10], [0.5, 0.5], id="hardly varying: by the whole range"),
        pytest.param([3], [], id="one row"),
    ],
)
def test_scales_of_odd_columns(values, apart):
    (table,) = encode_tables([{"a": values}])
    assert np.diff(table.numbers[:, 0])[-2:] == pytest.approx(apart)


def test_any_number_can_be_scaled():
    values = [0.0, -0.0, float("inf"), float("-inf"), 10**400, 1e308, -1e308, None]
    (table,) = encode_tables([{"a": values}])
    assert np.isfinite(table.numbers).all()
    assert table.codes[0, 0] == table.codes[1, 0]
    assert len(set(table.codes[:, 0].tolist())) == 7


def test_adjacent_large_numbers_are_different():
    (table,) = encode_tables([{"a": [2**60, 2**60 + 1, 2**60]}])
    assert table.codes[:, 0].tolist() == [1, 2, 1]


def test_numbers_written_as_text_in_the_output_are_still_numbers():
    reference, made = encode_tables([{"a": [1, 2, 3]}], [{"a": ["2", "two", None]}])
    assert made.codes[0, 0] == reference.codes[1, 0]
    assert made.numbers[0, 0] == reference.numbers[1, 0]
    assert made.codes[1, 0] not in reference.codes
    assert made.codes[2, 0] == 0


@pytest.mark.parametrize(
    ("source", "output", "is_equal"),
    [
        pytest.param(datetime.date(2020, 1, 2), "2020-01-02", True, id="a date as text"),
        pytest.param(datetime.date(2020, 1, 2), "2020-01-02T00:00:00", True, id="as a time"),
        pytest.param(datetime.date(2020, 1, 2), "2020-01-03", False, id="the next day"),
        pytest.param(datetime.date(2020, 1, 2), "then", False, id="no date"),
        pytest.param("2020-01-02", datetime.date(2020, 1, 2), True, id="text as a date"),
        pytest.param(20200102, "20200102", True, id="a number as text"),
        pytest.param("7", 7.0, True, id="text as a number"),
        pytest.param("07", 7, False, id="a leading zero"),
        pytest.param(True, "true", True, id="a boolean as text"),
        pytest.param(True, 1, False, id="a boolean as a number"),
        pytest.param("M\u00fcller", "MU\u0308LLER ", True, id="Unicode form, case and space"),
        pytest.param("a", "\u0430", False, id="a Cyrillic letter"),
    ],
)
def test_a_leak_is_a_leak_in_another_type(source, output, is_equal):
    reference, made = encode_tables([{"a": [source]}], [{"a": [output]}])
    assert (reference.codes[0, 0] == made.codes[0, 0]) is np.bool_(is_equal)


def test_units_are_coded_alike_and_rows_without_one_are_persons():
    tables = [{"a": [1, 2, 3], "p": ["x", None, "y"]}, {"a": [4, 5], "p": ["Y", NAN]}]
    one, two, made = encode_tables(tables, [{"a": [9]}], unit="p")
    assert one.columns == ("a",)
    units = np.concatenate([one.units, two.units, made.units])
    assert units[2] == units[3]
    assert len(set(units.tolist())) == 5


def test_without_units_each_row_is_a_person():
    one, two = encode_tables([{"a": [1, 1]}, {"a": [1]}])
    assert len({*one.units.tolist(), *two.units.tolist()}) == 3


def test_parts():
    (table,) = encode_tables([{"a": [1, 2, 3], "b": ["x", "y", "z"]}])
    part = table.select(["b"]).take(np.array([2, 0]))
    assert part.columns == ("b",)
    assert part.codes.tolist() == [[3], [1]]
    assert part.units.tolist() == table.units[[2, 0]].tolist()
    assert part.is_number.tolist() == [False]


@pytest.mark.parametrize(
    ("reference", "others", "options"),
    [
        pytest.param([], [], {}, id="no reference"),
        pytest.param([{}], [], {}, id="no columns"),
        pytest.param([{"p": [1]}], [], {"unit": "p"}, id="only persons"),
        pytest.param([{"a": [1]}], [], {"unit": "p"}, id="no persons"),
        pytest.param([{"a": [1]}, {"b": [1]}], [], {}, id="other columns"),
        pytest.param([{"a": [1]}], [{"a": [1], "b": [1]}], {}, id="a column more"),
        pytest.param([{"a": [1], "b": [1]}], [{"a": [1]}], {}, id="a column less"),
        pytest.param([{"a": [1, 2], "b": [1]}], [], {}, id="ragged"),
        pytest.param([{"a": [1, 2], "p": [1]}], [], {"unit": "p"}, id="too few persons"),
        pytest.param([{"a": [1]}], [], {"numbers": {"z"}}, id="an unknown number"),
        pytest.param([{"a": [1]}], [], {"categories": {"z"}}, id="an unknown category"),
    ],
)
def test_wrong_arguments(reference, others, options):
    with pytest.raises(UsageError):
        encode_tables(reference, others, **options)


@pytest.mark.parametrize("columns", [[], ["z"]])
def test_wrong_selections(columns):
    (table,) = encode_tables([{"a": [1]}])
    with pytest.raises(UsageError):
        table.select(columns)


def test_reprs_and_errors_tell_no_value():
    (table,) = encode_tables([{"a": ["secret", "secret2"]}])
    assert "secret" not in repr(table)
    with pytest.raises(UsageError) as caught:
        encode_tables([{"a": ["secret"], "b": []}])
    assert "secret" not in str(caught.value)
