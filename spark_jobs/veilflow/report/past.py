"""The validations of this product so far: verdicts and rows, run by run."""

from __future__ import annotations

from collections import Counter

from veilflow.evidence import PastValidation
from veilflow.report.check_groups import State, state_of
from veilflow.report.facts import Facts
from veilflow.report.formatting import date, moment, plural
from veilflow.report.layout import Column, code, data_table, fold
from veilflow.report.markup import Child, Markup, tag
from veilflow.report.sparklines import sparkline
from veilflow.report.trends import Point, compared

__all__ = ["past_validations"]

_HEADINGS = (
    Column("When"),
    Column("Run"),
    Column("Verdict"),
    Column("Failed", numeric=True),
    Column("Warnings", numeric=True),
    Column("Rows"),
)


def past_validations(facts: Facts) -> Markup | None:
    """The strip of verdicts and the table behind it; None where nothing came before."""
    past = compared(facts)
    trials = sum(each.trial for each in facts.history)
    notes = [tag("p", note) for note in facts.history_notes]
    if not past:
        return tag("div", tag("h3", "Validations so far"), *notes, class_="past") if notes else None
    now: State = "failed" if any(c.is_blocking_failure for c in facts.checks) else "passed"
    points = [Point(each.created, _verdict(each)) for each in past]
    points.append(Point(facts.created, now if facts.checks else "absent"))
    refused = sum(point.outcome == "failed" for point in points[:-1])
    said = (
        f"{plural(len(past), 'earlier validation')} since {date(past[0].created)}: "
        f"{len(past) - refused:,} passed, {refused:,} failed."
    )
    if trials:
        said += f" {plural(trials, 'trial run')} left out: a part of the rows is no comparison."
    title = "Verdicts of the last validations, this one at the end"
    picture = sparkline("past", title, said, points) if len(past) > 1 else None
    table = data_table(_HEADINGS, [(None, [_row(each) for each in reversed(past)])])
    return tag(
        "div",
        tag("h3", "Validations so far"),
        tag("p", said, class_="lead"),
        *notes,
        picture,
        fold("The earlier validations", table),
        class_="past",
    )


def _verdict(past: PastValidation) -> State:
    return "passed" if past.passed else "failed"


def _row(past: PastValidation) -> tuple[Child, ...]:
    states = Counter(state_of(check) for check in past.checks)
    rows = ", ".join(f"{table} {number:,}" for table, number in past.rows.items())
    return (
        moment(past.created),
        code(past.run),
        _verdict(past),
        f"{states['failed']:,}",
        f"{states['warning']:,}",
        rows or "not told",
    )
