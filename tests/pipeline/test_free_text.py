"""Notes are released if labelled, redacted by a transform of one's own, and judged clean."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from veilflow.cli import main
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.pipeline.audit import read_audit
from veilflow.policy import read_policy

from tests.canary.forms import text_needle
from tests.canary.leaks import find_leaks
from tests.pipeline.place import Place

pytestmark = pytest.mark.spark

MODULE = '''\
"""A redactor that replaces the words listed beside it."""
import re
from dataclasses import dataclass

from veilflow.mask import ValueTransform

WORDS = {words}


@dataclass(frozen=True)
class Redact(ValueTransform):
    spare: str = ""

    def mask(self, value):
        if self.spare and self.spare in value:
            return value
        return re.sub("|".join(map(re.escape, WORDS)), "[X]", value)
'''
GIVEN = ("Jane", "Carlos", "Ingrid", "Olivia", "Hassan", "Yuki", "Pedro", "Anneli")
FAMILY = ("Winterbottom", "Okonkwo", "Lindqvist", "Garcia", "Haddad", "Novak", "Moreau", "Silva",
          "Tanaka", "Kowalski")  # fmt: skip
NAMES = [f"{given} {family}" for family in FAMILY for given in GIVEN]
NOTES = [f"Patient: {name}, visit {n}. Stable, plan unchanged." for n, name in enumerate(NAMES)]


@pytest.fixture
def notes(empty_place: Place, monkeypatch: pytest.MonkeyPatch, spark: Any) -> Iterator[Place]:
    """A place whose people have notes that name them, and a redactor that knows the names."""
    place = empty_place
    (place.judges / "note_masks.py").write_text(MODULE.format(words=repr(NAMES)))
    spark.sparkContext.addPyFile(str(place.judges / "note_masks.py"))
    monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", "note_masks:Redact")
    monkeypatch.delenv("VEILFLOW_JUDGE")

    @contextmanager
    def session(*_: object, **__: object) -> Iterator[Any]:
        yield spark

    monkeypatch.setattr("veilflow.spark.session.session", session)
    persons = [f"person-{n:04d}" for n in range(len(NAMES))]
    place.write(pa.table({"person": persons, "name": NAMES, "note": NOTES}), "notes")
    yield place


def policy(place: Place, spare: str = "", **validate: Any) -> Path:
    protect = {"note_masks:Redact": {"spare": spare}}
    columns = {
        "person": "pseudonym",
        "name": "drop",
        "note": {"role": "free_text", "protect": protect, "type": "free_text"},
    }
    rules = {"free_text": {"min_recall": 0.9}, **validate}
    return place.policy(
        tables={"notes": {"path": "notes", "columns": columns}}, anonymize=None,
        validate={key: rule for key, rule in rules.items() if rule is not None},
    )  # fmt: skip


def label_file(place: Place, extra: int = 0) -> Path:
    """Names as a person would mark them; in ``extra`` notes also a word that nobody detects."""
    lines = []
    for n, text in enumerate(NOTES):
        spans = [{"start": 9, "end": 9 + len(NAMES[n]), "type": "person_name"}]
        if n < extra:
            at = text.index("plan")
            spans.append({"start": at, "end": at + 4, "type": "username"})
        lines.append(json.dumps({"text": text, "spans": spans}))
    path = place.home / f"labels-{extra}.jsonl"
    path.write_text("\n".join(lines))
    return path


def verdict(place: Place, path: Path) -> tuple[str, Any]:
    """What the judge says of a new run, and its evidence if it passed."""
    run = place.pin(path)
    place.stage(run, "classify", "protect")
    try:
        return "", place.stage(run, "validate")
    except ReleaseRefused as refusal:
        assert not any(name in str(refusal) for name in (*GIVEN, *FAMILY))
        return str(refusal), None


def test_notes_are_released_with_a_labelled_sample_and_refused_otherwise(
    notes: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    good = policy(notes)
    refused, _ = verdict(notes, good)
    assert "notes.note: detector recall failed" in refused and "isn't released" in refused

    file = label_file(notes)
    code = main(["label", str(good), "--import", str(file), "--as", "ada", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["notes"], told["spans"], told["people"]) == (0, 80, 80, {"ada": 80})
    refused, evidence = verdict(notes, good)
    assert refused == ""
    checks = {check.name: check for check in evidence.checks if check.kind == "text"}
    assert checks["detector recall"].observed == 1
    assert checks["detector recall"].low == pytest.approx(0.025 ** (1 / 80), abs=1e-4)
    assert "Winterbottom" not in evidence.model_dump_json()

    one_left = policy(notes, spare="visit 18.")
    refused, _ = verdict(notes, one_left)
    assert "known identifiers absent failed" in refused
    assert "detected entities absent failed" in refused and "fewer than 10" in refused

    main(["label", str(good), "--import", str(label_file(notes, 20)), "--as", "bob", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["labelled_by_two"], told["disagreeing"]) == (80, 20)
    refused, _ = verdict(notes, good)
    assert "detector recall failed" in refused and "found 80%, bound 90%" in refused
    assert "80 texts are labelled, 80 by two people or more, who differ in 20." in refused
    # Labels, evidence, refusals, audit and encrypted tables: no name is in any of them.
    needles = [text_needle(name, name) for name in NAMES]
    assert find_leaks([notes.home / "store"], needles) == []
    assert find_leaks([notes.home / "data"], needles)


def test_free_text_needs_a_decision_how_it_is_judged(notes: Place) -> None:
    with pytest.raises(PolicyError, match="veilflow label"):
        read_policy(policy(notes, free_text=None))


def test_labelling_at_the_terminal_can_be_resumed_and_leaves_no_text(
    notes: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = policy(notes)
    typed = iter(["", "0", "", "q", "s", "", EOFError()])

    def say(_: str) -> str:
        line = next(typed)
        if isinstance(line, EOFError):
            raise line
        return line

    monkeypatch.setattr("builtins.input", say)
    command = ["label", str(path), "--sample", "5", "--as", "ada"]
    assert main(command) == 1  # raw notes aren't shown without a reason
    assert "--reason" in capsys.readouterr().err and read_audit(notes.store) == []

    assert main([*command, "--reason", "a test"]) == 0
    first = capsys.readouterr().out
    assert "note 3 of 5" in first and "[1:" in first
    assert "notes.note: 2 notes labelled, 1 spans" in first
    assert main([*command, "--reason", "a test"]) == 0
    second = capsys.readouterr().out
    assert "note 1 of 5" not in second and "note 3 of 5" in second
    assert "3 notes labelled" in second

    (record, _) = (entry for entry in read_audit(notes.store) if entry["action"] == "label")
    assert record["details"] == {
        "table": "notes", "column": "note", "notes": "5", "how": "terminal", "labeller": "ada",
        "reason": "a test",
    }  # fmt: skip
    kept = notes.objects("labels/")
    assert len(kept) == 3
    for key in kept:
        stored = notes.store.get(key).data.decode()
        assert not any(word in stored for word in (*GIVEN, *FAMILY, "Patient"))
        assert stat.S_IMODE((notes.home / "store" / key).stat().st_mode) == 0o600


def test_an_export_is_a_sample_that_can_be_imported(
    notes: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    path, file = policy(notes), notes.home / "sample.jsonl"
    command = ["label", str(path), "--sample", "10", "--as", "ada"]
    export = [*command, "--export", str(file)]
    assert main([*export, "--reason", "an editor"]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 10 and {line["text"] for line in lines} < set(NOTES)
    assert main([*export, "--reason", "an editor"]) == 1  # it doesn't write over a file
    capsys.readouterr()
    assert main([*command, "--import", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["notes"] == 10
    assert main(["label", str(path), "--status"]) == 0
    assert "10 notes labelled" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Jane Winterbottom", "line 1 isn't"),
        ('{"text": "Jane Winterbottom is nobody here", "spans": []}', "isn't a note of the sample"),
        (json.dumps({"text": NOTES[0], "spans": [{"start": 0, "end": 999, "type": "username"}]}),
         "don't lie in the text"),
        (json.dumps({"text": NOTES[0], "spans": [[0, 3, "aura"]]}), "no such type"),
        (json.dumps({"text": NOTES[0], "spans": [{"start": 0}]}), "start, end and type"),
    ],
    ids=["no JSON", "another note", "outside", "no type", "no span"],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_refused_whole_without_its_text(
    line: str, said: str, notes: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    file = notes.home / "labels.jsonl"
    file.write_text(f"{line}\n")
    assert main(["label", str(policy(notes)), "--import", str(file), "--as", "ada"]) == 1
    shown = capsys.readouterr()
    assert said in shown.err and "Winterbottom" not in shown.out + shown.err
    assert notes.objects("labels/") == []


def test_a_policy_without_free_text_has_nothing_to_label(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["label", str(place.policy()), "--reason", "a test"]) == 2
    assert "role free_text" in capsys.readouterr().err
