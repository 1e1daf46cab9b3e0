"""A gate says no: the message, what is left, and that the last good release stays current."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from veilflow.errors import (
    PolicyError,
    ReleaseRefused,
    SourceChanged,
    StageFailed,
    UsageError,
)
from veilflow.pipeline import publish, read_refusal
from veilflow.pipeline.history import read_history
from veilflow.store.key_records import load_release_keys
from veilflow.store.manifest import load_manifest

from tests.pipeline.place import PEOPLE, Place, people

pytestmark = pytest.mark.spark

GOOD = ("good-1", 1)


def refused_by(place: Place, run: Any, stage: str) -> str:
    with pytest.raises(ReleaseRefused) as refusal:
        place.stage(run, stage)
    assert refusal.value.exit_code == 2
    return str(refusal.value)


def test_k_that_cannot_be_met_within_the_limit(place: Place) -> None:
    held = {**PEOPLE, "age": {"role": "quasi", "hierarchy": "redact", "max_level": 0}}
    run = place.pin(place.policy(held, anonymize={"k": 5, "suppression_limit": 0.02}))
    message = refused_by(place, run, "protect")
    assert "k = 5 (privacy units) can't be met in view 'people'" in message
    assert "the limit is 2.00%" in message
    assert "`anonymize.suppression_limit`" in message and "`max_level` of: age" in message
    place.assert_never_began(run.record.run)
    assert refused_by(place, run, "protect") == message, "a retry refuses for the same reasons"
    for later in ("validate", "publish"):
        assert refused_by(place, run, later) == message
    assert place.current() == GOOD


def test_fewer_people_than_k_in_all(place: Place) -> None:
    run = place.pin(place.policy(anonymize={"k": 201, "suppression_limit": 0.02}))
    message = refused_by(place, run, "protect")
    assert "fewer than k = 201 privacy units in all" in message
    assert "Release a larger source, or lower `anonymize.k`" in message
    place.assert_never_began(run.record.run)


def test_a_validation_that_fails_destroys_the_key(
    place: Place, judge: Callable[[str], None]
) -> None:
    run = place.pin(place.policy())
    place.stage(run, "classify", "protect")
    name = run.record.run
    written = place.objects(f"releases/people/{name}/")
    assert any(key.endswith(".parquet") for key in written)
    assert load_release_keys(place.store, "people", name)
    judge("fails")
    message = refused_by(place, run, "validate")
    assert "people: k-anonymity failed: Every class holds at least five people." in message
    assert "(found 4, bound 5). Change" in message
    assert f"Change the policy ({run.record.policy_name}) or the source and start a new run" in (
        message
    )
    place.assert_gone(name)
    judge("passes")
    for stage in ("validate", "publish"):
        assert refused_by(place, run, stage) == message, "another judge doesn't undo a verdict"
    recorded = read_refusal(run.ref.uri, "validate")
    assert recorded is not None
    assert recorded["reasons"] == list(message_reasons(message))
    evidence = json.loads(place.store.get(f"runs/people/{name}/masked-evidence.json").data)
    assert evidence["refused"][0] in message and evidence["released"] is None
    assert [check["observed"] for check in evidence["stages"][-1]["checks"]] == [4.0]
    report = place.store.get(f"runs/people/{name}/masked-report.html").data.decode()
    assert "k-anonymity failed" in report and "Every class holds at least five people." in report
    (kept,) = read_history(place.store, "people", "masked", last=1).validations
    assert (kept.run, kept.passed, kept.rows) == (name, False, {"people": 200})
    assert place.current() == GOOD


def message_reasons(message: str) -> list[str]:
    return [message.partition(" Change the policy")[0]]


def test_the_real_judge_refuses_a_release_that_kept_too_little(place: Place) -> None:
    run = place.pin(place.policy(anonymize={"k": 40}, validate={"min_granularity": 1}))
    place.stage(run, "protect")
    message = refused_by(place, run, "validate")
    assert "people: granularity failed" in message and "bound 100%)" in message
    place.assert_gone(run.record.run)
    assert place.current() == GOOD


def test_the_policy_s_own_bounds_are_judged_on_the_output(place: Place) -> None:
    columns = {**PEOPLE, "colour": "sensitive"}
    strict = {
        "l_diversity": 4,
        "expectations": {
            "people": [
                {
                    "type": "expect_column_values_to_be_in_set",
                    "kwargs": {"column": "colour", "value_set": ["red", "green"]},
                    "severity": "warning",
                }
            ]
        },
    }
    run = place.pin(place.policy(columns, validate=strict))
    place.stage(run, "protect")
    message = refused_by(place, run, "validate")
    assert "people.colour: l-diversity failed" in message and "(found 3, bound 4)" in message
    assert "in set" not in message, "a warning is no reason"
    loose = place.pin(place.policy(columns, validate={**strict, "l_diversity": 3}))
    evidence = place.stage(loose, "protect", "validate")
    warned = [check for check in evidence.checks if not check.passed]
    assert [(check.name, check.blocking) for check in warned] == [
        ("column values to be in set", False)
    ]
    assert "blue" not in str(evidence)


@pytest.mark.parametrize("broken", ["breaks", "says_nothing"])
def test_a_validation_that_crashed_is_retried_on_the_same_bytes(
    place: Place, judge: Callable[[str], None], broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = place.pin(place.policy())
    place.stage(run, "classify", "protect")
    name = run.record.run
    before = place.hashes(f"releases/people/{name}/")
    judge(broken)
    with pytest.raises(StageFailed) as failure:
        place.stage(run, "validate")
    message = str(failure.value)
    assert "Stage validate failed" in message and "retry the stage" in message
    assert failure.value.exit_code == 1
    assert "Zebedee" not in message
    with pytest.raises(UsageError, match="stage validate hasn't finished; run it first"):
        place.stage(run, "publish")
    with pytest.raises(Exception, match="no release"):
        load_manifest(place.store, "people", name, None)
    assert place.hashes(f"releases/people/{name}/") == before
    judge("passes")
    released = place.stage(run, "validate", "publish").released
    assert released is not None and released.number == 1
    tables = load_manifest(place.store, "people", name, None).tables
    assert {f.path: f.sha256 for f in tables["people"].files} == before
    assert len(place.rows(name)) == 200


def test_unknown_and_missing_columns_are_named_at_once(place: Place, tmp_path: Path) -> None:
    table = people().drop_columns(["colour"])
    for name in ("iris", "yes", "shoe: size", 'na"me`', "ünï 🎉"):
        table = table.append_column(name, pa.array(["x"] * 200))
    place.write(table, folder="overnight")
    policy = place.policy(source={"root": str(place.home / "overnight")})
    with pytest.raises(PolicyError) as refusal:
        place.pin(policy)
    problems = "\n".join(refusal.value.problems)
    assert len(refusal.value.problems) == 6
    assert (
        "column 'colour' is in the policy and not in the source; remove its line under "
        "tables.people.columns." in problems
    )
    lines = problem_lines(problems)
    assert lines == {
        "iris": "drop", "yes": "drop", "shoe: size": "drop", 'na"me`': "drop", "ünï 🎉": "drop",
    }, "each line can be pasted into the policy as it stands"  # fmt: skip
    remedy = refusal.value.remedy
    assert f"veilflow classify {place.home / 'overnight'}" in remedy and str(policy) in remedy
    assert refusal.value.exit_code == 2
    assert place.current() == GOOD


def problem_lines(problems: str) -> dict[str, str]:
    """What YAML makes of the lines that the message asks to add."""
    import yaml

    quoted = [line.partition(" the line '")[2][:-2] for line in problems.splitlines()]
    found: dict[str, str] = {}
    for line in quoted:
        found.update(yaml.safe_load(line) if line else {})
    return found


def test_unlisted_drop_releases_without_the_column_and_counts_the_days(
    place: Place, judge: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge("passes")
    emails = pa.array([f"zebedee{n}@example.org" for n in range(200)])
    table = people().set_column(4, "colour", emails).drop_columns(["full_name"])
    place.write(table.append_column("iris", pa.array(["brown"] * 200)), folder="dropping")
    tables = {"people": {"path": "people", "columns": PEOPLE, "unlisted": "drop"}}
    # A dataset of its own: what was left out stays so in its next runs.
    policy = place.policy(
        dataset="dropping",
        tables=tables,
        source={"root": str(place.home / "dropping")},
    )
    run = place.release(policy)
    vanished, note = run.evidence("pin").notes
    assert vanished == (
        "Column 'full_name' of people is in the policy and not in the source any more; the release "
        "goes on without it."
    )
    assert note == (
        "Column 'iris' of people isn't in the policy and was left out; undecided for 0 days."
    )
    looked = run.evidence("classify")
    assert looked.notes[-1].startswith("Column 'colour' of people was left out, for nobody has")
    (colour,) = [one for one in looked.columns if one.left_out]
    assert "declared insensitive, but it looks like e-mail address" in colour.contradiction
    released = place.rows(run.record.run, dataset="dropping")
    assert set(released[0]) == {"person", "sex", "age"}
    report = place.store.get(f"releases/dropping/{run.record.run}/report.html").data.decode()
    assert "iris" in report and "undecided for 0 days" in report
    assert "left out (not what it was)" in report and "zebedee" not in report
    monkeypatch.setattr(sys.modules["veilflow.pipeline.pin"], "dt", later(days=3))
    _, note = place.pin(policy).evidence("pin").notes
    assert note.endswith("undecided for 3 days.")


def later(days: int) -> Any:
    """The module datetime, some days on."""
    import datetime as dt
    import types

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return dt.datetime.now(tz) + dt.timedelta(days=days)

    return types.SimpleNamespace(datetime=Later, UTC=dt.UTC, timedelta=dt.timedelta)


def test_a_column_whose_values_contradict_its_role(place: Place) -> None:
    emails = pa.array([f"zebedee{n}@example.org" for n in range(200)])
    table = people().set_column(4, "colour", emails)
    place.write(table, folder="contradicting")
    run = place.pin(place.policy(source={"root": str(place.home / "contradicting")}))
    message = refused_by(place, run, "classify")
    assert "tables.people.columns.colour:" in message
    assert "declared insensitive, but it looks like" in message
    assert f"Correct these lines of {run.record.policy_name}" in message
    assert "start a new run" in message and "zebedee" not in message
    for later_stage in ("protect", "validate", "publish"):
        assert refused_by(place, run, later_stage) == message
    place.assert_never_began(run.record.run)
    assert place.current() == GOOD


# -- parameters only tighten -------------------------------------------------------------------


def test_a_lower_k_is_refused_and_a_higher_one_taken(place: Place) -> None:
    policy = place.policy()
    with pytest.raises(PolicyError, match="k: 4 is below the policy's 5; a run only tightens"):
        place.pin(policy, k=4)
    assert place.pin(policy, k=6).policy.anonymize.k == 6
    with pytest.raises(PolicyError, match="no 'anonymize:' section to tighten"):
        place.pin(place.policy({"person": "pseudonym", "full_name": "drop", "sex": "drop",
                                "age": "drop", "colour": "keep"}, anonymize=None), k=6)  # fmt: skip


@pytest.mark.parametrize("chosen", ["..", "../other", "link", "people/../../other", "/"])
def test_an_input_outside_the_root_is_refused(place: Place, chosen: str) -> None:
    place.write(people(), folder="other")
    link = place.data / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(place.home / "other")
    try:
        with pytest.raises(PolicyError, match="input: lies outside the policy's source.root"):
            place.pin(place.policy(), input=chosen)
    finally:
        link.unlink()


def test_an_input_inside_the_root_is_taken(place: Place) -> None:
    place.write(people(60), folder="data/ward-7")
    try:
        (table,) = place.pin(place.policy(), input="ward-7").record.source.tables
        assert [Path(file.path).parent.parent.name for file in table.files] == ["ward-7"]
    finally:
        shutil.rmtree(place.data / "ward-7")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_inside_the_root_leads_nowhere_else(place: Place, kind: str) -> None:
    outside = place.write(people(), folder=f"elsewhere-{kind}")
    root = place.home / f"linked-{kind}"
    (root / "people").mkdir(parents=True)
    place.write(people(), folder=f"linked-{kind}")
    if kind == "file":
        (root / "people" / "part-1.parquet").symlink_to(outside)
    else:
        (root / "people" / "more").symlink_to(outside.parent)
    policy = place.policy(source={"root": str(root)})
    with pytest.raises(PolicyError, match="lies outside source.root"):
        run = place.pin(policy)
        # A link to a folder may be left unfollowed, but its files are never read.
        assert all(file.path.startswith(str(root)) for file in run.record.source.tables[0].files)
        raise PolicyError("lies outside source.root")


def test_the_k_of_a_resumed_run_is_not_silently_another(place: Place) -> None:
    policy = place.policy()
    run = place.pin(policy, k=5)
    assert place.pin(policy, run.record.run).record == run.record, "without a wish: what it was"
    with pytest.raises(UsageError, match="was pinned with other parameters"):
        place.pin(policy, run.record.run, k=7)


@pytest.mark.parametrize("asked_by", ["policy", "run"])
def test_one_address_among_other_words_refuses_a_run_on_all_rows(
    place: Place, asked_by: str
) -> None:
    rows = people()
    words = [f"red {n % 50}" for n in range(len(rows))]
    words[150] = "zoe@example.org"
    rare = rows.set_column(rows.column_names.index("colour"), "colour", pa.array(words))
    root = place.write(rare, folder="rare").parent.parent
    sampled = place.pin(place.policy(source={"root": str(root)}))
    assert "up to 5,000 rows" in place.stage(sampled, "classify").notes[0]
    source = {"root": str(root), **({"scan": "exhaustive"} if asked_by == "policy" else {})}
    run = place.pin(place.policy(source=source), exhaustive=asked_by == "run")
    message = refused_by(place, run, "classify")
    assert "colour" in message and "some values look like e-mail address" in message
    assert "zoe" not in message


# -- trials and sources that move --------------------------------------------------------------


def test_a_trial_run_gets_no_number_and_never_becomes_current(
    place: Place, judge: Callable[[str], None]
) -> None:
    judge("passes")
    run = place.release(place.policy(publish=place.publication()), trial_rows=60)
    released = run.evidence("publish").released
    assert (released.trial, released.number) == (True, None)
    manifest = load_manifest(place.store, "people", run.record.run, None)
    assert (manifest.trial, manifest.number) == (True, None)
    assert len(place.rows(run.record.run)) == 60
    assert place.current() == GOOD
    assert place.objects("series/people/default/000002") == []


@pytest.mark.parametrize("change", ["another content", "gone"])
def test_a_source_that_changed_between_stages(place: Place, change: str) -> None:
    folder = f"moving-{change.split()[0]}"
    path = place.write(people(), folder=folder)
    run = place.pin(place.policy(source={"root": str(place.home / folder)}))
    if change == "gone":
        path.unlink()
    else:
        place.write(people().set_column(2, "sex", pa.array(["X"] * 200)), folder=folder)
    with pytest.raises(SourceChanged) as refusal:
        place.stage(run, "protect")
    assert str(path) in str(refusal.value) and "Start a new run." in str(refusal.value)
    place.assert_never_began(run.record.run)


def test_what_was_put_in_place_of_a_validated_object_is_not_published(
    place: Place, judge: Callable[[str], None]
) -> None:
    judge("passes")
    run = place.pin(place.policy())
    place.stage(run, "classify", "protect", "validate")
    (file,) = run.evidence("protect").files
    place.store.put(file.path, place.store.get(file.path).data[:-1] + b"\0")
    with pytest.raises(Exception, match="isn't the object that was validated"):
        publish(run.ref.uri)
    with pytest.raises(Exception, match="no release"):
        load_manifest(place.store, "people", run.record.run, None)
    assert place.current() == GOOD
