"""The verdicts of earlier validations: kept once, read in order, and never in a release's way."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from veilflow.errors import ReleaseRefused
from veilflow.evidence import Check, EvidenceBundle, OutputFile, PastValidation, StageEvidence
from veilflow.pipeline import open_run, pin
from veilflow.pipeline.bundle import build_bundle
from veilflow.pipeline.history import LAST, read_history, remember
from veilflow.pipeline.paths import history_key, refusal_key
from veilflow.pipeline.refuse import OutputRefused, check_not_refused, refuse
from veilflow.pipeline.state import Run, put_json
from veilflow.report import render

POLICY = """\
dataset: people
purpose: {{purpose: t, legal_basis: t, owner: t, recipients: [t], retention_days: 1}}
source: {{root: data, format: csv}}
tables: {{people: {{path: people.csv, columns: {{name: drop, colour: keep}}}}}}
publish: {{store: "file://{home}/store", keys: "file://{home}/keyring"}}
"""
EVIDENCE, REPORT = (f"runs/people/run-1/masked-{name}" for name in ("evidence.json", "report.html"))
LEAK = Check(
    name="raw identifiers absent",
    table="people",
    column="colour",
    passed=False,
    blocking=False,
    sentence="No value is a raw value. Found: fewer than 10 rows.",
)
CLASSES = Check(
    name="k-anonymity", table="people", passed=True, observed=7, bound=5, unit="people",
    sentence="Classes of 5.",
)  # fmt: skip


@pytest.fixture
def pinned(tmp_path: Path) -> Callable[[str], Run]:
    """Pins a run of the given id, which made 12 rows."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text("name,colour\nAnn,red\n")
    policy = tmp_path / "people.yaml"
    policy.write_text(POLICY.format(home=tmp_path))

    def make(name: str) -> Run:
        run = open_run(pin(policy, name).uri)
        parts = [
            OutputFile(table="people", path=f"x/{n}", sha256="", bytes=1, rows=n) for n in (5, 7)
        ]
        run.finish(evidence(run, "protect", files=tuple(parts)))
        return run

    return make


def evidence(run: Run, stage: str = "validate", **measured: Any) -> StageEvidence:
    return StageEvidence(
        stage=stage, run=run.record.run, dataset="people",
        policy_sha256=run.record.policy_sha256, started=dt.datetime.now(dt.UTC),
        seconds=1, cpu_seconds=1, **measured,
    )  # fmt: skip


def judged(run: Run) -> StageEvidence:
    return evidence(run, checks=(LEAK, CLASSES))


def test_a_verdict_keeps_what_its_checks_told_and_nothing_more(
    pinned: Callable[[str], Run],
) -> None:
    run = pinned("run-1")
    remember(run, "masked", judged(run), passed=True)
    (found,) = read_history(run.store, "people", "masked").validations
    assert found.to_json() == {
        "format": 1,
        "run": "run-1",
        "created": run.record.to_json()["created"],
        "passed": True,
        "trial": False,
        "rows": {"people": 12},
        "checks": [
            {
                "name": "raw identifiers absent", "table": "people", "column": "colour",
                "passed": False, "blocking": False, "observed": None, "bound": None, "unit": "",
            },
            {
                "name": "k-anonymity", "table": "people", "column": None,
                "passed": True, "blocking": True, "observed": 7.0, "bound": 5.0, "unit": "people",
            },
        ],
    }  # fmt: skip
    assert read_history(run.store, "people", "synthetic").validations == ()
    assert read_history(run.store, "staff", "masked").validations == ()


def test_retries_and_two_at_once_keep_one(pinned: Callable[[str], Run]) -> None:
    run = pinned("run-1")
    attempts = [
        threading.Thread(
            target=remember, args=(run, "masked", judged(run)), kwargs={"passed": True}
        )
        for _ in range(8)
    ]
    for attempt in attempts:
        attempt.start()
    for attempt in attempts:
        attempt.join()
    later = evidence(run, checks=(CLASSES,))
    remember(run, "masked", later, passed=True)
    (found,) = read_history(run.store, "people", "masked").validations
    assert len(found.checks) == 2, "the first is kept"


@pytest.mark.parametrize("order", [(True, False), (False, True), (False, False)])
def test_where_attempts_disagree_the_refusal_stays(
    pinned: Callable[[str], Run], order: tuple[bool, bool]
) -> None:
    run = pinned("run-1")
    for passed in order:
        remember(run, "masked", judged(run), passed=passed)
    (found,) = read_history(run.store, "people", "masked").validations
    assert not found.passed


def test_a_bundle_has_the_last_thirty_before_its_run(pinned: Callable[[str], Run]) -> None:
    run = pinned("run-0")
    begun = run.record.created - dt.timedelta(days=100)
    for day in range(LAST + 5):
        put(run, past(f"old-{day}", begun + dt.timedelta(days=day)))
    remember(run, "masked", judged(run), passed=True)
    later = past("later", run.record.created + dt.timedelta(microseconds=1))
    put(run, later)
    bundle = build_bundle(run, "masked")
    assert [entry.run for entry in bundle.history] == [f"old-{n}" for n in range(5, LAST + 5)]
    assert bundle.history_notes == ()
    assert render(bundle)
    everything = read_history(run.store, "people", "masked", last=3).validations
    assert [entry.run for entry in everything] == [f"old-{LAST + 4}", "run-0", "later"]
    assert read_history(run.store, "people", "masked", last=0).validations == ()


