"""What a stage came to, as Airflow sees it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from airflow.sdk.exceptions import AirflowFailException
from veilflow.errors import (
    CapabilityMissing,
    KeyUnavailable,
    PolicyError,
    PrerequisiteMissing,
    ReleaseRefused,
    SourceChanged,
    StageFailed,
    UsageError,
)
from veilflow.evidence import Check, StageEvidence
from veilflow_airflow.outcome import (
    StageBroke,
    StageMisconfigured,
    StageRefused,
    failure_of,
    log_lines,
    refusal_record,
    refused,
    summary,
)

CANARY = "zq-canary-4711"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PolicyError(["p.yaml:3: k: too small"], remedy="Edit it."), StageRefused),
        (ReleaseRefused(["k can't be met"], remedy="Raise the limit."), StageRefused),
        (CapabilityMissing("the store ignores If-None-Match"), StageRefused),
        (UsageError("no such run"), StageMisconfigured),
        (PrerequisiteMissing("no Java"), StageMisconfigured),
        (StageFailed("the disk is full"), StageBroke),
        (KeyUnavailable("the KMS doesn't answer"), StageBroke),
        (SourceChanged("a file changed"), StageBroke),
        (ValueError("x"), StageBroke),
    ],
)
def test_only_what_may_pass_by_itself_is_retried(error: Exception, kind: type) -> None:
    failure, _ = failure_of("protect", error)
    assert type(failure) is kind
    assert isinstance(failure, AirflowFailException) == (kind is not StageBroke)


def test_a_refusal_tells_every_reason_and_what_to_do_next() -> None:
    error = ReleaseRefused(["k = 5 can't be met", "2 columns leak"], remedy="Edit line 3.")
    failure, record = failure_of("validate", error)
    assert str(failure).splitlines() == [
        "validate refused; no release comes of it.",
        "  - k = 5 can't be met",
        "  - 2 columns leak",
        "Next: Edit line 3.",
    ]
    assert record == {
        "stage": "validate",
        "reasons": ["k = 5 can't be met", "2 columns leak"],
        "remedy": "Edit line 3.",
    }
    assert str(refused("validate", record)) == str(failure)


def test_an_engines_message_is_never_passed_on() -> None:
    def convert() -> None:
        raise ValueError(f"could not convert {CANARY!r} to int")

    try:
        convert()
    except ValueError as error:
        failure, record = failure_of("publish", error)
    assert CANARY not in str(failure) + json.dumps(record)
    assert "ValueError" in str(failure)
    assert "test_outcome.py:" in str(failure)


def judged(*checks: Check) -> StageEvidence:
    return StageEvidence(
        stage="validate", run="run-1", dataset="people", policy_sha256="", seconds=1, cpu_seconds=1,
        started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), checks=checks,
    )  # fmt: skip


PASSED = Check(
    name="k-anonymity", table="people", passed=True, observed=7, bound=5, sentence="Classes of 5."
)
WARNED = Check(
    name="small cells", table="people", column="ward", passed=False, blocking=False,
    observed=4, bound=10, sentence="No ward has fewer than 10 people.",
)  # fmt: skip
FAILED = PASSED.model_copy(update={"passed": False, "observed": 4})


def test_a_warning_is_told_with_its_sentence_and_figures() -> None:
    lines = list(log_lines(judged(PASSED, WARNED)))
    assert lines == [
        "validate: 1 of 2 checks passed (1.0 s, 1.0 CPU s)",
        "  warning: small cells on people.ward: No ward has fewer than 10 people. "
        "(found 4, bound 10)",
        "  passed: k-anonymity on people: Classes of 5. (found 7, bound 5)",
    ]
    told = summary(judged(PASSED, WARNED))
    assert told["failed_checks"] == ["small cells"]
    assert told["warnings"] == [
        {
            "name": "small cells", "table": "people", "column": "ward", "observed": 4.0,
            "bound": 10.0, "sentence": "No ward has fewer than 10 people.",
        }
    ]  # fmt: skip


def test_a_refusal_by_a_judge_tells_what_failed_and_what_warned() -> None:
    refusal = {"stage": "validate", "product": "masked", "reasons": ["no"], "remedy": "", "x": 1}
    record = refusal_record(refusal, judged(FAILED, WARNED))
    assert [check["observed"] for check in record["failed_checks"]] == [4.0]
    assert [check["name"] for check in record["warnings"]] == ["small cells"]
    assert refusal_record(refusal) == {"stage": "validate", "reasons": ["no"], "remedy": ""}
