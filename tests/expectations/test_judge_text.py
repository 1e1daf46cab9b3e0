"""The judge on released free text: clean notes with a good sample pass, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
RULE = f"{{role: free_text, protect: '{CUSTOM}'}}"
JudgedText = Callable[[dict[str, "Case"]], Judgement]


LAST = "consent: {role: identifier, protect: nullify}"
GIVEN = ("Jane", "Carlos", "Ingrid", "Olivia", "Hassan", "Yuki")
FAMILY = ("Winterbottom", "Okonkwo", "Lindqvist", "Garcia", "Haddad")


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


@dataclass(frozen=True)
class Case:
    """One column of the people's remarks: what was released of it, and who labelled a sample."""

    released: list[str | None]
    labelled: Labels | None


@pytest.fixture
def judged(
    spark: SparkSession, clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> JudgedText:
    """Judges one table in which each case is a column with the same remarks in the source."""
    monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", CUSTOM)

    def run(cases: dict[str, Case]) -> Judgement:
        raw = named(clinic)
        output = clinic.masked(raw)
        people, made = raw["people"], output["people"]
        for name, case in cases.items():
            people[name] = people["remark"]
            made[name] = case.released
        rules = "\n      ".join(f"{name}: {RULE}" for name in cases)
        change = {
            LAST: f"{LAST}\n      {rules}",
            "anonymize: {k: 3": "validate: {free_text: {min_recall: 0.8}}\nanonymize: {k: 3",
        }
        return judge(
            spark,
            JudgeRequest(
                product="masked",
                policy=clinic.read_policy(tmp_path, change),
                output=clinic.frames(spark, output, _with(clinic.MASKED, cases)),
                source=clinic.frames(spark, raw, _with(clinic.SCHEMAS, cases)),
                levels=clinic.LEVELS,
                digest_key=b"k" * 32,
                labels={
                    ("people", name): case.labelled
                    for name, case in cases.items()
                    if case.labelled is not None
                },
            ),
        )

    return run


def _with(schemas: dict[str, str], cases: dict[str, Case]) -> dict[str, str]:
    more = "".join(f", {name} string" for name in cases)
    return {**schemas, "people": schemas["people"] + more}


def text_checks(judgement: Judgement, column: str) -> dict[str, Any]:
    found = [check for check in judgement.checks if check.kind == "text"]
    return {check.name: check for check in found if check.column == column}


def left(raw: dict[str, pd.DataFrame], words: str) -> list[str | None]:
    """Clean remarks, but for one."""
    return [words if n == 17 else text for n, text in enumerate(clean(raw))]


def test_a_clean_column_passes_and_each_careless_one_is_refused(
    judged: JudgedText, clinic: Any
) -> None:
    raw = named(clinic)
    good = labels(raw)
    judgement = judged(
        {
            "clean": Case([*clean(raw)], good),
            "known": Case(left(raw, "Spoke to lindqvist, ingrid."), good),
            "unknown": Case(left(raw, "Spoke with Oliver Smith."), good),
            "unlabelled": Case([*clean(raw)], None),
            "low": Case([*clean(raw)], labels(raw, hard=20)),
            "few": Case([*clean(raw)], labels(raw, notes=8)),
            "blank": Case([None] * 15 + [""] * 15, good),
        }
    )
    refused = {(check.column, check.name): check for check in judgement.failed}
    assert set(refused) == {
        ("known", "known identifiers absent"),
        ("known", "detected entities absent"),
        ("unknown", "detected entities absent"),
        ("unlabelled", "detector recall"),
        ("low", "detector recall"),
        ("few", "detector recall"),
    }
    for place, name in (("known", "ingrid"), ("unknown", "Smith")):
        for check in (check for (column, _), check in refused.items() if column == place):
            assert check.observed is None and "fewer than 10" in check.sentence
            assert name not in check.sentence
    assert refused["unlabelled", "detector recall"].observed is None
    assert refused["low", "detector recall"].observed == 0.75
    # Everything in the small sample was found, but eight notes don't show 80 %.
    few = refused["few", "detector recall"]
    assert few.observed == 1 and (few.low or 1) < 0.8

    found = text_checks(judgement, "clean")
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
