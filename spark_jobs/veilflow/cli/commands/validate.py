"""validate: judge what a run has made, or run any suite on a release.

'validate RUN' is the stage of a pinned run: its verdict is final. With --suite the expectations of
a file are run on a published release (or on what a run has made), decrypted with your own keys,
and nothing is changed by the verdict. Exit code 0: passed; 2: a critical check failed; 1: it could
not be judged.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veilflow.cli.commands.stage import run_one
from veilflow.cli.console import print_json, print_table, stage_line
from veilflow.cli.releases import add_release_arguments, chosen_release
from veilflow.errors import StageFailed, UsageError, VeilflowError

if TYPE_CHECKING:
    from veilflow.evidence import Check
    from veilflow.spark.judged_output import JudgedOutput
    from veilflow.spark.suite_judging import SuiteJudgement

__all__ = ["NAME", "SUITES", "add_arguments", "run"]

NAME = "validate"
SUITES = Path("expectations", "suites")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to judge, and by which suite."""
    add_release_arguments(parser, "a RUN (STORE/runs/DATASET/RUN), or the policy's dataset")
    parser.add_argument(
        "--suite", help=f"a JSON file of suites, or a name of one in {SUITES.as_posix()}/"
    )
    parser.add_argument("--table", help="the table that a suite without one is about")
    parser.add_argument(
        "--output-only",
        action="store_true",
        help="don't read the source; list the checks that would need it as not judged",
    )
    parser.add_argument("--keys", help="key provider (default: the release's own)")
    parser.add_argument("--public-key", type=Path, help="publisher's PEM file")


def run(arguments: argparse.Namespace) -> int:
    """Judge and print; 0 passed, 2 refused, and an error (1) where it could not be judged."""
    is_run = "/runs/" in arguments.dataset
    if arguments.suite is None:
        if not is_run:
            raise UsageError(
                f"{arguments.dataset}: say what to hold the release to.",
                remedy="Name a suite with --suite; 'veilflow suite POLICY' writes one.",
            )
        product = arguments.product
        return run_one(NAME, arguments.dataset, product, as_json=arguments.json)
    document = read_suite(arguments.suite)
    try:
        output = _output(arguments, is_run)
        with stage_line(NAME, quiet=arguments.json):
            judgement = _judged(output, document, arguments)
    except VeilflowError as error:
        if error.exit_code == 1:
            raise
        # 2 is kept for verdicts.
        raise StageFailed(f"It could not be judged: {error}") from None
    _tell(output, judgement, arguments)
    return 0 if judgement.passed else 2


def read_suite(name: str) -> Any:
    """The JSON data of the suite file at the path ``name``, or of that name among the suites."""
    path = next((path for path in _places(name) if path.is_file()), None)
    if path is None:
        there = ", ".join(sorted(file.stem for file in SUITES.glob("*.json"))) or "none"
        raise UsageError(
            f"{name}: there is no such suite file; in {SUITES.as_posix()}/ there is {there}.",
            remedy="'veilflow suite POLICY' writes one.",
        )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: {error.msg}"
    except (ValueError, OSError, RecursionError) as error:
        problem = f"can't be read ({type(error).__name__})"
    raise UsageError(f"{path}: isn't JSON: {problem}")


def _places(name: str) -> Iterator[Path]:
    yield Path(name)
    if "/" not in name:
        yield SUITES / name
        yield SUITES / f"{name}.json"


def _output(arguments: argparse.Namespace, is_run: bool) -> JudgedOutput:
    from veilflow.pipeline.home import expand
    from veilflow.pipeline.publisher import pinned_publisher
    from veilflow.spark.judged_output import output_of_release, output_of_run

    keys = expand(arguments.keys) if arguments.keys else None
    if is_run:
        return output_of_run(arguments.dataset, arguments.product, keys)
    store, release = chosen_release(arguments)
    public_key = pinned_publisher(arguments.dataset, arguments.public_key)
    return output_of_release(store, arguments.dataset, release, public_key, keys)


def _judged(output: JudgedOutput, document: Any, arguments: argparse.Namespace) -> SuiteJudgement:
    from veilflow.spark.session import session
    from veilflow.spark.suite_judging import SuiteRequest, load_suite_judge

    judge = load_suite_judge()
    with session("validate a suite") as spark:
        frames = output.read(spark)
        request = SuiteRequest(
            document=document,
            dataset=output.dataset,
            product=output.product,
            output=frames,
            policy=None if output.run is None else output.run.policy,
            table=arguments.table,
            with_source=None
            if arguments.output_only
            else lambda previous: output.beside_the_source(spark, frames, previous),
        )
        return judge(spark, request)


def _tell(output: JudgedOutput, judgement: SuiteJudgement, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print_json(
            {
                "dataset": output.dataset,
                "release": output.release,
                "product": output.product,
                "passed": judgement.passed,
                "checks": [check.to_json() for check in judgement.checks],
                "not_judged": [
                    {"name": one.name, "table": one.table, "column": one.column, "why": one.why}
                    for one in judgement.not_judged
                ],
            }
        )
        return
    print(f"{output.dataset} {output.release} ({output.product})")
    rows = [
        (_word(c), c.name, _place(c.table, c.column), _figure(c.observed), _figure(c.bound))
        for c in judgement.checks
    ]
    rows += [
        ("not judged", one.name, _place(one.table, one.column), "", "")
        for one in judgement.not_judged
    ]
    print_table(("", "check", "where", "found", "bound"), rows)
    for check in judgement.checks:
        if not check.passed:
            print(
                f"{_word(check)}: {check.name} on {_place(check.table, check.column)}: "
                f"{check.sentence}"
            )
    for why in dict.fromkeys(one.why for one in judgement.not_judged):
        count = sum(one.why == why for one in judgement.not_judged)
        print(f"{count} not judged: {why}")
    passed = sum(check.passed for check in judgement.checks)
    verdict = "passed" if judgement.passed else "refused"
    print(f"{verdict}: {passed} of {len(judgement.checks)} checks passed")


def _word(check: Check) -> str:
    return "passed" if check.passed else "FAILED" if check.blocking else "warning"


def _place(table: str, column: str | None) -> str:
    return f"{table}.{column}" if column else table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
