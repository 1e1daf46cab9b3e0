"""The classify job: what is in the source, and does the policy agree?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from veilflow.errors import ReleaseRefused
from veilflow.evidence import StageEvidence
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
from veilflow.policy.leaving_out import Place, broken_without, with_dropped
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

    With ``unlisted: drop`` such a column is left out instead, and the evidence says why.

    Tables whose content is that of the last released run aren't scanned again.
    """
    last = last_look(run)
    known = verdicts_of(last, unchanged_tables(run, last))
    exhaustive = run.record.is_exhaustive
    findings = classify(run.policy, read_source(spark, run.record), known, exhaustive=exhaustive)
    told = {(one.table, one.column): one.contradiction for one in findings if one.contradiction}
    told = {**retyped_columns(run, last, findings), **told}
    left_out = _left_out(run, told)
    findings = tuple(
        one.model_copy(
            update={
                "left_out": True,
                "treatment": "left out (not what it was)",
                "contradiction": told[one.table, one.column],
            }
        )
        if (one.table, one.column) in left_out
        else one
        for one in findings
    )
    notes = [sampling_note(exhaustive=exhaustive)] if len(known) < len(run.policy.tables) else []
    if last is not None and known:
        notes.append(f"Not looked at again, unchanged since {last.run}: {', '.join(known)}.")
    own = run.policy.custom_types
    if own.types:
        named = ", ".join(one.id for one in own.types)
        notes.append(f"Types of the policy's own were looked for, SHA-256 {own.digest}…: {named}.")
    notes += [
        f"Column {column!r} of {table} was left out, for nobody has decided about what it is now."
        for table, column in left_out
    ]
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


def _left_out(run: Run, told: Mapping[Place, str]) -> tuple[Place, ...]:
    """The columns that the release goes on without, where the policy says ``unlisted: drop``.

    Raises ReleaseRefused for all others, and for those without which the policy doesn't hold.
    """
    policy = run.record.policy
    dropped = tuple(place for place in told if policy.tables[place[0]].unlisted == "drop")
    refused = [_sentence(place, why) for place, why in told.items() if place not in dropped]
    broken = broken_without(with_dropped(policy, dropped)) if dropped else ""
    if broken:
        refused += [_sentence(place, told[place]) for place in dropped]
        refused.append(f"The release can't go on without what is dropped: {broken}.")
    if refused:
        raise ReleaseRefused(
            refused,
            remedy=f"Correct these lines of {run.record.policy_name}, or settle a column's type "
            "with 'type:' and a 'reason:', and start a new run.",
        )
    return dropped


def _sentence(place: Place, why: str) -> str:
    return f"tables.{place[0]}.columns.{yaml_key(place[1])}: {why.rstrip('.')}."
