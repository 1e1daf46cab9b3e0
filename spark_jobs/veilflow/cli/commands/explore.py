"""explore: show what k costs, before deciding on it. Nothing of the table is written.

Aggregates INPUT once and finds the best full-domain generalisation for a grid of k and suppression
limits: what is lost, how many rows go, how large the remaining risk is; which points can't be
bettered; and which column costs most at the policy's own k and limit. INPUT stands in for the one
table that the policy names, as for 'veilflow anonymize'. --out writes it as one HTML page. Input
above 512 MB is aggregated by Spark.

--choose takes one point over into the policy file: only the values of k and suppression_limit
change there, everything else stays byte for byte, and the difference is shown.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.cli.console import print_json, print_table, stage_line
from veilflow.errors import UsageError

if TYPE_CHECKING:
    from veilflow.anonymize import Problem
    from veilflow.pipeline.measure import StageClock
    from veilflow.study.plan import StudyPlan
    from veilflow.study.policy_edit import PolicyEdit
    from veilflow.study.told import Exploration

__all__ = ["NAME", "add_arguments", "run"]

NAME = "explore"
_CHOICE = re.compile(r"k=(\d+),\s*limit=(\d*\.?\d+)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the policy, the grid, where the page goes, and the point to take over."""
    parser.add_argument("input", metavar="INPUT", type=Path, help="file or folder of one table")
    parser.add_argument("--policy", required=True, type=Path, help="policy file with one table")
    parser.add_argument("--out", type=Path, help="HTML page to write; one that exists is replaced")
    parser.add_argument(
        "--choose", metavar="POINT",
        help="write a point into the policy: its number, or 'k=10,limit=0.05'",
    )  # fmt: skip
    parser.add_argument("--k", help="the k to look at (default: 2,3,5,10,20,50,100)")
    parser.add_argument(
        "--limits", help="the suppression limits (default: 0,0.01,0.02,0.05,0.1,0.2,1)"
    )
    parser.add_argument(
        "--delimiter", help="of a CSV input (default: the policy's, else found in its header)"
    )
    parser.add_argument("--spark", action="store_true", help="aggregate on Spark whatever the size")
    parser.add_argument(
        "--seconds", type=float, default=120.0,
        help="for all searches together (default 120); what isn't proven by then says so",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Search, show, and write what was asked for."""
    from veilflow.pipeline.measure import StageClock
    from veilflow.study.page import render_exploration
    from veilflow.study.plan import planned

    choice = _choice(arguments.choose)
    if arguments.delimiter is not None and len(arguments.delimiter) != 1:
        raise UsageError("--delimiter is one character, as in --delimiter ';'")
    before = _policy_bytes(arguments.policy)
    clock = StageClock()
    plan = planned(arguments.policy, arguments.input, arguments.delimiter)
    found = _explored(arguments, plan, choice, clock)
    edit = None if choice is None else _edit(arguments.policy, before, found, choice)
    if arguments.out is not None:
        _write_page(arguments.out, render_exploration(found))
    if edit is not None:
        edit.write()
    if arguments.json:
        chosen = {} if edit is None else {"diff": edit.diff()}
        page = {} if arguments.out is None else {"page": str(arguments.out)}
        print_json({**found.to_json(), **chosen, **page})
        return 0
    _show(found)
    if arguments.out is not None:
        print(f"\n{arguments.out}: open it in a browser")
    if edit is not None:
        print(f"\n{edit.diff() or 'the policy has these values already'}", end="")
    return 0


@dataclass(frozen=True)
class _Choice:
    """A point by its number, or by k and limit."""

    number: int | None = None
    k: int | None = None
    limit: float | None = None


def _choice(text: str | None) -> _Choice | None:
    if text is None:
        return None
    if text.isdecimal():
        return _Choice(number=int(text))
    match = _CHOICE.fullmatch(text.replace(" ", ""))
    if match is None or int(match[1]) < 1 or float(match[2]) > 1:
        raise UsageError("--choose is a point's number, or 'k=10,limit=0.05' (a limit of 0 to 1)")
    return _Choice(k=int(match[1]), limit=float(match[2]))


def _numbers(text: str | None, default: Sequence[float], flag: str) -> tuple[float, ...]:
    if text is None:
        return tuple(default)
    try:
        found = tuple(float(one) for one in text.split(","))
    except ValueError:
        found = (math.nan,)
    if not all(map(math.isfinite, found)):
        raise UsageError(f"{flag} is a list of numbers, as in {flag} 5,10,20")
    return found


def _grid(arguments: argparse.Namespace, problem: Problem, choice: _Choice | None) -> _Grid:
    """What was asked for or the usual grid, with the policy's own point and the one chosen."""
    from veilflow.study.frontier import KS, LIMITS

    given = _numbers(arguments.k, KS, "--k")
    limits = _numbers(arguments.limits, LIMITS, "--limits")
    if any(k < 1 or k != int(k) for k in given) or any(not 0 <= x <= 1 for x in limits):
        raise UsageError("--k are whole numbers from 1, --limits numbers from 0 to 1")
    (view,) = problem.views
    ks = {int(k) for k in given if arguments.k is not None or k <= view.total_units}
    ks |= {problem.k}
    of_choice = []
    if choice is not None and choice.k is not None and choice.limit is not None:
        ks |= {choice.k}
        of_choice = [choice.limit]
    return _Grid(tuple(sorted(ks)), tuple(sorted({*limits, problem.suppression_limit, *of_choice})))


@dataclass(frozen=True)
class _Grid:
    ks: tuple[int, ...]
    limits: tuple[float, ...]


def _explored(
    arguments: argparse.Namespace, plan: StudyPlan, choice: _Choice | None, clock: StageClock
) -> Exploration:
    from veilflow.study.frontier import Explorer
    from veilflow.study.plan import IN_MEMORY_BYTES
    from veilflow.study.told import Exploration

    if arguments.spark or plan.found.size > IN_MEMORY_BYTES:
        plan, problem = _on_spark(plan, clock, quiet=arguments.json)
    else:
        plan, problem = _in_memory(plan, clock)
    grid = _grid(arguments, problem, choice)
    explorer = Explorer(problem, max(grid.ks), arguments.seconds)
    with clock.phase("search"):
        frontier = explorer.frontier(grid.ks, grid.limits, _progress(arguments.json))
    with clock.phase("columns"):
        place = frontier.at(problem.k, problem.suppression_limit)
        here = None if place is None else frontier.points[place].figures
        costs = () if here is None else explorer.column_costs(problem, here)
    section = plan.policy.anonymize
    assert section is not None
    return Exploration(
        dataset=plan.policy.dataset,
        k=problem.k,
        limit=problem.suppression_limit,
        rows=problem.views[0].total_rows,
        quasi_identifiers=tuple(table.column for table in problem.columns),
        frontier=frontier,
        columns=costs,
        people="rows" if problem.views[0].units is None else "people",
        recoding=section.recoding,
        seconds={**clock.phases, "all": clock.seconds},
    )


def _in_memory(plan: StudyPlan, clock: StageClock) -> tuple[StudyPlan, Problem]:
    from veilflow.anonymize.tables import cast_table, problem_of
    from veilflow.study.plan import read_population, read_raw

    with clock.phase("read"):
        plan, raw = read_raw(plan)
        population = read_population(plan)
    with clock.phase("aggregate"):
        return plan, problem_of(plan.policy, cast_table(plan.policy, raw), population).problem


def _on_spark(plan: StudyPlan, clock: StageClock, *, quiet: bool) -> tuple[StudyPlan, Problem]:
    from veilflow.spark.session import session
    from veilflow.spark.study import problem_on_spark

    with stage_line("explore: aggregate on Spark", quiet=quiet), session("explore") as spark:
        return problem_on_spark(spark, plan, clock)


def _progress(quiet: bool) -> Callable[[int, int], None]:
    shown = sys.stderr.isatty() and not quiet

    def told(done: int, total: int) -> None:
        if shown:
            end = "\r" + " " * 60 + "\r" if done == total else ""
            print(f"\r… explore: {done} of {total} points{end}", end="", file=sys.stderr)

    return told


def _edit(path: Path, before: bytes, found: Exploration, choice: _Choice) -> PolicyEdit:
    from veilflow.errors import ReleaseRefused
    from veilflow.study.policy_edit import edited

    points = found.frontier.points
    if choice.number is not None:
        if not 1 <= choice.number <= len(points):
            raise UsageError(f"--choose: there are points 1 to {len(points)}")
        point = points[choice.number - 1]
        return edited(path, before, point.k, point.limits[0])
    assert choice.k is not None and choice.limit is not None
    if found.frontier.at(choice.k, choice.limit) is None:
        possible = [p.limits[0] for p in points if p.k == choice.k]
        nearest = (
            f" The least limit of the grid that will do is {min(possible):g}." if possible else ""
        )
        raise ReleaseRefused(
            f"k = {choice.k} can't be met at a suppression limit of {choice.limit:g}.{nearest}",
            remedy="The policy is left as it is.",
        )
    return edited(path, before, choice.k, choice.limit)


def _policy_bytes(path: Path) -> bytes:
    """The file's content before it is read as a policy, to see whether it changes meanwhile."""
    try:
        return path.read_bytes()
    except OSError:
        return b""  # reading the policy says what is wrong


def _write_page(path: Path, page: str) -> None:
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(page, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _show(found: Exploration) -> None:
    from veilflow.report.formatting import decimal, percent
    from veilflow.study.page import limits_text

    rows = []
    for number, point in enumerate(found.frontier.points, 1):
        figures = point.figures
        marks = "*" if point.is_best else ""
        marks += ">" if number - 1 == found.policy_point else ""
        marks += "~" if not point.is_optimal else ""
        rows.append(
            (
                number, point.k, limits_text(point),
                percent(found.suppressed_share(point), absent="<10 rows"),
                f"{figures.loss:.4f}", percent(figures.granularity_quality), figures.classes,
                percent(figures.average_risk), percent(figures.max_risk),
                " ".join(map(str, figures.levels)), marks,
            )
        )  # fmt: skip
    headings = (
        "no.", "k", "limit", "left out", "loss", "detail", "classes", "avg risk", "max risk",
        "levels", "",
    )  # fmt: skip
    print_table(headings, rows, widest=24)
    print("\n* can't be bettered in k, rows left out and loss   > the policy   ~ not proven best")
    for k, limit in found.frontier.impossible:
        print(f"k = {k} can't be met at a limit of {percent(limit)}")
    if found.columns:
        print(f"\nwhat each column costs, at k = {found.k} and a limit of {percent(found.limit)}:")
        ordered = sorted(found.columns, key=lambda c: (c.others_without or c.others) - c.others)
        print_table(
            ("column", "level", "detail lost", "of the loss", "others' loss", "without it",
             "one level finer"),
            [
                (
                    c.column, f"{c.level} {c.level_name}", percent(c.lost), percent(c.part),
                    f"{c.others:.4f}",
                    "" if c.others_without is None else f"{c.others_without:.4f}",
                    decimal(c.finer, absent=""),
                )
                for c in ordered
            ],
            widest=24,
        )  # fmt: skip
    if found.recoding != "full_domain":
        print(f"\nthe policy's recoding is {found.recoding}, which loses less than shown here")
