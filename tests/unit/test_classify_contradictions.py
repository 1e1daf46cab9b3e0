"""When a verdict may contradict what a person declared, and when it may not."""

from __future__ import annotations

import pytest
from veilflow.classify import (
    STRONG,
    TAXONOMY,
    ColumnSample,
    ColumnVerdict,
    classify_column,
    contradiction,
)


def found(type_id: str, score: float = 0.95) -> ColumnVerdict:
    evidence = (f"98% of the distinct values look like {TAXONOMY[type_id].phrase}",)
    return ColumnVerdict("c", type_id, TAXONOMY[type_id].role, score, evidence)


# (found type, declared role, declared type, protection)
CONTRADICTIONS = [
    ("email_address", "insensitive", None, "keep"),
    ("email_address", "insensitive", "email_address", "keep"),
    ("email_address", "insensitive", "none", "keep"),
    ("email_address", "quasi", None, "generalize"),
    ("person_name", "sensitive", None, "keep"),
    ("free_text", "insensitive", None, "keep"),
    ("free_text", "sensitive", None, "truncate"),
    ("age", "insensitive", None, "keep"),
    ("icd10_code", "insensitive", None, "keep"),
    ("phone_number", "quasi", "date_of_birth", "generalize"),
    ("gender", "quasi", "date_of_birth", "generalize"),
    ("ssn", "identifier", "email_address", "partial"),
]
FINE = [
    ("email_address", "identifier", None, "partial"),
    ("email_address", "identifier", "email_address", "partial"),
    ("email_address", "insensitive", None, "drop"),
    ("email_address", "insensitive", None, "nullify"),
    ("email_address", "insensitive", None, "redact"),
    ("email_address", "quasi", None, "pseudonym"),
    ("person_name", "insensitive", "none", "keep"),  # a person says that the find is wrong
    ("age", "insensitive", "age", "keep"),  # a person knows what it is and decided
    ("age", "sensitive", None, "keep"),
    ("occupation", "sensitive", None, "keep"),
    ("icd10_code", "quasi", None, "generalize"),
    ("age", "identifier", "phone_number", "partial"),  # more protective than needed
    ("generic_id", "identifier", "medical_record_number", "partial"),
    ("date", "quasi", "date_of_birth", "generalize"),
    ("gender", "quasi", "my_own_type", "generalize"),
    ("person_name", "free_text", None, "redact"),
    ("free_text", "identifier", "person_name", "partial"),
    ("none", "insensitive", None, "keep"),
]


@pytest.mark.parametrize(("type_id", "role", "declared", "protection"), CONTRADICTIONS)
def test_a_contradiction_names_the_column_and_what_it_looks_like(
    type_id: str, role: str, declared: str | None, protection: str
) -> None:
    sentence = contradiction(found(type_id), role, declared, protection)
    assert sentence is not None
    assert "'c'" in sentence
    assert TAXONOMY[type_id].phrase in sentence


@pytest.mark.parametrize(("type_id", "role", "declared", "protection"), FINE)
def test_no_contradiction(type_id: str, role: str, declared: str | None, protection: str) -> None:
    assert contradiction(found(type_id), role, declared, protection) is None


def test_weak_evidence_never_contradicts() -> None:
    assert contradiction(found("email_address", STRONG - 0.01), "insensitive", None, "keep") is None
    assert contradiction(found("email_address", STRONG), "insensitive", None, "keep")


def test_a_raw_release_is_called_one() -> None:
    sentence = contradiction(found("email_address"), "insensitive", None, "keep")
    assert sentence is not None
    assert "released raw" in sentence


def test_real_columns_contradict_without_showing_a_value() -> None:
    values = ["zqx.ann@example.org", "zqx.bob@example.org"]
    verdict = classify_column(ColumnSample("remark\n2", values, "string", 2, 0, None))
    sentence = contradiction(verdict, "insensitive", None, "keep")
    assert sentence is not None
    assert "zqx" not in sentence
    assert "\n" not in sentence


def test_a_date_or_an_amount_alone_contradicts_nobody() -> None:
    for name, values in (("created_at", ["2024-01-01"] * 3), ("price", ["$3.20", "$4.10"])):
        verdict = classify_column(ColumnSample(name, values, "string", len(values), 0, None))
        assert verdict.type != "none"
        assert contradiction(verdict, "insensitive", None, "keep") is None