def past(run: str, created: dt.datetime, **changes: Any) -> PastValidation:
    return PastValidation(run=run, created=created, passed=True, **changes)


def put(run: Run, found: PastValidation) -> None:
    key = history_key("people", "masked", found.created, found.run)
    run.store.put(key, json.dumps(found.to_json()).encode())


CORRUPT = {
    "no JSON": b"{",
    "no object": b"[]",
    "no text": b"\xff\xfe",
    "empty": b"",
    "too deep": b"[" * 200_000,
    "another format": b'{"format": 2, "run": "r", "created": "2026-01-01T00:00:00Z"}',
    "no such moment": b'{"run": "r", "created": "Zebedee", "passed": true}',
    "the end of time": b'{"run": "r", "created": "9999-12-31T23:59:59-10:00", "passed": true}',
    "of another run": b'{"run": "r", "created": "2026-01-01T00:00:00Z", "passed": true}',
    "more than it should hold": b'{"run": "run-x", "name": "Zebedee", "passed": true}',
}  # fmt: skip


@pytest.mark.parametrize("body", CORRUPT.values(), ids=list(CORRUPT))
def test_a_corrupt_object_is_said_and_blocks_nothing(
    pinned: Callable[[str], Run], body: bytes
) -> None:
    run = pinned("run-1")
    put(run, past("good", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    key = history_key("people", "masked", dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "run-x")
    run.store.put(key, body)
    bundle = build_bundle(run, "masked")
    assert [entry.run for entry in bundle.history] == ["good"]
    (note,) = bundle.history_notes
    assert note.startswith(f"{key}: can't be read as a past validation")
    assert "Zebedee" not in note
    assert key in render(bundle), "the report says so, too"
    assert EvidenceBundle.from_json(bundle.to_json()) == bundle


def test_old_evidence_without_history_still_loads(pinned: Callable[[str], Run]) -> None:
    old = build_bundle(pinned("run-1"), "masked").to_json()
    for added in ("history", "history_notes"):
        del old[added]
    assert EvidenceBundle.from_json(old).history == ()


def refuse_output(run: Run) -> OutputRefused:
    failed = CLASSES.model_copy(update={"passed": False, "observed": 4})
    refusal = OutputRefused(
        ["people: k-anonymity failed"],
        remedy="Start a new run.",
        judged=evidence(run, checks=(LEAK, failed)),
    )
    with pytest.raises(ReleaseRefused) as raised:
        refuse(run, "validate", "masked", refusal)
    assert raised.value.reasons == ("people: k-anonymity failed",)
    return refusal


def test_a_refusal_keeps_its_checks_for_report_and_history(pinned: Callable[[str], Run]) -> None:
    run = pinned("run-1")
    refusal = refuse_output(run)
    (found,) = read_history(run.store, "people", "masked").validations
    assert (found.passed, [check.passed for check in found.checks]) == (False, [False, False])
    assert run.evidence("validate") is None, "no later stage goes on from it"
    assert run.judged("validate") == refusal.judged
    bundle = EvidenceBundle.from_json(json.loads(run.store.get(EVIDENCE).data))
    validation = bundle.stage("validate")
    assert validation is not None and validation.checks == refusal.judged.checks
    assert bundle.refused == ("people: k-anonymity failed", "Start a new run.")
    page = run.store.get(REPORT).data.decode()
    assert "Classes of 5." in page and LEAK.sentence in page


@pytest.mark.parametrize("lost", ["history", "evidence", "report"])
def test_a_refusal_that_died_on_its_way_is_finished_by_a_retry(
    pinned: Callable[[str], Run], lost: str
) -> None:
    run = pinned("run-1")
    refuse_output(run)
    (key,) = [info.key for info in run.store.list("history/")]
    gone = {"history": key, "evidence": EVIDENCE, "report": REPORT}[lost]
    before = run.store.get(gone).data
    run.store.delete(gone)
    with pytest.raises(ReleaseRefused, match="k-anonymity failed"):
        check_not_refused(open_run(run.ref.uri), "validate", "masked")
    if lost != "evidence":  # which says when it was gathered
        assert run.store.get(gone).data == before
    check = json.loads(run.store.get(EVIDENCE).data)["stages"][-1]["checks"][1]
    assert check["observed"] == 4


def test_a_refusal_from_before_checks_were_kept_is_still_one(pinned: Callable[[str], Run]) -> None:
    run = pinned("run-1")
    old = {"stage": "validate", "product": "masked", "reasons": ["too risky"], "remedy": ""}
    put_json(run.store, refusal_key("people", "run-1", "validate"), old)
    with pytest.raises(ReleaseRefused, match="too risky"):
        check_not_refused(run, "validate", "masked")
    assert run.judged("validate") is None
    assert list(run.store.list("history/")) == [], "nothing is known of its checks"
    assert "too risky" in run.store.get(REPORT).data.decode()
