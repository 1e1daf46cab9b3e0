"""Expectations for free text on both engines: every spelling is found, near misses aren't."""

from __future__ import annotations

import importlib.util
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import veilflow_expectations
from veilflow.errors import StageFailed
from veilflow_expectations import (
    ExpectDetectorRecallToBeAtLeast,
    ExpectFreeTextToContainNoDetectedEntity,
    ExpectFreeTextToContainNoKnownIdentifier,
    register_identifiers,
    register_labels,
    register_reference,
)
from veilflow_expectations.known_terms import KnownTerms, kind_of_column
from veilflow_expectations.references import References, current_references, use_references
from veilflow_expectations.text_references import add_identifiers, identifiers_of
from veilflow_expectations.text_search import FOUND, search_texts

KNOWN = ExpectFreeTextToContainNoKnownIdentifier
ENTITY = ExpectFreeTextToContainNoDetectedEntity
RECALL = ExpectDetectorRecallToBeAtLeast

PEOPLE = pd.DataFrame(
    {
        "full_name": ["Maria Garcia-Lopez", "John O'Brien", "Dr. Will Brown", "王小明",
                      "Żaneta Król", "Ann Li", "de la Cruz, Inés", None],
        "mrn": ["004512777", "604512012", "119283346", "A-77120", None, "883920011", "12", ""],
        "phone": ["(212) 555-0123", "+1 212 555 0124 ext. 7", None, "020 7946 0958", None, None,
                  None, None],
        "ssn": [900123456.0, None, None, None, np.nan, None, None, None],
        "email": ["m.garcia81@example.org", "john@example.org", None, None, None, None, None, ""],
        "address": ["12 Harley Street, London", "Lindenstraße 7", *[None] * 6],
        "birth_date": ["1957-03-21", None, None, "2 Jan 1980", None, None, None, None],
        "plan": ["Blue Horizon Gold", None, None, None, None, None, None, None],
    }
)  # fmt: skip

FOUND_IN = {
    "whole": "Maria Garcia-Lopez was seen",
    "capitals": "MARIA GARCIA-LOPEZ was seen",
    "small letters": "maria garcia lopez was seen",
    "decomposed": "Z\u030caneta is not, but Z\u0307aneta Kro\u0301l is",
    "without accents": "Zaneta Krol called",
    "full width": "\uff2d\uff41\uff52\uff49\uff41 Garcia",
    "invisible characters": "Mar\u00adia Gar\u200bcia",
    "another order": "Garcia-Lopez, Maria",
    "words between": "Garcia (called Maria)",
    "an initial": "M. Lopez is better",
    "an initial behind": "Brown W. was absent",
    "a part alone": "Garcia is better",
    "a part in capitals": "GARCIA is better",
    "a possessive": "Garcia's results",
    "half of a hyphened name": "Lopez is better",
    "a hyphened name in one": "Mrs Garcialopez",
    "without an apostrophe": "OBrien said so",
    "with a typographic apostrophe": "O\u2019Brien said so",
    "a short name": "Ann is better",
    "two short names": "Li, Ann",
    "an ordinary word with a title": "Dr Brown agreed",
    "two ordinary words": "Will Brown agreed",
    "a letter replaced": "Maria Garcla",
    "a letter missing": "Maria Garca",
    "a letter too many": "Maria Garccia",
    "two letters swapped": "Maria Gacria",
    "a long part with an edit, alone": "Garcialopes is here",
    "Chinese": "患者王小明来诊",
    "Chinese with a space": "王小明 is here",
    "a number": "MRN 004512777.",
    "a number in groups": "no 004-512-777",
    "a number in blanks": "no 004 512 777",
    "a number with a wrong digit": "no 004512787",
    "a number with swapped digits": "no 004517277",
    "a code": "chart a 77120",
    "a number by type": "SSN 900-12-3456",
    "a telephone number": "call 212.555.0123",
    "with its country": "call +12125550123",
    "without its country": "call (212)5550124",
    "an e-mail address": "<M.Garcia81@Example.org>",
    "an e-mail address with an edit": "m.garcia8@example.org",
    "before the @": "user m.garcia81",
    "an address": "lives at 12 Harley St.",
    "an address behind": "Lindenstrasse 7",
    "a birthday": "born 03/21/1957",
    "another birthday": "b. January 2, 1980",
    "a phrase": "has blue horizon gold",
}
NOT_IN = {
    "nothing": "",
    "ordinary words": "He will return in May. Brown urine, long history.",
    "two edits": "Mario Garsja",
    "an edit in a short part": "Marla is better",
    "an initial of somebody else": "X. Fernsby",
    "initials alone": "M.G. is better",
    "two letters alone": "Li is lithium",
    "an ordinary word that is a part": "Brown sputum",
    "another number": "no 004512999",
    "a number cut short": "no 00451277",
    "a short code": "room 12, bed 12",
    "another date": "on 03/22/1957",
    "an age": "aged 57",
    "another house": "at 14 Harley Street",
    "part of a phrase": "blue horizon",
    "tags": "[PERSON_NAME] called at [PHONE_NUMBER]",
    "numbers near each other": "BP 004/512, HR 77, temp 37.7",
}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    veilflow_expectations.forget_references()


