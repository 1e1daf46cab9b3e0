"""The synthesize job: fit, sample, and write the synthetic tables encrypted."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from veilflow.errors import PolicyError
from veilflow.evidence import StageEvidence, Synthesis, TableCounts, coarse_count
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.stages import Product
from veilflow.pipeline.state import Run
from veilflow.spark.holdout import HELD_OUT_SHARE, canary_key, holdout_key
from veilflow.spark.stages.protect import cast_source, output_columns
from veilflow.spark.stages.record import stage_evidence
from veilflow.spark.synthesis import fit_table, sample_table
from veilflow.spark.writing import write_output
from veilflow.synthesize import library_version

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["synthesize_stage"]


def synthesize_stage(
    spark: SparkSession, run: Run, clock: StageClock, product: Product
) -> StageEvidence:
    """Make synthetic rows for every table that the policy names."""
    policy = run.policy
    if policy.synthesize is None:
        raise PolicyError(f"{run.record.policy_name}: has no 'synthesize:' section")
    with clock.phase("read"):
        frames, readings = cast_source(spark, run)
    outputs, records = {}, []
    for name, rows in policy.synthesize.tables.items():
        with clock.phase(f"fit {name}"):
            fitted = fit_table(policy, name, frames[name], holdout_key(run), canary_key(run))
        outputs[name] = sample_table(spark, name, fitted, rows, secrets.token_bytes(16))
        records.append(
            Synthesis(
                method=policy.synthesize.method,
                table=name,
                rows_fitted=fitted.rows_fitted,
                people_fitted=coarse_count(fitted.people_fitted),
                held_out_share=HELD_OUT_SHARE,
                canaries=fitted.canaries,
                rows_sampled=rows,
                columns=tuple(fitted.model.columns),
                rare_values_merged=coarse_count(fitted.rare_values_merged),
                library=library_version(),
            )
        )
    attempt = secrets.token_hex(4)
    classes = {
        name: {
            column: policy.tables[name].columns[column].sensitivity_class
            for column in frame.columns
        }
        for name, frame in outputs.items()
    }
    with clock.phase("sample and write"):
        files = write_output(run, product, attempt, outputs, classes)
    return stage_evidence(
        spark,
        run,
        "synthesize",
        clock,
        attempt=attempt,
        bytes_read=sum(t.size for t in run.record.source.tables if t.name in outputs),
        bytes_written=sum(file.bytes for file in files),
        tables=tuple(
            TableCounts(
                table=name,
                rows_in=coarse_count(readings[name].rows),
                rows_out=sum(file.rows for file in files if file.table == name),
                rows_suppressed=0,
                columns_in=len(frames[name].columns),
                columns_out=len(frame.columns),
                released=output_columns(frame, classes[name]),
            )
            for name, frame in outputs.items()
        ),
        synthesis=tuple(records),
        files=files,
        notes=(
            "The synthesizer saw generalised and masked columns only; identifiers and free text "
            "never reach it.",
            "Half of the people, chosen by a keyed hash, were held out before anything was fitted: "
            "the judge compares the output with them.",
        ),
    )
