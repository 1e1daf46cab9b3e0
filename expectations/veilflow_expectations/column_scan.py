"""What is personal in the values of a column, seen batch by batch, in bounded memory.

Every value of every row is looked at for the types that a single value tells
(:mod:`veilflow.classify.single_values`). Classification of the column as a whole looks at its
distinct values, all of them up to ``SAMPLE``; of more, those with the lowest hashes. So the same
column gives the same answer however it is split into batches and partitions.

Knows no engine: workers on Spark and the driver on pandas run the same code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from veilflow.classify import NO_TYPES, ColumnSample, CustomTypes, classify_column
from veilflow.classify.classification import DETECTORS
from veilflow.classify.column import kind_of
from veilflow.classify.custom_values import own_single_types, told_own
from veilflow.classify.lowest_hashes import Hashes, LowestHashes
from veilflow.classify.single_values import (
    CANDIDATES,
    NUMBERS_FROM,
    SINGLE_VALUE_TYPES,
    is_luck,
    told,
    told_by_number,
)
from veilflow.classify.values import MAX_CELL, MAX_VALUES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SAMPLE", "ColumnFindings", "ColumnScan"]

SAMPLE = MAX_VALUES
"""Distinct values that classification looks at."""
ALIKE = 4096
"""Distinct look-alikes of a type that are kept to tell luck from the real thing."""

_DATES_AND_NUMBERS = (
    r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.Z+-]*)?|-?[0-9]{1,12}(?:[.,][0-9]*)?)$"
)
_INVISIBLE = "[\u00ad\u200b-\u200f\u2060\ufeff]"


@dataclass(frozen=True)
class ColumnFindings:
    """What a column holds, without a value of it.

    ``single``: rows with a value of each type that single values tell, luck left out. ``type`` and
    ``score`` are classification's, ``share`` the part of the distinct values that fit its type.
    ``is_sample``: there were more distinct values than classification looked at.
    """

    values: int
    single: Mapping[str, int]
    type: str
    score: float
    share: float
    is_sample: bool


class ColumnScan:
    """Takes batches of one column, or what other scans of it found, and gives its findings.

    ``types`` of a user's own are looked for as well.
    """

    def __init__(self, types: CustomTypes = NO_TYPES) -> None:
        self.types = types
        self.own = own_single_types(types)
        self.singles = (*SINGLE_VALUE_TYPES, *self.own)
        self.rows = 0
        self.values = 0
        self.sample = LowestHashes(SAMPLE)
        self.alike = [LowestHashes(ALIKE) for _ in self.singles]
        self.passing = [0 for _ in self.singles]

    def add(self, values: pa.Array) -> None:
        """Look at a batch of the column."""
        import pyarrow as pa

        values = _known(values)
        self.rows += len(values)
        self.values += len(values) - values.null_count
        if values.null_count == len(values) or pa.types.is_binary(values.type):
            return
        numbers = not pa.types.is_string(values.type) and not pa.types.is_nested(values.type)
        distinct, rows = _distinct(values)
        texts = _texts(distinct)
        if not texts.null_count == len(texts):
            listed = np.array(texts.to_pylist(), dtype=object)
            hashes = _hashes(listed)
            self.sample.add(hashes, listed)
            seen: dict[int, list[tuple[int, bool]]] = {}
            tell = told_by_number if numbers else told
            for position in _candidates(distinct, texts, numbers):
                for place, passes in tell(listed[position]):
                    seen.setdefault(place, []).append((int(position), passes))
            for position, text in enumerate(listed if self.own else ()):
                for place, passes in told_own(text, self.own):
                    entry = (position, passes)
                    seen.setdefault(len(SINGLE_VALUE_TYPES) + place, []).append(entry)
            self._keep(seen, hashes, rows)

    def merge(self, rows: int, values: int, parts: Iterable[tuple[str, Hashes, Any, int]]) -> None:
        """Add what :meth:`parts` of another scan of the same column gave."""
        self.rows += rows
        self.values += values
        for name, hashes, entries, passing in parts:
            if name == "sample":
                self.sample.add(hashes, entries)
            else:
                place = int(name)
                self.alike[place].add(hashes, entries)
                self.passing[place] += passing

    def parts(self) -> list[tuple[str, Hashes, Any, int]]:
        """All that is known but the numbers of rows: (part, hashes, entries, rows that pass)."""
        found = [("sample", self.sample.hashes, self.sample.kept, 0)]
        for place, alike in enumerate(self.alike):
            if alike.hashes.size:
                found.append((str(place), alike.hashes, alike.kept, self.passing[place]))
        return found

    def findings(self, name: str, physical_type: str) -> ColumnFindings:
        """What the column holds; ``name`` counts as evidence, as it does for a reader."""
        sample = ColumnSample(
            name=name,
            values=sorted(self.sample.kept.tolist()),
            physical_type=physical_type,
            rows=self.rows,
            nulls=self.rows - self.values,
            distinct=self.sample.distinct,
        )
        verdict = classify_column(sample, self.types)
        score = verdict.score
        if kind_of(physical_type) == "binary" and self.values:
            score = 1.0  # nobody can look into it, so it has not been found free of anything
        return ColumnFindings(
            values=self.values,
            single=self._single_rows(),
            type=verdict.type,
            score=score,
            share=_share(verdict.type, sample.values, self.types) if self.values else 0.0,
            is_sample=self.sample.distinct > SAMPLE,
        )

    def _keep(self, seen: Mapping[int, list[tuple[int, bool]]], hashes: Hashes, rows: Any) -> None:
        for place, found in seen.items():
            positions = np.array([position for position, _ in found])
            passes = np.array([passed for _, passed in found])
            self.alike[place].add(hashes[positions], passes.astype(object))
            self.passing[place] += int(rows[positions[passes]].sum())

    def _single_rows(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry, alike, rows in zip(self.singles, self.alike, self.passing, strict=True):
            passing = int(np.count_nonzero(alike.kept.astype(bool)))
            # Beyond the kept look-alikes a pass is still a pass of what can't be luck.
            if rows and entry.chance == 0:
                passing = max(passing, 1)
            if not is_luck(passing, alike.hashes.size, entry.chance):
                found[entry.type] = max(found.get(entry.type, 0), rows)
        return found


def _known(values: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_large_string(values.type):
        values = values.cast(pa.string())
    if pa.types.is_large_binary(values.type) or pa.types.is_fixed_size_binary(values.type):
        values = values.cast(pa.binary())
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    return values


def _distinct(values: pa.Array) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """The distinct non-null values and the rows of each; nested ones as JSON."""
    import pyarrow as pa

    if pa.types.is_nested(values.type):
        values = pa.array(
            [None if v is None else json.dumps(v, default=str) for v in values.to_pylist()],
            pa.string(),
        )
    encoded = values.drop_null().dictionary_encode()
    rows = np.bincount(
        encoded.indices.to_numpy(zero_copy_only=False), minlength=len(encoded.dictionary)
    )
    return encoded.dictionary, rows.astype(np.int64)


def _texts(values: pa.Array) -> pa.Array:
    """The values as texts, one spelling for what looks alike; whole numbers without a point."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(values.type):
        numbers = values.to_pylist()
        return pa.array(
            [str(int(n)) if abs(n) < 2.0**63 and n == int(n) else repr(n) for n in numbers],
            pa.string(),
        )
    texts = values.cast(pa.string())
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKC"), _INVISIBLE, "")
    return pc.utf8_slice_codeunits(texts, 0, MAX_CELL)


