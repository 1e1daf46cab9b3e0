"""How the output was made: rows on their way, synthetic rows, stages and their cost, the source."""

from __future__ import annotations

from veilflow.evidence import StageEvidence, TableCounts
from veilflow.report.facts import Facts
from veilflow.report.formatting import MERGED, bytes_size, count, moment, percent, plural, seconds
from veilflow.report.free_text import redacted_texts
from veilflow.report.layout import Column, code, data_table, fold, section
from veilflow.report.markup import Child, Markup, join, tag

__all__ = ["stages", "synthesis", "table_counts"]

_TABLES = (
    Column("Table"),
    Column("Rows in", numeric=True),
    Column("Rows out", numeric=True),
    Column("Rows suppressed", numeric=True),
    Column("Columns in", numeric=True),
    Column("Columns out", numeric=True),
)
_SYNTHESIS = (
    Column("Table"),
    Column("Method"),
    Column("Rows fitted", numeric=True),
    Column("Rows sampled", numeric=True),
    Column("Rare values merged", numeric=True),
    Column("Library"),
)
_STAGES = (
    Column("Stage"),
    Column("Time", numeric=True),
    Column("CPU", numeric=True),
    Column("Read", numeric=True),
    Column("Written", numeric=True),
    Column("Details"),
)
_SOURCE = (
    Column("Table"),
    Column("Files", numeric=True),
    Column("Size", numeric=True),
    Column("Keyed digest"),
)


def table_counts(facts: Facts) -> Markup | None:
    if not facts.tables:
        return None
    lead = f"Counts of {MERGED} rows on the source's side aren't told."
    rows = [_table_row(each) for each in facts.tables]
    counts = data_table(_TABLES, [(None, rows)])
    return section("tables", "Tables", lead, counts, redacted_texts(facts))


def synthesis(facts: Facts) -> Markup | None:
    if not facts.synthesis:
        return None
    lead = (
        "A model was fitted on rows of the source and new rows were drawn from it. Direct "
        "identifiers are never shown to a model."
    )
    rows: list[tuple[Child, ...]] = [
        (
            join(code(each.table), _modelled(each.columns)),
            each.method.replace("_", " "),
            f"{each.rows_fitted:,}",
            f"{each.rows_sampled:,}",
            count(each.rare_values_merged),
            each.library,
        )
        for each in facts.synthesis
    ]
    table = data_table(_SYNTHESIS, [(None, rows)])
    return section("synthesis", "Synthesis", lead, table)


def stages(facts: Facts) -> Markup:
    if not facts.stages:
        return section("stages", "Stages", "No stage of this run left evidence.")
    time = sum(stage.seconds for stage in facts.stages)
    cpu = sum(stage.cpu_seconds for stage in facts.stages)
    lead = (
        f"{plural(len(facts.stages), 'stage')}, {seconds(time)} of work in all, with "
        f"{seconds(cpu)} of CPU time. Waiting between stages isn't counted."
    )
    rows = [_stage_row(facts, stage) for stage in facts.stages]
    table = data_table(_STAGES, [(None, rows)], class_="stages")
    return section("stages", "Stages", lead, table, _source(facts))


def _table_row(each: TableCounts) -> tuple[Child, ...]:
    suppressed = count(each.rows_suppressed)
    if each.rows_in and each.rows_suppressed:
        suppressed += f" ({percent(each.rows_suppressed / each.rows_in)})"
    return (
        code(each.table),
        count(each.rows_in),
        count(each.rows_out),
        suppressed,
        f"{each.columns_in:,}",
        f"{each.columns_out:,}",
    )


def _modelled(columns: tuple[str, ...]) -> Markup | None:
    if not columns:
        return None
    return fold(plural(len(columns), "modelled column"), tag("p", ", ".join(columns)))


def _stage_row(facts: Facts, stage: StageEvidence) -> tuple[Child, ...]:
    return (
        join(
            tag("strong", stage.stage),
            tag("p", moment(stage.started), class_="quiet"),
            _foreign(facts, stage),
        ),
        seconds(stage.seconds),
        seconds(stage.cpu_seconds),
        bytes_size(stage.bytes_read),
        bytes_size(stage.bytes_written),
        _details(stage),
    )


def _foreign(facts: Facts, stage: StageEvidence) -> Markup | None:
    """A warning where evidence of another run, dataset or policy was mixed in."""
    belongs = {
        "another run": stage.run == facts.run,
        "another dataset": stage.dataset == facts.dataset,
        "another version of the policy": stage.policy_sha256 == facts.policy_sha256,
    }
    strange = [name for name, is_ours in belongs.items() if not is_ours]
    if not strange:
        return None
    return tag("p", f"made by {' and '.join(strange)}", class_="warning")


def _details(stage: StageEvidence) -> Markup:
    notes = tag("ul", [tag("li", note) for note in stage.notes]) if stage.notes else None
    phases = [f"{name.replace('_', ' ')} {seconds(took)}" for name, took in stage.phases.items()]
    versions = [f"{name} {version}" for name, version in stage.versions.items()]
    lines = [
        tag("p", f"{label}: {', '.join(items)}")
        for label, items in (
            ("Phases", phases),
            ("Versions", versions),
            ("Attempt", [stage.attempt] if stage.attempt else []),
        )
        if items
    ]
    return join(notes, fold("Phases and versions", lines) if lines else None)


def _source(facts: Facts) -> Markup | None:
    if not facts.source:
        return None
    files = sum(each.files for each in facts.source)
    size = sum(each.bytes for each in facts.source)
    rows = [
        (code(each.table), f"{each.files:,}", bytes_size(each.bytes), code(each.digest))
        for each in facts.source
    ]
    return fold(
        f"Source, pinned at one point in time: {plural(files, 'file')}, {bytes_size(size)}",
        tag(
            "p",
            "The digests are keyed under the dataset's key, so they can be compared but not "
            "guessed at.",
            class_="quiet",
        ),
        data_table(_SOURCE, [(None, rows)]),
    )
