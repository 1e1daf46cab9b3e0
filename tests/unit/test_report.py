"""The report of a realistic run, of poorer ones, and of one whose every text is hostile."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest

from veilflow.evidence import (
    Anonymization,
    Check,
    ClassRisk,
    ClassSizeBin,
    ColumnFinding,
    ColumnUtility,
    EvidenceBundle,
    OutputFile,
    PublishedRelease,
    SourceTable,
    StageEvidence,
    Synthesis,
    TableCounts,
)
from veilflow.report import render

POLICY = "9f2c4a1be07d5568a3f1c0d49b7e2a6650d1c38fe94b7a2210cd86e5f3ab4419"
RUN = "2026-03-04T01-00-00Z-4f1c"
START = dt.datetime(2026, 3, 4, 1, 0, 12, tzinfo=dt.UTC)
VERSIONS = {"veilflow": "0.1.0", "pyspark": "4.2.0", "pyarrow": "26.0.0", "python": "3.11.9"}

PATIENT_QUASI = ("birth_date", "sex", "zip", "marital_status")
JOINED_QUASI = (*PATIENT_QUASI, "admission_date", "ward")

_SIZES = ((1, 1), (2, 4), (5, 9), (10, 24), (25, 99), (100, 499), (500, None))


def _bins(classes: tuple[int | None, ...], rows: tuple[int | None, ...]) -> tuple[ClassSizeBin, ...]:
    return tuple(
        ClassSizeBin(low=low, high=high, classes=c, rows=r)
        for (low, high), c, r in zip(_SIZES, classes, rows, strict=True)
    )


def _risk() -> tuple[ClassRisk, ...]:
    return (
        ClassRisk(
            view="patients", side="before", quasi_identifiers=PATIENT_QUASI, classes=91_204,
            smallest_class=None, max_risk=1.0, average_risk=0.9124, share_below_k=0.9871,
            share_unique=0.8406,
            histogram=_bins((84_060, 6_991, 148, None, 0, 0, 0), (84_060, 14_652, 893, 45, 0, 0, 0)),
        ),
        ClassRisk(
            view="patients", side="after", quasi_identifiers=PATIENT_QUASI, classes=1_842,
            smallest_class=5, max_risk=0.2, average_risk=0.0187, share_below_k=0.0,
            share_unique=0.0,
            histogram=_bins((0, 0, 312, 604, 731, 188, None), (0, 0, 2_201, 9_912, 38_410, 44_120, 3_944)),
        ),
        ClassRisk(
            view="patients with encounters", side="before", quasi_identifiers=JOINED_QUASI,
            classes=99_961, smallest_class=None, max_risk=1.0, average_risk=0.9993,
            share_below_k=1.0, share_unique=0.9988,
            histogram=_bins((298_770, None, 0, 0, 0, 0, 0), (298_770, None, 0, 0, 0, 0, 0)),
        ),
        ClassRisk(
            view="patients with encounters", side="after", quasi_identifiers=JOINED_QUASI,
            classes=3_310, smallest_class=6, max_risk=1 / 6, average_risk=0.0336,
            share_below_k=0.0, share_unique=0.0,
            histogram=_bins((0, 0, 1_120, 1_544, 522, 118, None), (0, 0, 24_930, 71_206, 96_112, 88_240, 14_211)),
        ),
    )  # fmt: skip


_COLUMNS: tuple[tuple[str, str, str, str, float, tuple[str, ...], str | None, str | None], ...] = (
    ("patients", "patient_id", "record_number", "identifier", 1.0, ("name token: patient id", "all values distinct"), "identifier", "pseudonym"),
    ("patients", "given_name", "person_name", "identifier", 0.973, ("name token: given name", "97.3% found in the dictionary of given names"), "identifier", "drop"),
    ("patients", "family_name", "person_name", "identifier", 0.884, ("name token: family name",), "identifier", "drop"),
    ("patients", "email", "email_address", "identifier", 0.998, ("pattern: e-mail address, 99.8% of distinct values", "outranks: url"), "identifier", "drop"),
    ("patients", "insurance_number", "nhs_number", "identifier", 0.991, ("pattern with modulus 11 check digit",), "identifier", "pseudonym"),
    ("patients", "birth_date", "date_of_birth", "quasi", 1.0, ("name token: birth", "values are dates"), "quasi", "generalize"),
    ("patients", "sex", "sex", "quasi", 1.0, ("dictionary of sexes",), "quasi", "generalize"),
    ("patients", "zip", "postal_code", "quasi", 0.962, ("name token: zip", "pattern: five digits"), "quasi", "generalize"),
    ("patients", "marital_status", "marital_status", "quasi", 0.94, ("dictionary of marital states",), "quasi", "generalize"),
    ("patients", "blood_group", "blood_group", "sensitive", 1.0, ("dictionary of blood groups",), "sensitive", "keep"),
    ("encounters", "encounter_id", "uuid", "identifier", 1.0, ("pattern: UUID",), "identifier", "pseudonym"),
    ("encounters", "patient_id", "record_number", "identifier", 1.0, ("name token: patient id", "same values as patients.patient_id"), "identifier", "pseudonym"),
    ("encounters", "admission_date", "date", "quasi", 1.0, ("values are dates",), "quasi", "generalize"),
    ("encounters", "ward", "category", "insensitive", 0.0, ("24 distinct values",), "quasi", "generalize"),
    ("encounters", "diagnosis_code", "icd10_code", "sensitive", 0.987, ("pattern: ICD-10",), "sensitive", "keep"),
    ("encounters", "cost", "money", "insensitive", 0.71, ("values are decimals",), "insensitive", "keep"),
    ("encounters", "discharge_note", "free_text", "free_text", 0.99, ("long texts, 212 words at the median", "names of persons found inside"), "free_text", "drop"),
)  # fmt: skip


def _columns() -> tuple[ColumnFinding, ...]:
    return tuple(
        ColumnFinding(
            table=table, column=column, type=kind, role=role, score=score, evidence=evidence,
            declared_role=declared, treatment=treatment,
        )
        for table, column, kind, role, score, evidence, declared, treatment in _COLUMNS
    )  # fmt: skip


_UTILITY: tuple[tuple[Any, ...], ...] = (
    ("patients", "patient_id", "pseudonym", None, None, None, 1.0, None),
    ("patients", "insurance_number", "pseudonym", None, None, None, 1.0, None),
    ("patients", "birth_date", "generalize", 3, "ten-year bands", 6, 0.6614, 0.0211),
    ("patients", "sex", "generalize", 0, "as it is", 2, 0.9871, 0.0042),
    ("patients", "zip", "generalize", 2, "first three digits", 6, 0.9013, 0.0388),
    ("patients", "marital_status", "generalize", 1, "single or in a couple", 3, 0.5112, 0.0175),
    ("patients", "blood_group", "keep", None, None, None, 1.0, 0.0061),
    ("encounters", "encounter_id", "pseudonym", None, None, None, 1.0, None),
    ("encounters", "patient_id", "pseudonym", None, None, None, 1.0, None),
    ("encounters", "admission_date", "generalize", 2, "quarter", 5, 0.7541, 0.0302),
    ("encounters", "ward", "generalize", 1, "department", 3, 0.7093, 0.0119),
    ("encounters", "diagnosis_code", "keep", None, None, None, 1.0, 0.0094),
    ("encounters", "cost", "keep", None, None, None, 1.0, 0.0127),
)


def _utility() -> tuple[ColumnUtility, ...]:
    return tuple(
        ColumnUtility(
            table=table, column=column, treatment=treatment, level=level, level_name=name,
            levels=levels, granularity=granularity, total_variation=shift,
            null_share_before=0.0312, null_share_after=0.0441,
        )
        for table, column, treatment, level, name, levels, granularity, shift in _UTILITY
    )  # fmt: skip


def _anonymization() -> Anonymization:
    generalised = [row for row in _UTILITY if row[2] == "generalize"]
    return Anonymization(
        k=5,
        suppression_limit=0.02,
        levels={f"{row[0]}.{row[1]}": row[3] for row in generalised},
        level_names={f"{row[0]}.{row[1]}": row[4] for row in generalised},
        loss=0.2464771552,
        nodes_total=3_240,
        nodes_evaluated=187,
        optimal=True,
        suppressed_share={"patients": 0.0141, "encounters": 0.0173},
        granularity={"patients": 0.7652, "encounters": 0.6916219},
        discernibility={"patients": 52_454_192, "encounters": 118_004_871},
        classes={"patients": 1_842, "encounters": 3_310},
    )


def _checks() -> tuple[Check, ...]:
    return (
        Check(name="k_anonymity", table="patients", passed=True, observed=5, bound=5,
              unit="people", sentence="Every combination of quasi-identifiers in the output "
              "belongs to at least k distinct people."),
        Check(name="k_anonymity", table="patients with encounters", passed=True, observed=6,
              bound=5, unit="people", sentence="The same on the joined view of both tables."),
        Check(name="suppression", table="encounters", passed=True, observed=0.0173, bound=0.02,
              unit="share", sentence="No more rows were left out than the policy allows."),
        Check(name="raw_values_leaking", table="patients", column="email", passed=True,
              observed=0, bound=0, unit="values", sentence="No e-mail address of the source "
              "appears in any column of the output."),
        Check(name="raw_values_leaking", table="patients", column="insurance_number", passed=True,
              observed=0, bound=0, unit="values", sentence="No insurance number of the source "
              "appears in any column of the output."),
        Check(name="referential_integrity", table="encounters", column="patient_id", passed=True,
              observed=0, bound=0, unit="rows", sentence="Every encounter in the output belongs "
              "to a patient in the output."),
        Check(name="null_share", table="patients", column="marital_status", passed=False,
              observed=0.0441, bound=0.04, unit="share", blocking=False,
              sentence="Suppression may not empty a column: the share of missing values."),
    )  # fmt: skip


def _files() -> tuple[OutputFile, ...]:
    return tuple(
        OutputFile(
            table=table, path=f"{table}/part-{i:05d}.parquet", rows=rows, bytes=size,
            sha256=f"{(i + 1) * 0x9E3779B97F4A7C15:064x}"[-64:],
        )
        for table, rows, size in (("patients", 49_294, 3_410_227), ("encounters", 147_350, 8_120_004))
        for i in range(2)
    )  # fmt: skip


def _released() -> PublishedRelease:
    return PublishedRelease(
        release="patients-000012-4f1c",
        product="masked",
        series="research",
        number=12,
        trial=False,
        prefix="s3://hospital-releases/patients/research/000012-4f1c",
        manifest_sha256="4b1f" * 16,
        signer="publisher-2026",
        signer_fingerprint="SHA256:" + "a7c9" * 10,
        release_key="patients/release/000012-4f1c",
        classes=("identifying", "quasi", "sensitive", "general"),
        provider="AWS KMS",
        rows={"patients": 98_588, "encounters": 294_700},
        report="s3://hospital-releases/patients/research/000012-4f1c/report.html",
        shredding="A key of its own in the KMS: pending for 7 days after destruction is asked "
        "for, then gone.",
    )


def _stage(name: str, minutes: float = 0, **parts: Any) -> StageEvidence:
    given = {
        "run": RUN,
        "dataset": "patients",
        "policy_sha256": POLICY,
        "attempt": "1",
        "started": START + dt.timedelta(minutes=minutes),
        "seconds": 41.7,
        "cpu_seconds": 66.2,
        "versions": VERSIONS,
    }
    return StageEvidence(stage=name, **{**given, **parts})


def hospital(**changes: Any) -> EvidenceBundle:
    """A released run over two related tables, with every part of the evidence filled."""
    stages = (
        _stage(
            "classify", bytes_read=14_204_331, columns=_columns(), seconds=18.2, cpu_seconds=24.9,
            source=(
                SourceTable(table="patients", files=4, bytes=9_822_004, digest="hmac:" + "c41d" * 10),
                SourceTable(table="encounters", files=8, bytes=31_410_552, digest="hmac:" + "07fe" * 10),
            ),
            phases={"sample": 9.1, "match": 7.4},
        ),
        _stage(
            "protect", 1, bytes_read=41_232_556, bytes_written=23_060_462, seconds=74.03,
            cpu_seconds=131.8, anonymization=_anonymization(), utility=_utility(), files=_files(),
            tables=(
                TableCounts(table="patients", rows_in=100_000, rows_out=98_588,
                            rows_suppressed=1_412, columns_in=10, columns_out=7),
                TableCounts(table="encounters", rows_in=299_885, rows_out=294_700,
                            rows_suppressed=5_185, columns_in=7, columns_out=6),
            ),
            phases={"classes": 12.2, "search": 0.4, "write": 55.9},
            notes=("The column ward was declared a quasi-identifier by the policy.",),
        ),
        _stage("validate", 3, bytes_read=23_060_462, risk=_risk(), checks=_checks(), seconds=39.5,
               cpu_seconds=61.0, versions={**VERSIONS, "great_expectations": "1.24.1"}),
        _stage("publish", 4, bytes_written=18_220, seconds=1.31, cpu_seconds=0.62,
               released=_released()),
    )  # fmt: skip
    given = {
        "dataset": "patients",
        "run": RUN,
        "product": "masked",
        "created": START + dt.timedelta(minutes=5),
        "trial": False,
        "policy_sha256": POLICY,
        "policy_name": "dags/policies/patients.yaml",
        "purpose": {
            "purpose": "Study of readmission after planned surgery",
            "legal_basis": "GDPR Art. 6(1)(e) and 9(2)(j), ethics vote 2025-118",
            "owner": "Clinical data office",
            "recipients": ["university-epidemiology", "registry-team"],
            "retention_days": 730,
        },
        "parameters": {"k": 5},
        "privacy_unit": "patient_id",
        "stages": stages,
        "remaining_risk": (
            "Sensitive values were not required to differ inside a class: where all members of a "
            "class share a diagnosis, knowing the class tells the diagnosis.",
            "Pseudonyms link the releases of the series research to each other.",
        ),
    }
    return EvidenceBundle(**{**given, **changes})
