"""Every row of every column on Spark, in one pass: the exhaustive classification of a table.

Each partition reduces all columns to states of bounded size (:mod:`veilflow.classify.full_scan`),
batch by batch. The states of a column meet in one task, one column at a time, sorted by Spark, so
that neither it nor the driver holds more than one. What comes back is verdicts: no value reaches
the driver. The answer doesn't depend on how the rows are partitioned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from veilflow.classify.column import ColumnVerdict
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.full_scan import LONGEST_CELL, ColumnScan, ColumnState, ScanLimits
from veilflow.spark.cell_texts import cell_text
from veilflow.spark.redaction import guarded

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["scan_frame"]

_STATE = "place int, part string, hash bigint, entry string, rows bigint, nulls bigint"
_SAID = "place int, verdict string"
_ROWS, _PRESENT, _LONG = "rows", "present", "long"


def scan_frame(
    frame: DataFrame, names: Sequence[str], own: CustomTypes = NO_TYPES
) -> tuple[ColumnVerdict, ...]:
    """The verdict on each of the columns ``names`` of a frame, from all of its rows.

    ``own`` are types of the user's, beside the built-in ones.
    """
    types = dict(frame.dtypes)
    physical = tuple(types[name] for name in names)
    columns = tuple(names)
    limits = ScanLimits.of(len(columns))
    add, merge = guarded("looking into columns", _add), guarded("merging columns", _merge)
    say = guarded("classifying a column", _verdict)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scans = [ColumnScan(kind, limits) for kind in physical]
        for batch in batches:
            add(scans, batch)
        for place, scan in enumerate(scans):
            yield _sent(place, scan.state())

    def finish(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        place, scan = -1, None
        for batch in batches:
            for current, states in _by_place(batch):
                if scan is None or current != place:
                    if scan is not None:
                        yield say(place, columns[place], scan)
                    place, scan = current, ColumnScan(physical[current], limits, own)
                merge(scan, states)
        if scan is not None:
            yield say(place, columns[place], scan)

    cells = [cell_text(n, types[n], LONGEST_CELL).alias(f"c{i}") for i, n in enumerate(columns)]
    tasks = min(len(columns), int(frame.sparkSession.conf.get("spark.sql.shuffle.partitions") or 2))
    said = (
        frame.select(*cells)
        .mapInArrow(reduce, _STATE)
        .repartition(max(1, tasks), "place")
        .sortWithinPartitions("place")
        .mapInArrow(finish, _SAID)
        .toArrow()
    )
    found = dict(zip(*(said.column(n).to_pylist() for n in ("place", "verdict")), strict=True))
    return tuple(
        _received(name, json.loads(found[place]), own)
        if place in found
        else ColumnScan(physical[place], limits, own).verdict(name)
        for place, name in enumerate(columns)
    )


def _add(scans: Sequence[ColumnScan], batch: pa.RecordBatch) -> None:
    for scan, column in zip(scans, batch.columns, strict=True):
        scan.add(column)


def _sent(place: int, state: ColumnState) -> pa.RecordBatch:
    """A line for the numbers of rows, one for each settled type, and one for each kept entry."""
    import pyarrow as pa

    parts = [_ROWS, *[_PRESENT] * len(state.present), *[_LONG] * state.has_long_texts]
    entries = ["", *map(str, sorted(state.present)), *[""] * state.has_long_texts]
    hashes = [np.zeros(len(parts), dtype=np.uint64)]
    for part, kept, values in state.parts:
        parts += [part] * kept.size
        hashes.append(kept)
        entries += values.tolist() if part == "sample" else ["1" if v else "" for v in values]
    numbers = np.zeros((2, len(parts)), dtype=np.int64)
    numbers[:, 0] = state.rows, state.nulls
    return pa.RecordBatch.from_arrays(
        [
            pa.array(np.full(len(parts), place, dtype=np.int32)),
            pa.array(parts, pa.string()),
            pa.array(np.concatenate(hashes).view(np.int64)),
            pa.array(entries, pa.string()),
            pa.array(numbers[0]),
            pa.array(numbers[1]),
        ],
        names=["place", "part", "hash", "entry", "rows", "nulls"],
    )


def _by_place(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    places = np.asarray(batch.column(0))
    edges = [0, *(np.flatnonzero(np.diff(places)) + 1).tolist(), places.size]
    for begin, end in zip(edges, edges[1:], strict=False):
        if end > begin:
            yield int(places[begin]), batch.slice(begin, end - begin)


def _merge(scan: ColumnScan, lines: pa.RecordBatch) -> None:
    parts = np.array(lines.column(1).to_pylist(), dtype=object)
    hashes = np.asarray(lines.column(2)).view(np.uint64)
    entries = np.array(lines.column(3).to_pylist(), dtype=object)
    rows, nulls = (int(np.asarray(lines.column(n)).sum()) for n in (4, 5))
    kept = []
    for part in sorted(set(parts.tolist()) - {_ROWS, _PRESENT, _LONG}):
        mine = parts == part
        values = entries[mine] if part == "sample" else (entries[mine] == "1").astype(object)
        kept.append((part, hashes[mine], values))
    present = frozenset(int(entry) for entry in entries[parts == _PRESENT])
    scan.merge(ColumnState(rows, nulls, present, bool((parts == _LONG).any()), tuple(kept)))


def _verdict(place: int, name: str, scan: ColumnScan) -> pa.RecordBatch:
    import pyarrow as pa

    verdict = scan.verdict(name)
    said = {"type": verdict.type, "score": verdict.score, "evidence": verdict.evidence}
    return pa.RecordBatch.from_arrays(
        [pa.array([place], pa.int32()), pa.array([json.dumps(said)], pa.string())],
        names=["place", "verdict"],
    )


def _received(name: str, said: Mapping[str, object], own: CustomTypes) -> ColumnVerdict:
    type_id = str(said["type"])
    evidence = said["evidence"]
    assert isinstance(evidence, list)
    score = float(str(said["score"]))
    return ColumnVerdict(
        name, type_id, own.taxonomy[type_id].role, score, tuple(map(str, evidence))
    )
