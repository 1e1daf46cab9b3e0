"""The taxonomy is complete, consistent, and documented as it is."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import veilflow.classify
from veilflow.classify import TAXONOMY
from veilflow.classify.classification import DETECTORS
from veilflow.classify.header_words import EXACT, STRONG, WEAK
from veilflow.classify.header_words_europe import STRONG_EUROPE, WEAK_EUROPE
from veilflow.classify.header_words_health import STRONG_HEALTH
from veilflow.classify.header_words_more import EXACT_MORE, STRONG_MORE, WEAK_MORE
from veilflow.classify.header_words_world import STRONG_WORLD
from veilflow.classify.headers import fold, header_hints, tokens_of
from veilflow.classify.national_ids import SCHEMES
from veilflow.classify.taxonomy import ROLES
from veilflow.classify.taxonomy_page import SAFE_HARBOR, SPECIAL_CATEGORIES, taxonomy_page

TABLES = (
    STRONG, WEAK, EXACT, STRONG_MORE, WEAK_MORE, EXACT_MORE, STRONG_EUROPE, WEAK_EUROPE,
    STRONG_HEALTH,
)  # fmt: skip
PROTECTIONS = {"drop", "pseudonym", "generalize", "keep", "round", "redact"}
NEEDED = (
    "person_name email_address phone_number street_address date_of_birth age gender ethnic_group "
    "zipcode geo_coordinates ip_address credit_card_number ssn iban_code swift_code "
    "drivers_license vin imei generic_id medical_record_number url organization_name city "
    "marital_status occupation education nationality icd10_code insurance blood_type date amount "
    "free_text spoken_language none passport_number bank_account_number mac_address device_id "
    "health_plan_number biometric_reference religion medication trade_union sexual_orientation "
    "secret"
)


def test_the_page_is_current(repository: Path) -> None:
    page = (repository / "docs" / "taxonomy.md").read_text(encoding="utf-8")
    assert page == taxonomy_page(), (
        "run python -m veilflow.classify.taxonomy_page > docs/taxonomy.md"
    )


def test_the_needed_types_exist() -> None:
    assert set(NEEDED.split()) <= set(TAXONOMY)


@pytest.mark.parametrize("type_id", TAXONOMY)
def test_an_entry_is_consistent(type_id: str) -> None:
    entry = TAXONOMY[type_id]
    assert entry.id == type_id
    assert re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", type_id)
    assert entry.role in ROLES
    assert entry.default_protection in PROTECTIONS
    assert (entry.role == "quasi") == (entry.default_protection == "generalize")
    assert entry.role != "identifier" or entry.default_protection in ("drop", "pseudonym")
    assert entry.legal or type_id == "none"
    assert entry.title


def test_every_identifier_of_safe_harbor_has_a_type() -> None:
    assert "".join(SAFE_HARBOR) == "ABCDEFGHIJKLMNOPQR"
    named = {one for entry in TAXONOMY.values() for one in entry.legal if "HIPAA" in one}
    assert named == {f"HIPAA ({letter})" for letter in SAFE_HARBOR}


def test_the_special_categories_are_those_that_types_name() -> None:
    told = {one for types in SPECIAL_CATEGORIES.values() for one in types}
    may_tell = {"free_text"}
    named = {entry.id for entry in TAXONOMY.values() if "GDPR 9(1)" in entry.legal}
    assert told == named - may_tell
    # CCPA knows no political opinions, and has biometrics among its other categories.
    assert {one for one in told if not any("CCPA" in law for law in TAXONOMY[one].legal)} == {
        "political_opinion"
    }


def test_identity_numbers_of_at_least_fifteen_countries() -> None:
    countries = {scheme.country for scheme in SCHEMES}
    assert len(countries) >= 15 and all(country in taxonomy_page() for country in countries)


def test_the_taxonomy_can_not_be_changed() -> None:
    with pytest.raises(TypeError):
        TAXONOMY["x"] = TAXONOMY["none"]  # type: ignore[index]


def test_detectors_and_header_words_name_known_types() -> None:
    named = {detector.type for detector in DETECTORS}.union(*TABLES, STRONG_WORLD)
    assert named - {""} <= set(TAXONOMY)


def test_every_type_can_be_found() -> None:
    by_shape = {"generic_id", "free_text", "binary_content", "none"}
    assert {detector.type for detector in DETECTORS} | by_shape == set(TAXONOMY)


@pytest.mark.parametrize("table", TABLES)
def test_header_words_are_written_as_they_are_compared(table: dict[str, str]) -> None:
    for listed in table.values():
        for phrase in listed.split(","):
            assert phrase
            assert phrase == fold(phrase).strip()
            assert not any(map(str.isdigit, phrase)), "digits are no part of a name's words"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("patientDateOfBirth", "patient date of birth"),
        ("ZIP_code2", "zip code"),
        ("userid", "user id"),
        ("HTTPServer", "http server"),
        ("Straße-Nr.", "strasse nr"),
        ("village", "village"),
        ("postage", "postage"),
        ("covid", "covid"),
        ("kundennummer", "kundennummer"),
        ("", ""),
    ],
)
def test_names_are_taken_apart(name: str, words: str) -> None:
    assert tokens_of(name) == tuple(words.split())


def test_a_longer_phrase_explains_a_shorter_one() -> None:
    assert "street_address" not in header_hints("email_address")
    assert "person_name" not in header_hints("file_name")
    assert header_hints("patient_name")["person_name"].strength == 1.0
    assert "generic_id" in header_hints("national_id")


MODULES = [entry.name for entry in pkgutil.iter_modules(veilflow.classify.__path__)]


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_hold(module: str) -> None:
    loaded = importlib.import_module(f"veilflow.classify.{module}")
    assert doctest.testmod(loaded).failed == 0
