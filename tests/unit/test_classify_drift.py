"""A column that became something else since the last run, and tables that needn't be looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from veilflow.classify import ColumnVerdict
from veilflow.classify.drift import classifier_digest, retyped
from veilflow.classify.taxonomy import TAXONOMY
from veilflow.evidence import ColumnFinding, StageEvidence
from veilflow.pipeline import RunParameters, open_run, pin
from veilflow.pipeline.history import remember
from veilflow.pipeline.last_look import (
    CLASSIFIER,
    LastLook,
    classifier_name,
    last_look,
    retyped_columns,
    unchanged_tables,
    verdicts_of,
)
from veilflow.pipeline.state import Run
from veilflow.policy.leaving_out import broken_without, with_dropped, without_lines


def verdict(kind: str, score: float) -> ColumnVerdict:
    return ColumnVerdict("c", kind, TAXONOMY[kind].role, score, ("half of the values fit",))


@pytest.mark.parametrize(
    ("before", "after", "declared", "protection", "told"),
    [
        pytest.param(("gender", 0.9), ("religion", 0.9), None, "keep", True, id="another kind"),
        pytest.param(("gender", 0.9), ("religion", 0.9), "religion", "keep", False, id="decided"),
        pytest.param(("gender", 0.9), ("religion", 0.9), "none", "keep", False, id="overruled"),
        pytest.param(("gender", 0.9), ("religion", 0.9), "gender", "keep", True,
                     id="decided about what it was"),
        pytest.param(("gender", 0.9), ("religion", 0.9), None, "drop", False, id="removed"),
        pytest.param(("gender", 0.9), ("religion", 0.9), None, "pseudonym", False, id="replaced"),
        pytest.param(("gender", 0.7), ("religion", 0.9), None, "keep", False, id="was a guess"),
        pytest.param(("gender", 0.9), ("religion", 0.7), None, "keep", False, id="is a guess"),
        pytest.param(("city", 0.9), ("region", 0.9), None, "keep", False, id="of one family"),
        pytest.param(("gender", 0.9), ("gender", 0.9), None, "keep", False, id="the same"),
        pytest.param(("gender", 0.9), ("none", 0.0), None, "keep", False, id="nothing any more"),
        pytest.param(("gone_type", 0.9), ("gender", 0.9), None, "keep", False, id="unknown then"),
    ],
)  # fmt: skip
def test_a_column_is_retyped(
    before: tuple[str, float], after: tuple[str, float], declared: str | None, protection: str,
    told: bool,
) -> None:  # fmt: skip
    why = retyped(*before, verdict(*after), declared, protection)
    assert (why is not None) is told
    if why is not None:
        assert "half of the values fit" in why and "type: religion" in why


def test_the_classifier_has_one_name() -> None:
    assert classifier_digest() == classifier_digest() and len(classifier_digest()) == 16


POLICY = """\
dataset: people
purpose: {{purpose: t, legal_basis: t, owner: t, recipients: [t], retention_days: 1}}
source: {{root: data, format: csv}}
tables: {{people: {{path: people.csv, columns: {{name: drop, colour: keep}}}}}}
publish: {{store: "file://{home}/store", keys: "file://{home}/keyring"}}
"""


@pytest.fixture
def pinned(tmp_path: Path) -> Callable[..., Run]:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text("name,colour\nAnn,red\n")
    policy = tmp_path / "people.yaml"
    policy.write_text(POLICY.format(home=tmp_path))
    return lambda name, **asked: open_run(pin(policy, name, RunParameters(**asked)).uri)


def released(run: Run, kind: str = "gender", *, passed: bool = True, classifier: str = "") -> None:
    measured = {
        "classify": {"columns": (finding("name", "person_name"), finding("colour", kind)),
                     "versions": {CLASSIFIER: classifier or classifier_digest()}},
        "protect": {},
        "validate": {},
    }  # fmt: skip
    for stage, parts in measured.items():
        made = StageEvidence(
            stage=stage, run=run.record.run, dataset="people", started=dt.datetime.now(dt.UTC),
            policy_sha256=run.record.policy_sha256, seconds=1, cpu_seconds=1, **parts,
        )  # fmt: skip
        run.finish(made)
    remember(run, "masked", made, passed=passed)


def finding(column: str, kind: str) -> ColumnFinding:
    return ColumnFinding(
        table="people", column=column, type=kind, role=TAXONOMY[kind].role, score=0.9,
        evidence=("the values fit",), declared_role="insensitive", treatment="keep",
    )  # fmt: skip


def test_a_retyped_column_is_named_with_its_evidence(pinned: Callable[[str], Run]) -> None:
    first = pinned("run-1")
    assert last_look(first) is None
    assert retyped_columns(first, None, (finding("colour", "religion"),)) == {}
    released(first)
    second = pinned("run-2")
    last = last_look(second)
    assert last is not None and last.run == "run-1"
    found = (finding("name", "religion"), finding("colour", "religion"))
    ((place, told),) = retyped_columns(second, last, found).items()
    assert place == ("people", "colour")
    assert told.startswith("column 'colour' was gender in the last run")
    assert "the values fit" in told


@pytest.mark.parametrize(
    ("now", "declared", "is_out"),
    [
        pytest.param("religion", None, True, id="nobody has decided"),
        pytest.param("gender", None, True, id="it came back, and nobody has looked"),
        pytest.param("religion", "religion", False, id="decided"),
        pytest.param("religion", "none", False, id="overruled"),
        pytest.param("religion", "gender", True, id="decided about something else"),
    ],
)
def test_a_column_that_was_left_out_stays_so_until_a_person_decides(
    pinned: Callable[[str], Run], now: str, declared: str | None, is_out: bool
) -> None:
    out = {"left_out": True, "contradiction": "it was gender"}
    last = LastLook(
        "run-1",
        {("people", "colour"): finding("colour", "religion").model_copy(update=out)},
        {},
        "",
    )
    run = pinned("run-2")
    said = run.policy.tables["people"].columns["colour"].model_copy(update={"type": declared})
    table = run.policy.tables["people"]
    columns = table.model_copy(update={"columns": {**table.columns, "colour": said}})
    policy = run.policy.model_copy(update={"tables": {"people": columns}})
    run = replace(run, record=run.record.model_copy(update={"policy": policy}))
    told = retyped_columns(run, last, (finding("colour", now),))
    assert bool(told) is is_out
    if now == "gender":
        # It doesn't look like what it was left out for any more, so that isn't said.
        assert "it was gender" not in told["people", "colour"]
        assert "nobody has decided since" in told["people", "colour"]


def test_what_classification_left_out_is_dropped_by_every_later_stage(
    pinned: Callable[[str], Run],
) -> None:
    run = pinned("run-1")
    assert run.policy.tables["people"].columns["colour"].treatment == "keep"
    left_out = finding("colour", "religion").model_copy(update={"left_out": True})
    run.finish(StageEvidence(
        stage="classify", run="run-1", dataset="people", started=dt.datetime.now(dt.UTC),
        policy_sha256=run.record.policy_sha256, seconds=1, cpu_seconds=1, columns=(left_out,),
    ))  # fmt: skip
    for seen in (run, open_run(run.ref.uri)):
        assert seen.policy.tables["people"].columns["colour"].treatment == "drop"
        assert seen.record.policy.tables["people"].columns["colour"].treatment == "keep"


def test_what_is_left_must_hold(pinned: Callable[[str], Run]) -> None:
    policy = pinned("run-1").policy
    less = with_dropped(policy, [("people", "colour")])
    assert broken_without(less) == (
        "tables.people.columns: every column is dropped: nothing is left to release"
    )
    assert broken_without(policy) == "" and with_dropped(policy, []) is policy
    gone = without_lines(policy, [("people", "name")])
    assert list(gone.tables["people"].columns) == ["colour"]


def test_an_unchanged_table_is_taken_over(pinned: Callable[[str], Run], tmp_path: Path) -> None:
    released(pinned("run-1"))
    second = pinned("run-2")
    last = last_look(second)
    assert unchanged_tables(second, last) == {"people"}
    known = verdicts_of(last, frozenset({"people"}))
    assert [(v.name, v.type) for v in known["people"]] == [
        ("name", "person_name"),
        ("colour", "gender"),
    ]
    (tmp_path / "data" / "people.csv").write_text("name,colour\nAnn,blue\n")
    third = pinned("run-3")
    assert unchanged_tables(third, last_look(third)) == frozenset()


class Untouchable:
    """A table that may not be read."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(f"the table was read ({name})")


