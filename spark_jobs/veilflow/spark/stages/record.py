"""What every stage's evidence has in common."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

import veilflow
from veilflow.evidence import StageEvidence
from veilflow.mask.fake_words import faker_version
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.state import Run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["stage_evidence"]


def stage_evidence(
    spark: SparkSession, run: Run, stage: str, clock: StageClock, **measured: Any
) -> StageEvidence:
    """Evidence of ``stage`` with times and versions filled in from ``clock`` and ``spark``."""
    import pyarrow

    faker = faker_version()
    return StageEvidence(
        stage=stage,
        run=run.record.run,
        dataset=run.record.dataset,
        policy_sha256=run.record.policy_sha256,
        started=clock.started,
        seconds=clock.seconds,
        cpu_seconds=clock.cpu_seconds,
        phases=dict(clock.phases),
        versions={
            "veilflow": veilflow.__version__,
            "spark": spark.version,
            "pyarrow": pyarrow.__version__,
            "python": platform.python_version(),
            # Which fake an index means depends on it.
            **({} if faker is None else {"faker": faker}),
        },
        **measured,
    )
