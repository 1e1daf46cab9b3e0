"""What the spark-submit entry scripts do: one stage, value-free output, and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from veilflow.errors import VeilflowError

__all__ = ["main"]


def main(stage: str, argv: Sequence[str] | None = None) -> int:
    """Run ``stage`` for ``--run URI``. 0: done; 2: refused by a policy or a gate; 1: failed.

    Prints what was measured. An unexpected error is told by its class and our line only, since
    its message may hold a cell value.
    """
    parser = argparse.ArgumentParser(description=f"the {stage} stage of a pinned run")
    parser.add_argument("--run", required=True, help="STORE/runs/DATASET/RUN")
    parser.add_argument("--product", choices=("masked", "synthetic"), default="masked")
    arguments = parser.parse_args(argv)
    name = (
        f"{stage}_synthetic" if (stage, arguments.product) == ("validate", "synthetic") else stage
    )
    try:
        _run(name, arguments.run)
    except VeilflowError as error:
        print(f"veilflow {name}: {type(error).__name__}: {error}", file=sys.stderr)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - its message may hold a value
        from veilflow.spark.redaction import describe

        print(f"veilflow {name}: unexpected {describe(error)}", file=sys.stderr)
        return 1
    return 0


def _run(stage: str, uri: str) -> None:
    from veilflow.pipeline import open_run
    from veilflow.pipeline.summary import summary_lines
    from veilflow.spark.jobs import run_stage
    from veilflow.spark.session import session

    run = open_run(uri)
    with session(stage) as spark:
        # From this line on a task log in Airflow passes on our own lines alone: data is read now.
        print(f"veilflow {stage}: starts", flush=True)
        evidence = run_stage(spark, run, stage)
    for line in summary_lines(evidence):
        print(f"veilflow {line}", flush=True)
