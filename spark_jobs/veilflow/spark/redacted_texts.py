"""Redact texts in a worker, and count what was replaced while the output is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from veilflow.classify import NO_TYPES, CustomTypes
from veilflow.evidence import RedactedText, coarse_count
from veilflow.mask import Outcome
from veilflow.mask.redact_text import TEXT, KeyedRedactText, RedactText
from veilflow.mask.text.redaction import COUNTED
from veilflow.spark.invalid_values import observed

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, Observation
    from pyspark.sql.types import StructType

__all__ = [
    "MentionCounts",
    "RedactInWorker",
    "TextColumn",
    "counting_mentions",
    "mention_columns",
    "redacted_type",
]


@dataclass(frozen=True)
class RedactInWorker:
    """Redact texts that come as structs with what the tables know of them."""

    column: str
    transform: RedactText
    key_ref: str
    domain: str
    types: CustomTypes = NO_TYPES

    def apply(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        key = b""
        if self.transform.replacement != "labels":
            from veilflow.store.key_records import masking_key

            key = masking_key(self.key_ref, self.domain, self.transform.name)
        return Outcome(KeyedRedactText(self.transform, key, self.types).apply_with_counts(values))


def redacted_type() -> StructType:
    """What :class:`RedactInWorker` gives: the text, and the mentions replaced in it by group."""
    from pyspark.sql.types import IntegerType, StringType, StructField, StructType

    counts = [StructField(group, IntegerType()) for group in COUNTED]
    return StructType([StructField(TEXT, StringType()), *counts])


@dataclass(frozen=True)
class TextColumn:
    """A redacted column; ``made`` is the worker's struct."""

    column: str
    replacement: str
    made: Column


@dataclass(frozen=True)
class MentionCounts:
    """The counts of one table's redacted texts, known once they have been written."""

    table: str
    columns: tuple[TextColumn, ...]
    observation: Observation | None

    def evidence(self) -> tuple[RedactedText, ...]:
        """One record a column; counts below ten are left out (None)."""
        counts = {} if self.observation is None else observed(self.table, self.observation)
        return tuple(
            RedactedText(
                table=self.table,
                column=one.column,
                replacement=one.replacement,
                mentions={
                    group: coarse_count(int(counts[_name(place, group)] or 0)) for group in COUNTED
                },
            )
            for place, one in enumerate(self.columns)
        )


def mention_columns(columns: tuple[TextColumn, ...]) -> dict[str, Column]:
    """For each text column the numbers of its mentions, under names of their own."""
    return {
        _name(place, group): one.made[group]
        for place, one in enumerate(columns)
        for group in COUNTED
    }


def counting_mentions(
    table: str, frame: DataFrame, columns: tuple[TextColumn, ...]
) -> tuple[DataFrame, MentionCounts]:
    """``frame`` without its :func:`mention_columns`, which are summed when it is first written."""
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    if not columns:
        return frame, MentionCounts(table, (), None)
    names = [_name(place, group) for place in range(len(columns)) for group in COUNTED]
    observation = Observation()
    sums = [F.sum(F.col(name)).alias(name) for name in names]
    return frame.observe(observation, *sums).drop(*names), MentionCounts(
        table, columns, observation
    )


def _name(place: int, group: str) -> str:
    return f"__mentions{place}_{group}"
