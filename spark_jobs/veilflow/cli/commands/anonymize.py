"""anonymize: anonymise one table in the clear, for study and comparison. It makes no release.

Goes by the policy's 'anonymize:' section and masks the other columns as the policy says. INPUT
stands in for the one table that the policy names: a CSV file, JSON lines, a Parquet file, or a
folder of CSV or Parquet files. The output has the policy's released columns, rows in the order of
the input, and is neither encrypted, validated nor recorded: who may see it is for you to decide.
Columns that are masked with a key (pseudonyms) are left out, for this command opens none.

Tells, from the output itself, the levels chosen, what they cost, and whether each model that the
policy asks for is met. Exit code 2 if it can't be met, with the nearest setting that could be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veilflow.cli.console import print_json, print_table, stage_line
from veilflow.errors import UsageError

if TYPE_CHECKING:
    from veilflow.pipeline.measure import StageClock
    from veilflow.study.anonymized import StudyResult
    from veilflow.study.plan import StudyPlan

__all__ = ["NAME", "add_arguments", "run"]

NAME = "anonymize"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the policy, and where the plaintext goes."""
    parser.add_argument("input", metavar="INPUT", type=Path, help="file or folder of one table")
    parser.add_argument("--policy", required=True, type=Path, help="policy file with one table")
    parser.add_argument(
        "--plaintext-out", required=True, type=Path, metavar="OUT",
        help="file to write in the clear, ending in .csv or .parquet; one that exists is replaced",
    )  # fmt: skip
    parser.add_argument(
        "--delimiter", help="of a CSV input (default: the policy's, else found in its header)"
    )
    parser.add_argument(
        "--spark", action="store_true",
        help="work on Spark, with rows in no order; by itself above 512 MB of input",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Anonymise, write, and say what became of it."""
    from veilflow.pipeline.measure import StageClock
    from veilflow.study.plan import IN_MEMORY_BYTES, planned
    from veilflow.study.writing import check_output_path

    delimiter = arguments.delimiter
    if delimiter is not None and len(delimiter) != 1:
        raise UsageError("--delimiter is one character, as in --delimiter ';'")
    out = arguments.plaintext_out
    check_output_path(out, (arguments.input, arguments.policy))
    clock = StageClock()
    plan = planned(arguments.policy, arguments.input, delimiter)
    if arguments.spark or plan.found.size > IN_MEMORY_BYTES:
        from veilflow.spark.session import session
        from veilflow.spark.study import anonymize_on_spark

        with stage_line("anonymize on Spark", quiet=arguments.json):
            with session("anonymize") as spark:
                result = anonymize_on_spark(spark, plan, out, clock)
    else:
        result = _in_memory(plan, out, clock, arguments.json)
    print(
        f"{out}: written in the clear: not encrypted, not validated, not a release.",
        file=sys.stderr,
    )
    if plan.left_out:
        names = ", ".join(plan.left_out)
        print(f"left out, for want of a key: {names}", file=sys.stderr)
    told = {
        **result.to_json(),
        "columns": list(plan.released),
        "left_out": list(plan.left_out),
        "seconds": {**clock.phases, "all": clock.seconds},
        "output": str(out),
    }
    if arguments.json:
        print_json(told)
    else:
        _show(result, told)
    return 0


def _in_memory(plan: StudyPlan, out: Path, clock: StageClock, quiet: bool) -> StudyResult:
    from veilflow.study.anonymized import anonymize_table
    from veilflow.study.plan import read_population, read_raw
    from veilflow.study.writing import write_plaintext

    with stage_line("anonymize", quiet=quiet):
        with clock.phase("read"):
            plan, raw = read_raw(plan)
            population = read_population(plan)
        made = anonymize_table(plan, raw, population, clock)
        with clock.phase("write"):
            write_plaintext(made.table, out, plan.found.reading.delimiter)
    return made.result


def _show(result: StudyResult, told: dict[str, Any]) -> None:
    left = result.rows - result.suppressed_rows
    share = result.suppressed_rows / max(result.rows, 1)
    print(f"rows                {left:,} of {result.rows:,} ({share:.2%} suppressed)")
    print(f"classes             {result.classes:,}")
    for name in ("loss", "granularity_quality", "average_class_size", "non_uniform_entropy"):
        if told[name] is not None:
            print(f"{name.replace('_', ' '):<20}{told[name]:,.6g}")
    print(f"discernibility      {told['discernibility']:,}")
    if not result.chosen.solution.optimal:
        seen, total = told["nodes"]["seen"], told["nodes"]["total"]
        print(f"not proven best     {seen:,} of {total:,} nodes were seen")
    print()
    if result.levels is not None:
        print_table(("quasi-identifier", "level"), list(result.levels.items()))
        print()
    rows = [
        (
            " ".join(filter(None, (model["name"], model.get("column"), model.get("kind")))),
            _number(model["bound"]),
            _number(model["measured"]),
            {True: "yes", False: "NO", None: "not measured"}[model["met"]],
        )
        for model in told["models"]
    ]
    print_table(("model, measured on the output", "bound", "measured", "met"), rows)


def _number(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " to ".join(_number(one) for one in value)
    return "" if value is None else f"{value:.6g}"
