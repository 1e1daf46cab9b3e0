"""What a stage came to, as Airflow sees it."""

from __future__ import annotations

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
from veilflow_airflow.outcome import (
    StageBroke,
    StageMisconfigured,
    StageRefused,
    failure_of,
    refused,
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
