"""Tables in files, of a bucket or a folder, looked at by Spark's workers without any jar.

Workers read the files themselves, by PyArrow: whole files, or row groups of large Parquet files
(:mod:`veilflow.classify.pieces`), dealt to tasks by size. What a task found comes together one
column at a time (:mod:`veilflow.classify.table_scan`), by the same code that works without Spark;
the answer is the same. No cell passes through the JVM but the bounded sample of each column.

Addresses, ETags and row groups are in the function that workers get; credentials are nowhere but
in each worker's own environment. Every worker must reach the bucket, or see the folder.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from veilflow.classify.column import ColumnSample, ColumnVerdict
from veilflow.classify.custom_types import NO_TYPES, CustomTypes
from veilflow.classify.full_scan import LONGEST_CELL, ScanLimits
from veilflow.classify.local_files import joined_samples, sample_part, sample_shares
from veilflow.classify.pieces import Piece, lots_of, read_piece
from veilflow.classify.table_context import in_context
from veilflow.classify.table_scan import ColumnPart, Key, TableScan, judged
from veilflow.errors import SourceChanged, SourceError, StageFailed, VeilflowError
from veilflow.spark.redaction import describe, guarded
from veilflow.spark.state_lines import ABOUT, STATE_LINE, by_place, line, state_lines, state_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["planned_scan", "sample_files", "scan_files"]

Look = tuple[Sequence[ColumnSample], Sequence[ColumnVerdict]]
_LINES = f"place string, {STATE_LINE}"
_SAID = "said string, values array<string>"
_CELLS = "file int, cells string"
_TARGET = 4


def scan_files(
    spark: SparkSession,
    address: str,
    *,
    with_samples: bool = True,
    types: CustomTypes = NO_TYPES,
) -> Look:
    """The verdict on each column from all rows; without ``with_samples`` no value leaves a worker.

    Raises SourceError naming the file and the remedy where one can't be read, and SourceChanged
    where one was written since the scan was planned.
    """
    cores = spark.sparkContext.defaultParallelism
    lots = lots_of(address, cores)
    with _told(address):
        said = planned_scan(
            spark, lots, targets=min(cores, 1_000), with_samples=with_samples, types=types
        ).toArrow()
    found = [json.loads(text) for text in said.column("said").to_pylist()]
    samples = {one["order"]: values for one, values in zip(
        found, said.column("values").to_pylist(), strict=True)}  # fmt: skip
    found.sort(key=lambda one: int(one["order"]))
    return (
        tuple(ColumnSample(values=samples[one["order"]], **one["sample"]) for one in found)
        if with_samples
        else (),
        in_context(
            [
                ColumnVerdict(
                    one["sample"]["name"],
                    one["type"],
                    types.taxonomy[one["type"]].role,
                    one["score"],
                    tuple(one["evidence"]),
                )
                for one in found
            ]
        ),
    )


def planned_scan(
    spark: SparkSession,
    lots: Sequence[Sequence[Piece]],
    *,
    targets: int,
    with_samples: bool,
    types: CustomTypes = NO_TYPES,
) -> DataFrame:
    """A line for each column of the table that ``lots`` make; nothing is read yet."""
    look, judge = guarded("looking into files", _look), guarded("classifying a column", _judge)
    take_apart = guarded("merging columns", _taken_apart)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from look(lots[number], targets)

    def finish(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows, place = 0, ""
        held: list[pa.RecordBatch] = []
        for batch in batches:
            for current, lines in take_apart(batch):
                if current != place:
                    if held:
                        yield judge(held, rows, types, with_samples)
                    rows = rows if len(current) > _TARGET else 0
                    place, held = current, []
                if len(current) > _TARGET:
                    held.append(lines)
                else:
                    rows += sum(lines.column("rows").to_pylist())
        if held:
            yield judge(held, rows, types, with_samples)

    return (
        spark.range(0, len(lots), 1, len(lots))
        .mapInArrow(reduce, _LINES)
        .selectExpr(f"left(place, {_TARGET}) as target", "*")
        .repartition(targets, "target")
        .drop("target")
        .sortWithinPartitions("place")
        .mapInArrow(finish, _SAID)
    )


def sample_files(spark: SparkSession, address: str, rows: int) -> tuple[ColumnSample, ...]:
    """The sample that :func:`veilflow.classify.read_sample` takes, read by Spark's workers."""
    shares = sample_shares(address, rows)
    look = guarded("looking into files", _cells_of)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield look(number, *shares[number])

    with _told(address):
        cells = spark.range(0, len(shares), 1, len(shares)).mapInArrow(read, _CELLS).toArrow()
    columns = (cells.column(name).to_pylist() for name in ("file", "cells"))
    parts = dict(zip(*columns, strict=True))
    return joined_samples(json.loads(parts[number]) for number in range(len(shares)))


