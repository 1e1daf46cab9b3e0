"""Every column of a table while its rows come in batches, from any of its files in any order.

What is known of a part of the files (:class:`ColumnPart`) can be sent to where it meets that of the
other parts; :func:`judged` gives the same answer for one part as for many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from veilflow.classify.column import ColumnSample, ColumnVerdict, kind_of
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.full_scan import ColumnScan, ColumnState, ScanLimits
from veilflow.classify.local_files import Batch, format_of
from veilflow.classify.pieces import Piece

__all__ = ["ColumnPart", "Key", "TableScan", "judged"]

Key = tuple[str, int]
"""A column's name, and how many of that name are before it in its file."""
_PLACES = 1 << 20
_UNKNOWN = "null"


@dataclass(frozen=True, eq=False)
class ColumnPart:
    """A column as some of the files have it.

    ``order`` is where it came first. ``types`` are the engine's words for its type, each with where
    that came first: an order and, where the file declares it, the file's address.
    """

    key: Key
    order: int
    limits: ScanLimits
    types: Mapping[str, tuple[int, str]]
    state: ColumnState


@dataclass(eq=False)
class _Column:
    order: int
    limits: ScanLimits
    scan: ColumnScan
    types: dict[str, tuple[int, str]] = field(default_factory=dict)


class TableScan:
    """Takes batches of pieces; a column that a piece lacks has nulls in it."""

    def __init__(self) -> None:
        self._columns: dict[Key, _Column] = {}
        self._of_file: tuple[int, int] = (-1, 0)
        self.rows = 0

    def add(self, piece: Piece, batch: Batch) -> None:
        """Look at the next batch of a piece."""
        names, types, columns = batch
        limits = ScanLimits.of(max(len(self._columns), len(names)))
        address = piece.file.address if format_of(piece.file) == "parquet" else ""
        first = self._next_order(piece.position)
        occurrences: dict[str, int] = {}
        for index, (name, physical, cells) in enumerate(zip(names, types, columns, strict=True)):
            occurrence = occurrences[name] = occurrences.get(name, -1) + 1
            order = first + min(index, _PLACES - 1)
            column = self._columns.get((name, occurrence))
            if column is None:
                column = _Column(order, limits, ColumnScan(physical, limits))
                self._columns[name, occurrence] = column
            column.types.setdefault(physical, (order, address))
            if len(cells):
                column.scan.add(_texts(cells), kind_of(physical))
        self.rows += max(map(len, columns), default=0)

    def parts(self) -> list[ColumnPart]:
        """What is known of each column, in the order of first appearance."""
        return [
            ColumnPart(key, column.order, column.limits, column.types, column.scan.state())
            for key, column in self._columns.items()
        ]

    def _next_order(self, position: int) -> int:
        before, batches = self._of_file
        self._of_file = position, batches + 1 if position == before else 0
        return (position * _PLACES + min(self._of_file[1], _PLACES - 1)) * _PLACES


def judged(
    parts: Sequence[ColumnPart], rows: int, types: CustomTypes = NO_TYPES
) -> tuple[ColumnSample, ColumnVerdict]:
    """The sample and the verdict of a column from all its parts, in a table of so many rows."""
    seen: dict[str, tuple[int, str]] = {}
    for part in parts:
        for physical, first in part.types.items():
            seen[physical] = min(first, seen.get(physical, first))
    limits = ScanLimits(
        min(part.limits.values for part in parts), min(part.limits.alike for part in parts)
    )
    scan = ColumnScan(_common_type(seen), limits, types)
    for part in parts:
        scan.merge(part.state)
    scan.add_nulls(rows - sum(part.state.rows for part in parts))
    name = parts[0].key[0]
    verdict = scan.verdict(name)
    evidence = (*verdict.evidence, *_differing(seen))
    verdict = ColumnVerdict(verdict.name, verdict.type, verdict.role, verdict.score, evidence)
    return scan.sample(name), verdict


def _by_kind(seen: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    """The first type of each kind, in the order of appearance; a type without values is of none."""
    first: dict[str, str] = {}
    for physical in sorted(seen, key=seen.__getitem__):
        if physical != _UNKNOWN:
            first.setdefault(kind_of(physical), physical)
    return first


def _common_type(seen: Mapping[str, tuple[int, str]]) -> str:
    """The one type, or the first of its kind, or text where files mean different things by it."""
    first = _by_kind(seen)
    if len(first) <= 1:
        return next(iter(first.values()), _UNKNOWN)
    return "double" if first.keys() == {"integer", "decimal"} else "string"


def _differing(seen: Mapping[str, tuple[int, str]]) -> Iterable[str]:
    declared = [physical for physical in _by_kind(seen).values() if seen[physical][1]]
    if len(declared) > 1:
        places = ", ".join(f"{physical} in {seen[physical][1]}" for physical in declared)
        yield f"its type differs ({places}): write it alike in all files, or a run can't read them"


def _texts(cells: Any) -> Any:
    import pyarrow as pa

    from veilflow.classify.arrow_texts import arrow_texts

    if not isinstance(cells, list):
        return arrow_texts(cells)
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError:  # half a pair of surrogates, which JSON can hold
        whole = [None if cell is None else cell.encode("utf-8", "replace") for cell in cells]
        return pa.array(whole, pa.binary()).cast(pa.string())
