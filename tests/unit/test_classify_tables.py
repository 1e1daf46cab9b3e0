"""Typical public and internal tables, five values a column: what share is typed right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from veilflow.classify import TAXONOMY, ColumnSample, classify_column

FILE = Path(__file__).parents[1] / "golden" / "typical_tables.txt"
MISSED = {
    ("hospital discharges of a state", "Operating Certificate Number"),
    ("trade company", "Photo"),
    ("students", "Mjob"),
    ("marriage register", "Groom Condition"),
    ("app accounts", "push_token"),
}
"""Columns that are known to be typed wrongly: kept, so that the list is honest and can shrink."""


@dataclass(frozen=True)
class Column:
    """One line of the file: any of ``types`` is right, ``none`` among them allows silence."""

    table: str
    name: str
    types: tuple[str, ...]
    values: tuple[str | None, ...]


def columns() -> Iterator[Column]:
    table = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            table = line[3:]
        elif line and not line.startswith("#"):
            name, types, values = line.split(" | ", 2)
            cells = tuple(value.strip() or None for value in values.split(" ; "))
            yield Column(table, name, tuple(types.split("/")), cells)


COLUMNS = tuple(columns())


def found_in(column: Column) -> str:
    values = list(column.values)
    nulls = values.count(None)
    sample = ColumnSample(column.name, values, "string", len(values), nulls, None)
    return classify_column(sample).type


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.table}: {column.name}")
def test_a_typical_column(column: Column) -> None:
    right = found_in(column) in column.types
    assert right != ((column.table, column.name) in MISSED)


def test_the_file_is_varied_and_names_known_types() -> None:
    known = set(TAXONOMY)
    expected = {types for column in COLUMNS for types in column.types}
    assert len(COLUMNS) > 500
    assert len(expected & known) > 45
    assert all(set(column.types) & known for column in COLUMNS)
