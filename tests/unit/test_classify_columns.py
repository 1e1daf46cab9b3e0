"""Columns and the verdicts they deserve, near misses as prominent as hits."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.classify import (
    STRONG,
    TAXONOMY,
    ColumnSample,
    ColumnVerdict,
    classify_column,
    classify_table,
    read_sample,
)
from veilflow.classify.checksums import is_imei
from veilflow.classify.values import MAX_CELL

EMAILS = ["ann@example.org", "bob.b@mail.example.com", "c@example.net"]
PHONES = ["+31612345678", "(202) 555-0123", "06-12345678", "+49 30 123456"]
NAMES = ["Fatima Noor", "John Smith", "Maria García", "Ali Mohamed", "Yuki Tanaka"]


def sample(
    name: str,
    values: Sequence[str | None],
    physical_type: str = "string",
    distinct: int | None = None,
) -> ColumnSample:
    nulls = sum(value is None for value in values)
    return ColumnSample(name, values, physical_type, len(values), nulls, distinct)


def verdict(
    name: str,
    values: Sequence[str | None],
    physical_type: str = "string",
    distinct: int | None = None,
) -> ColumnVerdict:
    return classify_column(sample(name, values, physical_type, distinct))


def numbered(form: str, count: int = 60, step: int = 7) -> list[str]:
    return [form.format(1000 + step * index) for index in range(count)]


HITS: list[tuple[str, list[str], str]] = [
    # the name says nothing: the values decide
    ("c1", EMAILS, "email_address"),
    ("c1", [*EMAILS, "n/a", "-", "unknown", "none", "x", "y"], "email_address"),
    ("c1", PHONES, "phone_number"),
    ("c1", NAMES, "person_name"),
    ("c1", ["219-09-9999", "219-10-1234", "457-55-5462"], "ssn"),
    ("c1", ["DE89370400440532013000", "NO9386011117947"], "iban_code"),
    ("c1", ["4111111111111111", "5555555555554444", "378282246310005"], "credit_card_number"),
    ("c1", ["12 Main St", "4 Elm Avenue", "Hauptstraße 5"], "street_address"),
    ("c1", ["Male", "Female", "female"], "gender"),
    ("c1", ["E11.9", "I10.0", "J45.909", "S72.001A"], "icd10_code"),
    ("c1", ["A+", "O-", "AB+"], "blood_type"),
    ("c1", ["6f1c2c5e-6a7b-4c5d-8e9f-0a1b2c3d4e5f"] * 3, "generic_id"),
    ("c1", numbered("P{:07d}"), "generic_id"),
    ("c1", [str(100 + i) for i in range(60)], "generic_id"),
    ("c1", ["The patient was seen again today and feels much better than before."], "free_text"),
    ("c1", ["AKIAIOSFODNN7EXAMPLE"], "secret"),
    # the name decides among what the values allow
    ("dob", ["1980-01-01", "03/12/1985", "12 Mar 1990"], "date_of_birth"),
    ("visit_date", ["1980-01-01", "03/12/1985"], "date"),
    ("birth_year", ["1980", "1975"], "date_of_birth"),
    ("age", ["34", "67", "0"], "age"),
    ("zip", ["94107", "02139"], "zipcode"),
    ("plz", ["10115", "80331"], "zipcode"),
    ("mobile", ["8801718162008", "31612345678"], "phone_number"),
    ("sex", ["F", "M", "X"], "gender"),
    ("sex_cd", ["0", "1", "M"], "gender"),
    ("sex", ["F"], "gender"),
    ("race", ["1", "2", "Black"], "ethnic_group"),
    ("imei", ["356938035643809", "490154203237518"], "imei"),
    ("credit_card", ["4111-1111-1111-1111"], "credit_card_number"),
    ("mrn", ["00482913", "00482914"], "medical_record_number"),
    ("national_id", ["A-4829-13", "B-1182-90"], "national_id"),
    ("drivers_license", ["D1234567", "S7654321"], "drivers_license"),
    ("smoker", ["yes", "no", "former"], "health_indicator"),
    ("lat", ["52.3702", "-1.2921"], "geo_coordinates"),
    ("total_cost", ["1200.50", "88.10"], "amount"),
    ("salary-class", ["<=50K", ">50K"], "income_bracket"),
    ("patient_id", ["1", "2", "2", "5"], "generic_id"),
    ("emailid", EMAILS, "email_address"),
    ("notes", ["Seen by Dr. Who today", "No show for visit"], "free_text"),
    ("password", ["hunter22!", "c0rrect-horse"], "secret"),
    # names in other languages and spellings
    ("Geburtsdatum", ["01.02.1980"], "date_of_birth"),
    ("date_de_naissance", ["01/02/1980"], "date_of_birth"),
    ("FechaNacimiento", ["01/02/1980"], "date_of_birth"),
    ("Vorname", ["Xaverl", "Zenzi"], "person_name"),
    ("prénom", ["Zoé", "Gwenaël"], "person_name"),
    ("APELLIDOS", ["Ibarretxe Urrutia"], "person_name"),
    ("Straße", ["Am Anger 3"], "street_address"),
    ("código postal", ["28013"], "zipcode"),
    ("Geschlecht", ["m", "w", "d"], "gender"),
    ("estado civil", ["soltero", "casada"], "marital_status"),
    ("Familienstand", ["ledig"], "marital_status"),
    ("téléphone", ["01 23 45 67 89"], "phone_number"),
    ("courriel", ["a@example.fr"], "email_address"),
    ("Staatsangehörigkeit", ["deutsch", "türkisch"], "nationality"),
    ("ville", ["Trifouilly"], "city"),
    ("Beruf", ["Bäcker", "Küfer"], "occupation"),
    # notations of real tables
    ("Release date", ["Tue Aug 12, 2025", "Jul 07, 2025 (rev)"], "date"),
    ("Start time", ["09:30", "7:05 PM"], "date"),
    ("age", ["[20-30)", "[80-90)"], "age"),
    ("diag_1", ["401", "V45", "E880", "250.02"], "icd10_code"),
    ("debt_inr", ["447284", "0"], "amount"),
    ("avg_rent", ["1014.227470422861144"], "amount"),
    ("Monatslohn", ["3100", "2900"], "amount"),
    ("PO #", ["AX-4", "AX-13", "AX-20"], "generic_id"),
    ("vehicle_no", ["KA05MX4321", "KA51Q0007"], "license_plate"),
    ("created_by", ["lena.k", "zworth", "hbrewer"], "username"),
    ("account_name", ["Vantor", "Quibble Works"], "organization_name"),
    ("bank", ["Banco Inventado, S.A.", "Banque Imaginaire"], "organization_name"),
    ("reports_to", ["2", "5"], "generic_id"),
    ("pan", ["AXYPK1234F", "BZQPL9876C"], "national_id"),
    ("link", ["https://example.org/jobs"], "url"),
    ("c1", ["https://example.org/jobs"], "url"),
    ("dataFine", ["2023-09-30"], "date"),
    ("Marca temporal", ["2026/05/08 4:48:22 p. m. EEST"], "date"),
    ("Cinsiyet", ["Erkek", "Kadın"], "gender"),
    ("codes_postaux", ["75001,75002", "77760"], "zipcode"),
    ("Location_Easting", ["460040", "456770"], "geo_coordinates"),
    ("codice fornitore", ["F0034", "F0071"], "generic_id"),
    ("顧客番号", ["1", "2461648"], "generic_id"),
    ("携帯電話番号", ["09030704425"], "phone_number"),
    ("住所", ["東京都架空区豪徳町一"], "street_address"),
    ("colesterol", ["148.8", "261.5"], "health_indicator"),
    ("party", ["R", "D"], "political_opinion"),
    ("employed", ["Yes", "No"], "employment_status"),
    ("name", ["Derrick_May", "Robert_Hood"], "person_name"),
    ("employee", ["6314", "9251"], "generic_id"),
    ("register_number", ["872", "1498"], "generic_id"),
    ("contractorname", ["VANTOR HOMES", "QUIBBLE BUILDERS GROUP"], "organization_name"),
]


@pytest.mark.parametrize(("name", "values", "expected"), HITS)
def test_the_type_is_found(name: str, values: list[str], expected: str) -> None:
    found = verdict(name, values)
    assert found.type == expected, found
    assert found.role == TAXONOMY[expected].role
    assert 0 < found.score <= 1
    assert found.evidence


# Not taken for personal data at all, or not strongly enough to contradict a person.
HARMLESS: list[tuple[str, list[str]]] = [
    ("weight_kg", [f"{50 + i / 7:.1f}" for i in range(60)]),
    ("dose", [f"{10 * i} mg" for i in range(1, 60)]),
    ("app_version", [f"{i % 9}.{i % 20}.{i % 30}" for i in range(60)]),
    ("version", ["1.12.0.3", "2.0.1.0", "3.3.3.1"]),
    ("ts", [str(1600000000 + 977 * i) for i in range(60)]),
    ("ten digits", [str(4000000001 + 98765431 * i) for i in range(60)]),
    ("c1", [str(400000001 + 9876543 * i) for i in range(60)]),
    ("c1", ["111000025", "021000021"]),
    ("c1", ["9434765919", "9434765870"]),
    ("long decimal", ["3.14159265358979", "2.71828182845905"]),
    ("product_name", ["Wireless Mouse X", "Steel Bottle Pro", "Garden Chair"]),
    ("item", ["Apple Juice", "Green Tea", "Brown Rice", "Cook Book", "Rose Water", "Olive Oil"]),
    ("color", ["red", "white", "black", "brown"]),
    ("month", ["January", "April", "May", "June", "August"]),
    ("quarter", ["Q1", "Q2", "Q3"]),
    ("currency", ["USD", "EUR"]),
    ("team", ["Red Sox", "Yankees", "Cubs"]),
    ("lab_result", ["negative", "positive"]),
    ("pressure", ["120/80", "135/85"]),
    ("time", ["07:30", "23:15"]),
    ("language_code", ["en", "de"]),
    ("isbn", ["978-3-16-148410-0", "978-0-306-40615-7"]),
    ("length_of_stay", ["1", "2", "14"]),
    ("usage", ["3", "8"]),
    ("message_count", ["5", "120"]),
    ("file_name", ["Juni.pdf", "Karl.pdf"]),
    # values veto the name
    ("email_verified", ["true", "false"]),
    ("phone_type", ["mobile", "home"]),
    ("mac_address", ["active", "0", "no"]),
    ("auth_token", ["active", "0", "1"]),
    ("position", ["yes", "no", "confirmed"]),
    ("decision_date", ["active", "no"]),
    ("email", ["yes", "no"]),
    ("age", ["1985", "2001"]),
    ("name_type", ["active", "1"]),
    ("batch_id", ["active", "confirmed", "0", "no"]),
    ("order_status_id", ["2", "1", "3"]),
    ("vehicle_age", ["9", "7", "5"]),
    ("job_satisfaction", ["High", "Low", "Medium"]),
    ("driving_license_year", ["2004", "2018"]),
    ("arrival_date_year", ["2015", "2016"]),
    ("region", ["Urban", "Rural", "Suburban"]),
    ("model", ["XR 9000", "XR 4300-24P"]),
    ("accident_severity", ["3", "2"]),
    ("track", ["PL05", "PL01"]),
    ("file", ["BP2013-09623", "BP2024-19255"]),
    ("candidato", ["1", "0"]),
    ("severity of illness", ["1", "2", "4"]),
    ("rejection_reason", ["Existing Default", "Insufficient Income"]),
]


@pytest.mark.parametrize(("name", "values"), HARMLESS)
def test_a_near_miss_is_not_strong(name: str, values: list[str]) -> None:
    found = verdict(name, values)
    assert found.type == "none" or found.score < STRONG, found
    assert found.type != "none" or found.score == 0.0


@pytest.mark.parametrize(
    ("physical_type", "values", "name", "expected"),
    [
        ("double", ["94107.0", "2139.0"], "zip", "zipcode"),
        ("bigint", ["2025550123", "2025550145"], "phone", "phone_number"),
        ("bigint", ["219099999"], "ssn", "ssn"),
        ("date", ["1980-01-01"], "birthday", "date_of_birth"),
        ("timestamp[us]", ["2024-01-01 10:00:00.123456"], "admitted_at", "date"),
        ("boolean", ["true", "false"], "smoker", "health_indicator"),
        ("boolean", ["true", "false"], "email", "none"),
        ("binary", ["binary"], "photo", "binary_content"),
        ("array<string>", ['["ann@example.org", "bob@example.org"]'], "tags", "email_address"),
        ("struct<a:string>", ['{"a": "ann@example.org", "b": 4}'], "data", "email_address"),
        ("string", ['{"who": {"mail": "ann@example.org"}}'], "payload", "email_address"),
        ("dictionary<values=string, indices=int32>", EMAILS, "x", "email_address"),
        ("something new", EMAILS, "x", "email_address"),
    ],
)
def test_physical_types(physical_type: str, values: list[str], name: str, expected: str) -> None:
    assert verdict(name, values, physical_type).type == expected


def test_null_like_texts_do_not_count() -> None:
    nulls: list[str | None] = [None, "", " ", "NA", "n/a", "NULL", "-", "--", "None", "\\N"]
    assert verdict("x", [*nulls, *EMAILS]).score == verdict("x", list(EMAILS)).score


def test_a_column_without_values_is_judged_by_its_name_and_weakly() -> None:
    assert verdict("email", [None, ""]).type == "email_address"
    assert verdict("email", [None, ""]).score < STRONG
    assert verdict("x", [None]).type == "none"
    assert verdict("x", []).type == "none"
    assert classify_table([]) == ()


def test_a_mixed_column_is_found_by_its_dangerous_part() -> None:
    values = [*EMAILS, *(f"see desk {word}" for word in "abcdefghijkl")]
    found = verdict("contact", values)
    assert (found.type, found.role) == ("email_address", "identifier")
    assert found.score >= STRONG


def test_a_few_addresses_in_a_harmless_column_are_not_overlooked() -> None:
    cities = ["Paris", "Lagos", "Nairobi", "Berlin", "Madrid", "Oslo", "Cairo", "Lima"]
    assert verdict("city", cities).type == "city"
    assert verdict("city", [*cities, *EMAILS]).type == "email_address"
    assert verdict("city", [*cities * 5, EMAILS[0]]).type == "city"


def test_two_lucky_checksums_do_not_convince_but_many_do() -> None:
    bodies = [f"35{293847561000 + 7919 * index}" for index in range(8)]
    valid = [next(b + d for d in "0123456789" if is_imei(b + d)) for b in bodies]
    assert verdict("c1", valid[:2]).type != "imei"
    assert verdict("c1", valid).type == "imei"


def test_uniqueness_needs_enough_rows() -> None:
    assert verdict("c1", numbered("K{:05d}", 5)).score < STRONG
    assert verdict("c1", numbered("K{:05d}", 50)).score >= STRONG


def test_a_code_with_few_values_is_less_of_an_identifier() -> None:
    repeated = [str(index % 12) for index in range(600)]
    assert verdict("department_id", repeated, distinct=12).score < STRONG
    assert verdict("patient_id", [str(i // 3) for i in range(600)], distinct=200).score >= STRONG


def test_text_nobody_knows_is_not_called_harmless() -> None:
    words = [f"{a}{b}ro" for a in "bdfgklmnprst" for b in ("ax", "ez", "ipp", "orv")]
    found = verdict("c1", words)
    assert found.role == "free_text"
    assert found.score < STRONG


def test_columns_of_the_same_name_are_judged_one_by_one() -> None:
    found = classify_table([sample("x", EMAILS), sample("x", ["1.5", "2.5"])])
    assert [entry.type for entry in found] == ["email_address", "none"]


STRANGE = ["", " ", "\n", "姓名", "имя", "a" * 5000, "drop table; --", "🙂", "e\u0301mail",
           "\u202eliame", "null", "123", "a.b.c", "E-Mail (privat)", "\ud800"]  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_strange_names_are_kept_and_judged(name: str) -> None:
    found = verdict(name, EMAILS)
    assert (found.name, found.type) == (name, "email_address")


def test_huge_and_broken_cells_are_read_in_part() -> None:
    huge = "lorem ipsum dolor sit amet consectetur " * 250_000
    deep = "[" * 100_000
    broken = '{"mail": "ann@example.org", "text": "' + "x" * 10_000
    assert verdict("x", [huge]).type == "free_text"
    assert verdict("x", [deep, deep + "]" * 100_000]).type in TAXONOMY
    assert verdict("x", [broken, "\ud800\udc00", "\0", "٣٤٥"]).type in TAXONOMY
    cut = '["' + '", "'.join(["ann@example.org"] * 400) + '"]'
    assert len(cut) > MAX_CELL
    assert verdict("x", [cut]).type == "email_address"


def test_values_that_are_no_text_are_read_as_text() -> None:
    odd: list[Any] = [1, 2.5, True, b"bytes", None, ("a", "b")]
    assert classify_column(ColumnSample("x", odd, "object", 6, 1, None)).type in TAXONOMY


def test_a_sample_keeps_its_values_out_of_its_repr() -> None:
    assert "ann@example.org" not in repr(sample("x", EMAILS))


CELL = st.text(alphabet=string.ascii_letters + string.digits + "@.-+/: €é", min_size=5, max_size=30)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["email", "id", "c1", "notes", "phone", "date", "name", "city", "x"]),
    st.lists(st.one_of(CELL, st.sampled_from(EMAILS + PHONES + NAMES)), max_size=40),
)
def test_evidence_holds_no_value_and_no_count(name: str, values: list[str]) -> None:
    found = verdict(name, values)
    text = " ".join(found.evidence)
    assert not any(value.strip() in text for value in values if len(value.strip()) > 4)
    assert set(re.findall(r"\d+", re.sub(r"\b\d+%|ICD-10", "", text))) == set()
    assert 0.0 <= found.score <= 1.0
    assert found.role == TAXONOMY[found.type].role


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=30),
    st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=30),
    st.sampled_from(["string", "int64", "double", "date32[day]", "bool", "binary", "struct<>", ""]),
)
def test_any_column_gets_a_verdict_and_always_the_same(
    name: str, values: list[str | None], physical_type: str
) -> None:
    assert verdict(name, values, physical_type) == verdict(name, list(values), physical_type)


def test_five_thousand_columns_take_seconds() -> None:
    columns = [sample(f"column_{index}", [*NAMES, *EMAILS, str(index)]) for index in range(5000)]
    assert len(classify_table(columns)) == 5000


ADULT_ROLES = {
    "sex": ("gender", "quasi"),
    "age": ("age", "quasi"),
    "race": ("ethnic_group", "quasi"),
    "marital-status": ("marital_status", "quasi"),
    "education": ("education", "quasi"),
    "native-country": ("nationality", "quasi"),
    "workclass": ("employment_status", "quasi"),
    "occupation": ("occupation", "quasi"),
    "salary-class": ("income_bracket", "sensitive"),
}


def test_adult(reference_data: Path) -> None:
    found = classify_table(read_sample(reference_data / "adult" / "adult.csv", 5_000))
    assert {entry.name: (entry.type, entry.role) for entry in found} == ADULT_ROLES
    assert all(entry.score >= STRONG for entry in found)


HOSPITAL = {
    "patients": {
        "patient_id": "generic_id", "mrn": "medical_record_number", "full_name": "person_name",
        "email": "email_address", "phone": "phone_number", "ssn": "ssn",
        "birth_date": "date_of_birth", "sex": "gender", "zip_code": "zipcode", "city": "city",
        "ethnicity": "ethnic_group", "insurance": "insurance", "blood_type": "blood_type",
        "smoker": "health_indicator",
    },
    "encounters": {
        "encounter_id": "generic_id", "patient_id": "generic_id", "admitted_at": "date",
        "discharged_at": "date", "department": "medical_specialty", "icd10": "icd10_code",
        "length_of_stay": "none", "total_cost": "amount", "attending": "person_name",
    },
    "notes": {
        "note_id": "generic_id", "encounter_id": "generic_id", "patient_id": "generic_id",
        "written_at": "date", "text": "free_text",
    },
}  # fmt: skip


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_the_sample_hospital(tmp_path: Path, file_format: str) -> None:
    from veilflow.sample_data import write_hospital

    write_hospital(tmp_path / "hospital", 600, 11, file_format=file_format)  # type: ignore[arg-type]
    for table, types in HOSPITAL.items():
        found = classify_table(read_sample(tmp_path / "hospital" / table, 2_000))
        assert {entry.name: entry.type for entry in found} == types
