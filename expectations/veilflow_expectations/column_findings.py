"""What the columns of a table hold, found by pandas or Spark: all columns asked for in one pass.

On Spark each partition keeps a bounded state for each column; the states of a column meet in one
worker, which classifies it. What comes back is types, scores and counts: no value reaches the
driver. Workers import this module, so it is apart from the metric.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.classify import NO_TYPES, CustomTypes
from veilflow.spark.redaction import guarded

from veilflow_expectations.column_scan import ColumnFindings, ColumnScan
from veilflow_expectations.digests import to_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["column_findings"]

_STATE = "place int, part string, hash bigint, entry string, rows bigint, vals bigint, kind string"


def column_findings(
    frame: Any, columns: Sequence[str], types: CustomTypes = NO_TYPES
) -> list[ColumnFindings]:
    """What each of ``columns`` of a pandas or Spark frame holds, ``types`` of one's own too."""
    if hasattr(frame, "sparkSession"):
        return _spark_findings(frame, columns, types)
    found = []
    for name in columns:
        values = to_arrow(frame[name])
        scan = ColumnScan(types)
        scan.add(values)
        found.append(scan.findings(name, str(values.type)))
    return found


def _spark_findings(
    frame: DataFrame, columns: Sequence[str], types: CustomTypes
) -> list[ColumnFindings]:
    from veilflow.spark.reading import quoted

    names = tuple(columns)
    selected = frame.select(*[quoted(name).alias(f"c{i}") for i, name in enumerate(names)])
    add, state = guarded("looking into columns", _add), guarded("looking into columns", _state)
    finish = guarded("classifying a column", _finish)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scans = [ColumnScan(types) for _ in names]
        kinds = [""] * len(names)
        for batch in batches:
            add(scans, kinds, batch)
        for place, scan in enumerate(scans):
            if scan.rows:
                yield state(place, scan, kinds[place])

    def classify(states: pa.Table) -> pa.Table:
        return finish(states, names, types)

    table = (
        selected.mapInArrow(reduce, _STATE)
        .groupBy("place")
        .applyInArrow(classify, "place int, findings string")
        .toArrow()
    )
    found = dict(zip(*(table.column(n).to_pylist() for n in ("place", "findings")), strict=True))
    empty = [ColumnScan(types).findings(name, "string") for name in names]
    return [
        ColumnFindings(**json.loads(found[place])) if place in found else empty[place]
        for place in range(len(names))
    ]


def _add(scans: Sequence[ColumnScan], kinds: list[str], batch: pa.RecordBatch) -> None:
    for place, scan in enumerate(scans):
        scan.add(batch.column(place))
        kinds[place] = str(batch.column(place).type)


def _state(place: int, scan: ColumnScan, kind: str) -> pa.RecordBatch:
    """One row for the numbers of rows and one for each kept entry, which is a text or a verdict."""
    import pyarrow as pa

    parts, hashes, entries, rows = ["rows"], [np.zeros(1, dtype=np.uint64)], [""], [scan.rows]
    for name, kept, kept_entries, passing in scan.parts():
        if not kept.size:
            continue
        parts += [name] * kept.size
        hashes.append(kept)
        entries += (
            kept_entries.tolist()
            if name == "sample"
            else ["1" if passes else "" for passes in kept_entries]
        )
        rows += [passing] + [0] * (kept.size - 1)
    size = len(parts)
    values = np.zeros(size, dtype=np.int64)
    values[0] = scan.values
    return pa.RecordBatch.from_arrays(
        [
            pa.array(np.full(size, place, dtype=np.int32)),
            pa.array(parts, pa.string()),
            pa.array(np.concatenate(hashes).view(np.int64)),
            pa.array(entries, pa.string()),
            pa.array(rows, pa.int64()),
            pa.array(values),
            pa.array([kind] * size, pa.string()),
        ],
        names=["place", "part", "hash", "entry", "rows", "vals", "kind"],
    )


def _finish(states: pa.Table, names: Sequence[str], types: CustomTypes) -> pa.Table:
    import pyarrow as pa

    place = states.column("place")[0].as_py()
    parts = np.array(states.column("part").to_pylist(), dtype=object)
    hashes = states.column("hash").to_numpy().view(np.uint64)
    entries = np.array(states.column("entry").to_pylist(), dtype=object)
    rows = states.column("rows").to_numpy()
    known = parts == "rows"
    found = []
    for name in sorted(set(parts.tolist()) - {"rows"}):
        mine = parts == name
        kept = entries[mine] if name == "sample" else (entries[mine] == "1").astype(object)
        found.append((name, hashes[mine], kept, int(rows[mine].sum())))
    scan = ColumnScan(types)
    scan.merge(int(rows[known].sum()), int(states.column("vals").to_numpy().sum()), found)
    findings = scan.findings(names[place], states.column("kind")[0].as_py())
    return pa.table(
        {"place": pa.array([place], pa.int32()), "findings": [json.dumps(asdict(findings))]}
    )
