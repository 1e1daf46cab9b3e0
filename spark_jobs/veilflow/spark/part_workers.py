"""What executors do with combinations, batch by batch or part by part: code, sketch, recode.

Each function here makes one for ``mapInArrow`` or ``applyInArrow``. What it works with comes as a
broadcast, which Spark encrypts; the function itself holds no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from veilflow.anonymize.aggregate import KEY, ROWS
from veilflow.anonymize.base_node import ClassSketches
from veilflow.anonymize.neighbour_bound import NeighbourBound
from veilflow.anonymize.part_work import Coder, Labeller, Locator, PartRule
from veilflow.anonymize.specialisation import Parts
from veilflow.spark.redaction import guarded
from veilflow.spark.shared import Shared

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Fixed",
    "PartWork",
    "coded_schema",
    "coding",
    "fixed_labelling",
    "label_schema",
    "lifting",
    "locating",
    "neighbouring",
    "read_neighbours",
    "read_sketches",
    "sketching",
    "splitting",
]

PEOPLE = "people"

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Batches = Callable[[Iterator["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


@dataclass(frozen=True, eq=False, repr=False)
class Fixed:
    """One level a column for all combinations; ``suppressed`` says which classes are left out."""

    labeller: Labeller
    locator: Locator
    levels: Int8
    suppressed: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class PartWork:
    """The parts of the classes that ``locator`` knows, and how each part is recoded."""

    labeller: Labeller
    locator: Locator
    parts: Parts
    rule: PartRule


def coded_schema(columns: int, sensitive: int = 0) -> str:
    """Key, rows and people of a line, its code in each column, and its sensitive values as text."""
    codes = [f"c{n} int" for n in range(columns)]
    values = [f"s{n} string" for n in range(sensitive)]
    return ", ".join([f"{KEY} bigint", f"{ROWS} bigint", f"{PEOPLE} bigint", *codes, *values])


def label_schema(names: Sequence[str]) -> str:
    """The key of a combination and its labels."""
    return ", ".join([f"{KEY} bigint", *[f"{name} string" for name in names]])


def coding(table: str, shared: Shared[Coder]) -> Batches:
    """From key, rows, people and texts to codes."""

    def code(batch: pa.RecordBatch) -> pa.RecordBatch:
        quasi = len(shared.value.values)
        return _coded(batch, shared.value.codes(batch.columns[3 : 3 + quasi]))

    return _each(f"table {table}, coding", code)


def lifting(table: str, shared: Shared[list[Int32]]) -> Batches:
    """From level-0 codes to those of other levels."""

    def lift(batch: pa.RecordBatch) -> pa.RecordBatch:
        codes = [up[code] for up, code in zip(shared.value, _codes(batch), strict=True)]
        return _coded(batch, codes)

    return _each(f"table {table}, lifting", lift)


def sketching(table: str, shared: Shared[ClassSketches]) -> Batches:
    """A line a node and task: what :func:`read_sketches` reads."""

    def sketch(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        sketches = shared.value.empty()
        for batch in batches:
            sketches.add(_codes(batch))
        smallest = [found.tobytes() for found in sketches.smallest]
        places = pa.array(range(len(smallest)), pa.int32())
        yield pa.record_batch({"place": places, "smallest": pa.array(smallest, pa.binary())})

    return _all(f"table {table}, counting classes", sketch)


def read_sketches(found: pa.Table) -> Iterator[tuple[int, npt.NDArray[np.uint64]]]:
    """Places on the path, with the smallest hashes that a task found there."""
    places, smallest = (found.column(name).to_pylist() for name in ("place", "smallest"))
    for place, hashes in zip(places, smallest, strict=True):
        yield place, np.frombuffer(hashes, dtype=np.uint64)


def neighbouring(table: str, shared: Shared[NeighbourBound]) -> Batches:
    """A line a task: what :func:`read_neighbours` reads."""

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        bound = shared.value.empty()
        for batch in batches:
            bound.add(_codes(batch), batch.column(PEOPLE).to_numpy())
        nearest = pa.array([bound.nearest.tobytes()], pa.binary())
        yield pa.record_batch({"nearest": nearest})

    return _all(f"table {table}, looking for neighbours", look)


def read_neighbours(found: pa.Table, sample: int) -> Iterator[Int64]:
    """What each task found for each of ``sample`` combinations."""
    for nearest in found.column("nearest").to_pylist():
        yield np.frombuffer(nearest, dtype=np.int64).reshape(sample, -1)


def locating(table: str, shared: Shared[PartWork]) -> Batches:
    """Adds the part of each combination."""

    def locate(batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        work = shared.value
        part = work.parts.part[work.locator.locate(_codes(batch))]
        arrays, names = [*batch.columns, pa.array(part)], [*batch.schema.names, "part"]
        return pa.RecordBatch.from_arrays(arrays, names=names)

    return _each(f"table {table}, locating", locate)


def fixed_labelling(table: str, names: Sequence[str], shared: Shared[Fixed]) -> Batches:
    """From codes to labels at fixed levels, without what is suppressed."""

    def label(batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        rule, codes = shared.value, _codes(batch)
        kept = ~rule.suppressed[rule.locator.locate(codes)]
        levels = np.tile(rule.levels, (int(kept.sum()), 1))
        arrays = [rule.labeller.labels(n, levels[:, n], codes[n][kept]) for n in range(len(names))]
        return pa.record_batch([batch.column(0).filter(pa.array(kept)), *arrays], [KEY, *names])

    return _each(f"table {table}, labelling", label)


def splitting(
    view: str, names: Sequence[str], shared: Shared[PartWork]
) -> Callable[[pa.Table], pa.Table]:
    """From one part's codes to labels, and a last line that tells what the part costs.

    The cost is: rows released, classes, sum of their squared sizes, leaves a column, and rows a
    column and level.
    """

    def split(part: pa.Table) -> pa.Table:
        import pyarrow as pa

        work, codes = shared.value, _codes(part)
        rows, people = (part.column(name).to_numpy() for name in (ROWS, PEOPLE))
        number = int(part.column("part")[0].as_py())
        values = [part.column(name).combine_chunks() for name in _sensitive(part)]
        levels, owner, kept = work.rule.recode(
            codes, rows, people, work.parts.levels[number].tolist(), values
        )
        levels, owner, rows = levels[kept], owner[kept], rows[kept]
        codes = [code[kept] for code in codes]
        sizes = np.bincount(owner, rows).astype(np.int64)
        cost = [int(sizes.sum()), int(np.count_nonzero(sizes)), int(sizes @ sizes)]
        labels, shown = [], []
        for n, table in enumerate(work.labeller.tables):
            labels.append(work.labeller.labels(n, levels[:, n], codes[n]))
            cost.append(int(work.labeller.leaves(n, levels[:, n], codes[n]) @ rows))
            shown += np.bincount(levels[:, n], rows, table.levels).astype(np.int64).tolist()
        cost += shown
        key = part.column(KEY).combine_chunks().filter(pa.array(kept))
        kind = pa.list_(pa.int64())
        made = pa.table([key, *labels, pa.nulls(len(key), kind)], [KEY, *names, "cost"])
        last = [pa.nulls(1, field.type) for field in made.schema][:-1]
        return pa.concat_tables(
            [made, pa.table([*last, pa.array([cost], kind)], [KEY, *names, "cost"])]
        )

    safe = guarded(f"table {view}, recoding a part", split)
    # Spark counts the arguments to tell which form of function it is given.
    return lambda part: safe(part)


def _codes(batch: pa.RecordBatch | pa.Table) -> list[Int32]:
    names = (name for name in batch.schema.names if name[0] == "c" and name[1:].isdigit())
    return [batch.column(name).to_numpy() for name in names]


def _sensitive(batch: pa.RecordBatch | pa.Table) -> list[str]:
    return [name for name in batch.schema.names if name[0] == "s" and name[1:].isdigit()]


def _coded(batch: pa.RecordBatch, codes: Sequence[Int32]) -> pa.RecordBatch:
    import pyarrow as pa

    held = _sensitive(batch)
    names = [KEY, ROWS, PEOPLE, *[f"c{n}" for n in range(len(codes))], *held]
    made = [pa.array(code, pa.int32()) for code in codes]
    arrays = [*batch.columns[:3], *made, *[batch.column(name) for name in held]]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _each(what: str, one: Callable[[pa.RecordBatch], pa.RecordBatch]) -> Batches:
    safe = guarded(what, one)

    def every(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield safe(batch)

    return every


def _all(what: str, function: Batches) -> Batches:
    safe = guarded(what, lambda batches: list(function(batches)))

    def every(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from safe(batches)

    return every
