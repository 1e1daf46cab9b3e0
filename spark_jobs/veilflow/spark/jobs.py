"""The Spark stages of a run, each safe to retry: who finishes first wins, nothing is done twice.

Every stage goes the same way: return what an earlier attempt left; refuse again what was refused;
check that the source is unchanged; do the work with engine messages kept in; and record evidence,
or a refusal that destroys the release's keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from veilflow.errors import ReleaseRefused, UsageError
from veilflow.evidence import StageEvidence
from veilflow.pipeline.history import remember
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.quarantine import check_quarantine
from veilflow.pipeline.refuse import check_not_refused, refuse
from veilflow.pipeline.source import verify_unchanged
from veilflow.pipeline.stages import Product, stages_of
from veilflow.pipeline.state import Run
from veilflow.spark.redaction import silence_engine_log, stage_errors
from veilflow.spark.stages.classify import classify_stage
from veilflow.spark.stages.protect import protect_stage
from veilflow.spark.stages.synthesize import synthesize_stage
from veilflow.spark.stages.validate import validate_stage
from veilflow.store.table_files import FileRef, discard_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["SPARK_STAGES", "run_stage"]

Stage = Callable[["SparkSession", Run, StageClock, Product], StageEvidence]

SPARK_STAGES: Mapping[str, tuple[Product, Stage]] = {
    "classify": ("masked", classify_stage),
    "protect": ("masked", protect_stage),
    "validate": ("masked", validate_stage),
    "synthesize": ("synthetic", synthesize_stage),
    "validate_synthetic": ("synthetic", validate_stage),
}


def run_stage(spark: SparkSession, run: Run, stage: str) -> StageEvidence:
    """Run ``stage`` of ``run``, or return the evidence of the attempt that finished it.

    Raises:
        ReleaseRefused: a gate said no. The release's keys are destroyed; retrying won't help.
        StageFailed and other VeilflowErrors: it broke, nothing was judged; retry it.
    """
    if stage not in SPARK_STAGES:
        known = ", ".join(SPARK_STAGES)
        raise UsageError(f"there is no Spark stage {stage!r}; there are {known}")
    product, work = SPARK_STAGES[stage]
    before = stages_of(product)
    for name in before[: before.index(stage) + 1]:
        check_not_refused(run, name, product)
    finished = run.evidence(stage)
    if finished is not None:
        _remember(run, product, finished)
        return finished
    check_quarantine(run, stage, product)
    silence_engine_log()
    verify_unchanged(run.record.source)
    clock = StageClock()
    try:
        with stage_errors(stage):
            evidence = work(spark, run, clock, product)
    except ReleaseRefused as refusal:
        refuse(run, stage, product, refusal)
    verify_unchanged(run.record.source)
    winner = run.finish(evidence)
    kept = {file.path for file in winner.files}
    discard_files(run.store, [FileRef(f.path, "") for f in evidence.files if f.path not in kept])
    _remember(run, product, winner)
    return winner


def _remember(run: Run, product: Product, evidence: StageEvidence) -> None:
    if evidence.stage == stages_of(product)[-2]:
        remember(run, product, evidence, passed=True)
