"""Classify every column of the pinned tables, and hold the verdicts against the policy.

All rows are looked at where the run asks for it (:mod:`veilflow.spark.full_scan`), else a sample.
It is deterministic: rows in the order of a hash of the whole row, up to ``SAMPLE_ROWS`` a
table. A type that is in a share ``p`` of the rows is missed with probability
``(1 - p) ** SAMPLE_ROWS``; the evidence says it for one row in a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from veilflow.classify import (
    NO_TYPES,
    ColumnSample,
    ColumnVerdict,
    CustomTypes,
    classify_table,
    contradiction,
    miss_probability,
)
from veilflow.classify.values import MAX_CELL
from veilflow.evidence import ColumnFinding
from veilflow.policy import ColumnPolicy, Policy
from veilflow.spark.cell_texts import as_text, cut_cell
from veilflow.spark.full_scan import scan_frame
from veilflow.spark.reading import CORRUPT, quoted

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, Observation

__all__ = ["SAMPLE_ROWS", "classify", "classify_frame", "sample_frame", "sampling_note"]

SAMPLE_ROWS = 5_000
_SPARE = 2
"""Times as many rows as are needed pass for lower hashes: fewer than needed do by no chance."""
_BYTES = 16
"""Of a cell, on a disk: more than most take, so that rather too many rows pass than too few."""
_UNKNOWN = 1e12
"""So many rows are no guess: Spark has none of a database's table."""


def sampling_note(*, exhaustive: bool = False) -> str:
    """How much was looked at and what that may miss."""
    if exhaustive:
        return "Columns were classified on all rows."
    missed = miss_probability(0.001, SAMPLE_ROWS)
    return (
        f"Columns were classified on up to {SAMPLE_ROWS:,} rows a table, chosen by hash; a type "
        f"found in one row in a thousand is missed with probability {missed:.1%}."
    )


def classify(
    policy: Policy,
    frames: Mapping[str, DataFrame],
    known: Mapping[str, tuple[ColumnVerdict, ...]] | None = None,
    *,
    exhaustive: bool = False,
) -> tuple[ColumnFinding, ...]:
    """A finding for every column of every table, whether or not the policy lists it.

    Tables in ``known`` aren't read: their verdicts are held against the policy as they are.
    """
    known = known or {}
    return tuple(
        _finding(name, verdict, policy.tables[name].columns.get(verdict.name), policy.custom_types)
        for name, frame in frames.items()
        for verdict in (
            known[name]
            if name in known
            else classify_frame(frame, exhaustive=exhaustive, types=policy.custom_types)
        )
    )


def classify_frame(
    frame: DataFrame, *, exhaustive: bool = False, types: CustomTypes = NO_TYPES
) -> tuple[ColumnVerdict, ...]:
    """The verdict on each column: of all rows in one pass, or of a sample.

    ``types`` are the user's own, beside the built-in ones.
    """
    if exhaustive:
        return scan_frame(frame, [name for name in frame.columns if name != CORRUPT], types)
    return classify_table(sample_frame(frame), types)


def sample_frame(frame: DataFrame) -> tuple[ColumnSample, ...]:
    """A sample of each column, with counts over all rows, in one pass.

    Rows whose hash is too high for the sample are left out before they are sorted. How high that
    is, is guessed from the size of the table; where the guess was too low, rows are read again.
    """
    names = [name for name in frame.columns if name != CORRUPT]
    types = dict(frame.dtypes)
    counted, counts = _counted(names, types)
    sample = _lowest(frame.observe(counted, *counts), types, names, _guessed_share(frame))
    told = counted.get
    needed = min(SAMPLE_ROWS, told["rows"])
    if names and sample.num_rows < needed:
        sample = _lowest(frame, types, names, _SPARE * SAMPLE_ROWS / told["rows"])
    if names and sample.num_rows < needed:
        sample = _lowest(frame, types, names, 1.0)
    return tuple(
        ColumnSample(
            name=name,
            values=sample.column(index).to_pylist(),
            physical_type=types[name],
            rows=told["rows"],
            nulls=told["rows"] - told[f"filled{index}"],
            distinct=told.get(f"distinct{index}"),
        )
        for index, name in enumerate(names)
    )


def _lowest(
    frame: DataFrame, types: Mapping[str, str], names: Sequence[str], share: float
) -> pa.Table:
    """The ``SAMPLE_ROWS`` rows of the lowest hashes, of those in the lowest ``share`` of all."""
    from pyspark.sql import functions as F

    cells = [cut_cell(name, types[name], MAX_CELL) for name in names]
    # Texts are made of the few rows that are chosen; a map has no hash but that of its JSON.
    hashed = [
        cell if "map<" in types[name] or types[name] == "variant" else quoted(name)
        for name, cell in zip(names, cells, strict=True)
    ]
    order = F.xxhash64(*hashed) if names else F.lit(0)
    if share < 1.0:
        frame = frame.where(order < F.lit(int((share - 0.5) * 2**64)))
    return (
        frame.select(*[cell.alias(f"c{i}") for i, cell in enumerate(cells)], order.alias("__order"))
        .orderBy("__order")
        .limit(SAMPLE_ROWS)
        .select(*[as_text(F.col(f"c{i}"), types[n]).alias(f"c{i}") for i, n in enumerate(names)])
        .toArrow()
    )


def _guessed_share(frame: DataFrame) -> float:
    """A share of the rows that is likely to hold the sample, from the bytes that Spark expects."""
    plan = frame._jdf.queryExecution().optimizedPlan()
    size = int(str(plan.stats().sizeInBytes()))
    rows = size / (_BYTES * max(1, len(frame.columns)))
    return _SPARE * SAMPLE_ROWS / rows if _SPARE * SAMPLE_ROWS < rows < _UNKNOWN else 1.0


def _counted(names: Sequence[str], types: Mapping[str, str]) -> tuple[Observation, list[Column]]:
    """What is counted of all rows while they pass by on their way into the sample."""
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    counts = [F.count(F.lit(1)).alias("rows")]
    for index, name in enumerate(names):
        counts.append(F.count(quoted(name)).alias(f"filled{index}"))
        if not types[name].startswith(("map", "variant")):
            counts.append(F.approx_count_distinct(quoted(name)).alias(f"distinct{index}"))
    return Observation(), counts


def _finding(
    table: str, verdict: ColumnVerdict, column: ColumnPolicy | None, types: CustomTypes
) -> ColumnFinding:
    # As the evidence has it, so that a verdict that is taken over from there is judged alike.
    verdict = replace(verdict, score=round(verdict.score, 2))
    against = None
    if column is not None:
        against = contradiction(verdict, column.role, column.type, column.treatment, types)
    return ColumnFinding(
        table=table,
        column=verdict.name,
        type=verdict.type,
        role=verdict.role,
        score=verdict.score,
        evidence=verdict.evidence,
        declared_role=None if column is None else column.role,
        treatment="left out (unlisted)" if column is None else column.treatment,
        contradiction=against,
        declared_type=None if column is None else column.type,
        reason=None if column is None else column.reason,
    )
