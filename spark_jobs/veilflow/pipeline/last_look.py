"""What classification found in the last run that was released: to compare with, or to reuse.

It rests on the store, which the run's own evidence rests on too: who can write there can hide a
change, but makes nothing pass that contradicts the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from veilflow.classify import NO_TYPES, ColumnVerdict, CustomTypes
from veilflow.classify.contradictions import is_guarded
from veilflow.classify.drift import classifier_digest, retyped
from veilflow.classify.taxonomy import NONE, Role
from veilflow.evidence import ColumnFinding, StageEvidence
from veilflow.pipeline.history import read_history
from veilflow.pipeline.paths import evidence_key
from veilflow.pipeline.state import Run, read_json
from veilflow.policy import ColumnPolicy

__all__ = [
    "CLASSIFIER",
    "LastLook",
    "classifier_name",
    "last_look",
    "retyped_columns",
    "unchanged_tables",
    "verdicts_of",
]

CLASSIFIER = "classifier"
"""Under this name the evidence of ``classify`` says which classifier looked."""


@dataclass(frozen=True)
class LastLook:
    """The run, its findings by table and column, its tables' keyed digests, its classifier."""

    run: str
    findings: Mapping[tuple[str, str], ColumnFinding]
    digests: Mapping[str, str]
    classifier: str | None


def classifier_name(*, exhaustive: bool, types: CustomTypes = NO_TYPES) -> str:
    """Which classifier looks, and whether it looks at all rows."""
    return f"{classifier_digest(types)}{'-exhaustive' if exhaustive else ''}"


def last_look(run: Run) -> LastLook | None:
    """The newest passed run before ``run`` whose evidence is still there; trials don't count."""
    past = read_history(run.store, run.record.dataset, "masked", before=run.record)
    for validation in reversed(past.validations):
        if validation.trial or not validation.passed:
            continue
        classified, pinned = (
            read_json(run.store, evidence_key(run.record.dataset, validation.run, stage))
            for stage in ("classify", "pin")
        )
        if classified is None or pinned is None:
            continue
        evidence = StageEvidence.from_json(classified)
        sources = StageEvidence.from_json(pinned).source
        return LastLook(
            validation.run,
            {(one.table, one.column): one for one in evidence.columns},
            {source.table: source.digest for source in sources},
            evidence.versions.get(CLASSIFIER),
        )
    return None


def unchanged_tables(run: Run, last: LastLook | None) -> frozenset[str]:
    """The tables that needn't be looked at again: same content, same classifier, no trial.

    What a sample told isn't enough for a run that looks at all rows.
    """
    own = run.policy.custom_types
    enough = {classifier_name(exhaustive=True, types=own)}
    if not run.record.is_exhaustive:
        enough.add(classifier_name(exhaustive=False, types=own))
    if last is None or run.record.parameters.is_trial or last.classifier not in enough:
        return frozenset()
    return frozenset(
        table.name
        for table in run.record.source.tables
        if table.digest
        and last.digests.get(table.name) == table.digest
        and all((table.name, column.name) in last.findings for column in table.columns)
    )


def verdicts_of(
    last: LastLook | None, tables: frozenset[str]
) -> dict[str, tuple[ColumnVerdict, ...]]:
    """What the last run found in ``tables``, each table's columns in their order."""
    found: dict[str, list[ColumnVerdict]] = {}
    for (table, _), finding in last.findings.items() if last is not None else ():
        if table in tables:
            found.setdefault(table, []).append(_verdict(finding))
    return {table: tuple(verdicts) for table, verdicts in found.items()}


def _verdict(finding: ColumnFinding) -> ColumnVerdict:
    role = cast(Role, finding.role)
    return ColumnVerdict(finding.column, finding.type, role, finding.score, finding.evidence)


def retyped_columns(
    run: Run, last: LastLook | None, found: tuple[ColumnFinding, ...]
) -> dict[tuple[str, str], str]:
    """For each column that isn't what it was in the last run, by table and column, why.

    One that was left out of the last run for that stays so until a person decides.
    """
    told = {}
    policy = run.policy  # asks the store, so once for all columns
    for finding in found if last is not None else ():
        place = (finding.table, finding.column)
        before = last.findings.get(place) if last is not None else None
        column = policy.tables[finding.table].columns.get(finding.column)
        if before is None or column is None:
            continue
        why = _still_out(before, finding, column) or retyped(
            before.type,
            before.score,
            _verdict(finding),
            column.type,
            column.treatment,
            policy.custom_types,
        )
        if why is not None:
            told[place] = why
    return told


def _still_out(before: ColumnFinding, finding: ColumnFinding, column: ColumnPolicy) -> str | None:
    """Why a column stays left out; None if it wasn't, or if somebody has decided since."""
    decided = is_guarded(column.treatment) or column.type in (finding.type, NONE)
    if not before.left_out or decided:
        return None
    if before.type == finding.type and before.contradiction:
        return before.contradiction
    return (
        f"column {finding.column!r} was left out of the last run, for it wasn't what it had been, "
        "and nobody has decided since"
    )
