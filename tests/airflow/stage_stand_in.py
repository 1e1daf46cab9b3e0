"""Stands in for a Spark job under a real spark-submit: same arguments, same records, no session.

What each stage does is told by the JSON in VEILFLOW_TEST_STAGES: done, refuse, crash, or, as a
judge does, warn or reject. Like an
engine it also prints what must not reach a log.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys

from veilflow.errors import ReleaseRefused
from veilflow.evidence import Check, StageEvidence, TableCounts
from veilflow.pipeline import open_run
from veilflow.pipeline.paths import refusal_key
from veilflow.pipeline.refuse import OutputRefused, refuse
from veilflow.pipeline.state import put_json

parser = argparse.ArgumentParser()
parser.add_argument("--run", required=True)
parser.add_argument("--product", default="masked")
asked = parser.parse_args()
stage = os.path.basename(__file__).removesuffix("_job.py")
if asked.product == "synthetic":
    stage += "_synthetic"
run = open_run(asked.run)
plan = json.loads(os.environ["VEILFLOW_TEST_STAGES"])
print(f"veilflow {stage}: starts", flush=True)
print(f"ERROR [CAST_INVALID_INPUT] The value '{plan['canary']}' can't be cast", flush=True)
if plan[stage] == "crash":
    raise ValueError(plan["canary"])
if plan[stage] == "refuse":
    record = {"stage": stage, "reasons": ["a class holds 4 people"], "remedy": "Edit line 7."}
    put_json(run.store, refusal_key(run.record.dataset, run.record.run, stage), record)
    sys.exit(2)
counts = TableCounts(
    table="patients", rows_in=200, rows_out=190, rows_suppressed=10, columns_in=3, columns_out=2
)
warning = Check(
    name="small cells", table="patients", column="ward", passed=False, blocking=False,
    observed=4, bound=10, sentence="No ward has fewer than 10 people.",
)  # fmt: skip
failed = Check(
    name="k-anonymity",
    table="patients",
    passed=False,
    observed=4,
    bound=5,
    sentence="Classes of 5.",
)
checks = {"warn": (warning,), "reject": (failed, warning)}.get(plan[stage], ())
evidence = StageEvidence(
    stage=stage,
    run=run.record.run,
    dataset=run.record.dataset,
    policy_sha256=run.record.policy_sha256,
    started=dt.datetime.now(dt.UTC),
    seconds=1.5,
    cpu_seconds=1.0,
    tables=(counts,),
    checks=checks,
)
if plan[stage] == "reject":
    refusal = OutputRefused(["patients: k-anonymity failed"], remedy="Edit it.", judged=evidence)
    try:
        refuse(run, stage, "synthetic" if asked.product == "synthetic" else "masked", refusal)
    except ReleaseRefused:
        sys.exit(2)
run.finish(evidence)
