"""Output that nobody published in time loses its keys, by its own stage or by the next run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from veilflow.errors import KeyDestroyed, ReleaseRefused
from veilflow.evidence import StageEvidence
from veilflow.keys import open_keks
from veilflow.pipeline import open_run, pin
from veilflow.pipeline.quarantine import QUARANTINE, check_quarantine, end_quarantines
from veilflow.pipeline.state import Run
from veilflow.store.key_records import ensure_release_keys

POLICY = """\
dataset: people
purpose: {{purpose: t, legal_basis: t, owner: t, recipients: [t], retention_days: 1}}
source: {{root: data, format: csv}}
tables: {{people: {{path: people.csv, columns: {{name: drop, colour: keep}}}}}}
publish: {{store: "file://{home}/store", keys: "file://{home}/keyring"}}
"""


@pytest.fixture
def made(tmp_path: Path) -> Run:
    """A run whose protect stage finished just now, and nothing after it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text("name,colour\nAnn,red\n")
    policy = tmp_path / "people.yaml"
    policy.write_text(POLICY.format(home=tmp_path))
    run = open_run(pin(policy, "run-1").uri)
    ensure_release_keys(run.store, run.provider, "people", "run-1", ["general"])
    run.finish(
        StageEvidence(
            stage="protect", run="run-1", dataset="people",
            policy_sha256=run.record.policy_sha256, started=dt.datetime.now(dt.UTC),
            seconds=1, cpu_seconds=1,
        )
    )  # fmt: skip
    return run


def keys(run: Run) -> object:
    record = ensure_release_keys(run.store, run.provider, "people", "run-1", ["general"])
    return open_keks(run.provider, record).keks


def test_within_a_day_nothing_happens(made: Run) -> None:
    check_quarantine(made, "validate", "masked")
    assert end_quarantines(made.store, made.ref.store, "people") == []
    assert keys(made)


def test_after_a_day_the_keys_are_gone_for_good(made: Run) -> None:
    later = dt.datetime.now(dt.UTC) + QUARANTINE + dt.timedelta(minutes=1)
    with pytest.raises(ReleaseRefused, match="24 hours"):
        check_quarantine(made, "validate", "masked", later)
    with pytest.raises(KeyDestroyed):
        keys(made)
    assert made.refusal("validate") is not None


def test_the_next_run_ends_what_was_forgotten(
    made: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("veilflow.pipeline.quarantine.QUARANTINE", dt.timedelta(seconds=-9))
    pin(tmp_path / "people.yaml", "run-2")
    with pytest.raises(KeyDestroyed):
        keys(made)
    assert end_quarantines(made.store, made.ref.store, "people") == [], "once is enough"
