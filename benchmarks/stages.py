"""The pipeline's stages, run as they are on the demo's policy, each measured with its phases."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from benchmarks.figures import Cost, Measurement
from benchmarks.hospital import POLICY, Hospital
from benchmarks.meter import Meter, MeteredClock

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from veilflow.pipeline.state import Run

__all__ = ["measure_stages", "needed_stages"]


def needed_stages(asked: Collection[str]) -> tuple[str, ...]:
    """``asked`` with the stages that each of them needs, in an order that works."""
    from veilflow.pipeline.stages import MASKED_STAGES, SYNTHETIC_STAGES

    needed: list[str] = []
    for chain in (MASKED_STAGES, SYNTHETIC_STAGES):
        last = max((chain.index(stage) for stage in asked if stage in chain), default=-1)
        needed += [stage for stage in chain[: last + 1] if stage not in needed]
    return tuple(needed)


def measure_stages(
    spark: SparkSession, meter: Meter, hospital: Hospital, stages: Collection[str]
) -> Iterator[Measurement]:
    """Each of ``stages`` once, in one run, whose home :func:`benchmarks.hospital.home` has set.

    Raises what a stage raises: a refusal (too few people for k, say) is no figure.
    """
    from veilflow.pipeline import open_run, pin, publish
    from veilflow.pipeline.stages import product_of

    reference = None
    for stage in stages:
        synthetic = product_of(stage) == "synthetic"
        rows = hospital.patients if synthetic else sum(hospital.rows.values())
        floor = "copy patients" if synthetic else "copy"
        phases: dict[str, Cost] = {}
        with meter.measure() as cost:
            if reference is None:
                reference = pin(POLICY, f"bench-{secrets.token_hex(4)}")
            elif stage.startswith("publish"):
                publish(reference.uri, product_of(stage))
            else:
                phases = _run(spark, meter, open_run(reference.uri), stage)
        yield Measurement(stage, rows, cost[0], floor)
        for phase, spent in phases.items():
            yield Measurement(phase, rows, spent, floor, part_of=stage)


def _run(spark: SparkSession, meter: Meter, run: Run, stage: str) -> dict[str, Cost]:
    """As ``veilflow.spark.jobs.run_stage`` does it, with a clock that measures more."""
    from veilflow.pipeline.source import verify_unchanged
    from veilflow.spark.jobs import SPARK_STAGES

    product, work = SPARK_STAGES[stage]
    clock = MeteredClock(meter)
    verify_unchanged(run.record.source)
    evidence = work(spark, run, clock, product)
    verify_unchanged(run.record.source)
    run.finish(evidence)
    return clock.costs
