"""What an attack needs of a source table, read in one pass: the kinds of its rows in their order,
and which combination of quasi-identifiers each person has, both as the output would write them.

Marks alone reach this process (marks.py): 8 bytes for each row of the sample and column asked for,
and while they are collected the names of the files that the rows came from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.spark.redaction import guarded

from veilflow_expectations.digests import Int64, digest_values, to_arrow
from veilflow_expectations.marks import (
    chosen_rows,
    every_mark,
    is_within,
    marks,
    row_places,
    value_marks,
)
from veilflow_expectations.telling_rows import RowForm

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["Asked", "SourceMarks", "source_marks"]

_ROW, _PERSON = 0, 1


@dataclass(frozen=True)
class Asked:
    """What to read of a table.

    ``forms`` bring its columns into the output's form. ``columns`` are the places in ``forms`` that
    make a row's kind, ``quasi`` those that make a person's combination, by their names after
    ``prefix``. ``rows`` and ``people`` are the shares of both that are sampled; without ``unit``
    each row is a person.
    """

    forms: tuple[RowForm, ...]
    columns: tuple[int, ...] = ()
    quasi: tuple[int, ...] = ()
    prefix: str = ""
    unit: str | None = None
    rows: float = 1.0
    people: float = 1.0


@dataclass(frozen=True, eq=False, repr=False)
class SourceMarks:
    """``rows``: the kinds of the sampled rows in the source's order. ``people`` and ``own``: the
    sampled people's marks, one a row of theirs and form that it may have in the output, and the
    combination that they have there."""

    rows: Int64
    people: Int64
    own: Int64


def source_marks(frame: Any, table: str, asked: Asked, key: bytes) -> SourceMarks:
    """Read a pandas or Spark frame. ``table`` is for error messages.

    Spark's order is that of the files' names, and of the rows in each file.
    """
    if hasattr(frame, "sparkSession"):
        return _spark_marks(frame, table, asked, key)
    return _pandas_marks(frame, asked, key)


def _pandas_marks(frame: pd.DataFrame, asked: Asked, key: bytes) -> SourceMarks:
    import pyarrow as pa

    columns = []
    for form in asked.forms:
        values = to_arrow(frame[form.column])
        columns.append(values.cast(pa.string()) if form.hierarchy is not None else values)
    unit = None if asked.unit is None else to_arrow(frame[asked.unit])
    places = np.arange(len(frame), dtype=np.int64)
    found = _marked(columns, unit, places, asked, key)
    return SourceMarks(found.rows, found.people, found.own)


@dataclass(frozen=True, eq=False, repr=False)
class _Marked:
    """The marks of a batch, and which of its rows ``rows`` are."""

    chosen: Int64
    rows: Int64
    people: Int64
    own: Int64


def _marked(
    columns: Sequence[pa.Array], unit: pa.Array | None, places: Int64, asked: Asked, key: bytes
) -> _Marked:
    made = [
        [value_marks(shown, key) for shown in form.forms(column)]
        for form, column in zip(asked.forms, columns, strict=True)
    ]
    names = [form.column for form in asked.forms]
    by_place = row_places(places, key)
    rows = chosen = np.zeros(0, dtype=np.int64)
    if asked.columns:
        every = marks({names[index]: made[index][0] for index in asked.columns})
        chosen = np.flatnonzero(chosen_rows(every, by_place, asked.rows)).astype(np.int64)
        rows = every[chosen]
    people = own = np.zeros(0, dtype=np.int64)
    if asked.quasi:
        people, known = by_place, np.ones(places.size, dtype=np.bool_)
        if unit is not None:
            digested = digest_values(unit, key, exact=True)
            people, known = digested.digests, digested.known
        sampled = known & is_within(people, asked.people)
        shown = {
            f"{asked.prefix}{names[i]}": [each[sampled] for each in made[i]] for i in asked.quasi
        }
        own = every_mark(shown)
        people = np.repeat(people[sampled], math.prod(len(forms) for forms in shown.values()))
    return _Marked(chosen, rows, people, own)


def _spark_marks(frame: DataFrame, table: str, asked: Asked, key: bytes) -> SourceMarks:
    shared = frame.sparkSession.sparkContext.broadcast(key)
    mark = guarded(f"marks of table {table}", _batch_marks)

    def reduce(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield mark(batch, asked, shared.value)

    try:
        schema = "kind int, a bigint, b bigint, file string, start bigint"
        found = _selected(frame, asked).mapInArrow(reduce, schema).toArrow()
    finally:
        shared.destroy()
    kind, a, b = (found.column(name).to_numpy() for name in ("kind", "a", "b"))
    is_row, is_person = kind == _ROW, kind == _PERSON
    files = found.column("file").combine_chunks().dictionary_encode()
    names = np.array(files.dictionary.to_pylist(), dtype=object)
    rank = np.empty(names.size, dtype=np.int64)
    rank[np.argsort(names, kind="stable")] = np.arange(names.size)
    of_file = rank[files.indices.to_numpy(zero_copy_only=False)[is_row]]
    order = np.lexsort((a[is_row], found.column("start").to_numpy()[is_row], of_file))
    return SourceMarks(b[is_row][order], a[is_person], b[is_person])


def _selected(frame: DataFrame, asked: Asked) -> DataFrame:
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as F
    from veilflow.spark.reading import quoted

    columns = [
        quoted(form.column).cast("string") if form.hierarchy is not None else quoted(form.column)
        for form in asked.forms
    ]
    units = [] if asked.unit is None else [quoted(asked.unit)]
    inputs = [column.alias(f"c{index}") for index, column in enumerate([*columns, *units])]
    place = F.monotonically_increasing_id().alias("place")
    try:
        file, start = F.input_file_name(), F.input_file_block_start()
        return frame.select(place, file.alias("file"), start.alias("start"), *inputs)
    except AnalysisException:
        # A trial's rows come out of a join and have no file: their order is Spark's.
        nowhere = F.lit("").alias("file"), F.lit(0).cast("bigint").alias("start")
        return frame.select(place, *nowhere, *inputs)


def _batch_marks(batch: pa.RecordBatch, asked: Asked, key: bytes) -> pa.RecordBatch:
    import pyarrow as pa

    first = 3
    columns = [batch.column(first + index) for index in range(len(asked.forms))]
    unit = None if asked.unit is None else batch.column(first + len(asked.forms))
    places = batch.column(0).to_numpy(zero_copy_only=False)
    found = _marked(columns, unit, places, asked, key)
    people = found.people.size
    kinds = np.repeat(np.array([_ROW, _PERSON], dtype=np.int32), [found.rows.size, people])
    nowhere = pa.array([""] * people, pa.string())
    starts = batch.column(2).to_numpy(zero_copy_only=False)[found.chosen]
    return pa.RecordBatch.from_arrays(
        [
            pa.array(kinds, pa.int32()),
            pa.array(np.concatenate([places[found.chosen], found.people]), pa.int64()),
            pa.array(np.concatenate([found.rows, found.own]), pa.int64()),
            pa.concat_arrays([batch.column(1).take(pa.array(found.chosen)), nowhere]),
            pa.array(np.concatenate([starts, np.zeros(people, np.int64)]), pa.int64()),
        ],
        names=["kind", "a", "b", "file", "start"],
    )
