"""Hierarchies given as a list: one row a value, its labels from left to right."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from veilflow.errors import PolicyError
from veilflow.hierarchy.mismatch import mismatch
from veilflow.hierarchy.protocol import ROOT_NAME, OnUnknown, check_level

__all__ = ["CsvHierarchy"]

_DELIMITERS = ";,\t|"


@dataclass(frozen=True)
class CsvHierarchy:
    """Labels looked up in ``rows``: column 0 is the value, the last column normally the root.

    Refuses ragged rows, labels left empty above the value, one value with two generalisations, and
    labels that split again at a higher level (a hierarchy must be nested, or the search for the
    best levels would be wrong). Errors name row numbers, counted from 1 without a header and empty
    lines, never the content. ``remedy`` says where a missing value is added.
    """

    rows: tuple[tuple[str, ...], ...]
    level_names: tuple[str, ...] = ()
    on_unknown: OnUnknown = "refuse"
    remedy: str = "Add them to the hierarchy's CSV file."

    def __post_init__(self) -> None:
        rows = tuple(dict.fromkeys(tuple(row) for row in self.rows))
        problems = _problems(tuple(tuple(row) for row in self.rows))
        if problems:
            raise PolicyError(problems, remedy="Correct these rows of the hierarchy.")
        object.__setattr__(self, "rows", rows)
        names = tuple(self.level_names) or _default_names(self.levels, self.root is not None)
        object.__setattr__(self, "level_names", names)
        if len(names) != self.levels:
            raise PolicyError(
                f"hierarchy: {len(names)} level names for {self.levels} levels",
                remedy="Give one name a level, or none.",
            )
        if self.on_unknown == "top" and self.root is None:
            raise PolicyError(
                "hierarchy: `on_unknown: top` needs a root",
                remedy="Add a last column with the same label (usually *) in every row.",
            )

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        delimiter: str = ";",
        *,
        level_names: tuple[str, ...] = (),
        on_unknown: OnUnknown = "refuse",
    ) -> CsvHierarchy:
        """The hierarchy in a CSV file without a header, as ARX writes them (UTF-8)."""
        try:
            with open(path, newline="", encoding="utf-8-sig") as file:
                rows = tuple(tuple(row) for row in csv.reader(file, delimiter=delimiter) if row)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            reason = type(error).__name__
            rows = None
        if rows is None:
            raise PolicyError(
                f"hierarchy file {str(path)!r} can't be read ({reason})",
                remedy="It must be an existing CSV file in UTF-8.",
            )
        try:
            return cls(rows, level_names, on_unknown)
        except PolicyError as error:
            raise PolicyError(
                [f"{path}: {problem}" for problem in error.problems], remedy=error.remedy
            ) from None

    @property
    def levels(self) -> int:
        return len(self.rows[0])

    @cached_property
    def root(self) -> str | None:
        labels = {row[-1] for row in self.rows}
        return self.rows[0][-1] if len(labels) == 1 and self.levels > 1 else None

    @cached_property
    def _lookups(self) -> tuple[dict[str | None, str | None], ...]:
        """Per level the label of each value; null is looked up like any other value."""
        tables: list[dict[str | None, str | None]] = []
        for level in range(self.levels):
            table: dict[str | None, str | None] = {row[0]: row[level] for row in self.rows}
            table[None] = self.root if level == self.levels - 1 else None
            tables.append(table)
        return tuple(tables)

    def __getstate__(self) -> dict[str, Any]:
        # The look-up tables are rebuilt by whoever unpickles: shipping them costs more.
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def generalize(
        self, values: Sequence[str | None], level: int, *, column: str = ""
    ) -> list[str | None]:
        check_level(level, self.levels)
        lookup = self._lookups[level]
        if self.on_unknown == "top":
            root = self.root
            return [lookup.get(value, root) for value in values]
        unknown = set(values).difference(lookup)
        if unknown:
            raise mismatch(
                column,
                len(unknown),
                "are not in its hierarchy",
                self.remedy,
            )
        return [lookup[value] for value in values]

    def lift(self, labels: Sequence[str | None], level: int) -> list[str | None]:
        return self.generalize(labels, level)

    def leaf_counts(self, level: int) -> Mapping[str, int]:
        check_level(level, self.levels)
        return Counter(row[level] for row in self.rows)

    def describe(self) -> str:
        lines = []
        for level, name in enumerate(self.level_names):
            groups = len(self.leaf_counts(level))
            what = "the value itself" if level == 0 else f"one of {groups} groups"
            if level == self.levels - 1 and self.root is not None:
                what = "nothing: all values alike"
            lines.append(f"{level} {name}: {what}, from a list of {len(self.rows)} values")
        return "\n".join(lines)


def _default_names(levels: int, has_root: bool) -> tuple[str, ...]:
    names = ["value", *(f"level {level}" for level in range(1, levels))]
    if has_root:
        names[-1] = ROOT_NAME
    return tuple(names)


def _problems(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    if not rows or not rows[0]:
        return ["hierarchy: no rows"]
    width = len(rows[0])
    ragged = [n for n, row in enumerate(rows, 1) if len(row) != width]
    if ragged:
        return [f"hierarchy: rows {_listed(ragged)} don't have {width} columns as row 1 has"]
    if width == 1 and any(all(mark in row[0] for row in rows) for mark in _DELIMITERS):
        return ["hierarchy: rows have one column; their delimiter seems to be another one"]
    empty = [n for n, row in enumerate(rows, 1) if not all(row[1:])]
    if empty:
        return [f"hierarchy: rows {_listed(empty)} leave a label above the value empty"]
    problems = []
    for level in range(width - 1):
        parents: dict[str, str] = {}
        bad = [n for n, row in enumerate(rows, 1) if parents.setdefault(*row[level : level + 2])
               != row[level + 1]]  # fmt: skip
        if bad:
            problems.append(
                f"hierarchy: rows {_listed(bad)} give a label of column {level} another label in "
                f"column {level + 1} than an earlier row does"
            )
    return problems


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return f"{shown} and {len(numbers) - 5} more" if len(numbers) > 5 else shown
