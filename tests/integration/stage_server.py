"""Runs stages in one hardened Spark session: a JSON request a line in, a JSON answer a line out.

A process of its own, because Spark's workers inherit the environment of the JVM that starts them:
endpoints and credentials have to be there before Spark is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from veilflow.errors import VeilflowError
from veilflow.pipeline import open_run
from veilflow.spark.jobs import run_stage
from veilflow.spark.session import session
from veilflow.store.key_records import forget_keys


def answer(spark: Any, request: dict[str, Any]) -> dict[str, Any]:
    """What became of one stage."""
    os.environ["VEILFLOW_JUDGE"] = request["judge"]
    forget_keys()
    begun = time.monotonic()
    try:
        evidence = run_stage(spark, open_run(request["run"]), request["stage"])
    except VeilflowError as error:
        return {
            "error": type(error).__name__,
            "message": str(error),
            "seconds": time.monotonic() - begun,
        }
    return {"evidence": evidence.to_json()}


def main() -> None:
    """Serve until standard input ends."""
    with session("stages", "local[2]", {"spark.sql.shuffle.partitions": "2"}) as spark:
        print("ready", flush=True)
        for line in sys.stdin:
            print(json.dumps(answer(spark, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
