"""The list of cities: every line is found by the search in its text, and nothing else is."""

from __future__ import annotations

import pytest
from veilflow.classify import ColumnSample, classify_column
from veilflow.classify.city_names import _is_line, _listed, is_listed_city


def test_the_search_finds_lines_and_nothing_else() -> None:
    lines = _listed().split("\n")
    assert lines == sorted(set(lines))
    assert all(map(_is_line, [lines[0], *lines[::97], lines[-1]]))
    assert not any(_is_line(line + "q") for line in lines[::97])
    assert not any(map(_is_line, ["", "\n", "aaaa", "zzzz", lines[0] + "\n" + lines[1]]))


@pytest.mark.parametrize("value", ["Kolhapur", "SHIMOGA", "Çorum", "Austin, TX", "İzmit"])
def test_a_city(value: str) -> None:
    assert is_listed_city(value)


@pytest.mark.parametrize("value", ["", "Reading list", "Warehouse", "Rack-A", "12", "mobile"])
def test_no_city(value: str) -> None:
    assert not is_listed_city(value)


def found(name: str, *values: str) -> str:
    return classify_column(ColumnSample(name, values, "string", len(values), 0, None)).type


def test_cities_without_a_telling_name() -> None:
    assert found("location", "Tadepalligudem", "Kolhapur", "Nanded") == "city"
    assert found("c7", "Kolhapur", "Shimoga", "Nanded", "Amersfoort") == "city"
    assert found("c7", "Kolhapur", "Widgets", "Gaskets") == "none"
    assert found("product", "Kolhapur", "Shimoga", "Nanded") == "none"
