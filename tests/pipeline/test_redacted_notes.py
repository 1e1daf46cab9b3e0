"""Notes of the sample hospital go through a whole run with redact_text, and nobody is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from veilflow.cli import main
from veilflow.spark.preview import preview

from benchmarks.hospital_notes import Note, hospital
from tests.canary.forms import text_needle
from tests.canary.leaks import find_leaks
from tests.pipeline.place import Place

pytestmark = pytest.mark.spark

PATIENTS = {
    "patient_id": "pseudonym", "mrn": "drop", "full_name": "drop", "email": "drop",
    "phone": "drop", "ssn": "drop", "birth_date": "drop", "zip_code": "drop", "city": "drop",
    "sex": "drop", "ethnicity": "drop", "insurance": "sensitive",
    "blood_type": "drop", "smoker": "drop",
}  # fmt: skip
ENCOUNTERS = {
    "encounter_id": "pseudonym", "patient_id": "pseudonym", "admitted_at": "drop",
    "discharged_at": "drop", "department": "sensitive", "icd10": "sensitive",
    "length_of_stay": "sensitive", "total_cost": "drop", "attending": "drop",
}  # fmt: skip
TYPES = {
    "vital_sign": {"role": "identifier", "pattern": "HR [0-9]{2,3}"},
    "stay": {"role": "quasi", "pattern": "[0-9]{1,3}", "headers": "length of stay"},
}
NOTES = {"note_id": "drop", "encounter_id": "pseudonym", "patient_id": "pseudonym",
         "written_at": "drop"}  # fmt: skip


@pytest.fixture
def clinic(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch, spark: Any
) -> Iterator[tuple[Place, list[Note]]]:
    """The hospital's three tables, and its notes with what is personal in them marked."""
    block, notes = hospital(60)
    text = block.notes.schema.get_field_index("text")
    plain = block.notes.set_column(text, "text", [[note.text for note in notes]])
    for name, table in (
        ("patients", block.patients), ("encounters", block.encounters), ("notes", plain)
    ):  # fmt: skip
        empty_place.write(table, name)
    monkeypatch.delenv("VEILFLOW_JUDGE")

    @contextmanager
    def session(*_: object, **__: object) -> Iterator[Any]:
        yield spark

    monkeypatch.setattr("veilflow.spark.session.session", session)
    yield empty_place, notes


def policy(place: Place, k: int = 0, **parameters: Any) -> Any:
    """With ``k`` people are suppressed by their sex, and their notes with them."""
    column = {"role": "free_text", "protect": {"redact_text": parameters}}
    quasi = {"sex": {"role": "quasi", "hierarchy": "redact"}} if k else {}
    tables = {
        "patients": {"path": "patients", "columns": PATIENTS | quasi},
        "encounters": {"path": "encounters", "columns": ENCOUNTERS},
        "notes": {"path": "notes", "columns": {**NOTES, "text": column}},
    }
    return place.policy(
        tables=tables, privacy_unit="patient_id",
        anonymize={"k": k, "suppression_limit": 1} if k else None,
        validate={"free_text": {"min_recall": 0.8}}, types=TYPES,
    )  # fmt: skip


def labels(place: Place, notes: list[Note]) -> Any:
    path = place.home / "labels.jsonl"
    lines = [
        {"text": note.text, "spans": [
            {"start": start, "end": end, "type": kind} for start, end, kind in note.spans
            if kind == "person_name"
        ]}
        for note in notes
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def test_a_hospital_s_notes_are_released_without_its_people(
    clinic: tuple[Place, list[Note]], capsys: pytest.CaptureFixture[str]
) -> None:
    place, notes = clinic
    path = policy(place)
    file = labels(place, notes)
    assert main(["label", str(path), "--import", str(file), "--as", "ada"]) == 0
    run = place.pin(path)
    (looked,) = [note for note in place.stage(run, "classify").notes if "policy's own" in note]
    assert looked.endswith("vital_sign, stay.") and run.policy.custom_types.digest in looked
    (stay,) = [one for one in run.evidence("classify").columns if one.column == "length_of_stay"]
    assert stay.type == "stay"
    evidence = place.stage(run, "protect")
    (told,) = evidence.redacted_texts
    assert (told.table, told.column, told.replacement) == ("notes", "text", "labels")
    assert (told.mentions["people"] or 0) > 150 and (told.mentions["contacts"] or 0) > 20
    judged = place.stage(run, "validate")
    checks = {check.name: check for check in judged.checks if check.kind == "text"}
    assert checks["known identifiers absent"].observed == 0
    assert checks["detected entities absent"].observed == 0
    place.stage(run, "publish")

    texts = [row["text"] for row in place.rows(run.record.run, "notes")]
    assert len(texts) == len(notes)
    assert sum("[PERSON_1]" in text for text in texts) == len(texts)
    assert any("BP " in text for text in texts)  # what isn't personal is there
    assert any("HR " in note.text for note in notes)
    assert not any("HR " in text for text in texts), "a type of the policy's own"
    said = {note.text[start:end] for note in notes for start, end, _ in note.spans}
    names = {name.removeprefix("Dr. ").removesuffix(", MD") for name in said}
    names = {name for name in names if len(name) > 6}
    assert not [name for name in names if any(name in text for text in texts)]
    # Evidence, logs of stages, audit and encrypted tables hold no raw name.
    needles = [text_needle(name, name) for name in sorted(names)[:40]]
    assert find_leaks([place.home / "store"], needles) == []
    shown = capsys.readouterr()
    assert not any(name in shown.out + shown.err for name in names)


def test_a_preview_redacts_as_a_run_does_and_pseudonyms_are_the_same_in_every_text(
    clinic: tuple[Place, list[Note]], spark: Any
) -> None:
    place, _ = clinic
    labelled = preview(spark, str(policy(place)), 20)["notes"].to_pylist()
    assert all("[PERSON_1]" in row["text"] for row in labelled)
    path = str(policy(place, k=10, replacement="pseudonyms"))
    rows = preview(spark, path, 20)["notes"].to_pylist()
    of_person: dict[str, set[str]] = {}
    for row in rows:
        head = row["text"].partition("]")[0]
        if head.startswith("[PERSON_"):
            of_person.setdefault(row["patient_id"], set()).add(head)
    assert of_person and all(len(found) == 1 for found in of_person.values())
