"""The classify job: what is in the source, and does the policy agree?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.errors import ReleaseRefused
from veilflow.evidence import ColumnFinding, StageEvidence
from veilflow.pipeline.last_look import (
    CLASSIFIER,
    classifier_name,
    last_look,
    retyped_columns,
    unchanged_tables,
    verdicts_of,
)
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.stages import Product
from veilflow.pipeline.state import Run
from veilflow.policy.draft import yaml_key
from veilflow.spark.classify import classify, sampling_note
from veilflow.spark.reading import read_source
from veilflow.spark.stages.record import stage_evidence

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["classify_stage"]


def classify_stage(
    spark: SparkSession, run: Run, clock: StageClock, product: Product
) -> StageEvidence:
    """Classify every column; refuse if one contradicts the policy, or isn't what it was.

    Tables whose content is that of the last released run aren't scanned again.
    """
    last = last_look(run)
    known = verdicts_of(last, unchanged_tables(run, last))
    exhaustive = run.record.is_exhaustive
    findings = classify(run.policy, read_source(spark, run.record), known, exhaustive=exhaustive)
    refused = [_sentence(finding) for finding in findings if finding.contradiction]
    refused += retyped_columns(run, last, findings)
    if refused:
        raise ReleaseRefused(
            refused,
            remedy=f"Correct these lines of {run.record.policy_name}, or settle a column's type "
            "with 'type:' and a 'reason:', and start a new run.",
        )
    notes = [sampling_note(exhaustive=exhaustive)] if len(known) < len(run.policy.tables) else []
    if last is not None and known:
        notes.append(f"Not looked at again, unchanged since {last.run}: {', '.join(known)}.")
    own = run.policy.custom_types
    if own.types:
        named = ", ".join(one.id for one in own.types)
        notes.append(f"Types of the policy's own were looked for, SHA-256 {own.digest}…: {named}.")
    made = stage_evidence(
        spark,
        run,
        "classify",
        clock,
        bytes_read=sum(table.size for table in run.record.source.tables),
        columns=findings,
        notes=tuple(notes),
    )
    looked = classifier_name(exhaustive=exhaustive, types=own)
    return made.model_copy(update={"versions": {**made.versions, CLASSIFIER: looked}})


def _sentence(finding: ColumnFinding) -> str:
    return f"tables.{finding.table}.columns.{yaml_key(finding.column)}: {finding.contradiction}."
