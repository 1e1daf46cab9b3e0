"""The protect job: decide, then write the masked tables, encrypted, to the release prefix."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from veilflow.anonymize.view_plan import QuasiColumn, quasi_columns
from veilflow.evidence import (
    Anonymization,
    ColumnPromises,
    OutputColumn,
    OutputFile,
    StageEvidence,
    TableCounts,
    coarse_count,
)
from veilflow.pipeline.linkage import keyed_columns
from veilflow.pipeline.measure import StageClock
from veilflow.pipeline.paths import release_name
from veilflow.pipeline.source import PinnedTable
from veilflow.pipeline.stages import Product
from veilflow.pipeline.state import Run
from veilflow.policy import Policy
from veilflow.policy.promises import promises_of
from veilflow.spark.holdout import dataset_key
from veilflow.spark.lending import lending_key
from veilflow.spark.masking import Masked
from veilflow.spark.population import read_population
from veilflow.spark.protect import Decision, decide, protect
from veilflow.spark.random_order import counting_in_random_order
from veilflow.spark.reading import TableReading, cast_columns, check_reading, read_source
from veilflow.spark.resources import opened_resources
from veilflow.spark.risk_before import risk_before
from veilflow.spark.stages.record import stage_evidence
from veilflow.spark.writing import write_output
from veilflow.store.key_records import ensure_masking_root, masking_key_ref

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["cast_source", "output_columns", "protect_stage"]


def protect_stage(
    spark: SparkSession, run: Run, clock: StageClock, product: Product
) -> StageEvidence:
    """Mask, anonymise and write. Raises ReleaseRefused, nothing written, if k can't be met."""
    policy = run.policy
    with clock.phase("read"):
        frames, readings = cast_source(spark, run)
    with clock.phase("search"):
        decision = decide(policy, frames, read_population(spark, policy, run.record.source))
    with clock.phase("risk before"):
        before = risk_before(policy, frames, decision)
    root = ensure_masking_root(run.store, run.provider, policy.dataset, "masking")
    protected = _protected(spark, run, frames, decision, root.version, product)
    finished = {name: counting_in_random_order(masked) for name, masked in protected.items()}
    outputs = {name: frame for name, (frame, _, _) in finished.items()}
    attempt = secrets.token_hex(4)
    classes = {
        name: {column: rules.sensitivity_class for column, rules in table.released.items()}
        for name, table in policy.tables.items()
    }
    with clock.phase("write"):
        files = write_output(run, product, attempt, outputs, classes)
    return stage_evidence(
        spark,
        run,
        "protect",
        clock,
        attempt=attempt,
        bytes_read=sum(table.size for table in run.record.source.every_table),
        bytes_written=sum(file.bytes for file in files),
        tables=_every_count(run, readings, files, outputs, classes),
        keyed_columns=keyed_columns(policy, root.version),
        promises=_promises(policy),
        invalid_values=tuple(one for _, found, _ in finished.values() for one in found.evidence()),
        redacted_texts=tuple(one for _, _, found in finished.values() for one in found.evidence()),
        anonymization=None if decision is None else _anonymization(policy, decision),
        risk=before,
        files=files,
    )


def _protected(
    spark: SparkSession,
    run: Run,
    frames: Mapping[str, DataFrame],
    decision: Decision | None,
    key_version: int,
    product: Product,
) -> dict[str, Masked]:
    """The tables masked with the run's keys and resources, for the release of ``product``."""
    policy = run.policy
    key_ref = masking_key_ref(
        run.record.keys, run.record.store, policy.dataset, "masking", key_version
    )
    release = release_name(run.record.run, product)
    return protect(
        spark,
        policy,
        frames,
        decision,
        key_ref,
        opened_resources(policy, run.record.vault),
        release,
        lending_key=lending_key(run),
        drawing_key=dataset_key(run, f"draws of {release}"),
    )


