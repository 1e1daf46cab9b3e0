"""Free text: each way to write what the tables know is replaced, and near misses are left alone."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from veilflow.classify.entity import Entity
from veilflow.mask import TransformError, create_transform
from veilflow.mask.redact_text import KeyedRedactText, RedactText, field_name
from veilflow.mask.text.edits import is_one_edit
from veilflow.mask.text.folding import folded
from veilflow.mask.text.known import find_known
from veilflow.mask.text.mentions import repetitions
from veilflow.mask.text.redaction import Rules, redact
from veilflow.mask.text.replacing import label_namer
from veilflow.mask.text.spans import Span, without_overlaps
from veilflow.mask.text.terms import KnownTerms, kind_of_column
from veilflow.policy.columns import ColumnPolicy


def terms(name: str | None = "Maria Garcia-Lopez", *doctors: str) -> KnownTerms:
    columns = {
        "full_name": [name],
        "mrn": ["004512777"],
        "chart": ["A-77120"],
        "phone": ["(212) 555-0123"],
        "ssn": ["900-12-3456"],
        "email": ["m.garcia81@example.org"],
        "address": ["12 Harley Street, London"],
        "birth_date": ["1957-03-21"],
        "city": ["Thornfield"],
        "attending": list(doctors),
    }
    return KnownTerms.of(
        [(*kind_of_column(key), key != "attending", values) for key, values in columns.items()]
    )


def known(text: str, of: KnownTerms) -> str:
    """The text with what the tables know of it in brackets."""
    made, last = "", 0
    for span in without_overlaps(find_known(text, of)):
        made += text[last : span.start] + "[" + text[span.start : span.end] + "]"
        last = span.end
    return made + text[last:]


GARCIA = {
    "whole": "[Maria Garcia-Lopez] was seen",
    "capitals": "[MARIA GARCIA-LOPEZ] was seen",
    "small letters": "[maria garcia lopez] was seen",
    "another order": "[Garcia-Lopez, Maria], 62",
    "an initial before": "[M. Lopez] is better",
    "an initial after": "[Lopez, M.] is better",
    "a middle initial": "[Maria T. Garcia] came",
    "a part alone": "[Garcia] is better",
    "half of a hyphened name": "[Lopez] is better",
    "written together": "Mrs [Garcialopez] called",
    "a possessive": "[Garcia]'s results",
    "accents added": "[María García] called",
    "decomposed accents": "[Mari\u0301a Garci\u0301a] called",
    "full width": "[\uff2d\uff41\uff52\uff49\uff41 Garcia] called",
    "invisible characters": "[Mar\u00adia Gar\u200bcia] called",
    "a letter replaced": "saw [Maria Garcla] today",
    "a letter missing": "saw [Maria Garca] today",
    "a letter too many": "saw [Garccia] today",
    "two letters swapped": "saw [Gacria] today",
    "initials with dots": "Pt [M.G.] is better",
    "initials with dots and blank": "[M. L.] is better",
    "initials after a label": "Patient [MGL] is better",
    "a number": "MRN [004512777].",
    "a number in groups": "no [004-512-777]",
    "a number in blanks": "no [004 512 777]",
    "a number glued to its label": "MRN[004512777]",
    "a number with a wrong digit": "no [004512787]",
    "a number with swapped digits": "no [004517277]",
    "a code": "chart [a 77120]",
    "a number without its hyphens": "SSN [900123456]",
    "a telephone number": "call [212.555.0123]",
    "with its country": "call [+1 212 555 0123]",
    "with an extension": "call [(212) 555-0123 ext. 7]",
    "without its area": "call [555-0123]",
    "an e-mail address": "mail [M.Garcia81@Example.org]",
    "an e-mail address with an edit": "mail [m.garcia8@example.org]",
    "before the @": "user [m.garcia81]",
    "an address": "lives at [12 Harley Street, London]",
    "an address, shortened": "lives at [12 Harley St]",
    "a street alone": "near [Harley Street]",
    "a birthday": "born [03/21/1957]",
    "a birthday, day first": "born [21.03.1957]",
    "a birthday in words": "born [March 21, 1957]",
    "a birthday without separators": "born [19570321]",
    "a birthday with a time": "born [1957-03-21]T00:00:00",
    "a city": "from [THORNFIELD]",
}


@pytest.mark.parametrize("marked", GARCIA.values(), ids=GARCIA)
def test_each_way_to_write_it_is_found(marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")
    assert known(text, terms()) == marked


OTHERS = {
    "an apostrophe": ("Nancy O'Brien", "Pt [O'Brien] to ring us, [O\u2019Brien] agreed"),
    "without an apostrophe": ("Nancy O'Brien", "[OBrien] said so"),
    "a particle": ("Inés de la Cruz", "[Ines de la Cruz], not de la Vega; [Cruz, Inés]"),
    "a short name": ("Ann Li", "[Ann] is better, [Li, Ann] too. Li 0.8 mmol/l, low li"),
    "letters of its own": ("Željko Đurić", "[ZELJKO DURIC] came"),
    "a degree that is a name": ("Bích Ngọc Đỗ", "[BÍCH NGỌC ĐỖ] came"),
    "Chinese": ("王小明", "患者[王小明]来诊, [小明] better. Pt [王] came"),
    "Chinese turned round": ("王小明", "reviewed [小明 王] today"),
    "Korean": ("정영수", "reviewed [영수 정] today"),
    "Cyrillic": ("Иван Петров", "[Петров Иван]; [И. Петров]"),
    "Arabic": ("فاطمة المصري", "met [فاطمة المصري] today"),
    "an ordinary word with a title": ("Will Brown", "Mr [Brown] agreed"),
    "an ordinary word and another": ("Will Brown", "[Will Brown] agreed, [Brown, Will]"),
    "an ordinary word with a verb": ("Will Brown", "Stable. [Brown] reported pain"),
    "a capital inside a sentence": ("Will Brown", "we told [Will] that"),
    "an ordinary word with its initial": ("Linda Brown", "[L. Brown] agreed"),
    "an ordinary word with an age": ("Linda Brown", "[Brown], 62-year-old"),
    "an ordinary word in capitals": ("Linda Brown", "SUMMARY\n[BROWN] (1957-04-05)"),
    "an initial before an apostrophe": ("Dan O'Brien", "saw [D. O'Brien]"),
    "an edit at a beginning": ("Charles Miller", "[Miler], 49-year-old"),
    "an eponym that is the patient": ("James Parkinson", "[Parkinson]'s disease, tell [Parkinson]"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "marked"), OTHERS.values(), ids=OTHERS)
def test_names_of_many_kinds_are_found(name: str, marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")
    assert known(text, terms(name)) == marked


NEAR_MISSES = {
    "nothing": ("Maria Garcia-Lopez", ""),
    "ordinary words": ("Will Brown", "He will return in May. Brown urine since Monday."),
    "a month": ("April May", "Seen in May 2021 and on 3 May. Next visit: May 12"),
    "a month in a list": ("June August", "from June to August"),
    "an ordinary word at a beginning": ("Grace Long", "Long history of pain. Grace period"),
    "an ordinary word in capitals": ("Linda Brown", "LONG HISTORY, BROWN URINE, NO PAIN"),
    "somebody else's initial": ("Linda Brown", "A. Brown rash"),
    "a disease": ("Maria Garcia-Lopez", "Parkinson's disease, Crohn disease, a Foley catheter"),
    "two edits": ("Maria Garcia-Lopez", "Mario Garsja"),
    "an edit in a short word": ("Ann Li", "An Lee"),
    "initials of somebody else": ("Maria Garcia-Lopez", "X.Y. is better"),
    "a time": ("Paul Miller", "at 3 p.m. and 4 P.M. every day"),
    "a measure": ("Bob Parker", "BP 120/80, HR 72"),
    "another number": ("Maria Garcia-Lopez", "no 004512999, no 0045127, no 31004512777"),
    "numbers near each other": ("Maria Garcia-Lopez", "BP 004/512, HR 77, temp 37.7"),
    "another telephone": ("Maria Garcia-Lopez", "call 212-555-0199"),
    "another date": ("Maria Garcia-Lopez", "on 03/22/1957"),
    "another house": ("Maria Garcia-Lopez", "12 beds, 12 mg, Harley motorbike"),
    "a word of a street": ("Maria Garcia-Lopez", "crossed the street"),
    "part of a city": ("Maria Garcia-Lopez", "in a thorn field"),
}


@pytest.mark.parametrize(("name", "text"), NEAR_MISSES.values(), ids=NEAR_MISSES)
def test_a_near_miss_is_left_alone(name: str, text: str) -> None:
    assert known(text, terms(name)) == text


def test_a_colleague_s_eponym_stays_and_their_name_goes() -> None:
    of = terms("Maria Garcia-Lopez", "Dr. Ann Parkinson", "PARKINSON, MD")
    text = "Parkinson's disease. Dr. Parkinson agrees, Ann Parkinson, MD"
    assert known(text, of) == "Parkinson's disease. Dr. [Parkinson] agrees, [Ann Parkinson], MD"
    assert len(of.people) == 2  # two spellings of one colleague


@pytest.mark.parametrize(
    ("column", "type_", "kind"),
    [
        ("full_name", None, "name"), ("attending", None, "name"), ("x", "person_name", "name"),
        ("birth_date", None, "day"), ("mrn", None, "any"), ("home_phone", None, "phone"),
        ("mother_name", None, "name"), ("zip", None, "place"),
    ],
)  # fmt: skip
def test_kinds_of_columns(column: str, type_: str | None, kind: str) -> None:
    assert kind_of_column(column, type_)[0] == kind


def labelled(text: str, of: KnownTerms, **rules: frozenset[str]) -> str:
    return redact(text, of, Rules(**rules), lambda _: label_namer()).text


def test_one_person_has_one_label_and_others_have_their_own() -> None:
    of = terms("Maria Garcia-Lopez", "Dr. James Okafor")
    text = (
        "Garcia, Maria (M.G.) came with her daughter Lucia Garcia. Lucia says that Maria slept. "
        "Dr. Okafor called Oliver Smith at 212-555-0123; Smith agreed. J. Okafor"
    )
    assert labelled(text, of) == (
        "[PERSON_1] ([PERSON_1]) came with her daughter [PERSON_2]. [PERSON_2] says that "
        "[PERSON_1] slept. Dr. [PERSON_3] called [PERSON_4] at [PHONE_1]; [PERSON_4] agreed. "
        "[PERSON_3]"
    )


def test_the_example_of_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "free-text.md").read_text(encoding="utf-8")
    raw, shown = (" ".join(part.replace("\n> ", " ").split()) for part in page.split("\n\n> ")[1:])
    of = KnownTerms.of(
        [
            ("name", "person_name", True, ["Jane Doe"]),
            ("phone", "phone_number", True, ["212-555-0123"]),
            ("name", "person_name", False, ["Dr. Adaeze Okafor"]),
        ]
    )
    assert labelled(raw.partition(" becomes")[0], of) == shown.partition(" ## How")[0]


def test_a_relative_is_told_by_the_name_beside_the_patient_s() -> None:
    assert labelled("Then Long Huynh visited. Long Huynh left.", terms("Dung Huynh")) == (
        "Then [PERSON_1] visited. [PERSON_1] left."
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("referring Maria Garcia of Kingston, born", "referring [PERSON_1] of [CITY_1], born"),
        ("Maria Garcia from New Arden came", "[PERSON_1] from [CITY_1] came"),
        ("Maria Garcia of Cardiology came", "[PERSON_1] of Cardiology came"),
        ("Maria Garcia of course came", "[PERSON_1] of course came"),
        ("complains of Kernig sign", "complains of Kernig sign"),
    ],
)
def test_where_somebody_comes_from_goes_too(text: str, shown: str) -> None:
    assert labelled(text, terms()) == shown


def test_types_may_be_kept_but_not_what_the_tables_know() -> None:
    text = "Aged 62, seen on 2021-05-04, born 1957-03-21."
    assert labelled(text, terms()).count("[") >= 2
    kept = labelled(text, terms(), keep=frozenset({"date", "age", "date_of_birth"}))
    assert kept == "Aged 62, seen on 2021-05-04, born [BIRTH_DATE_1]."


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"role": "identifier", "protect": "redact_text"}, "is for texts"),
        ({"role": "free_text", "protect": "partial"}, "released by 'redact_text'"),
    ],
)
def test_it_is_for_free_text_and_free_text_is_for_it(column: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ColumnPolicy.model_validate(column)
    right = ColumnPolicy.model_validate({"role": "free_text", "protect": "redact_text"})
    assert right.is_released_text and right.is_keyed


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"replacement": "stars"}, "one of"),
        ({"detectors": "x"}, "detectors are"), ({"detectors": ""}, "detectors are"),
        ({"min_score": 2}, "min_score"), ({"locale": "xx_XX"}, "locale"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_told(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(TransformError, match=said):
        create_transform("redact_text", parameters)


def test_fakes_are_one_per_person_in_every_text_and_never_the_person() -> None:
    rows = batch(
        ["Quux Zorblax came", "ZORBLAX, Q. left", "call Quux, 2021-05-04"], [["Quux Zorblax"]] * 3
    )
    transform = create_transform("redact_text", {"replacement": "fakes", "locale": "de_DE"})
    assert isinstance(transform, RedactText)
    one, other, third = transform.keyed(b"a" * 32).apply(rows).to_pylist()
    name = one.removesuffix(" came")
    assert other == f"{name} left" and third == f"call {name}, [DATE_1]"
    assert " " in name and "zorblax" not in name.lower()


def batch(texts: list[str | None], names: list[list[str | None]]) -> pa.StructArray:
    own = field_name("name", "person_name", True, 0)
    return pa.StructArray.from_arrays(
        [pa.array(texts, pa.string()), pa.array(names, pa.list_(pa.string()))], names=["text", own]
    )


def test_a_batch_is_redacted_with_each_row_s_own_terms() -> None:
    rows = batch(
        ["zorblax, 5 mg", "zorblax, 5 mg", None, "", "Quux Zorblax"],
        [["Quux Zorblax"], ["Ann Li"], ["Ann Li"], [None], ["Quux Zorblax", None]],
    )
    made = KeyedRedactText(RedactText()).apply_with_counts(rows)
    assert made.field("text").to_pylist() == [
        "[PERSON_1], 5 mg", "zorblax, 5 mg", None, "", "[PERSON_1]",
    ]  # fmt: skip
    assert made.field("people").to_pylist() == [1, 0, 0, 0, 1]


def test_pseudonyms_are_one_per_person_and_key() -> None:
    rows = batch(
        ["Quux Zorblax came", "ZORBLAX, Q. left", "Quux Zorblax came"], [["Quux Zorblax"]] * 3
    )
    made = {}
    for key in (b"a" * 32, b"b" * 32):
        transform = create_transform("redact_text", {"replacement": "pseudonyms"})
        assert isinstance(transform, RedactText)
        texts = transform.keyed(key).apply(rows).to_pylist()
        tags = {re.sub(r"\].*", "]", text) for text in texts}
        assert len(tags) == 1 and re.fullmatch(r"\[PERSON_[b-v]{16}\]", tags.pop())
        made[key] = texts
        assert key.decode() not in repr(transform.keyed(key))
    assert made[b"a" * 32] != made[b"b" * 32]


@given(st.text(max_size=200))
def test_offsets_of_folded_texts_lie_in_the_source(text: str) -> None:
    seen = folded(text)
    for at in range(len(seen.text)):
        start, end = seen.span(at, at + 1)
        assert 0 <= start <= end <= len(text)


@given(
    st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=3, max_size=12),
    st.text(max_size=60), st.text(max_size=60),
)  # fmt: skip
def test_a_known_name_is_never_left_as_it_is(name: str, before: str, after: str) -> None:
    of = KnownTerms.of([("name", "person_name", True, [f"{name} Zorblaxian"])])
    text = f"{before} {name} Zorblaxian {after}"
    left = KeyedRedactText(RedactText()).rules
    redacted = redact(text, of, Rules((left.detectors,)), lambda _: label_namer()).text
    assert f"{name} Zorblaxian" not in redacted and "Zorblaxian" not in redacted.split()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=12))
def test_spans_without_overlaps_cover_the_same_characters(places: list[tuple[int, int]]) -> None:
    spans = [Span(a, a + size, "date", f"date:{a}", False) for a, size in places]
    made = without_overlaps(spans)
    assert {i for s in made for i in range(s.start, s.end)} == {
        i for s in spans for i in range(s.start, s.end)
    }
    assert all(one.end <= other.start for one, other in zip(made, made[1:], strict=False))


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_edit_is_what_the_definition_says(one: str, other: str) -> None:
    edits = {one[:i] + one[i + 1 :] for i in range(len(one))}
    for i in range(len(one) + 1):
        edits |= {one[:i] + letter + one[i + cut :] for letter in "abc" for cut in (0, 1)}
    edits |= {one[:i] + one[i + 1] + one[i] + one[i + 2 :] for i in range(len(one) - 1)}
    assert is_one_edit(one, other) == (other in edits - {one})


@pytest.mark.parametrize(
    "piece",
    ["Maria Garcla ", "0123-", "a", "J. ", "O'", "12 Harley ", "@.", "\u0301", "Smith Jones\n"],
)
def test_time_grows_with_the_text_alone(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        find_known(text, terms())
        return time.process_time() - start

    small, large = seconds(20_000), seconds(160_000)
    assert large < 30 * small + 0.5


NAMES = st.sampled_from(
    ["Ona", "Onabe", "Onabe Kudo", "Kudo Onabe", "O'Kudo", "'Onabe", "Kudo-Ona"]
)


@given(
    st.lists(NAMES, min_size=1, max_size=4), st.lists(NAMES | st.sampled_from(" .,-'x"), max_size=9)
)
def test_repetitions_are_all_places_of_the_same_letters(
    names: list[str], pieces: list[str]
) -> None:
    heard = " / ".join(names)
    text = f"{heard} / {''.join(pieces)}"
    places = [heard.index(name) for name in names]
    found = [Entity(at, at + len(name), "person_name", 0.9)
             for at, name in zip(places, names, strict=True)]  # fmt: skip
    telling = sorted({n for n in names if len(n) >= 4}, key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, telling))})(?!\w)" if telling else r"(?!)"
    expected = {i for m in re.finditer(pattern, text) for i in range(m.start(), m.end())}
    covered = {i for e in repetitions(text, found) for i in range(e.start, e.end)}
    assert covered == expected


def test_a_text_of_many_names_takes_as_long_as_many_texts() -> None:
    """Ten megabytes of notes in one cell end: time goes with the length, whatever is in it."""
    syllables = "ba bi bo da di ka ko la lo ma mi na no ra ro sa so ta to vu".split()

    def name(number: int) -> str:
        return "".join(syllables[number // 20**place % 20] for place in range(4)).capitalize()

    def seconds(people: int) -> float:
        lines = [f"Mr. {name(n)} {name(7 * n)} came. {name(7 * n)} left.\n" for n in range(people)]
        text = "".join(lines)
        found, begin = [], 0
        for line in lines:
            end = begin + line.index(" came")
            found.append(Entity(begin + len("Mr. "), end, "person_name", 0.9))
            begin += len(line)
        start = time.process_time()
        assert len(list(repetitions(text, found))) >= people
        return time.process_time() - start

    small, large = seconds(1_000), seconds(8_000)
    assert large < 30 * small + 0.5
