"""What an output is counted from: its labels and sensitive values, a line for some of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.arrow_text import as_text
from veilflow.risk import ClassTable, SensitiveCounts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ROWS", "UNIT", "OutputLines", "Texts", "lines_of", "numbers_of"]

# Two columns of a table of lines besides labels and values; no column of a policy is called so.
ROWS, UNIT = "__rows", "__unit"

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Texts:
    """A column as codes of its distinct values, written as text; null is a value like any other."""

    values: tuple[str | None, ...]
    codes: Ints

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Texts:
        encoded = as_text(column).combine_chunks().dictionary_encode("encode")
        values = tuple(encoded.dictionary.to_pylist())
        return cls(values, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))


@dataclass(frozen=True, eq=False, repr=False)
class OutputLines:
    """Lines of released rows. Holds values: it stays where it was made.

    ``table`` has the columns of ``key``, whose labels make the classes, and those of
    ``sensitive``; ``ROWS`` says how many rows each line stands for, and ``UNIT``, where people are
    counted, numbers the person (null for nobody).
    """

    table: pa.Table
    key: tuple[str, ...]
    sensitive: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> Ints:
        rows: Ints = self.table.column(ROWS).to_numpy().astype(np.int64)
        return rows

    @property
    def total_rows(self) -> int:
        return int(self.rows.sum())

    @cached_property
    def labels(self) -> Mapping[str, Texts]:
        return {name: Texts.of(self.table.column(name)) for name in self.key}

    @cached_property
    def class_of(self) -> Ints:
        """The class of each line, counted from 0."""
        found = np.zeros(self.rows.size, dtype=np.int64)
        for texts in self.labels.values():
            found = _numbered(found * max(len(texts.values), 1) + texts.codes)
        return found

    @cached_property
    def classes(self) -> ClassTable:
        """Rows and distinct people of each class."""
        count = int(self.class_of.max(initial=-1)) + 1
        rows = np.bincount(self.class_of, self.rows, count).astype(np.int64)
        return ClassTable(rows, self._people(self.class_of, count))

    def label_rows(self, name: str) -> Mapping[str | None, int]:
        """How many rows each label of a column has."""
        texts = self.labels[name]
        rows = np.bincount(texts.codes, self.rows, len(texts.values)).astype(np.int64)
        return dict(zip(texts.values, rows.tolist(), strict=True))

    def counts(
        self, name: str, order: Sequence[str | None], whole: Mapping[str | None, int]
    ) -> SensitiveCounts:
        """Who holds which value of a sensitive column in which class.

        Values have the place in ``order`` as their id; ``whole`` counts the people of each in the
        whole table.
        """
        place = {value: n for n, value in enumerate(order)}
        texts = Texts.of(self.table.column(name))
        ids = np.array([place[value] for value in texts.values], dtype=np.int64)[texts.codes]
        width = max(len(order), 1)
        pairs, pair = np.unique(self.class_of * width + ids, return_inverse=True)
        held = self._people(pair.astype(np.int64), pairs.size)
        table = np.array([whole[value] for value in order], dtype=np.int64)
        return SensitiveCounts(
            pairs // width,
            pairs % width,
            held,
            self.classes.units,
            (np.arange(len(order), dtype=np.int64), table),
        )

    def people_by_value(self, name: str) -> Mapping[str | None, int]:
        """How many people hold each value of a sensitive column."""
        texts = Texts.of(self.table.column(name))
        people = self._people(texts.codes, len(texts.values))
        return dict(zip(texts.values, people.tolist(), strict=True))

    @property
    def people(self) -> int:
        """How many people there are; rows, where no person is named."""
        nothing = np.zeros(self.rows.size, dtype=np.int64)
        return int(self._people(nothing, 1)[0])

    def _people(self, group: Ints, groups: int) -> Ints:
        """The distinct people of each group; rows, where no person is named."""
        if UNIT not in self.table.column_names:
            return np.bincount(group, self.rows, groups).astype(np.int64)
        unit = self.table.column(UNIT)
        known = unit.is_valid().to_numpy()
        numbers = _numbered(unit.fill_null(0).to_numpy()[known].astype(np.int64))
        width = int(numbers.max(initial=-1)) + 1
        pairs = np.unique(group[known] * max(width, 1) + numbers)
        return np.bincount(pairs // max(width, 1), minlength=groups).astype(np.int64)


def lines_of(table: pa.Table, key: tuple[str, ...], sensitive: tuple[str, ...]) -> OutputLines:
    """The lines of a table's rows; those that are alike in all that is counted become one."""
    unit = [UNIT] if UNIT in table.column_names else []
    names = [*key, *sensitive, *unit]
    if not names:
        import pyarrow as pa

        return OutputLines(pa.table({ROWS: [table.num_rows]}), key, sensitive)
    grouped = table.select(names).group_by(names).aggregate([([], "count_all")])
    return OutputLines(grouped.rename_columns([*names, ROWS]), key, sensitive)


def numbers_of(people: pa.ChunkedArray) -> pa.Array:
    """A number for each person, null for nobody."""
    return as_text(people).combine_chunks().dictionary_encode().indices.cast("int64")


def _numbered(values: Ints) -> Ints:
    """Each value's place among the distinct ones."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