def test_a_nightly_run_on_an_unchanged_table_does_not_read_it(pinned: Callable[[str], Run]) -> None:
    from veilflow.spark.classify import classify

    frames: dict[str, Any] = {"people": Untouchable()}
    first = pinned("night-1")
    with pytest.raises(AssertionError, match="was read"):
        classify(first.policy, frames, verdicts_of(None, unchanged_tables(first, None)))
    released(first)
    second = pinned("night-2")
    last = last_look(second)
    found = classify(second.policy, frames, verdicts_of(last, unchanged_tables(second, last)))
    assert [(one.column, one.type, one.treatment) for one in found] == [
        ("name", "person_name", "drop"),
        ("colour", "gender", "keep"),
    ]
    # The verdicts are old, what they are held against is the policy of tonight.
    assert "looks like gender" in str(found[1].contradiction)


def test_another_classifier_looks_again(pinned: Callable[[str], Run]) -> None:
    released(pinned("run-1"), classifier="0" * 16)
    second = pinned("run-2")
    assert unchanged_tables(second, last_look(second)) == frozenset()


@pytest.mark.parametrize(
    ("before", "now", "is_enough"),
    [(False, False, True), (True, False, True), (False, True, False), (True, True, True)],
)
def test_a_sample_is_not_enough_for_a_run_on_all_rows(
    pinned: Callable[..., Run], before: bool, now: bool, is_enough: bool
) -> None:
    released(pinned("run-1"), classifier=classifier_name(exhaustive=before))
    second = pinned("run-2", exhaustive=now)
    assert second.record.is_exhaustive is now
    assert unchanged_tables(second, last_look(second)) == ({"people"} if is_enough else set())


def test_a_refused_run_is_nothing_to_compare_with(pinned: Callable[[str], Run]) -> None:
    released(pinned("run-1"), passed=False)
    assert last_look(pinned("run-2")) is None
