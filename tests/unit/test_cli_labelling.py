"""Labelling at the terminal: what is shown, what each line does, and what labels are made of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from veilflow.classify.entity import Entity
from veilflow.classify.labels import (
    Label,
    Labels,
    Span,
    checked_labeller,
    checked_spans,
    is_found,
    note_digest,
)
from veilflow.cli.labelling import answer, label_note, shown
from veilflow.errors import IntegrityError, UsageError

TEXT = "Jane Doe called. Jane is well, tel 5550123."
NAME = Span(0, 8, "person_name")
PHONE = Span(35, 42, "phone_number")
KEY = b"k" * 32


def test_spans_are_numbered_in_the_text() -> None:
    assert shown(TEXT, [NAME, PHONE]) == (
        "[1:Jane Doe] called. Jane is well, tel [2:5550123].\n\n  1 person_name  2 phone_number"
    )
    assert shown("nothing", []) == "nothing\n\n  no spans"


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = "a\x1b[2Jb\u202ec\x07\nd\te"
    assert shown(text, []).startswith("a·[2Jb·c·\nd\te")


@pytest.mark.parametrize(
    ("line", "action", "spans"),
    [
        ("", "keep", (NAME,)),
        ("  ", "keep", (NAME,)),
        ("s", "skip", (NAME,)),
        ("q", "quit", (NAME,)),
        ("?", "again", (NAME,)),
        ("0", "again", ()),
        ("-1", "again", ()),
        ("- 1", "again", ()),
        ("-2", "again", (NAME,)),
        ("-x", "again", (NAME,)),
        ("t 5550123", "again", (NAME, PHONE)),
        ("phone_number 5550123", "again", (NAME, PHONE)),
        ("n Jane", "again", (Span(0, 4, "person_name"), Span(17, 21, "person_name"))),
        ("n jane", "again", (NAME,)),
        ("n", "again", (NAME,)),
        ("aura Jane", "again", (NAME,)),
    ],
)
def test_what_a_line_does(line: str, action: str, spans: tuple[Span, ...]) -> None:
    given = answer(line, TEXT, [NAME])
    assert (given.action, given.spans) == (action, spans)


def test_a_note_is_asked_about_until_it_is_kept() -> None:
    lines: Iterator[str] = iter(["-1", "n Jane Doe", "t 5550123", ""])
    told: list[str] = []
    action, spans = label_note(
        TEXT, [Span(35, 42, "generic_id")], lambda _: next(lines), told.append
    )
    assert (action, spans) == ("keep", (NAME, PHONE))
    assert len(told) == 4


def test_the_end_of_input_stops_without_keeping() -> None:
    def end(_: str) -> str:
        raise EOFError

    assert label_note(TEXT, [NAME], end, lambda _: None) == ("quit", (NAME,))


def test_a_label_holds_no_text_and_survives_its_file() -> None:
    label = Label(note_digest(TEXT, KEY), "ada", (NAME, PHONE), True)
    written = label.to_json()
    assert Label.from_json(written) == label
    assert "Jane" not in str(written) and set(written) == {
        "format", "note", "labeller", "spans", "blind",
    }  # fmt: skip


@pytest.mark.parametrize(
    "damaged",
    [{}, {"format": 2}, {"format": 1, "note": "x"},
     {"format": 1, "note": "x", "labeller": "a", "spans": [[1, 2]], "blind": False},
     {"format": 1, "note": "x", "labeller": "a", "spans": "ab", "blind": False}],
    ids=range(5),
)  # fmt: skip
def test_a_damaged_label_is_refused(damaged: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        Label.from_json(damaged)


def test_digests_are_keyed_and_exact() -> None:
    assert note_digest(TEXT, KEY) == note_digest(TEXT, KEY)
    others = (note_digest(TEXT + " ", KEY), note_digest(TEXT.lower(), KEY), note_digest(TEXT, b"o"))
    assert note_digest(TEXT, KEY) not in others


def test_what_anybody_labelled_is_there_and_differences_are_counted() -> None:
    def label(note: str, who: str, *spans: Span) -> Label:
        return Label(note, who, spans)

    labels = Labels.of(
        [
            label("a", "ada", NAME), label("a", "bob", PHONE),
            label("b", "ada", NAME), label("b", "bob", NAME),
            label("c", "ada", NAME), label("c", "bob", Span(0, 4, "person_name")),
            label("d", "ada", PHONE), label("d", "ada"),
            label("e", "ada"), label("e", "bob"),
        ],
        KEY,
    )  # fmt: skip
    assert labels.truth("a") == (NAME, PHONE)
    assert labels.truth("c") == (NAME,)
    assert labels.truth("d") == labels.truth("e") == ()
    assert labels.disagreement() == (4, 2)
    assert labels.types == ("person_name", "phone_number")


@pytest.mark.parametrize(
    ("found", "is_there"),
    [
        ([], False),
        ([Entity(0, 8, "person_name", 0.9)], True),
        ([Entity(0, 8, "generic_id", 0.9)], True),
        ([Entity(0, 4, "person_name", 0.9)], True),  # four of seven letters
        ([Entity(5, 8, "person_name", 0.9)], False),
        ([Entity(0, 2, "person_name", 0.9), Entity(5, 8, "person_name", 0.9)], True),
        ([Entity(8, 30, "person_name", 0.9)], False),
    ],
)
def test_half_of_a_span_s_letters_must_be_covered(found: list[Entity], is_there: bool) -> None:
    assert is_found(NAME, TEXT, found) is is_there


@pytest.mark.parametrize(
    "span",
    [(0, 99, "person_name"), (-1, 3, "person_name"), (3, 3, "person_name"), (0, 3, "aura"),
     ("0", 3, "person_name"), (0, 3), 7],
    ids=str,
)  # fmt: skip
def test_spans_outside_the_text_or_of_no_type_are_refused(span: object) -> None:
    with pytest.raises(UsageError, match="span 2"):
        checked_spans([(0, 4, "person_name"), span], len(TEXT))  # type: ignore[list-item]


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 41, "../x", "a\n"])
def test_labellers_have_plain_names(name: str) -> None:
    if name == "a\n":
        assert checked_labeller(name) == "a"
        return
    with pytest.raises(UsageError):
        checked_labeller(name)
