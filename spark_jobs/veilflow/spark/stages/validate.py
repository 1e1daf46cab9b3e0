"""The validate job: read the encrypted output back, let the judge look at it, take its word."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from veilflow.errors import StageFailed, UsageError
from veilflow.evidence import Check, StageEvidence
from veilflow.pipeline.labels import policy_labels
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.refuse import OutputRefused
from veilflow.pipeline.stages import Product
from veilflow.pipeline.state import Run
from veilflow.pipeline.summary import figures_of
from veilflow.policy.draft import yaml_key
from veilflow.spark.holdout import canary_key, holdout_key
from veilflow.spark.judging import JudgeRequest, load_judge
from veilflow.spark.population import read_population
from veilflow.spark.previous import PreviousRelease, previous_release
from veilflow.spark.stages.protect import cast_source
from veilflow.spark.stages.record import stage_evidence
from veilflow.spark.writing import read_output

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["judge_request", "validate_stage"]


def validate_stage(
    spark: SparkSession, run: Run, clock: StageClock, product: Product
) -> StageEvidence:
    """Judge what the maker wrote. Raises OutputRefused naming every blocking check that failed."""
    maker = run.evidence("protect" if product == "masked" else "synthesize")
    if maker is None:
        raise UsageError(f"{run.ref.uri}: nothing to validate; its maker hasn't finished")
    with clock.phase("read"):
        previous = previous_release(spark, run) if product == "masked" else PreviousRelease()
        request = judge_request(spark, run, product, maker, previous=previous)
    with clock.phase("judge"):
        judgement = load_judge()(spark, request)
    if not judgement.checks:
        raise StageFailed(
            "Stage validate failed: the judge checked nothing.",
            remedy="Nothing was released. Mend the judge (VEILFLOW_JUDGE) and retry the stage.",
        )
    anonymization = maker.anonymization
    if anonymization is not None:
        anonymization = anonymization.model_copy(
            update={
                "granularity": dict(judgement.granularity),
                "discernibility": dict(judgement.discernibility),
                "average_class_size": dict(judgement.average_class_size),
                "non_uniform_entropy": dict(judgement.non_uniform_entropy),
                "entropy_lost": dict(judgement.entropy_lost),
                "weighted_loss": judgement.weighted_loss,
                **({} if judgement.loss is None else {"loss": judgement.loss}),
            }
        )
    evidence = stage_evidence(
        spark,
        run,
        "validate" if product == "masked" else "validate_synthetic",
        clock,
        bytes_read=sum(file.bytes for file in maker.files),
        anonymization=anonymization,
        risk=judgement.risk,
        utility=judgement.utility,
        checks=judgement.checks,
        notes=(previous.note,) if previous.note else (),
    )
    if judgement.failed:
        raise OutputRefused(
            [_sentence(check) for check in judgement.failed],
            remedy=f"Change the policy ({run.record.policy_name}) or the source and start a new "
            "run; this release's key is destroyed.",
            judged=evidence,
        )
    return evidence


def judge_request(
    spark: SparkSession,
    run: Run,
    product: Product,
    maker: StageEvidence,
    output: Mapping[str, DataFrame] | None = None,
    previous: PreviousRelease = PreviousRelease(),  # noqa: B008 - frozen
) -> JudgeRequest:
    """What ``maker`` wrote (or ``output``, already read) beside the pinned source."""
    source, _ = cast_source(spark, run)
    if product == "synthetic":
        made = {record.table for record in maker.synthesis}
        source = {name: frame for name, frame in source.items() if name in made}
    if output is None:
        output = {
            name: read_output(spark, run, product, [f for f in maker.files if f.table == name])
            for name in source
        }
    return JudgeRequest(
        product=product,
        policy=run.policy,
        output=output,
        source=source,
        levels=_claimed_levels(maker),
        digest_key=secrets.token_bytes(32),
        previous=previous.tables,
        previous_k=previous.k,
        holdout_key=holdout_key(run) if product == "synthetic" else b"",
        canary_key=canary_key(run) if product == "synthetic" else b"",
        labels=policy_labels(run.store, run.provider, run.policy),
        files={
            # Their folders are the run's and its attempt's: no maker of data names these.
            name: tuple(f.path.rpartition("/")[2] for f in maker.files if f.table == name)
            for name in output
        },
        population=(
            read_population(spark, run.policy, run.record.source) if product == "masked" else None
        ),
    )


def _claimed_levels(maker: StageEvidence) -> dict[tuple[str, str], int | None]:
    """The generalisation levels that the output claims, by (table, column).

    None stands for any of the levels that the policy allows, as local recoding has it.
    """
    levels: dict[tuple[str, str], int | None] = {}
    if maker.anonymization is not None:
        is_one = maker.anonymization.recoding == "full_domain"
        for column, level in maker.anonymization.levels.items():
            table, _, name = column.partition(".")
            levels[(table, name)] = level if is_one else None
    return levels


def _sentence(check: Check) -> str:
    place = f"{check.table}.{yaml_key(check.column)}" if check.column else check.table
    figures = figures_of(check)
    told = f" ({figures})." if figures else ""
    return f"{place}: {check.name} failed: {check.sentence}{told}"
