"""The classify job: what is in the source, and does the policy agree?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.errors import ReleaseRefused
from veilflow.evidence import ColumnFinding, StageEvidence
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
    """Classify every column; refuse if one contradicts what the policy says of it."""
    findings = classify(run.policy, read_source(spark, run.record))
    refused = [_sentence(finding) for finding in findings if finding.contradiction]
    if refused:
        raise ReleaseRefused(
            refused,
            remedy=f"Correct these lines of {run.record.policy_name}, or settle a column's type "
            "with 'type:' and a 'reason:', and start a new run.",
        )
    return stage_evidence(
        spark,
        run,
        "classify",
        clock,
        bytes_read=sum(table.size for table in run.record.source.tables),
        columns=findings,
        notes=(sampling_note(),),
    )


def _sentence(finding: ColumnFinding) -> str:
    return f"tables.{finding.table}.columns.{yaml_key(finding.column)}: {finding.contradiction}."
