"""The aggregates behind the expectations for free text: counts of texts, never a text or a span."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from veilflow_expectations.detected_entities import (
    count_recall,
    entity_column,
    entity_masks,
    labelled_on_spark,
    type_mask,
)
from veilflow_expectations.digests import to_arrow
from veilflow_expectations.gx import (
    PandasExecutionEngine,
    SparkDFExecutionEngine,
    TableMetricProvider,
)
from veilflow_expectations.label_references import labels_of
from veilflow_expectations.metrics import aggregate, value
from veilflow_expectations.references import current_references
from veilflow_expectations.text_references import identifiers_of, search_column
from veilflow_expectations.text_search import FOUND, search_texts
from veilflow_expectations.text_tokens import texts_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from veilflow.risk.recall import RecallCounts

__all__ = ["LABELLED_RECALL", "ROWS_WITH_ENTITY", "ROWS_WITH_IDENTIFIER"]

ROWS_WITH_IDENTIFIER = "veilflow.rows_with_known_identifier"
ROWS_WITH_ENTITY = "veilflow.rows_with_entity"
LABELLED_RECALL = "veilflow.labelled_recall"

_ANY = sum(FOUND.values())


def _texts(frame: Any, column: str) -> list[str | None]:
    return texts_of(to_arrow(frame[column]))


def _pandas_identifiers(frame: Any, column: str, reference: str, kind: str = "") -> int:
    known = identifiers_of(current_references(), reference)
    bits = FOUND[kind] if kind else _ANY
    return int(np.count_nonzero(search_texts(_texts(frame, column), known) & bits))


def _spark_identifiers(frame: DataFrame, column: str, reference: str, kind: str = "") -> Column:
    from pyspark.sql import functions as F

    found = search_column(current_references(), frame, column, reference)
    return F.count_if(found.bitwiseAND(FOUND[kind] if kind else _ANY) != 0)


class RowsWithIdentifier(TableMetricProvider):
    """How many texts hold an identifier of the reference, of one ``kind`` or of any."""

    metric_name = ROWS_WITH_IDENTIFIER
    value_keys = ("column", "reference", "kind")
    _pandas = value(PandasExecutionEngine, _pandas_identifiers)
    _spark = aggregate(_spark_identifiers)


def _pandas_entities(
    frame: Any, column: str, detectors: Sequence[str], min_score: float, types: Sequence[str]
) -> int:
    own = current_references().types
    masks = entity_masks(_texts(frame, column), detectors, min_score, own)
    return int(np.count_nonzero(masks & type_mask(types, own)))


def _spark_entities(
    frame: DataFrame, column: str, detectors: Sequence[str], min_score: float, types: Sequence[str]
) -> Column:
    from pyspark.sql import functions as F

    references = current_references()
    found = entity_column(references, frame, column, detectors, min_score)
    return F.count_if(found.bitwiseAND(type_mask(types, references.types)) != 0)


class RowsWithEntity(TableMetricProvider):
    """How many texts have an entity of one of ``types`` in them, by one of ``detectors``."""

    metric_name = ROWS_WITH_ENTITY
    value_keys = ("column", "detectors", "min_score", "types")
    _pandas = value(PandasExecutionEngine, _pandas_entities)
    _spark = aggregate(_spark_entities)


def _pandas_recall(
    frame: Any, column: str, labels: str, detectors: Sequence[str], min_score: float
) -> RecallCounts:
    references = current_references()
    held = labels_of(references, labels)
    return count_recall(_texts(frame, column), held, detectors, min_score, references.types)


def _spark_recall(
    frame: DataFrame, column: str, labels: str, detectors: Sequence[str], min_score: float
) -> RecallCounts:
    held = labels_of(current_references(), labels)
    return labelled_on_spark(current_references(), frame, column, held, detectors, min_score)


class LabelledRecall(TableMetricProvider):
    """For each labelled text of the column, how many of a person's spans were found."""

    metric_name = LABELLED_RECALL
    value_keys = ("column", "labels", "detectors", "min_score")
    _pandas = value(PandasExecutionEngine, _pandas_recall)
    _spark = value(SparkDFExecutionEngine, _spark_recall)
