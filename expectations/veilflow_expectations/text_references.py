"""The identifiers of tables, registered under a name so that texts can be searched for them.

    register_identifiers("patients", patients[["full_name", "mrn", "phone"]])
    ExpectFreeTextToContainNoKnownIdentifier(column="note", reference="patients")

A suite names the reference; its digests (known_terms.py) are made in this process or on Spark's
workers, under the key of the process's references. Parts of a name that are in several columns of a
row are paired, so given and family names belong into one call.

Memory: about 100 bytes a person with a name and three numbers on the driver, and as much in each
worker while it searches; parts of names are kept once, however many people have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from veilflow.errors import UsageError
from veilflow.spark.redaction import guarded

from veilflow_expectations.known_terms import (
    FAMILIES,
    KnownTerms,
    TermKind,
    kind_of_column,
    merged,
    terms_of_rows,
)
from veilflow_expectations.references import References, current_references
from veilflow_expectations.text_search import search_texts
from veilflow_expectations.text_tokens import texts_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = ["add_identifiers", "identifiers_of", "register_identifiers", "search_column"]

Part = tuple[str, np.ndarray[Any, Any], np.ndarray[Any, Any]]


def register_identifiers(
    name: str, frame: Any, kinds: Mapping[str, TermKind] | None = None
) -> None:
    """Register every column of ``frame`` (pandas or Spark) as identifiers, under ``name``.

    ``kinds`` says what columns hold whose names don't tell: ``name``, ``day`` or ``other``.
    """
    add_identifiers(current_references(), name, [(frame, kinds or {})])


def add_identifiers(
    references: References, name: str, frames: Iterable[tuple[Any, Mapping[str, TermKind]]]
) -> None:
    """Register the columns of several frames, each with the kinds of its columns."""
    parts: list[Part] = []
    for frame, given in frames:
        kinds = [given.get(column) or kind_of_column(column) for column in frame.columns]
        if hasattr(frame, "sparkSession"):
            parts += _on_spark(frame, kinds, references.key)
        else:
            rows = list(frame.itertuples(index=False, name=None))
            parts += list(_parts(rows, kinds, references.key))
    references.add_other(name, merged(parts, references.key))


def identifiers_of(references: References, name: str) -> KnownTerms:
    """What is registered under ``name``. Raises UsageError if nothing is, or something else."""
    found = references.other(name)
    if not isinstance(found, KnownTerms):
        raise UsageError(
            f"no identifiers are registered as {name!r}.",
            remedy="Call register_identifiers(name, frame) before validating.",
        )
    return found


def search_column(references: References, frame: DataFrame, column: str, name: str) -> Column:
    """For each text of ``column`` the kinds of identifiers that it holds, as bits."""
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf
    from veilflow.spark.reading import quoted

    known = identifiers_of(references, name)
    shared = references.share_other(frame.sparkSession, known)
    function = shared.functions.get("search")
    if function is None:
        broadcast = shared.broadcast

        def search(texts: pa.Array) -> pa.Array:
            import pyarrow as pa

            return pa.array(search_texts(texts_of(texts), broadcast.value), pa.int32())

        function = arrow_udf(
            guarded("a search of texts", search),
            returnType="int",
            functionType=ArrowUDFType.SCALAR,
        )
        shared.functions["search"] = function
    found: Column = function(quoted(column))
    return found


def _parts(rows: Iterable[Any], kinds: list[TermKind], key: bytes) -> Iterator[Part]:
    made = terms_of_rows(rows, kinds, key)
    for family, terms in made.items():
        table = np.array(sorted(terms), dtype=np.int64).reshape(-1, 2)
        yield family, table[:, 0], table[:, 1]


def _on_spark(frame: DataFrame, kinds: list[TermKind], key: bytes) -> Iterator[Part]:
    import pyarrow.compute as pc

    nested = [name for name, kind in frame.dtypes if kind.startswith(("struct", "array", "map"))]
    if nested:
        raise UsageError(f"column {nested[0]} is nested; its fields can be identifiers.")
    shared = frame.sparkSession.sparkContext.broadcast(key)

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        make = guarded("terms of identifiers", _batch_of_terms)
        for batch in batches:
            yield make(batch, kinds, shared.value)

    try:
        table = frame.mapInArrow(work, "family string, digest bigint, origin bigint")
        collected = table.distinct().toArrow()
    finally:
        shared.destroy()
    for family in FAMILIES:
        chosen = collected.filter(pc.equal(collected.column("family"), family))
        yield family, chosen.column("digest").to_numpy(), chosen.column("origin").to_numpy()


def _batch_of_terms(batch: pa.RecordBatch, kinds: list[TermKind], key: bytes) -> pa.RecordBatch:
    import pyarrow as pa

    rows = zip(*[column.to_pylist() for column in batch.columns], strict=True)
    names: list[str] = []
    digests, origins = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for family, made, tied in _parts(rows, kinds, key):
        names += [family] * made.size
        digests.append(made)
        origins.append(tied)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(names, pa.string()),
            pa.array(np.concatenate(digests)),
            pa.array(np.concatenate(origins)),
        ],
        names=["family", "digest", "origin"],
    )
