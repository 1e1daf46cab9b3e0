"""Detectors of entities, run over columns of texts: bits of types, and recall on labelled texts.

On Spark they run in workers, each of which loads its detectors once. Nothing leaves a worker but a
number for each text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from veilflow.classify import NO_TYPES, CustomTypes
from veilflow.classify.custom_text import find_custom
from veilflow.classify.entity import ENTITY_TYPES, Entity, entities, load_detector
from veilflow.classify.labels import Labels, is_found, note_digest
from veilflow.risk.recall import RecallCounts
from veilflow.spark.redaction import guarded

from veilflow_expectations.references import References
from veilflow_expectations.text_tokens import texts_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = [
    "DEFAULT_TYPES",
    "count_recall",
    "entity_column",
    "entity_masks",
    "labelled_on_spark",
    "type_mask",
]

DEFAULT_TYPES: tuple[str, ...] = ENTITY_TYPES[: ENTITY_TYPES.index("zipcode")]
"""Types that name a person or are issued to one; places, organisations, ages and dates aren't."""

_LAST_BIT = 62
Found = dict[str, dict[str, tuple[int, int]]]


def type_mask(types: Sequence[str], own: CustomTypes = NO_TYPES) -> int:
    """One bit for each type; types of a user's own beyond the thirtieth share the last bit.

    Sharing can only make a search for one of them find too much.
    """
    places = {one.id: len(ENTITY_TYPES) + place for place, one in enumerate(own.types)}
    places.update({name: place for place, name in enumerate(ENTITY_TYPES)})
    return sum({1 << min(places[name], _LAST_BIT) for name in types})


def all_entities(
    text: str, detectors: Sequence[str], min_score: float, own: CustomTypes
) -> list[Entity]:
    """What the detectors find, and what is of a user's ``own`` types."""
    found = entities(text, detectors, min_score)
    return [*found, *find_custom(text, own)] if own.types else found


def entity_masks(
    texts: Sequence[str | None],
    detectors: Sequence[str],
    min_score: float,
    own: CustomTypes = NO_TYPES,
) -> npt.NDArray[np.int64]:
    """For each text the types that were found in it, as bits. Equal texts are looked at once."""
    known = {*ENTITY_TYPES, *(one.id for one in own.types)}
    seen: dict[str, int] = {}
    for text in texts:
        if text and text not in seen:
            found = {entity.type for entity in all_entities(text, detectors, min_score, own)}
            seen[text] = type_mask(sorted(found & known), own)
    return np.array([seen[text] if text else 0 for text in texts], dtype=np.int64)


def entity_column(
    references: References,
    frame: DataFrame,
    column: str,
    detectors: Sequence[str],
    min_score: float,
) -> Column:
    """The same as a column of a Spark frame; one object for equal arguments, so computed once."""
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf
    from veilflow.spark.reading import quoted

    for name in detectors:
        load_detector(name)  # what isn't installed is said here, and not by a failing worker
    functions = references.functions
    asked = ("entities", tuple(detectors), min_score)
    if asked not in functions:
        names, own = tuple(detectors), references.types

        def detect(texts: pa.Array) -> pa.Array:
            import pyarrow as pa

            return pa.array(entity_masks(texts_of(texts), names, min_score, own), pa.int64())

        functions[asked] = arrow_udf(
            guarded("a detection of entities", detect),
            returnType="bigint",
            functionType=ArrowUDFType.SCALAR,
        )
    found: Column = functions[asked](quoted(column))
    return found


def count_recall(
    texts: Sequence[str | None],
    labels: Labels,
    detectors: Sequence[str],
    min_score: float,
    own: CustomTypes = NO_TYPES,
) -> RecallCounts:
    """Of what was labelled in those of ``texts`` that have labels, how much is found."""
    found = _found(texts, labels, detectors, min_score, own)
    return _counts(found, labels)


def labelled_on_spark(
    references: References,
    frame: DataFrame,
    column: str,
    labels: Labels,
    detectors: Sequence[str],
    min_score: float,
) -> RecallCounts:
    """The same on Spark: labelled notes are found by their digests in one pass."""
    from veilflow.spark.reading import quoted

    shared = references.share_other(frame.sparkSession, labels).broadcast
    names, own = tuple(detectors), references.types

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        find = guarded("recall on labelled texts", _rows)
        for batch in batches:
            yield find(texts_of(batch.column(0)), shared.value, names, min_score, own)

    texts = frame.select(quoted(column).alias("text"))
    rows = texts.mapInArrow(work, "note string, type string, found int, labelled int")
    collected: Found = {}
    for row in rows.distinct().collect():
        note = collected.setdefault(row["note"], {})
        if row["type"]:
            note[row["type"]] = (int(row["found"]), int(row["labelled"]))
    return _counts(collected, labels)


def _rows(
    texts: Sequence[str | None],
    labels: Labels,
    detectors: Sequence[str],
    min_score: float,
    own: CustomTypes,
) -> pa.RecordBatch:
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    for note, by_type in _found(texts, labels, detectors, min_score, own).items():
        rows.append({"note": note, "type": "", "found": 0, "labelled": 0})
        for type_, (found, labelled) in by_type.items():
            rows.append({"note": note, "type": type_, "found": found, "labelled": labelled})
    kinds = {"note": pa.string(), "type": pa.string(), "found": pa.int32(), "labelled": pa.int32()}
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _found(
    texts: Sequence[str | None],
    labels: Labels,
    detectors: Sequence[str],
    min_score: float,
    own: CustomTypes,
) -> Found:
    made: Found = {}
    for text in dict.fromkeys(texts):
        note = note_digest(text, labels.key) if text else ""
        if not text or note not in labels.notes:
            continue
        found = all_entities(text, detectors, min_score, own)
        by_type: dict[str, tuple[int, int]] = {}
        for span in labels.truth(note):
            hits, total = by_type.get(span.type, (0, 0))
            by_type[span.type] = (hits + is_found(span, text, found), total + 1)
        made[note] = by_type
    return made


def _counts(found: Found, labels: Labels) -> RecallCounts:
    several, differing = labels.disagreement()
    return RecallCounts(
        per_note=tuple(found.values()),
        notes=len(found),
        labelled_by_two=several,
        disagreeing=differing,
        missing=len(labels.notes) - len(found),
    )
