"""The seam between a stage and whatever submits it to Spark.

A :class:`StageCommand` says everything a submitter has to know. Veilflow's own submitter is
:class:`veilflow_airflow.spark_stage.SparkStageOperator` (spark-submit); whoever submits
otherwise (Livy, Kubernetes, Databricks, EMR) combines
:class:`veilflow_airflow.spark_stage.StageMixin` with their operator and names the class in the
environment variable ``VEILFLOW_STAGE_OPERATOR`` as ``package.module:Class``.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veilflow.errors import UsageError
from veilflow.spark.java import find_java_home

from veilflow_airflow.stages import SPARK_STAGES

__all__ = ["StageCommand", "find_spark_submit", "job_script", "stage_command", "stage_operator"]

DRIVER_MEMORY = "VEILFLOW_DRIVER_MEMORY"
DEFAULT_OPERATOR = "veilflow_airflow.spark_stage:SparkStageOperator"


@dataclass(frozen=True)
class StageCommand:
    """One stage as any submitter can run it. Nothing in it is secret.

    ``environment`` is for a driver that runs on this machine; it is empty in cluster mode.
    """

    name: str
    script: str
    arguments: tuple[str, ...]
    conf: dict[str, str] = field(default_factory=dict)
    py_files: str | None = None
    environment: dict[str, str] = field(default_factory=dict)


def stage_command(
    stage: str,
    run_uri: str,
    *,
    master: str,
    is_cluster_mode: bool = False,
    conf: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> StageCommand:
    """The command of ``stage`` for one run.

    The hardened settings win over ``conf``, but for those that a site may ask for: Spark's UI and
    event log. Raises PrerequisiteMissing where a local driver has no Java to run on.
    """
    from veilflow.pipeline import RunRef
    from veilflow.spark.cluster import ON_REQUEST
    from veilflow.spark.hardening import is_local, submit_conf

    spark_stage = SPARK_STAGES[stage]
    run = RunRef.parse(run_uri)
    settings = {key: str(value) for key, value in (conf or {}).items()}
    if is_local(master):
        settings.setdefault("spark.driver.memory", environment.get(DRIVER_MEMORY) or "2g")
    for key, value in submit_conf(master).items():
        if key not in ON_REQUEST or key not in settings:
            settings[key] = value
    return StageCommand(
        name=f"veilflow {run.dataset} {stage} {run.run}",
        script=job_script(spark_stage.script, environment),
        arguments=("--run", run_uri, *spark_stage.arguments),
        conf=settings,
        py_files=environment.get("VEILFLOW_PY_FILES") or None,
        environment={} if is_cluster_mode else _driver_environment(environment),
    )


def job_script(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Where a job script lies: in ``VEILFLOW_JOBS`` (a folder or URI), or beside the library."""
    folder = environment.get("VEILFLOW_JOBS")
    if folder:
        return f"{folder.rstrip('/')}/{name}"
    import veilflow

    script = Path(veilflow.__file__).resolve().parent.parent / name
    if not script.is_file():
        raise UsageError(
            f"The job script {name} isn't beside the installed library.",
            remedy="Set VEILFLOW_JOBS to the folder or URI that holds spark_jobs/*.py.",
        )
    return str(script)


def find_spark_submit() -> str:
    """The spark-submit of this Python's environment, or else the one on PATH."""
    beside = Path(sys.executable).parent / "spark-submit"
    return str(beside) if beside.is_file() else shutil.which("spark-submit") or "spark-submit"


def stage_operator(name: str | None = None) -> Any:
    """The operator class that runs Spark stages: ``VEILFLOW_STAGE_OPERATOR`` or spark-submit."""
    chosen = name or os.environ.get("VEILFLOW_STAGE_OPERATOR") or DEFAULT_OPERATOR
    module, _, attribute = chosen.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        raise UsageError(
            f"VEILFLOW_STAGE_OPERATOR names {chosen!r}, which can't be imported.",
            remedy="Give it as package.module:Class.",
        ) from None


def _driver_environment(environment: Mapping[str, str]) -> dict[str, str]:
    # Python workers of Data Sources start the first python3 on PATH unless they are told.
    python = environment.get("PYSPARK_PYTHON") or sys.executable
    return {
        "JAVA_HOME": str(find_java_home(environment)),
        "PYSPARK_PYTHON": python,
        "PYSPARK_DRIVER_PYTHON": environment.get("PYSPARK_DRIVER_PYTHON") or sys.executable,
    }