@pytest.fixture(scope="module")
def known() -> KnownTerms:
    references = References(b"k" * 32)
    add_identifiers(references, "people", [(PEOPLE, {})])
    return identifiers_of(references, "people")


@pytest.mark.parametrize("text", FOUND_IN.values(), ids=FOUND_IN)
def test_it_is_found(text: str, known: KnownTerms) -> None:
    assert search_texts(["no", text, None], known).astype(bool).tolist() == [False, True, False]


@pytest.mark.parametrize("text", NOT_IN.values(), ids=NOT_IN)
def test_it_is_left_alone(text: str, known: KnownTerms) -> None:
    assert search_texts([text], known).tolist() == [0]


def test_kinds_are_told_apart(known: KnownTerms) -> None:
    texts = ["Garcia", "004512777", "john@example.org", "03/21/1957", "blue horizon gold"]
    names, codes, emails, days, phrases = FOUND.values()
    found = [names, codes, emails | names, days, phrases]
    assert search_texts(texts, known).tolist() == found


@pytest.mark.parametrize("disease", ["Parkinson's disease", "Parkinson disease", "Wilson disease"])
def test_a_disease_is_nobody_s_name(disease: str) -> None:
    references = References(b"k" * 32)
    add_identifiers(references, "r", [(pd.DataFrame({"name": ["Al Parkinson", "Jo Wilson"]}), {})])
    terms = identifiers_of(references, "r")
    assert search_texts([f"Known {disease}."], terms).tolist() == [0]
    assert search_texts([f"Mr {disease.split()[0]} came, Parkinson left"], terms).tolist() == [1]


def test_many_numbers_are_not_searched_with_edits() -> None:
    """With ten thousand numbers of eight digits one edit hits somebody in a hundred times."""
    rng = np.random.default_rng(3)
    numbers = rng.choice(10**8, 10_000, replace=False)
    references = References(b"k" * 32)
    add_identifiers(references, "r", [(pd.DataFrame({"id": [f"{n:08d}" for n in numbers]}), {})])
    terms = identifiers_of(references, "r")
    first = f"{numbers[0]:08d}"
    other = first[:3] + str((int(first[3]) + 1) % 10) + first[4:]
    assert search_texts([first, other], terms).astype(bool).tolist() == [True, False]


def test_many_birthdays_are_not_searched() -> None:
    days = pd.date_range("1950-01-01", periods=366, freq="37D").strftime("%Y-%m-%d")
    references = References(b"k" * 32)
    frame = pd.DataFrame({"birth_date": days})
    add_identifiers(references, "few", [(frame[:365], {})])
    add_identifiers(references, "many", [(frame, {})])
    text = [f"born {days[3]}"]
    assert search_texts(text, identifiers_of(references, "few")).tolist() == [8]
    assert search_texts(text, identifiers_of(references, "many")).tolist() == [0]


