"""run: pin, classify, protect, validate and publish a policy's tables, without Airflow.

The same stages that the DAG runs, in one Spark session of this machine or of VEILFLOW_MASTER.
Parameters only tighten what the policy says.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from veilflow.cli.console import print_json, stage_line
from veilflow.errors import PolicyError, ReleaseRefused

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from veilflow.evidence import StageEvidence
    from veilflow.pipeline import RunParameters
    from veilflow.pipeline.state import Run

__all__ = ["NAME", "add_arguments", "run"]

NAME = "run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The policy and what may be tightened."""
    parser.add_argument("policy", help="the policy file")
    parser.add_argument("--input", help="a folder inside the policy's source.root")
    parser.add_argument("--k", type=int, help="a stricter k than the policy's")
    parser.add_argument(
        "--trial-rows", type=int, help="read only so many rows; the release never becomes current"
    )
    parser.add_argument(
        "--exhaustive", action="store_true", help="classify columns on all rows, not on a sample"
    )
    parser.add_argument("--run", dest="run_id", help="resume the run of this id")
    parser.add_argument("--master", help="Spark master (default: VEILFLOW_MASTER or local[*])")


def run(arguments: argparse.Namespace) -> int:
    """Run every stage; 0 when all products are out, 2 when one was refused."""
    from veilflow.pipeline import new_run_id, open_run, pin
    from veilflow.spark.session import session

    with stage_line("pin", quiet=arguments.json):
        run_id = arguments.run_id or new_run_id()
        reference = pin(arguments.policy, run_id, _parameters(arguments))
    opened = open_run(reference.uri)
    done: list[StageEvidence] = []
    refusals: list[ReleaseRefused] = []
    pinned = opened.evidence("pin")
    assert pinned is not None
    _tell(pinned, arguments)
    if not arguments.json:
        print(f"  run {opened.ref.uri}", file=sys.stderr)
    done.append(pinned)
    try:
        with session("run", arguments.master) as spark:
            for outcome in _stages(spark, opened, arguments):
                if isinstance(outcome, ReleaseRefused):
                    refusals.append(outcome)
                else:
                    done.append(outcome)
    except BaseException:
        resume = f"veilflow run {shlex.quote(arguments.policy)} --run {run_id}"
        print(f"not finished; to resume it: {resume}", file=sys.stderr)
        raise
    _conclude(opened, done, refusals, arguments)
    return 2 if refusals else 0


def _parameters(arguments: argparse.Namespace) -> RunParameters:
    from pydantic import ValidationError

    from veilflow.pipeline import RunParameters

    try:
        return RunParameters(
            input=arguments.input,
            k=arguments.k,
            trial_rows=arguments.trial_rows,
            exhaustive=arguments.exhaustive,
        )
    except ValidationError as error:
        problems = [f"{item['loc'][0]}: {item['msg']}" for item in error.errors()]
    raise PolicyError(problems)


def _stages(
    spark: SparkSession, opened: Run, arguments: argparse.Namespace
) -> Iterator[StageEvidence | ReleaseRefused]:
    """Each stage's evidence, or the refusal that ends its product; the other product goes on."""
    from veilflow.evidence import StageEvidence
    from veilflow.pipeline import publish, stages_for
    from veilflow.pipeline.stages import product_of
    from veilflow.spark.jobs import run_stage

    refused: set[str] = set()
    for stage in stages_for(opened.policy)[1:]:
        product = product_of(stage)
        if product in refused:
            continue
        try:
            with stage_line(stage, quiet=arguments.json):
                if stage.startswith("publish"):
                    evidence = StageEvidence.from_json(publish(opened.ref.uri, product))
                else:
                    evidence = run_stage(spark, opened, stage)
        except ReleaseRefused as refusal:
            print(f"refused: {stage}: {refusal}", file=sys.stderr)
            refused |= {"masked", "synthetic"} if stage == "classify" else {product}
            yield refusal
        else:
            _tell(evidence, arguments)
            yield evidence


def _tell(evidence: StageEvidence, arguments: argparse.Namespace) -> None:
    from veilflow.pipeline.summary import summary_lines

    if not arguments.json:
        print("\n".join(summary_lines(evidence)), file=sys.stderr, flush=True)


def _conclude(
    opened: Run,
    done: list[StageEvidence],
    refusals: list[ReleaseRefused],
    arguments: argparse.Namespace,
) -> None:
    released = [evidence.released for evidence in done if evidence.released is not None]
    if arguments.json:
        print_json(
            {
                "run": opened.ref.uri,
                "released": [item.to_json() for item in released],
                "refused": [reason for refusal in refusals for reason in refusal.reasons],
                "stages": [evidence.to_json() for evidence in done],
            }
        )
        return
    for item in released:
        number = "trial" if item.number is None else f"number {item.number}"
        print(f"{item.product} release {item.release} ({number})")
        print(f"  where    {item.prefix}")
        print(f"  key      {item.release_key} in {item.provider}")
        print(f"  report   {item.report}")
        print(f"  read it  veilflow read {opened.record.dataset} --release {item.release}")
