"""A clinic of thirty people, its policy, and an output that keeps every promise.

The output is made here by hand, not by the code that the judge judges.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
from veilflow.policy import Policy, load_policy

from tests.frames import spark_frame

POLICY = """
version: 1
dataset: clinic
purpose:
  {purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}
source: {root: .}
privacy_unit: person
tables:
  people:
    path: people
    columns:
      person: pseudonym
      name: drop
      phone: {role: identifier, protect: {partial: {keep_last: 2}}}
      born: {role: quasi, hierarchy: {intervals: [1, 10, 50]}}
      sex: {role: quasi, hierarchy: redact}
      town: drop
      insurance: sensitive
      remark: {role: free_text, protect: redact}
      consent: {role: identifier, protect: nullify}
  visits:
    path: visits
    columns:
      visit: pseudonym
      person: pseudonym
      year: {role: quasi, hierarchy: redact}
      ward: sensitive
      doctor: drop
      town: sensitive
      cost: {role: sensitive, protect: {round: {to: 100}}}
anonymize: {k: 3, suppression_limit: 0.2}
synthesize: {tables: {people: 400}}
"""
LEVELS = {("people", "born"): 1, ("people", "sex"): 0, ("visits", "year"): 0}
SCHEMAS = {
    "people": "person string, name string, phone string, born int, sex string, town string, "
    "insurance string, remark string, consent string",
    "visits": "visit string, person string, year string, ward string, doctor string, "
    "town string, cost double",
}
MASKED = {
    "people": "person string, phone string, born string, sex string, insurance string, "
    "remark string, consent string",
    "visits": "visit string, person string, year string, ward string, town string, cost double",
}

Tables = dict[str, pd.DataFrame]


def read_policy(folder: Path, change: dict[str, str] | None = None) -> Policy:
    """The clinic's policy, with some of its lines changed."""
    text = POLICY
    for old, new in (change or {}).items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "clinic.yaml"
    path.write_text(text)
    return load_policy(path)


def pseudonym(value: str) -> str:
    """The form of a keyed pseudonym: 26 characters of lower-case base 32."""
    digest = hashlib.sha256(b"tests" + value.encode()).digest()
    return base64.b32hexencode(digest).decode()[:26].lower()


def source() -> Tables:
    """Five people each of two sexes in three decades, everybody with two visits."""
    people, visits = [], []
    for number in range(30):
        decade, sex = 1950 + number // 10 * 10, "fm"[number % 2]
        people.append(
            {
                "person": f"P-{number:04}",
                "name": f"Canary Person {number:02}",
                "phone": f"555-01{number:02}",
                "born": decade + number % 10,
                "sex": sex,
                "town": ["London", "York"][number % 2],
                "insurance": ["public", "private", None][number % 3],
                "remark": f"Canary Person {number:02} called",
                "consent": "yes",
            }
        )
        for visit in range(2):
            visits.append(
                {
                    "visit": f"V-{number:04}-{visit}",
                    "person": f"P-{number:04}",
                    "year": str(2020 + visit),
                    "ward": ["surgery", "oncology", "maternity"][number % 3],
                    "doctor": f"Canary Doctor {number % 4}",
                    "town": ["London", "York"][number % 2],
                    "cost": 100.0 * number + 37.5,
                }
            )
    return {"people": pd.DataFrame(people), "visits": pd.DataFrame(visits)}


def masked(raw: Tables) -> Tables:
    """What the policy promises of ``raw`` at :data:`LEVELS`, shuffled; nobody is suppressed."""
    people, visits = raw["people"].copy(), raw["visits"].copy()
    people["person"] = people["person"].map(pseudonym)
    people["phone"] = people["phone"].map(lambda phone: "*" * (len(phone) - 2) + phone[-2:])
    people["born"] = people["born"].map(lambda year: f"[{year // 10 * 10}, {year // 10 * 10 + 10})")
    people["remark"], people["consent"] = "[REDACTED]", None
    visits["visit"] = visits["visit"].map(pseudonym)
    visits["person"] = visits["person"].map(pseudonym)
    visits["cost"] = (visits["cost"] / 100).round() * 100
    return {
        "people": people.drop(columns=["name", "town"]).sample(frac=1, random_state=1),
        "visits": visits.drop(columns="doctor").sample(frac=1, random_state=2),
    }


def frames(spark: Any, tables: Tables, schemas: dict[str, str]) -> dict[str, Any]:
    """The tables on Spark, each column of the type that its table's schema has at its place."""
    from pyspark.sql.types import _parse_datatype_string

    made = {}
    for name, table in tables.items():
        columns = {
            column: [None if pd.isna(value) else value for value in values.tolist()]
            for column, values in table.items()
        }
        made[name] = spark_frame(spark, columns, _parse_datatype_string(schemas[name]))
    return made
