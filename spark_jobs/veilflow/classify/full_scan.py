"""Every row of a column, batch by batch in bounded memory: the exhaustive classification.

Two things are kept. Distinct values, those with the lowest hashes where there are too many: of them
classification judges the column as it judges a sample, so a type that is in a small share of very
many distinct values can stay unseen. And which types single values tell
(:mod:`veilflow.classify.rare_values`), looked for in every cell: one is enough. States of parts of
a column merge in any order to the state of the whole.

Knows no engine. Cells are texts; :data:`LONGEST_CELL` characters of each are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.classify.classification import classify_column
from veilflow.classify.column import ColumnSample, ColumnVerdict, Kind, kind_of
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.lowest_hashes import Hashes, LowestHashes, text_hashes
from veilflow.classify.rare_values import LONG_TEXT, form_of, told_in, with_rare_types
from veilflow.classify.single_values import SINGLE_VALUE_TYPES, is_luck, told_by_number
from veilflow.classify.values import MAX_CELL

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LONGEST_CELL", "ColumnScan", "ColumnState", "ScanLimits", "all_rows_note"]

LONGEST_CELL = 1 << 20
_FEW_ROWS = 10
_NUMBER = r"^[0-9]{13,19}(?:\.0)?$"
_PLAIN = r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.Z+-]*)?|-?[0-9]{1,12}(?:[.,][0-9]*)?)$"
_LONG = 40
_FEW, _SHORT = 200, 20_000


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """How many distinct values of a column are kept, and how many look-alikes of each type."""

    values: int
    alike: int

    @classmethod
    def of(cls, columns: int) -> ScanLimits:
        """Limits with which a table of so many columns stays within a few hundred megabytes."""
        share = max(1, columns)
        return cls(max(200, min(5_000, 100_000 // share)), max(64, min(4_096, 200_000 // share)))


@dataclass(frozen=True, eq=False, repr=False)
class ColumnState:
    """What a scan knows of a part of a column.

    ``parts``: ``sample`` with texts, and for each type whose look-alikes are counted its place with
    verdicts; each with the hashes of its entries.
    """

    rows: int
    nulls: int
    present: frozenset[int]
    has_long_texts: bool
    parts: tuple[tuple[str, Hashes, npt.NDArray[np.object_]], ...]


def all_rows_note(rows: int) -> str:
    """That nothing was left out, as evidence says it."""
    return f"all {rows:,} rows were looked at" if rows >= _FEW_ROWS else "all rows were looked at"


class ColumnScan:
    """Takes batches of one column, or states of other scans of it, and gives the verdict."""

    def __init__(
        self, physical_type: str, limits: ScanLimits, types: CustomTypes = NO_TYPES
    ) -> None:
        self._types = types
        self._physical_type = physical_type
        self._kind = kind_of(physical_type)
        self._rows = self._nulls = 0
        self._sample = LowestHashes(limits.values)
        self._alike = {
            place: LowestHashes(limits.alike)
            for place, entry in enumerate(SINGLE_VALUE_TYPES)
            if entry.chance
        }
        self._present: set[int] = set()
        self._has_long_texts = False

    def add(self, texts: pa.Array, kind: Kind | None = None) -> None:
        """Look at a batch: cells as strings, nested ones as JSON, bytes as any text.

        ``kind`` is what they were, where that may differ between the parts of a column.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = kind or self._kind
        self._rows += len(texts)
        self._nulls += texts.null_count
        if kind == "binary" or texts.null_count == len(texts):
            return
        encoded = texts.dictionary_encode()
        distinct = encoded.dictionary
        blank = pc.index(distinct, pa.scalar("", distinct.type)).as_py()
        if blank >= 0:
            self._nulls += pc.sum(pc.equal(encoded.indices, blank)).as_py() or 0
            distinct = distinct.filter(pc.not_equal(distinct, ""))
        if not len(distinct):
            return
        short = distinct
        if pc.max(pc.binary_length(distinct)).as_py() > MAX_CELL:
            short = pc.utf8_slice_codeunits(distinct, 0, MAX_CELL)
            distinct = pc.utf8_slice_codeunits(distinct, 0, LONGEST_CELL)
        hashes = text_hashes(short)
        self._keep(short, hashes)
        if kind in ("text", "nested"):
            self._look(distinct, hashes)
        elif kind in ("integer", "decimal"):
            self._look_at_numbers(distinct, hashes)

    def add_nulls(self, rows: int) -> None:
        """Look at rows that lack the column."""
        self._rows += rows
        self._nulls += rows

    def merge(self, state: ColumnState) -> None:
        """Add what another scan of the same column knows."""
        self._rows += state.rows
        self._nulls += state.nulls
        self._present |= state.present
        self._has_long_texts |= state.has_long_texts
        for part, hashes, entries in state.parts:
            (self._sample if part == "sample" else self._alike[int(part)]).add(hashes, entries)

    def state(self) -> ColumnState:
        """What this scan knows."""
        alike = [(str(place), one.hashes, one.kept) for place, one in self._alike.items()]
        parts = (("sample", self._sample.hashes, self._sample.kept), *alike)
        return ColumnState(
            self._rows,
            self._nulls,
            frozenset(self._present),
            self._has_long_texts,
            tuple(part for part in parts if part[1].size),
        )

    def sample(self, name: str) -> ColumnSample:
        """The kept distinct values, with what was counted over all rows."""
        return ColumnSample(
            name=name,
            values=self._sample.kept.tolist(),
            physical_type=self._physical_type,
            rows=self._rows,
            nulls=self._nulls,
            distinct=self._sample.distinct,
        )

    def verdict(self, name: str) -> ColumnVerdict:
        """What the column is; the evidence says that all rows were looked at."""
        told = classify_column(self.sample(name), self._types)
        told = with_rare_types(
            told, self._found(), has_long_texts=self._has_long_texts, types=self._types
        )
        evidence = (*told.evidence, all_rows_note(self._rows))
        return ColumnVerdict(told.name, told.type, told.role, told.score, evidence)

    def _found(self) -> set[int]:
        found = set(self._present)
        for place, alike in self._alike.items():
            passing = int(np.count_nonzero(alike.kept.astype(bool)))
            if not is_luck(passing, alike.hashes.size, SINGLE_VALUE_TYPES[place].chance):
                found.add(place)
        return found

    def _keep(self, texts: pa.Array, hashes: Hashes) -> None:
        wanted = np.flatnonzero(self._sample.wanted(hashes))
        if wanted.size:
            kept = np.array(texts.take(wanted).to_pylist(), dtype=object)
            self._sample.add(hashes[wanted], kept)

    def _look(self, texts: pa.Array, hashes: Hashes) -> None:
        """Which types the cells tell; one that can't be luck is looked for until it is found."""
        import pyarrow.compute as pc

        if not self._has_long_texts:
            long = texts.filter(pc.greater_equal(pc.binary_length(texts), _LONG))
            if len(long):
                self._has_long_texts = _any(pc.match_substring_regex(long, LONG_TEXT))
        if not _all_ascii(texts):
            texts = pc.utf8_normalize(texts, "NFKC")
        while len(texts):
            wanted = tuple(p for p in range(len(SINGLE_VALUE_TYPES)) if p not in self._present)
            telling = self._telling(texts, hashes, wanted)
            texts, hashes = texts.take(telling), hashes[telling]
            done = self._tell(texts, hashes, wanted)
            texts, hashes = texts.slice(done), hashes[done:]

    def _telling(
        self, texts: pa.Array, hashes: Hashes, wanted: tuple[int, ...]
    ) -> npt.NDArray[np.int64]:
        """The places of cells that may tell something which isn't known yet."""
        full = [place for place in wanted if place in self._alike and self._alike[place].is_full]
        rest = tuple(place for place in wanted if place not in full)
        telling = np.zeros(len(texts), dtype=np.bool_)
        if rest:
            telling |= _matches(texts, form_of(rest))
        for place in full:
            low = np.flatnonzero(self._alike[place].wanted(hashes) & ~telling)
            telling[low] = _matches(texts.take(low), form_of((place,)))
        found = np.flatnonzero(telling)
        plain = _matches(texts.take(found), _PLAIN)
        kept: npt.NDArray[np.int64] = found[~plain]
        return kept

    def _tell(self, texts: pa.Array, hashes: Hashes, wanted: tuple[int, ...]) -> int:
        """Look at cells one by one until a type is settled; how many were looked at."""
        seen: dict[int, list[tuple[int, bool]]] = {}
        known = len(self._present)
        counted = [place for place in wanted if place in self._alike]
        low = {place: self._alike[place].wanted(hashes) for place in counted}
        done = 0
        for done, text in enumerate(texts.to_pylist(), 1):
            open_types = [p for p in wanted if p not in low or low[p][done - 1]]
            for place, passes in told_in(text, open_types):
                if place in low:
                    seen.setdefault(place, []).append((done - 1, passes))
                elif passes:
                    self._present.add(place)
            if len(self._present) > known:
                break
        self._count(seen, hashes)
        return done

    def _look_at_numbers(self, texts: pa.Array, hashes: Hashes) -> None:
        import pyarrow.compute as pc

        large = np.flatnonzero(np.asarray(pc.match_substring_regex(texts, _NUMBER)))
        seen: dict[int, list[tuple[int, bool]]] = {}
        for position, text in zip(large.tolist(), texts.take(large).to_pylist(), strict=True):
            for place, passes in told_by_number(text.partition(".")[0]):
                seen.setdefault(place, []).append((position, passes))
        self._count(seen, hashes)

    def _count(self, seen: dict[int, list[tuple[int, bool]]], hashes: Hashes) -> None:
        for place, found in seen.items():
            positions = np.array([position for position, _ in found])
            passes = np.array([passed for _, passed in found], dtype=object)
            self._alike[place].add(hashes[positions], passes)


def _matches(texts: pa.Array, form: str) -> npt.NDArray[np.bool_]:
    """Where a bounded expression is found; RE2 isn't worth compiling it for a few short texts."""
    import pyarrow.compute as pc

    if len(texts) <= _FEW and (pc.sum(pc.binary_length(texts)).as_py() or 0) <= _SHORT:
        search = _compiled(form).search
        return np.array([search(text) is not None for text in texts.to_pylist()], dtype=np.bool_)
    return np.asarray(pc.match_substring_regex(texts, form)).astype(np.bool_)


@lru_cache(maxsize=512)
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(form)


def _all_ascii(texts: pa.Array) -> bool:
    import pyarrow.compute as pc

    return bool(pc.all(pc.string_is_ascii(texts)).as_py())


def _any(values: Iterable[object]) -> bool:
    return bool(np.asarray(values).any())