def test_given_and_family_names_in_two_columns_belong_together() -> None:
    people = pd.DataFrame({"first_name": ["Will", "May"], "last_name": ["Young", "Brown"]})
    references = References(b"k" * 32)
    add_identifiers(references, "r", [(people, {})])
    terms = identifiers_of(references, "r")
    assert search_texts(["Will Young", "Young, W.", "May Young", "Will, May"], terms).tolist() == [
        1, 1, 0, 0,
    ]  # fmt: skip


def test_a_category_gives_names_and_no_phrases() -> None:
    frame = pd.DataFrame({"ward": ["internal medicine", "Dr. Maria Garcia"]})
    references = References(b"k" * 32)
    add_identifiers(references, "r", [(frame, {"ward": "category"})])
    terms = identifiers_of(references, "r")
    assert search_texts(["in internal medicine", "Garcia"], terms).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("column", "type_id", "kind"),
    [
        ("full_name", None, "name"), ("x", "person_name", "name"), ("attending", None, "name"),
        ("birth_date", None, "day"), ("x", "date_of_birth", "day"), ("mrn", None, "other"),
        ("name", "organization_name", "other"),
    ],
)  # fmt: skip
def test_what_a_column_holds(column: str, type_id: str | None, kind: str) -> None:
    assert kind_of_column(column, type_id) == kind


def test_terms_travel_and_show_nothing(known: KnownTerms) -> None:
    again = pickle.loads(pickle.dumps(known))
    assert search_texts(["Garcia", "004512777"], again).tolist() == [1, 2]
    assert "kkkk" not in repr(known) and "arcia" not in repr(known)
    other = References(b"o" * 32)
    add_identifiers(other, "people", [(PEOPLE, {})])
    mine, theirs = known.families["token"], identifiers_of(other, "people").families["token"]
    assert not set(mine.tolist()) & set(theirs.tolist())


# -- the expectations on both engines ------------------------------------------------------------

TEXTS = [*FOUND_IN.values(), *NOT_IN.values(), None]


@pytest.fixture
def people(make: Callable[..., Any]) -> Any:
    """The people on the engine of the test."""
    texts = PEOPLE.astype(object).where(PEOPLE.notna(), None)
    schema = ", ".join(
        f"{name} {'double' if name == 'ssn' else 'string'}" for name in PEOPLE.columns
    )
    return make({name: list(texts[name]) for name in PEOPLE.columns}, schema)


def test_both_engines_find_the_same(make: Any, people: Any, check_all: Any) -> None:
    register_identifiers("people", people)
    frame = make({"note": TEXTS, "clean": [*NOT_IN.values()] + ["fine"] * (len(FOUND_IN) + 1)},
                 "note string, clean string")  # fmt: skip
    found, clean = check_all(
        frame, [KNOWN(column="note", reference="people"), KNOWN(column="clean", reference="people")]
    )
    assert (found.passed, found.observed, found.unit) == (False, len(FOUND_IN), "texts")
    assert (clean.passed, clean.observed, clean.bound) == (True, 0, 0)


