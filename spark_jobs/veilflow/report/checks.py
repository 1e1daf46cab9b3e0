"""The checks: what was looked for in the output, what was found, and what was allowed."""

from __future__ import annotations

from veilflow.report.facts import Facts, JudgedCheck
from veilflow.report.formatting import amount, humanise
from veilflow.report.layout import Column, code, data_table, section
from veilflow.report.markup import Child, Markup, join, tag

__all__ = ["checks"]

_HEADINGS = (
    Column("Result"),
    Column("Check"),
    Column("Where"),
    Column("Found", numeric=True),
    Column("Bound", numeric=True),
)


def checks(facts: Facts) -> Markup:
    lead = "Failed checks come first. A check that fails stops the release, unless it is advisory."
    if not facts.checks:
        return section("checks", "Checks", "No check was recorded in this run.")
    ordered = sorted(facts.checks, key=lambda each: (each.check.passed, not each.check.blocking))
    rows = [_row(each) for each in ordered]
    return section(
        "checks", "Checks", lead, data_table(_HEADINGS, [(None, rows)], class_="checks", head=1)
    )


def _row(judged: JudgedCheck) -> tuple[Child, ...]:
    check = judged.check
    return (
        _result(judged),
        join(tag("strong", humanise(check.name)), tag("p", check.sentence)),
        join(_where(judged), tag("p", f"in {judged.stage}", class_="quiet")),
        amount(check.observed, check.unit),
        amount(check.bound, check.unit),
    )


def _result(judged: JudgedCheck) -> Markup:
    if judged.check.passed:
        glyph, word, kind = "✓", "passed", "passed"
    elif judged.check.blocking:
        glyph, word, kind = "✕", "failed", "failed"
    else:
        glyph, word, kind = "△", "failed, advisory", "noted"
    mark = tag("span", glyph, class_="glyph", aria_hidden="true")
    return tag("span", mark, tag("span", word), class_=f"result {kind}")


def _where(judged: JudgedCheck) -> Child:
    check = judged.check
    return code(f"{check.table}.{check.column}" if check.column else check.table)
