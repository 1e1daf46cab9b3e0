"""The judge on released free text: clean notes with a good sample pass, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from veilflow.classify.labels import Label, Labels, Span, note_digest
from veilflow.spark.judging import Judgement, JudgeRequest
from veilflow_expectations.judge import judge

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

KEY = b"l" * 32
CUSTOM = "tests.expectations.text_redactors:RedactWords"
TEXT = {
    "remark: {role: free_text, protect: redact}": (
        f"remark: {{role: free_text, protect: '{CUSTOM}'}}"
    ),
    "anonymize: {k: 3": "validate: {free_text: {min_recall: 0.8}}\nanonymize: {k: 3",
}
GIVEN = ("Jane", "Carlos", "Ingrid", "Olivia", "Hassan", "Yuki")
FAMILY = ("Winterbottom", "Okonkwo", "Lindqvist", "Garcia", "Haddad")
JudgedText = Callable[..., Judgement]


def named(clinic: Any) -> dict[str, pd.DataFrame]:
    """The clinic's people with names that a detector can know, each in a remark of their own."""
    raw = clinic.source()
    people = raw["people"]
    names = [f"{GIVEN[n % 6]} {FAMILY[n // 6]}" for n in range(30)]
    people["name"] = names
    people["remark"] = [
        f"Patient: {name} called at {people['phone'][n]}, asks for Dr. Canary. "
        f"Better after day {n}."
        for n, name in enumerate(names)
    ]
    return raw


def clean(raw: dict[str, pd.DataFrame]) -> list[str]:
    return [f"Patient: [X] called at [X], asks for [X]. Better after day {n}." for n in range(30)]


def spans(text: str, *pieces: tuple[str, str]) -> tuple[Span, ...]:
    return tuple(
        Span(text.index(piece), text.index(piece) + len(piece), kind) for piece, kind in pieces
    )


def labels(raw: dict[str, pd.DataFrame], hard: int = 0, notes: int = 30) -> Labels:
    """A person's labels; in ``hard`` notes also a word that no detector takes for a name."""
    made = []
    for n, (text, name) in enumerate(
        zip(raw["people"]["remark"], raw["people"]["name"], strict=True)
    ):
        pieces = [(name, "person_name"), ("Canary", "person_name")]
        if n < hard:
            pieces.append(("Better after", "person_name"))
        made.append(Label(note_digest(text, KEY), "ada", spans(text, *pieces)))
    return Labels.of(made[:notes], KEY)


@pytest.fixture
def judged(
    spark: SparkSession, clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> JudgedText:
    monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", CUSTOM)

    def run(remarks: list[str | None], labelled: Labels | None, **change: str) -> Judgement:
        raw = named(clinic)
        output = clinic.masked(raw)
        output["people"]["remark"] = remarks
        return judge(
            spark,
            JudgeRequest(
                product="masked",
                policy=clinic.read_policy(tmp_path, {**TEXT, **change}),
                output=clinic.frames(spark, output, clinic.MASKED),
                source=clinic.frames(spark, raw, clinic.SCHEMAS),
                levels=clinic.LEVELS,
                digest_key=b"k" * 32,
                labels={} if labelled is None else {("people", "remark"): labelled},
            ),
        )

    return run


def text_checks(judgement: Judgement) -> dict[str, Any]:
    return {check.name: check for check in judgement.checks if check.kind == "text"}


def test_clean_notes_with_a_labelled_sample_pass(judged: JudgedText, clinic: Any) -> None:
    raw = named(clinic)
    judgement = judged(clean(raw), labels(raw))
    assert judgement.failed == ()
    found = text_checks(judgement)
    assert set(found) == {
        "known identifiers absent",
        "detected entities absent",
        "detector recall",
        "detector recall, person name",
    }
    recall = found["detector recall"]
    assert (recall.observed, recall.bound, recall.high) == (1, 0.8, 1)
    assert recall.sentence.endswith("30 texts are labelled.")
    assert 0.88 < (recall.low or 0) < 0.9  # 30 notes, all found: Clopper-Pearson on 30
    assert not found["detector recall, person name"].blocking


@pytest.mark.parametrize(
    ("left", "failing"),
    [
        ("Spoke to lindqvist, ingrid.", {"known identifiers absent"}),
        ("Spoke with Oliver Smith.", {"detected entities absent"}),
    ],
)
def test_one_name_left_in_one_note_is_refused(
    left: str, failing: set[str], judged: JudgedText, clinic: Any
) -> None:
    raw = named(clinic)
    remarks: list[str | None] = [*clean(raw)]
    remarks[17] = left
    judgement = judged(remarks, labels(raw))
    assert {check.name for check in judgement.failed} == failing
    for check in judgement.failed:
        assert check.observed is None and "fewer than 10" in check.sentence
        assert left.split()[-1] not in check.sentence


def test_without_a_sample_free_text_is_not_released(judged: JudgedText, clinic: Any) -> None:
    judgement = judged(clean(named(clinic)), None)
    assert [check.name for check in judgement.failed] == ["detector recall"]
    assert judgement.failed[0].observed is None


def test_a_sample_with_low_recall_is_refused(judged: JudgedText, clinic: Any) -> None:
    raw = named(clinic)
    judgement = judged(clean(raw), labels(raw, hard=20))
    (failed,) = judgement.failed
    assert (failed.name, failed.observed) == ("detector recall", 0.75)


def test_a_sample_that_is_too_small_is_refused(judged: JudgedText, clinic: Any) -> None:
    """Everything in it was found, but eight notes don't show 80 %."""
    raw = named(clinic)
    (failed,) = judged(clean(raw), labels(raw, notes=8)).failed
    assert (failed.name, failed.observed) == ("detector recall", 1)
    assert (failed.low or 1) < 0.8


def test_null_and_empty_notes_pass(judged: JudgedText, clinic: Any) -> None:
    raw = named(clinic)
    assert judged([None] * 15 + [""] * 15, labels(raw)).failed == ()
