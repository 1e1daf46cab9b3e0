"""Expect what is around the cells of a table to tell nothing of the people in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from veilflow.risk.schema_attack import SchemaFindings, spellings

from veilflow_expectations.digests import digest_values, to_arrow
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.metrics import value
from veilflow_expectations.privacy_expectation import Metrics, PrivacyExpectation, Verdict, verdict
from veilflow_expectations.references import current_references

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["ExpectTableSchemaToTellNothing", "register_names"]

SCHEMA_FINDINGS = "veilflow.schema_findings"


def register_names(name: str, names: Sequence[str]) -> None:
    """Register names that go out with a table, such as its files', to be searched like its own."""
    current_references().hold(name, tuple(names))


def _identifiers(texts: Sequence[str], reference: Sequence[str], min_length: int) -> int:
    """How many of the texts spell a value of a reference."""
    references = current_references()
    for name in reference:
        references.require(name)
    membership = references.membership()
    bits = [membership.bit(name) for name in reference]
    found = 0
    for text in dict.fromkeys(texts):
        spelt = spellings(text, min_length)
        digested = digest_values(to_arrow(list(spelt)), membership.key) if spelt else None
        if digested is None:
            continue
        masks = membership.masks_of(digested.digests, digested.lengths >= min_length)
        found += any(bool((masks[:, word] & bit).any()) for word, bit in bits)
    return found


def _also(names: str | None) -> tuple[str, ...]:
    return () if names is None else current_references().held(names, tuple)


def _pandas_findings(
    frame: Any, reference: Sequence[str], min_length: int, names: str | None = None
) -> SchemaFindings:
    import pandas as pd

    texts = [*map(str, frame.columns), *_leaves(frame.attrs), *_also(names)]
    texts += [str(name) for name in frame.index.names if name is not None]
    empty = 0
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            texts += [str(category) for category in column.cat.categories]
            empty += bool((~column.cat.categories.isin(column.dropna().unique())).any())
    counted = np.arange(len(frame))
    is_counted = frame.index.nlevels == 1 and np.array_equal(frame.index.to_numpy(), counted)
    labelled = len(frame) > 0 and not is_counted
    return SchemaFindings(_identifiers(texts, reference, min_length), empty, labelled)


def _spark_findings(
    frame: DataFrame, reference: Sequence[str], min_length: int, names: str | None = None
) -> SchemaFindings:
    document = json.loads(frame.schema.json())
    texts = [*_field_texts(document), *_also(names)]
    return SchemaFindings(_identifiers(texts, reference, min_length), 0, False)


def _field_texts(schema: Any) -> Iterator[str]:
    """The names of all fields, nested ones too, and the notes stored with them."""
    if isinstance(schema, Mapping):
        for key, found in schema.items():
            if key == "name":
                yield str(found)
            elif key == "metadata":
                yield from _leaves(found)
            else:
                yield from _field_texts(found)
    elif isinstance(schema, list):
        for each in schema:
            yield from _field_texts(each)


def _leaves(notes: Any) -> Iterator[str]:
    """Every key and every plain value of nested notes, as text."""
    if isinstance(notes, Mapping):
        for key, found in notes.items():
            yield str(key)
            yield from _leaves(found)
    elif isinstance(notes, list | tuple | set):
        for each in notes:
            yield from _leaves(each)
    elif notes is not None:
        yield str(notes)


class SchemaFindingsMetric(TableMetricProvider):
    """How much of what is around the cells tells of people: a SchemaFindings."""

    metric_name = SCHEMA_FINDINGS
    value_keys = ("reference", "min_length", "names")
    _pandas = value(PandasExecutionEngine, _pandas_findings)
    _spark = value(SparkDFExecutionEngine, _spark_findings)


class ExpectTableSchemaToTellNothing(PrivacyExpectation):
    """Expect names, notes, category lists and row labels to tell nothing of the people in a table.

    The attacker is assumed to know somebody's identifiers, and to read everything about the table
    but its cells. Counted are

    * names of columns and nested fields, notes stored with the schema (Spark's column metadata,
      comments and defaults; ``attrs`` in pandas) and categories that spell a value of
      ``reference``, a registered reference or a list of them, in ``min_length`` characters or more;
    * columns of categories of which no row has one: they keep values whose rows are gone;
    * an index other than 0, 1, 2, ...: it keeps the rows' numbers in the source.

    ``names`` names registered names (:func:`veilflow_expectations.register_names`) that are
    searched as well, such as those of files. Spark's tables have no categories and no index. No
    cell is looked at, nor the order of rows.

    ``observed_value`` is the number of places that tell something; none may.
    """

    reference: str | list[str]
    min_length: int = 6
    names: str | None = None

    success_keys: ClassVar[tuple[str, ...]] = ("reference", "min_length", "names")
    unit: ClassVar[str] = "places"

    @property
    def bound(self) -> float | None:
        return 0.0

    def needs(self) -> Metrics:
        listed = [self.reference] if isinstance(self.reference, str) else self.reference
        arguments = {"reference": listed, "min_length": max(self.min_length, 1)}
        return {"findings": (SCHEMA_FINDINGS, {**arguments, "names": self.names})}

    def judge(self, measured: Mapping[str, Any]) -> Verdict:
        found: SchemaFindings = measured["findings"]
        return verdict(
            found.places == 0,
            found.places,
            identifiers=found.identifiers,
            empty_categories=found.empty_categories,
            row_labels=found.row_labels,
        )