def test_one_entity_in_one_note_fails(make: Any, people: Any, check_all: Any) -> None:
    """The mutation check of both: a single text among many."""
    register_identifiers("people", people)
    notes = [f"Visit {n}, stable." for n in range(300)]
    one = [*notes]
    one[211] = "Visit 211, Garcia stable."
    frame = make({"clean": notes, "one": one}, "clean string, one string")
    checks = check_all(
        frame,
        [
            KNOWN(column="clean", reference="people"), KNOWN(column="one", reference="people"),
            ENTITY(column="clean"), ENTITY(column="one"),
        ],
    )  # fmt: skip
    assert [(check.passed, check.observed) for check in checks] == [
        (True, 0), (False, 1), (True, 0), (False, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("expectation", ["known", "entity"])
def test_bad_input(expectation: str, make: Any, check_all: Any) -> None:
    register_identifiers("people", PEOPLE)
    build: Any = {
        "known": lambda column: KNOWN(column=column, reference="people"),
        "entity": lambda column: ENTITY(column=column),
    }[expectation]
    empty = make({"note": []}, "note string")
    missing = make({"note": [None, None], "number": [45.5, float("nan")],
                    "zero": [-0.0, 0.0]}, "note string, number double, zero double")  # fmt: skip
    assert [check.passed for check in check_all(empty, [build("note")])] == [True]
    found = check_all(missing, [build("note"), build("number"), build("zero")])
    assert [check.passed for check in found] == [True, True, True]
    with pytest.raises(StageFailed, match="no column nowhere"):
        check_all(empty, [build("nowhere")])


def test_an_unknown_reference_is_no_pass(make: Any, check: Any) -> None:
    frame = make({"note": ["fine"]}, "note string")
    register_reference("values", ["Ada"])
    for name in ("nobody", "values"):
        with pytest.raises(StageFailed, match="no identifiers are registered"):
            check(frame, KNOWN(column="note", reference=name))
        with pytest.raises(StageFailed, match="no labels are registered"):
            check(frame, RECALL(column="note", labels=name, min_recall=0.5))


def test_identifiers_of_any_type_may_be_none(make: Any, check: Any) -> None:
    register_identifiers("nobody", make({"name": [None], "id": [None]}, "name string, id bigint"))
    register_identifiers("no rows", make({"name": []}, "name string"))
    frame = make({"note": ["Jane Doe, 004512777"]}, "note string")
    for name in ("nobody", "no rows"):
        assert check(frame, KNOWN(column="note", reference=name)).passed


@pytest.mark.parametrize(
    "wrong",
    [
        {"types": []},
        {"types": ["aura"]},
        {"detectors": []},
        {"detectors": ["psychic"]},
        {"detectors": ["presidio:"]},
        {"min_score": 1.5},
    ],
    ids=str,
)
def test_arguments_that_say_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ENTITY(column="note", **wrong)


def test_a_detector_that_is_not_installed_is_no_pass(make: Any, check: Any) -> None:
    if importlib.util.find_spec("presidio_analyzer") is not None:
        pytest.skip("presidio-analyzer is installed")
    frame = make({"note": ["fine"]}, "note string")
    with pytest.raises(StageFailed, match="pip install presidio-analyzer"):
        check(frame, ENTITY(column="note", detectors=["veilflow", "presidio:en_core_web_sm"]))


def labelled(count: int, hard: int) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Notes with a name that is found and, in ``hard`` of them, one that isn't."""
    notes = []
    for n in range(count):
        text = f"Patient: Jane Doe, visit {n}. Zzyx there."
        spans = [(9, 17, "person_name")]
        if n < hard:
            at = text.index("Zzyx")
            spans.append((at, at + 4, "username"))
        notes.append((text, spans))
    return notes


def test_recall_is_the_same_on_both_engines(make: Any, check_all: Any) -> None:
    notes = labelled(60, hard=12)
    register_labels("notes", notes)
    # Repeated texts are one note; others and nulls don't count.
    texts = [*[text for text, _ in notes], notes[0][0], "Patient: John Roe", None]
    frame = make({"note": texts}, "note string")
    everything, names, others = check_all(
        frame,
        [
            RECALL(column="note", labels="notes", min_recall=0.7),
            RECALL(column="note", labels="notes", min_recall=0.94, entity_type="person_name"),
            RECALL(column="note", labels="notes", min_recall=0.01, entity_type="username"),
        ],
    )
    assert everything.observed == pytest.approx(60 / 72, abs=1e-6)
    assert everything.passed and 0.7 < everything.low < 60 / 72 < everything.high < 1
    # All 60 were found: 0.025 ** (1 / 60) is less than 0.95.
    assert (names.passed, names.observed) == (True, 1)
    assert names.low == pytest.approx(0.025 ** (1 / 60), abs=1e-5)
    assert (others.passed, others.observed, others.low) == (False, 0, 0)


def test_one_labelled_entity_that_is_missed_decides(make: Any, check_all: Any) -> None:
    """The mutation check: 100 notes, and in one of them one entity is not found."""
    register_labels("all", labelled(100, hard=0))
    register_labels("but one", labelled(100, hard=1))
    frame = make({"note": [text for text, _ in labelled(100, 0)]}, "note string")
    found, missed = check_all(
        frame,
        [
            RECALL(column="note", labels="all", min_recall=0.96),
            RECALL(column="note", labels="but one", min_recall=0.96),
        ],
    )
    assert (found.passed, missed.passed) == (True, False)
    assert missed.observed == pytest.approx(100 / 101, abs=1e-6)


def test_recall_of_nothing_proves_nothing(make: Any, check: Any) -> None:
    register_labels("none", [])
    register_labels("no spans", [("fine", []), ("well", [])])
    for texts in ([], [None], ["fine", "well"]):
        frame = make({"note": texts}, "note string")
        for name in ("none", "no spans"):
            found = check(frame, RECALL(column="note", labels=name, min_recall=0.0))
            assert (found.passed, found.observed) == (False, None)


def hospital_notes() -> Any:
    path = Path(__file__).parents[2] / "benchmarks" / "hospital_notes.py"
    spec = importlib.util.spec_from_file_location("hospital_notes", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["hospital_notes"] = module
    spec.loader.exec_module(module)
    return module


def test_on_the_hospital_what_is_left_is_found_and_clean_notes_raise_no_alarm() -> None:
    """The figures that docs/expectations/text.md states, on a smaller hospital."""
    block, notes = hospital_notes().hospital(400)
    patients = block.patients.to_pandas()[["mrn", "full_name", "email", "phone"]]
    doctors = block.encounters.to_pandas()[["attending"]].drop_duplicates()
    references = References(b"k" * 32)
    add_identifiers(references, "all", [(patients, {}), (doctors, {})])
    terms = identifiers_of(references, "all")
    clean = [note.redacted() for note in notes]
    assert not search_texts(clean, terms).any()
    for kind, least in (
        ("person_name", 0.99), ("medical_record_number", 1.0), ("phone_number", 0.98),
        ("email_address", 0.85),
    ):  # fmt: skip
        holders = [note for note in notes if any(span[2] == kind for span in note.spans)]
        left = [note.redacted(keep=lambda one, kind=kind: one == kind) for note in holders]
        assert np.mean(search_texts(left, terms) != 0) >= least, kind


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore:It is preferred to specify type hints:UserWarning")
def test_no_value_and_no_key_is_in_the_plan(spark: Any, capfd: Any) -> None:
    with use_references(References(b"SECRET-KEY-OF-TESTS-1234567890ab")):
        register_identifiers("people", PEOPLE)
        from veilflow_expectations.text_references import search_column

        frame = spark.createDataFrame([("fine",)], "note string")
        found = frame.select(search_column(current_references(), frame, "note", "people"))
        found.explain(extended=True)
        shown = capfd.readouterr().out
    assert "SECRET" not in shown and "5345435245542d" not in shown.lower()
    assert "arcia" not in shown


@pytest.mark.parametrize(
    "hostile",
    ["1" * 20_000, "1-" * 10_000, "A. " * 7_000, "a@b.cd " * 300, "Maria " * 3_000, "王" * 20_000,
     "Garcia" * 3_000, "0123456789 " * 1_000, "\u200b" * 20_000],
    ids=lambda text: ascii(text[:6]),
)  # fmt: skip
def test_no_text_makes_the_search_slow(hostile: str, known: KnownTerms) -> None:
    begun = time.process_time()
    search_texts([hostile], known)
    assert time.process_time() - begun < 10
