"""The stages of a run as Airflow tasks: which script each submits, and what its tooltip says."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PIN", "SPARK_STAGES", "SYNTHETIC_STAGES", "SparkStage"]

PIN = "pin"


@dataclass(frozen=True)
class SparkStage:
    """One Spark application: the script that is submitted, and its arguments beside the run."""

    script: str
    title: str
    arguments: tuple[str, ...] = ()


SPARK_STAGES = {
    "classify": SparkStage("classify_job.py", "Find out what each column holds"),
    "protect": SparkStage("protect_job.py", "Mask and k-anonymise; write encrypted"),
    "validate": SparkStage(
        "validate_job.py", "Check the output with code that didn't make it", ("--product", "masked")
    ),
    "synthesize": SparkStage("synthesize_job.py", "Fit a model and sample new rows from it"),
    "validate_synthetic": SparkStage(
        "validate_job.py",
        "Check the synthetic rows with code that didn't make them",
        ("--product", "synthetic"),
    ),
}
SYNTHETIC_STAGES = frozenset({"synthesize", "validate_synthetic", "publish_synthetic"})
