"""suite: write the Great Expectations suites that a policy compiles to, to read, extend and run.

'veilflow validate DATASET --suite FILE' runs what this wrote.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from veilflow.errors import UsageError

__all__ = ["NAME", "add_arguments", "run"]

NAME = "suite"
_COMPILER = "veilflow_expectations.suite:suites_document"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The policy, and where to write."""
    parser.add_argument("policy", type=Path, help="the policy file")
    parser.add_argument(
        "--root", action="append", metavar="TABLE", help="a table with one row a person"
    )
    parser.add_argument("--out", type=Path, help="the file to write (default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Compile and write; a file that is there already is left alone."""
    from veilflow.policy import load_policy
    from veilflow.spark.judging import look_up

    policy = load_policy(arguments.policy)
    for root in arguments.root or ():
        if root not in policy.tables:
            raise UsageError(f"--root: there is no table {root!r} in the policy")
    document = look_up(_COMPILER)(policy, arguments.root)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if arguments.out is None:
        print(text, end="")
        return 0
    try:
        with arguments.out.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise UsageError(
            f"{arguments.out}: is there already.",
            remedy="Name another file; what you added to this one would be lost.",
        ) from None
    except OSError as error:
        raise UsageError(f"{arguments.out}: can't be written ({type(error).__name__})") from None
    return 0