def cast_source(
    spark: SparkSession, run: Run
) -> tuple[dict[str, DataFrame], dict[str, TableReading]]:
    """The source's listed columns, cast, after one pass that counts rows, nulls and failures."""
    policy = run.policy
    raw = read_source(spark, run.record)
    nulls = policy.source.null_values
    readings = {
        name: check_reading(frame, name, policy.tables[name].columns, nulls)
        for name, frame in raw.items()
    }
    frames = {
        name: cast_columns(frame, policy.tables[name].columns, nulls) for name, frame in raw.items()
    }
    return frames, readings


def output_columns(frame: DataFrame, classes: Mapping[str, str]) -> tuple[OutputColumn, ...]:
    """The columns of an output frame with their types and sensitivity classes."""
    return tuple(
        OutputColumn(name=name, type=data_type, sensitivity_class=classes[name])
        for name, data_type in frame.dtypes
    )


def _every_count(
    run: Run,
    readings: Mapping[str, TableReading],
    files: Sequence[OutputFile],
    outputs: Mapping[str, DataFrame],
    classes: Mapping[str, Mapping[str, str]],
) -> tuple[TableCounts, ...]:
    """What went in and came out, of each table in the source's order."""
    return tuple(
        _counts(
            table,
            readings[table.name],
            files,
            output_columns(outputs[table.name], classes[table.name]),
        )
        for table in run.record.source.tables
    )


def _counts(
    table: PinnedTable,
    reading: TableReading,
    files: Sequence[OutputFile],
    released: tuple[OutputColumn, ...],
) -> TableCounts:
    kept = sum(file.rows for file in files if file.table == table.name)
    suppressed = coarse_count(reading.rows - kept)
    # With both totals exact, a small difference could be worked out after all.
    rows_in = reading.rows if suppressed is not None else round(reading.rows, -1)
    return TableCounts(
        table=table.name,
        rows_in=coarse_count(rows_in),
        rows_out=kept,
        rows_suppressed=suppressed,
        columns_in=len(table.columns),
        columns_out=len(released),
        released=released,
    )


def _promises(policy: Policy) -> tuple[ColumnPromises, ...]:
    return tuple(
        ColumnPromises(
            table=table,
            column=name,
            transform=column.treatment,
            promises=promises_of(policy, table, name),
        )
        for table, rules in policy.tables.items()
        for name, column in rules.released.items()
    )


def _anonymization(policy: Policy, decision: Decision) -> Anonymization:
    assert policy.anonymize is not None
    solution = decision.solution
    columns = {f"{c.table}.{c.name}": c for c in quasi_columns(policy)}
    return Anonymization(
        k=policy.anonymize.k,
        suppression_limit=policy.anonymize.suppression_limit,
        levels={name: solution.levels[c.index] for name, c in columns.items()},
        level_names={
            name: c.hierarchy.level_names[solution.levels[c.index]] for name, c in columns.items()
        },
        loss=solution.loss,
        nodes_total=solution.nodes_total,
        nodes_evaluated=solution.nodes_evaluated,
        optimal=solution.optimal,
        recoding=policy.anonymize.recoding,
        level_shares=_level_shares(decision, list(columns.values())),
        models=tuple(model.name for model in decision.problem.models),
        objective=solution.objective,
        score=solution.score,
        least_score=solution.least_score,
        suppressed_share={
            view.name: _share(rows, view.total_rows)
            for view, rows in zip(decision.problem.views, solution.suppressed_rows, strict=True)
        },
        classes={
            view.name: classes
            for view, classes in zip(decision.problem.views, solution.classes, strict=True)
        },
    )


def _level_shares(
    decision: Decision, columns: Sequence[QuasiColumn]
) -> dict[str, dict[str, float]]:
    """Of each column the share of cells at each level, to a tenth of a percent, where they vary."""
    found = {}
    for name, shares in decision.level_shares().items():
        view = decision.problem.view(name)
        for index, of_column in zip(view.columns, shares, strict=False):
            column = columns[index]
            told = zip(column.hierarchy.level_names, of_column, strict=True)
            found[f"{column.table}.{column.name}"] = {n: round(s, 3) for n, s in told}
    return found


def _share(rows: int, total: int) -> float | None:
    """The share, or None where so few rows are behind it that it would tell their number."""
    return None if coarse_count(rows) is None else round(rows / max(total, 1), 4)
