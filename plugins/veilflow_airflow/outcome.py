"""What a stage came to: its evidence as log lines and XCom, its refusal as Airflow's exception.

Nothing here holds a cell value, because evidence and refusals don't.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from veilflow.errors import (
    PolicyError,
    PrerequisiteMissing,
    ReleaseRefused,
    UsageError,
    VeilflowError,
)
from veilflow.evidence import Check, StageEvidence

__all__ = [
    "REFUSED",
    "StageBroke",
    "StageMisconfigured",
    "StageRefused",
    "failure_of",
    "log_lines",
    "refusal_record",
    "refused",
    "summary",
]

REFUSED = 2  # the exit code of a Spark job, and of the command line, that refused


class StageRefused(AirflowFailException):
    """A policy or a gate said no. Airflow doesn't retry: the answer would be the same."""


class StageMisconfigured(AirflowFailException):
    """The machine, a connection or an argument is wrong. Airflow doesn't retry either."""


class StageBroke(AirflowException):
    """A stage could not finish. Nothing was judged; Airflow retries as its settings say."""


def refused(stage: str, refusal: Mapping[str, Any]) -> StageRefused:
    """The exception for a refusal record (stage, reasons, remedy)."""
    lines = [f"{stage} refused; no release comes of it."]
    lines += [f"  - {reason}" for reason in refusal.get("reasons", ())]
    if refusal.get("remedy"):
        lines.append(f"Next: {refusal['remedy']}")
    return StageRefused("\n".join(lines))


def failure_of(stage: str, error: Exception) -> tuple[AirflowException, dict[str, Any]]:
    """Airflow's exception for an error raised in this process, and its value-free record.

    Veilflow's own messages pass. Any other error is told by class and place only, because an
    engine's message may quote a value.
    """
    if isinstance(error, VeilflowError):
        record = {"stage": stage, "reasons": _reasons(error), "remedy": error.remedy}
        if error.exit_code == REFUSED:
            return refused(stage, record), record
        if isinstance(error, (UsageError, PrerequisiteMissing)):
            return StageMisconfigured(f"{stage} can't run: {error}"), record
        return StageBroke(f"{stage} could not finish: {error}"), record
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    reason = f"{type(error).__name__}{place}"
    record = {"stage": stage, "reasons": [reason], "remedy": ""}
    return StageBroke(f"{stage} could not finish: {reason}"), record


def _reasons(error: VeilflowError) -> list[str]:
    if isinstance(error, PolicyError):
        return list(error.problems)
    if isinstance(error, ReleaseRefused):
        return list(error.reasons)
    return [error.message]


def summary(evidence: StageEvidence) -> dict[str, Any]:
    """The part of the evidence that travels through XCom: small, flat, for people and tests."""
    told: dict[str, Any] = {
        "stage": evidence.stage,
        "run": evidence.run,
        "dataset": evidence.dataset,
        "seconds": round(evidence.seconds, 1),
        "rows": rows(evidence),
    }
    if evidence.anonymization is not None:
        told["k"] = evidence.anonymization.k
        told["loss"] = evidence.anonymization.loss
        told["levels"] = evidence.anonymization.level_names
    after = [risk for risk in evidence.risk if risk.side == "after"]
    if after:
        told["risk"] = {
            risk.view: {"smallest_class": risk.smallest_class, "max_risk": risk.max_risk}
            for risk in after
        }
    granularity = [
        column.granularity for column in evidence.utility if column.granularity is not None
    ]
    if granularity:
        told["granularity"] = round(sum(granularity) / len(granularity), 4)
    if evidence.checks:
        told["checks"] = len(evidence.checks)
        told["failed_checks"] = [check.name for check in evidence.checks if not check.passed]
        told["warnings"] = [_told(check) for check in evidence.checks if _warns(check)]
    if evidence.released is not None:
        told["release"] = evidence.released.to_json()
    return told


def rows(evidence: StageEvidence) -> dict[str, int]:
    """Rows per table that the stage put out."""
    if evidence.released is not None:
        return dict(evidence.released.rows)
    if evidence.tables:
        return {counts.table: counts.rows_out for counts in evidence.tables}
    return {part.table: part.rows_sampled for part in evidence.synthesis}


def log_lines(evidence: StageEvidence) -> Iterator[str]:
    """The evidence as sentences for the task log: rows, seconds, and every verdict.

    What failed and what only warns comes with its figures among the first lines.
    """
    from veilflow.pipeline.summary import place_of, said_of, summary_lines

    yield from summary_lines(evidence)
    for check in evidence.checks:
        if check.passed:
            yield f"  passed: {check.name} on {place_of(check)}: {said_of(check)}"
    for phase, seconds in evidence.phases.items():
        yield f"  {phase} took {seconds:.1f} s"


def refusal_record(
    refusal: Mapping[str, Any], judged: StageEvidence | None = None
) -> dict[str, Any]:
    """A refusal for XCom, with the checks that failed and those that only warned."""
    record = {name: refusal[name] for name in ("stage", "reasons", "remedy") if name in refusal}
    if judged is not None:
        failed = [check for check in judged.checks if not check.passed and check.blocking]
        record["failed_checks"] = [_told(check) for check in failed]
        record["warnings"] = [_told(check) for check in judged.checks if _warns(check)]
    return record


def _warns(check: Check) -> bool:
    return not check.passed and not check.blocking


def _told(check: Check) -> dict[str, Any]:
    """What XCom tells of one check: place, figures and sentence, as evidence has them."""
    kept = ("name", "table", "column", "observed", "bound", "sentence")
    return {name: part for name, part in check.to_json().items() if name in kept}