def _hashes(texts: npt.NDArray[Any]) -> Hashes:
    # Imported here: a second that only a scan should cost.
    from pandas.util import hash_array

    found: Hashes = hash_array(texts, categorize=False)
    return found


def _candidates(values: pa.Array, texts: pa.Array, numbers: bool) -> npt.NDArray[np.int64]:
    """Where a value may be of a type that a single value tells."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if numbers:
        kind = values.type
        if not (
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        ):
            return np.zeros(0, dtype=np.int64)
        large = np.asarray(values.cast(pa.float64(), safe=False)) >= NUMBERS_FROM
        return np.flatnonzero(large)
    telling = pc.match_substring_regex(texts, CANDIDATES)
    plain = pc.match_substring_regex(texts, _DATES_AND_NUMBERS)
    return np.flatnonzero(np.asarray(pc.and_not(telling, plain)))


def _share(type_id: str, values: Iterable[str | None], types: CustomTypes) -> float:
    """The part of the values that fit the type; 1 for what only the whole column tells."""
    detector = next((one for one in (*types.detectors, *DETECTORS) if one.type == type_id), None)
    texts = [value.strip() for value in values if value]
    if detector is None or not texts:
        return 1.0
    tests = [test for test in (detector.matches, detector.named) if test is not None]
    shares = [sum(map(test, texts)) / len(texts) for test in tests]
    return max(shares[0], shares[-1]) or 1.0
