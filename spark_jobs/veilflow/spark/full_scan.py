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

from veilflow.classify.column import ColumnVerdict
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.full_scan import LONGEST_CELL, ColumnScan, ScanLimits
from veilflow.classify.table_context import in_context
from veilflow.spark.cell_texts import cell_text
from veilflow.spark.redaction import guarded
from veilflow.spark.state_lines import STATE_LINE, by_place, state_lines, state_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["scan_frame"]

_STATE = f"place int, {STATE_LINE}"
_SAID = "place int, verdict string"


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
        import pyarrow as pa

        scans = [ColumnScan(kind, limits) for kind in physical]
        for batch in batches:
            add(scans, batch)
        for place, scan in enumerate(scans):
            yield state_lines(pa.scalar(place, pa.int32()), scan.state())

    def finish(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        place, scan = -1, None
        for batch in batches:
            for current, states in by_place(batch):
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
    return in_context(
        [
            _received(name, json.loads(found[place]), own)
            if place in found
            else ColumnScan(physical[place], limits, own).verdict(name)
            for place, name in enumerate(columns)
        ]
    )


def _add(scans: Sequence[ColumnScan], batch: pa.RecordBatch) -> None:
    for scan, column in zip(scans, batch.columns, strict=True):
        scan.add(column)


def _merge(scan: ColumnScan, lines: pa.RecordBatch) -> None:
    scan.merge(state_of(lines))


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
