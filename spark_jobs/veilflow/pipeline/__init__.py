"""Runs: pin a policy and a source, remember what each stage left, publish or refuse.

No engine is needed here; the stages that need Spark are in :mod:`veilflow.spark`.
"""

from veilflow.pipeline.pin import pin
from veilflow.pipeline.publish import publish
from veilflow.pipeline.run import RunParameters, RunRef, new_run_id, run_id_for
from veilflow.pipeline.stages import stages_for
from veilflow.pipeline.state import open_run, read_evidence, read_refusal

__all__ = [
    "RunParameters",
    "RunRef",
    "new_run_id",
    "open_run",
    "pin",
    "publish",
    "read_evidence",
    "read_refusal",
    "run_id_for",
    "stages_for",
]
