"""The free-text detector on labelled texts and hard negatives, and how its time grows."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest
from veilflow.classify.entity import entities
from veilflow.classify.text_dates import find_partial_dates
from veilflow.classify.text_detector import TextDetector

from benchmarks.blind_negatives import blind_negatives
from benchmarks.hard_negatives import LATER, hard_negatives
from benchmarks.span_scores import Counts, score_spans
from benchmarks.text_entities import TARGETS, clean_share, found_in, texts

DATA = Path(__file__).parents[2].parent / "shared/data/pii_text"
DETECT = TextDetector().detect


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/pii_text")
def test_f1_on_labelled_texts_meets_the_targets() -> None:
    pairs = [(text.truth, found_in(DETECT, text.text)) for text in texts(DATA)]
    scores = score_spans(pairs, tuple(TARGETS))
    low = {kind: scores["overlapping"][kind].f1 for kind in TARGETS}
    assert {kind: f1 for kind, f1 in low.items() if f1 < TARGETS[kind]} == {}
    assert scores["exact"]["person_name"].f1 >= 0.60


def test_hard_negatives_are_left_alone() -> None:
    traps = [*hard_negatives(40), *LATER]
    assert clean_share(lambda text: found_in(DETECT, text), traps) >= 0.97


@pytest.mark.parametrize("name", ["set 1", "set 2", "set 3"])
def test_blind_hard_negatives_are_left_alone(name: str) -> None:
    traps = blind_negatives()[name]
    assert len(traps) > 75
    assert clean_share(lambda text: found_in(DETECT, text), traps) >= 0.97


@pytest.mark.parametrize(
    ("name", "least"), [("set 4, tuning half", 0.92), ("set 4, held half", 0.85)]
)
def test_real_hard_negatives_are_left_alone_as_often_as_told(name: str, least: float) -> None:
    """What docs/classification.md says: 0.97 isn't reached on these."""
    traps = blind_negatives()[name]
    assert len(traps) > 120
    assert clean_share(lambda text: found_in(DETECT, text), traps) >= least


def test_the_hard_negatives_would_catch_a_careless_detector() -> None:
    traps = list(hard_negatives(20))
    assert clean_share(lambda text: [(0, len(text), "person_name")], traps) == 0.0
    numbers = [trap for trap in traps if any(char.isdigit() for char in trap.text)]
    assert clean_share(lambda text: [(0, 1, "phone_number")], numbers) == 0.0


@pytest.mark.parametrize(
    ("truth", "found", "exact", "overlapping"),
    [
        ([(0, 4, "age")], [(0, 4, "age")], Counts(1, 0, 0), Counts(1, 0, 0)),
        ([(0, 4, "age")], [(0, 3, "age")], Counts(0, 1, 1), Counts(1, 0, 0)),
        ([(0, 8, "age")], [(0, 3, "age"), (4, 8, "age")], Counts(0, 2, 1), Counts(1, 1, 0)),
        ([(0, 4, "age")], [(4, 8, "age")], Counts(0, 1, 1), Counts(0, 1, 1)),
        ([(0, 4, "age")], [(0, 4, "date")], Counts(0, 0, 1), Counts(0, 0, 1)),
        ([], [], Counts(), Counts()),
    ],
)
def test_spans_are_counted_by_both_rules(
    truth: list[tuple[int, int, str]],
    found: list[tuple[int, int, str]],
    exact: Counts,
    overlapping: Counts,
) -> None:
    scores = score_spans([(truth, found)], ("age",))
    assert (scores["exact"]["age"], scores["overlapping"]["age"]) == (exact, overlapping)


PIECES = ["1", "1-", "A.", "a@", "Aa ", "1 A ", ":", "Name: Aa ", "the 1.1.1.1 ", "May 1 ", "T1:",
          "+1 (1) ", "DE00 ", "call me at ", "exp ", "01/02/", "é\u0301", "王"]  # fmt: skip


def test_time_grows_with_the_length_and_not_faster() -> None:
    """Twice the text takes about twice the time, for every kind of repetition at once."""
    seconds = {}
    for size in (10_000, 20_000):
        hostile = [piece * (size // len(piece)) for piece in PIECES]
        begun = time.process_time()
        for text in hostile:
            DETECT(text)
        seconds[size] = time.process_time() - begun
    assert seconds[20_000] < 4 * seconds[10_000] + 0.2


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("since 2010-03-10 19:00:35 it hurts", "date", "2010-03-10 19:00:35"),
        ("at 2010-03-10T19:00:35Z", "date", "2010-03-10T19:00:35Z"),
        ("seen on March 3rd again", "date", "March 3rd"),
        ("card expires 03/27 they say", "date", "03/27"),
        ("030 1234567 office", "phone_number", "030 1234567"),
        ("social security number is 012-52-7174", "ssn", "012-52-7174"),
        ("Name:    Xq Zzyzx", "person_name", "Xq Zzyzx"),
        ("people call me Xzyq", "person_name", "Xzyq"),
        ("name: katelyn villareal", "person_name", "katelyn villareal"),
        ("she died on Thursday", "date", "Thursday"),
        ("closed every sunday, they said", "date", "sunday"),
        ("Tuesday night she fell", "date", "Tuesday"),
        ("er kam am Dienstag wieder", "date", "Dienstag"),
        ("depuis jeudi elle tousse", "date", "jeudi"),
        ("desde el mi\u00e9rcoles", "date", "mi\u00e9rcoles"),
        ("na segunda-feira foi", "date", "segunda-feira"),
        ("sinds vrijdag koorts", "date", "vrijdag"),
    ],
)
def test_what_stands_around_decides(text: str, kind: str, piece: str) -> None:
    assert (kind, piece) in {(e.type, text[e.start : e.end]) for e in entities(text, ["veilflow"])}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Upgrade to version 10.2.3.4 today", "ip_address"),
        ("See section 1.8.34 of it", "date"),
        ("the window is 0900-1730 UTC", "phone_number"),
        ("Jenkins 2.4 is out", "person_name"),
        ("Latency was low", "person_name"),
        ("30 Celso Emilio Ferreiro 90", "person_name"),
        ("may 2 of them", "date"),
        ("The Monday Meeting is in room four", "date"),
        ("Black Friday and Ash Wednesday", "date"),
        ("a Sunday-best dress", "date"),
        ("le marding et la tagung", "date"),
    ],
)
def test_what_stands_around_rules_out(text: str, kind: str) -> None:
    assert kind not in {e.type for e in entities(text, ["veilflow"])}


def test_a_bare_year_or_month_is_no_partial_date() -> None:
    for text in ("in 1965", "in May", "March on", "1/2", "50/2020 rows"):
        assert list(find_partial_dates(text)) == []


PRESIDIO = importlib.util.find_spec("presidio_analyzer") is not None


@pytest.mark.skipif(not PRESIDIO, reason="presidio-analyzer isn't installed")
def test_presidio_runs_behind_the_same_interface_on_a_blank_model() -> None:
    from veilflow.classify.presidio_detector import PresidioDetector

    detector = PresidioDetector.without_model()
    text = "Write to jane.doe@example.org or pay with 4111 1111 1111 1111"
    found = {(e.type, text[e.start : e.end]) for e in detector.detect(text)}
    assert ("email_address", "jane.doe@example.org") in found
    assert ("credit_card_number", "4111 1111 1111 1111") in found
