"""A mixed table of categories, numbers and missing values as arrays that can be compared.

Tables that are to be compared are encoded together: equal values get equal codes in all of them,
and numbers are scaled by the reference alone, so that no synthetic outlier can shrink distances.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from veilflow.errors import UsageError
from veilflow.risk.cells import canonical_text, cell_values, is_missing, number_of, parsed_number

__all__ = ["NULL", "EncodedTable", "Table", "encode_tables"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Table = Mapping[str, Iterable[object]]
Key = int | float | str | None
Kind = Literal["number", "date", "category"]

NULL = 0

# A missing number, and a cell of a column of numbers that holds none: so far from any number and
# from each other that the distance is 1, and at 0 from their like. Numbers are kept nearer.
_MISSING, _NO_NUMBER, _FARTHEST = 1e30, -1e30, 1e20


@dataclass(frozen=True, eq=False, repr=False)
class EncodedTable:
    """Rows by columns: ``codes`` tells which cells are equal, ``numbers`` how far numbers are.

    A missing value has code 0 in every column. ``numbers`` is centred and scaled, and 0 in columns
    that aren't ``is_number``. ``units`` has each row's person, coded alike in all tables.
    """

    columns: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    numbers: Floats
    is_number: npt.NDArray[np.bool_]
    units: Ints

    @property
    def rows(self) -> int:
        return int(self.codes.shape[0])

    def is_quantity(self, column: int) -> npt.NDArray[np.bool_]:
        """The rows that hold a number in this column: it may be missing or no number."""
        if not self.is_number[column]:
            return np.zeros(self.rows, dtype=np.bool_)
        held: npt.NDArray[np.bool_] = np.abs(self.numbers[:, column]) <= _FARTHEST
        return held

    def take(self, rows: npt.NDArray[Any] | slice) -> EncodedTable:
        """Some of the rows, by index, mask or slice."""
        return EncodedTable(
            self.columns, self.codes[rows], self.numbers[rows], self.is_number, self.units[rows]
        )

    def select(self, columns: Iterable[str]) -> EncodedTable:
        """Some of the columns, in the order given."""
        names = list(columns)
        missing = [name for name in names if name not in self.columns]
        if missing or not names:
            raise UsageError(
                f"no such columns: {', '.join(missing)}" if missing else "no columns are named"
            )
        at = [self.columns.index(name) for name in names]
        return EncodedTable(
            tuple(names), self.codes[:, at], self.numbers[:, at], self.is_number[at], self.units
        )

    def __repr__(self) -> str:
        return f"EncodedTable(rows={self.rows}, columns={len(self.columns)})"


def encode_tables(
    reference: Sequence[Table],
    others: Sequence[Table] = (),
    *,
    unit: str | None = None,
    numbers: Collection[str] = (),
    categories: Collection[str] = (),
) -> tuple[EncodedTable, ...]:
    """The tables, those of ``reference`` first, encoded so that they can be compared.

    All need the same columns. A column is one of numbers (or of dates) if all its values in
    ``reference`` are, or if it is in ``numbers``, which may be text; the others, booleans among
    them, are categories, as are ``categories``. Texts equal each other up to case, outer spaces
    and Unicode form. A missing value (None, NaN, NaT) is a value of its own; -0.0 is 0.

    ``unit`` names the column of privacy units, which is not compared: without it, in ``others``,
    and where it is missing, each row is a person.
    """
    if not reference:
        raise UsageError("there is no reference table to compare with")
    tables = [*reference, *others]
    names = [name for name in reference[0] if name != unit]
    _same_columns(names, unit, reference, others, {*numbers, *categories})
    cells = [{name: cell_values(table[name]) for name in names} for table in tables]
    sizes = [_row_count(table) for table in cells]
    codes = [np.zeros((size, len(names)), dtype=np.int32) for size in sizes]
    scaled = [np.zeros((size, len(names))) for size in sizes]
    is_number = np.zeros(len(names), dtype=np.bool_)
    for at, name in enumerate(names):
        columns = [table[name] for table in cells]
        known = columns[: len(reference)]
        kind = "category" if name in categories else _kind(known, name in numbers)
        is_number[at] = kind != "category"
        keys = [[_key(cell, kind) for cell in column] for column in columns]
        for into, found in zip(codes, _coded(keys), strict=True):
            into[:, at] = found
        if is_number[at]:
            for into_numbers, values in zip(scaled, _scaled(keys, len(reference)), strict=True):
                into_numbers[:, at] = values
    persons = [
        cell_values(table[unit]) if unit is not None and index < len(reference) else None
        for index, table in enumerate(tables)
    ]
    unit_codes = _unit_codes(persons, sizes)
    return tuple(
        EncodedTable(tuple(names), table_codes, table_numbers, is_number, table_units)
        for table_codes, table_numbers, table_units in zip(codes, scaled, unit_codes, strict=True)
    )


def _kind(columns: Sequence[list[object]], is_said_number: bool) -> Kind:
    """What all known cells are; a column without one is of categories."""
    kinds: set[Kind] = {
        "category" if number_of(cell) is None else "date" if isinstance(cell, date) else "number"
        for column in columns
        for cell in column
        if not is_missing(cell)
    }
    if len(kinds) == 1 and "category" not in kinds:
        return kinds.pop()
    return "number" if is_said_number else "category"


def _key(cell: object, kind: Kind) -> Key:
    """What equal cells share: a number, a text, or None for missing."""
    if is_missing(cell):
        return None
    number = None if kind == "category" else parsed_number(cell, is_date=kind == "date")
    return canonical_text(cell) if number is None else number


def _coded(columns: Sequence[list[Key]]) -> list[npt.NDArray[np.int32]]:
    codes: dict[Key, int] = {None: NULL}
    return [
        np.fromiter((codes.setdefault(key, len(codes)) for key in column), np.int32, len(column))
        for column in columns
    ]


def _scaled(columns: Sequence[list[Key]], references: int) -> list[Floats]:
    """The numbers centred and scaled by the first ``references`` columns."""
    values = [np.array([_plain(key) for key in column], dtype=np.float64) for column in columns]
    known = np.concatenate(values[:references])
    known = known[np.abs(known) < _MISSING]
    centre, width = _centre_and_width(known)
    scaled = []
    for column in values:
        is_number = np.abs(column) < _MISSING
        moved = np.clip((column - centre) / width, -_FARTHEST, _FARTHEST)
        scaled.append(np.where(is_number, moved, column))
    return scaled


def _plain(key: Key) -> float:
    if key is None:
        return _MISSING
    if isinstance(key, str):
        return _NO_NUMBER
    # Beyond any measure of length; Python's integers know no bound.
    return float(max(-_FARTHEST, min(_FARTHEST, key)))


def _centre_and_width(known: Floats) -> tuple[float, float]:
    if not known.size:
        return 0.0, 1.0
    low, centre, high = np.quantile(known, [0.05, 0.5, 0.95])
    width = high - low if high > low else known.max() - known.min()
    return float(centre), float(width) if width > 0 else 1.0


def _unit_codes(persons: Sequence[list[object] | None], sizes: Sequence[int]) -> list[Ints]:
    codes: dict[str, int] = {}
    # Persons by name count from 0, rows without one down from -1.
    nameless = 0
    found = []
    for column, size in zip(persons, sizes, strict=True):
        if column is not None and len(column) != size:
            raise UsageError("the privacy units must be as many as the rows")
        units = np.empty(size, dtype=np.int64)
        for row in range(size):
            text = None if column is None else canonical_text(column[row])
            if text is None:
                nameless -= 1
            units[row] = nameless if text is None else codes.setdefault(text, len(codes))
        found.append(units)
    return found


def _row_count(table: Mapping[str, list[object]]) -> int:
    counts = {len(column) for column in table.values()}
    if len(counts) != 1:
        raise UsageError("all columns of a table must have the same number of rows")
    return counts.pop()


def _same_columns(
    names: list[str],
    unit: str | None,
    reference: Sequence[Table],
    others: Sequence[Table],
    named: set[str],
) -> None:
    if not names:
        raise UsageError("there are no columns to compare")
    if unknown := sorted(named - set(names)):
        raise UsageError(f"no such columns: {', '.join(unknown)}")
    if unit is not None and any(unit not in table for table in reference):
        raise UsageError(f"a reference table lacks the column of privacy units, {unit!r}")
    for table in (*reference, *others):
        if odd := sorted(set(names) ^ (set(table) - {unit})):
            raise UsageError(
                f"not all tables have the columns {', '.join(odd)}",
                remedy="Give all of them the same columns.",
            )
