"""A stage's evidence in a few lines of text: for terminals and task logs. Value-free."""

from __future__ import annotations

from collections.abc import Iterator

from veilflow.evidence import Check, ClassRisk, PastCheck, StageEvidence
from veilflow.report.formatting import amount, plural

__all__ = ["figure", "figures_of", "headline", "place_of", "said_of", "summary_lines"]


def summary_lines(evidence: StageEvidence) -> tuple[str, ...]:
    """What happened, one fact a line: rows, timings, verdicts."""
    return (
        f"{evidence.stage}: {headline(evidence)} ({evidence.seconds:.1f} s, "
        f"{evidence.cpu_seconds:.1f} CPU s)",
        *(f"  {line}" for line in _details(evidence)),
    )


def headline(evidence: StageEvidence) -> str:
    """The one fact of a stage that a person waits for."""
    if evidence.source:
        size = sum(table.bytes for table in evidence.source)
        return f"{plural(len(evidence.source), 'table')} pinned, {size / 1e6:,.1f} MB"
    if evidence.columns:
        personal = sum(finding.type != "none" for finding in evidence.columns)
        return f"{len(evidence.columns)} columns, {personal} with a recognised type"
    if evidence.checks:
        passed = sum(check.passed for check in evidence.checks)
        return f"{passed} of {len(evidence.checks)} checks passed"
    if evidence.tables:
        return ", ".join(f"{table.table} {table.rows_out:,} rows" for table in evidence.tables)
    if evidence.synthesis:
        return ", ".join(f"{made.table} {made.rows_sampled:,} rows" for made in evidence.synthesis)
    if evidence.released is not None:
        number = evidence.released.number
        return "trial release" if number is None else f"release {number} is out"
    return "done"


def place_of(check: Check) -> str:
    """The table, or table and column, that a check is about."""
    return f"{check.table}.{check.column}" if check.column else check.table


def said_of(check: Check) -> str:
    """A check's sentence, with what was found and allowed where that was told."""
    figures = figures_of(check)
    return f"{check.sentence} ({figures})" if figures else check.sentence


def figures_of(check: Check | PastCheck) -> str:
    """What a check found and allows, shares in percent; empty where a figure wasn't told."""
    if check.observed is None or check.bound is None:
        return ""
    return f"found {figure(check.observed, check.unit)}, bound {figure(check.bound, check.unit)}"


def figure(number: float, unit: str) -> str:
    """A number as a line of text tells it: a share in percent, anything else as it is."""
    told = amount(number, unit)
    return told if told.endswith("%") else f"{number:g}"


def _details(evidence: StageEvidence) -> Iterator[str]:
    for table in evidence.tables:
        suppressed = table.rows_suppressed
        shown = "fewer than 10" if suppressed is None else f"{suppressed:,}"
        yield f"{table.table}: {table.rows_out:,} rows out, {shown} suppressed"
    if evidence.anonymization is not None and evidence.stage == "protect":
        chosen = evidence.anonymization
        asked = ", ".join([f"k = {chosen.k}", *chosen.models])
        reach = "by" if chosen.recoding == "full_domain" else "up to"
        levels = ", ".join(f"{name} {reach} {level}" for name, level in chosen.level_names.items())
        yield f"{asked}: {levels}; loss {chosen.loss:.4f}"
    for risk in evidence.risk:
        if risk.side == "after":
            yield _risk(risk)
    for check in evidence.checks:
        if not check.passed:
            word = "FAILED" if check.blocking else "warning"
            yield f"{word}: {check.name} on {place_of(check)}: {said_of(check)}"
    yield from evidence.notes
    if evidence.released is not None:
        yield f"at {evidence.released.prefix}"
        yield f"under key {evidence.released.release_key}"


def _risk(risk: ClassRisk) -> str:
    highest = "-" if risk.max_risk is None else f"{risk.max_risk:.2%}"
    average = "-" if risk.average_risk is None else f"{risk.average_risk:.2%}"
    return (
        f"{risk.view}: smallest class {risk.smallest_class} people, "
        f"risk at most {highest}, {average} on average"
    )