def _look(pieces: Sequence[Piece], targets: int) -> list[pa.RecordBatch]:
    """What pieces hold: their number of rows for each target, and the state of each column."""
    import pyarrow as pa

    table = TableScan()
    for piece in pieces:
        for batch in read_piece(piece, LONGEST_CELL):
            table.add(piece, batch)
    lines = [line(f"{target:0{_TARGET}}", ABOUT, rows=table.rows) for target in range(targets)]
    for part in table.parts():
        name, occurrence = part.key
        key = json.dumps([name, occurrence])
        place = f"{zlib.crc32(key.encode()) % targets:0{_TARGET}}{key}"
        about = [part.order, part.limits.values, part.limits.alike, part.types]
        lines.append(line(place, ABOUT, json.dumps(about)))
        lines.append(state_lines(pa.scalar(place), part.state))
    return lines


def _taken_apart(batch: pa.RecordBatch) -> list[tuple[str, pa.RecordBatch]]:
    return list(by_place(batch))


def _judge(
    held: Sequence[pa.RecordBatch], rows: int, types: CustomTypes, with_samples: bool
) -> pa.RecordBatch:
    """The verdict on a column, of all lines about it, as one line."""
    import pyarrow as pa

    name, occurrence = json.loads(held[0].column("place")[0].as_py()[_TARGET:])
    lines = pa.Table.from_batches(held).combine_chunks().to_batches()[0]
    part = _part((name, occurrence), lines)
    sample, verdict = judged([part], rows, types)
    said = {
        "order": part.order,
        "type": verdict.type,
        "score": verdict.score,
        "evidence": verdict.evidence,
        "sample": {
            "name": name,
            "physical_type": sample.physical_type,
            "rows": sample.rows,
            "nulls": sample.nulls,
            "distinct": sample.distinct,
        },
    }
    values = list(sample.values) if with_samples else []
    return pa.RecordBatch.from_arrays(
        [pa.array([json.dumps(said)]), pa.array([values], pa.list_(pa.string()))],
        names=["said", "values"],
    )


def _part(key: Key, lines: pa.RecordBatch) -> ColumnPart:
    import pyarrow.compute as pc

    mine = lines.filter(pc.equal(lines.column("part"), ABOUT)).column("entry").to_pylist()
    orders, values, alike, all_types = zip(*map(json.loads, mine), strict=True)
    types: dict[str, tuple[int, str]] = {}
    for some in all_types:
        for physical, (order, address) in some.items():
            types[physical] = min((order, address), types.get(physical, (order, address)))
    return ColumnPart(key, min(orders), ScanLimits(min(values), min(alike)), types, state_of(lines))


def _cells_of(number: int, file: Any, rows: int) -> pa.RecordBatch:
    import pyarrow as pa

    cells = json.dumps(sample_part(file, rows))
    return pa.RecordBatch.from_arrays(
        [pa.array([number], pa.int32()), pa.array([cells], pa.string())], names=["file", "cells"]
    )


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn what Spark raises into an error of ours: what a worker of ours said, or its class."""
    failure: VeilflowError | None = None
    try:
        yield
    except VeilflowError:
        raise
    except Exception as error:  # noqa: BLE001 - engines quote what they fail at
        failure = _failure(address, describe(error))
    if failure is not None:
        raise failure


def _failure(address: str, said: str) -> VeilflowError:
    for kind in (SourceChanged, SourceError):
        _, found, sentence = said.partition(f": {kind.__name__}: ")
        if found:
            return kind(f"{sentence}.")
    return StageFailed(
        f"{address}: Spark couldn't look at it ({said}).",
        remedy="Look at it without Spark (--no-spark), or mend the cluster.",
    )
