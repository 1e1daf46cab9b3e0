"""The evidence of all stages as one picture: what the report's sections read.

Where two stages measured the same thing, the later one in the bundle is shown: ``validate`` judges
the written output, ``protect`` only what it meant to write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from veilflow.evidence import (
    Anonymization,
    Check,
    ClassRisk,
    ColumnFinding,
    ColumnPromises,
    ColumnUtility,
    EvidenceBundle,
    InvalidValues,
    OutputFile,
    PastValidation,
    PublishedRelease,
    RedactedText,
    SourceTable,
    StageEvidence,
    Synthesis,
    TableCounts,
)
from veilflow.report.formatting import utc

__all__ = ["Facts", "JudgedCheck", "RiskView", "collect"]

Key = TypeVar("Key")
Record = TypeVar("Record")


@dataclass(frozen=True)
class JudgedCheck:
    stage: str
    check: Check

    @property
    def is_blocking_failure(self) -> bool:
        return self.check.blocking and not self.check.passed


@dataclass(frozen=True)
class RiskView:
    """One view (a table, or tables joined on the privacy unit) before and after."""

    name: str
    before: ClassRisk | None
    after: ClassRisk | None

    @property
    def quasi_identifiers(self) -> tuple[str, ...]:
        """What the attacker is assumed to know: of the output where both sides are given.

        A column of the table that the view is named after goes without the table's name.
        """
        side = self.after or self.before
        names = side.quasi_identifiers if side else ()
        return tuple(name.removeprefix(f"{self.name}.") for name in names)

    @property
    def sides(self) -> tuple[tuple[Literal["before", "after"], ClassRisk], ...]:
        """The sides that were measured."""
        given: tuple[tuple[Literal["before", "after"], ClassRisk | None], ...] = (
            ("before", self.before),
            ("after", self.after),
        )
        return tuple((name, side) for name, side in given if side is not None)


@dataclass(frozen=True)
class Facts:
    dataset: str
    product: Literal["masked", "synthetic"]
    run: str
    created: dt.datetime
    trial: bool
    policy_name: str
    policy_sha256: str
    purpose: Mapping[str, Any]
    parameters: Mapping[str, Any]
    privacy_unit: str | None
    refused: tuple[str, ...]
    remaining_risk: tuple[str, ...]
    stages: tuple[StageEvidence, ...]
    source: tuple[SourceTable, ...]
    columns: tuple[ColumnFinding, ...]
    tables: tuple[TableCounts, ...]
    promises: tuple[ColumnPromises, ...]
    invalid_values: tuple[InvalidValues, ...]
    redacted_texts: tuple[RedactedText, ...]
    anonymization: Anonymization | None
    risk: tuple[RiskView, ...]
    utility: tuple[ColumnUtility, ...]
    checks: tuple[JudgedCheck, ...]
    synthesis: tuple[Synthesis, ...]
    files: tuple[OutputFile, ...]
    released: PublishedRelease | None
    history: tuple[PastValidation, ...]
    history_notes: tuple[str, ...]

    @property
    def k(self) -> int | None:
        """The smallest class that was asked for."""
        return self.anonymization.k if self.anonymization else None

    def utility_of(self, table: str, column: str) -> ColumnUtility | None:
        return next((u for u in self.utility if (u.table, u.column) == (table, column)), None)

    def promises_of(self, table: str, column: str) -> tuple[str, ...]:
        """What the column's transform promises; empty where nothing is told."""
        found = (p.promises for p in self.promises if (p.table, p.column) == (table, column))
        return next(found, ())

    def invalid_of(self, table: str, column: str) -> InvalidValues | None:
        """The column's values that couldn't be treated, where they were counted."""
        found = (v for v in self.invalid_values if (v.table, v.column) == (table, column))
        return next(found, None)


def collect(bundle: EvidenceBundle) -> Facts:
    stages = bundle.stages
    return Facts(
        dataset=bundle.dataset,
        product=bundle.product,
        run=bundle.run,
        created=bundle.created,
        trial=bundle.trial,
        policy_name=bundle.policy_name,
        policy_sha256=bundle.policy_sha256,
        purpose=bundle.purpose,
        parameters=bundle.parameters,
        privacy_unit=bundle.privacy_unit,
        refused=bundle.refused,
        remaining_risk=bundle.remaining_risk,
        stages=stages,
        source=_latest((s.table, s) for stage in stages for s in stage.source),
        columns=_latest(((c.table, c.column), c) for stage in stages for c in stage.columns),
        tables=_latest((t.table, t) for stage in stages for t in stage.tables),
        promises=_latest(((p.table, p.column), p) for stage in stages for p in stage.promises),
        invalid_values=_latest(
            ((v.table, v.column), v) for stage in stages for v in stage.invalid_values
        ),
        redacted_texts=_latest(
            ((t.table, t.column), t) for stage in stages for t in stage.redacted_texts
        ),
        anonymization=_last(stage.anonymization for stage in stages),
        risk=_views(_latest(((r.view, r.side), r) for stage in stages for r in stage.risk)),
        utility=_latest(((u.table, u.column), u) for stage in stages for u in stage.utility),
        checks=tuple(JudgedCheck(s.stage, check) for s in stages for check in s.checks),
        synthesis=_latest((s.table, s) for stage in stages for s in stage.synthesis),
        files=_latest((f.path, f) for stage in stages for f in stage.files),
        released=bundle.released or _last(stage.released for stage in stages),
        history=_earlier(bundle),
        history_notes=bundle.history_notes,
    )


def _earlier(bundle: EvidenceBundle) -> tuple[PastValidation, ...]:
    """The other runs' validations, oldest first; of a run that was judged twice the later one."""
    others = sorted(
        (each for each in bundle.history if each.run != bundle.run),
        key=lambda each: (utc(each.created), each.run),
    )
    return tuple({each.run: each for each in others}.values())


def _latest(pairs: Iterable[tuple[Key, Record]]) -> tuple[Record, ...]:
    return tuple(dict(pairs).values())


def _last(records: Iterable[Record | None]) -> Record | None:
    return next((record for record in reversed(list(records)) if record is not None), None)


def _views(sides: tuple[ClassRisk, ...]) -> tuple[RiskView, ...]:
    by_key = {(side.view, side.side): side for side in sides}
    names = dict.fromkeys(side.view for side in sides)
    return tuple(
        RiskView(name, by_key.get((name, "before")), by_key.get((name, "after"))) for name in names
    )
