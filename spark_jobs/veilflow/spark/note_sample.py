"""A random sample of notes to be labelled by a person: the same notes for everybody, every time.

Notes are drawn in the order of their keyed digests: random to who lacks the key, and independent of
the order of rows. A larger sample holds the smaller one; equal texts are one note. The texts come
back to the driver in the clear: who calls this shows raw data, so it is written down first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.classify.labels import note_digest
from veilflow.errors import PolicyError, UsageError
from veilflow.keys import open_provider
from veilflow.pipeline.audit import append_audit
from veilflow.pipeline.home import expand
from veilflow.pipeline.labels import label_key
from veilflow.pipeline.pin import pin_source
from veilflow.pipeline.run import RunParameters
from veilflow.policy import Policy, read_policy
from veilflow.spark.reading import cast_columns, quoted, read_table
from veilflow.spark.redaction import guarded, silence_engine_log, stage_errors
from veilflow.store.object_store import ObjectStore, open_store

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Note", "NotePlace", "draw_notes", "find_place"]


@dataclass(frozen=True)
class Note:
    """One note: its digest, by which labels name it, and its text."""

    digest: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class NotePlace:
    """A column of notes, the policy that reads it, and the store where its labels lie."""

    policy: Policy
    policy_path: Path
    table: str
    column: str
    store: ObjectStore

    @property
    def detectors(self) -> tuple[str, ...]:
        """Whose proposals are shown: the policy's detectors, or ours."""
        rules = self.policy.validation.free_text
        return ("veilflow",) if rules is None else rules.detectors


def find_place(policy_path: str, table: str | None, column: str | None) -> NotePlace:
    """The column that is meant. Raises UsageError unless it is one column of free text."""
    policy = read_policy(policy_path).policy
    found = [
        (name, text)
        for name, rules in policy.tables.items()
        for text, rule in rules.columns.items()
        if rule.role == "free_text" and table in (None, name) and column in (None, text)
    ]
    if not found:
        raise PolicyError(
            "the policy has no such column of role free_text.",
            remedy="Give the column 'role: free_text', or name another with --table and --column.",
        )
    if len(found) > 1:
        places = ", ".join(".".join(place) for place in found)
        raise UsageError(f"choose one column of free text with --table and --column: {places}")
    store = open_store(expand(policy.publish.store))
    return NotePlace(policy, Path(policy_path), *found[0], store)


def draw_notes(
    spark: SparkSession, place: NotePlace, size: int, **audited: str
) -> tuple[Note, ...]:
    """The first ``size`` notes in the order of their digests.

    ``audited`` says how, by whom and why they are looked at; it is in the audit log before anything
    is read. Null and blank texts are no notes.
    """
    policy = place.policy
    provider = open_provider(expand(policy.publish.keys))
    key = label_key(place.store, provider, policy.dataset)
    append_audit(
        place.store,
        "label",
        policy.dataset,
        table=place.table,
        column=place.column,
        notes=str(size),
        **audited,
    )
    silence_engine_log()
    with stage_errors("label"):
        source = pin_source(policy, place.policy_path, RunParameters(), place.store, provider)
        table = next(table for table in source.tables if table.name == place.table)
        columns = {place.column: policy.tables[place.table].columns[place.column]}
        frame = cast_columns(read_table(spark, source, table), columns, policy.source.null_values)
        drawn = _first(frame.select(quoted(place.column).cast("string").alias("text")), key, size)
    return tuple(Note(digest, text) for digest, text in drawn)


def _first(texts: DataFrame, key: bytes, size: int) -> Sequence[tuple[str, str]]:
    shared = texts.sparkSession.sparkContext.broadcast(key)

    def digest(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        make = guarded("digests of notes", _smallest)
        kept: list[tuple[str, str]] = []
        for batch in batches:
            # Only the partition's first ones can be among the first of all.
            kept = make(kept, batch, shared.value, size)
        yield _as_batch(kept)

    try:
        rows = texts.mapInArrow(digest, "digest string, text string").collect()
    finally:
        shared.destroy()
    return sorted({(row["digest"], row["text"]) for row in rows})[:size]


def _smallest(
    kept: list[tuple[str, str]], batch: pa.RecordBatch, key: bytes, size: int
) -> list[tuple[str, str]]:
    texts = {text for text in batch.column(0).to_pylist() if text and text.strip()}
    return sorted({*kept, *((note_digest(text, key), text) for text in texts)})[:size]


def _as_batch(notes: Sequence[tuple[str, str]]) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays(
        [
            pa.array([d for d, _ in notes], pa.string()),
            pa.array([t for _, t in notes], pa.string()),
        ],
        names=["digest", "text"],
    )
