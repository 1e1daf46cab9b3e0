"""A hospital table of 20 columns, made by Spark from row numbers, and a policy that masks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from veilflow.policy import Policy

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["COLUMNS", "TABLE", "make_table", "policy_of"]

TABLE = "admissions"
_WORDS = {
    "sex": ["female", "male"],
    "ward": [f"ward {number}" for number in range(40)],
    "department": ["cardiology", "surgery", "oncology", "neurology", "paediatrics"],
    "diagnosis": [
        f"{letter}{number:02}.{number % 10}" for letter in "EIJKM" for number in range(60)
    ],
    "insurance": ["private", "public", "none", "military"],
    "blood_type": ["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"],
    "smoker": ["never", "former", "current"],
    "discharge": ["home", "transfer", "died"],
}

# Eight transforms, three of them keyed; twelve columns stay as they are.
COLUMNS: dict[str, Any] = {
    "patient_id": "pseudonym",
    "card": {"role": "identifier", "protect": {"fpe": {"keep_first": 6}}},
    "phone": {"role": "identifier", "protect": "token"},
    "full_name": "redact",
    "email": {"role": "identifier", "protect": {"partial": {"keep_last": 8}}},
    "birth_date": {"role": "sensitive", "protect": {"truncate": {"to": "month"}}},
    "charge": {"role": "sensitive", "protect": {"round": {"to": 100}}},
    "weight": {"role": "sensitive", "protect": {"bucket": {"width": 5}}},
    **dict.fromkeys(_WORDS, "keep"),
    "admitted": "keep",
    "days": "keep",
    "heart_rate": "keep",
    "glucose": "keep",
}


def policy_of(columns: dict[str, Any] | None = None) -> Policy:
    """A policy for one table of ``columns``, by default for the table of :func:`make_table`."""
    return Policy.model_validate(
        {
            "dataset": "bench",
            "purpose": {
                "purpose": "benchmark", "legal_basis": "made-up data", "owner": "nobody",
                "recipients": ["nobody"], "retention_days": 1,
            },
            "source": {"root": "."},
            "tables": {TABLE: {"path": TABLE, "columns": columns or COLUMNS}},
        }
    )  # fmt: skip


def make_table(spark: SparkSession, rows: int) -> DataFrame:
    """``rows`` rows; a person has four of them on average, everybody a card, phone and e-mail."""
    from pyspark.sql import functions as F

    person = F.pmod(F.xxhash64("id"), F.lit(max(1, rows // 4)))
    number = F.lpad(person.cast("string"), 10, "0")
    made: dict[str, Column] = {
        "patient_id": F.concat(F.lit("P-"), number),
        "card": F.concat(F.lit("411111"), number),
        "phone": F.concat(F.lit("555-"), number),
        "full_name": F.concat(F.lit("Given Family "), number),
        "email": F.concat(F.lit("given."), number, F.lit("@mail.example")),
        "birth_date": F.date_add(F.lit("1940-01-01").cast("date"), _drawn(1, 60 * 365)),
        "charge": _drawn(2, 5_000_000) / 100,
        "weight": _drawn(3, 1_200) / 10,
        "admitted": F.timestamp_seconds(F.lit(1_600_000_000) + _drawn(4, 100_000_000)),
        "days": _drawn(5, 60),
        "heart_rate": _drawn(6, 120) + 40,
        "glucose": _drawn(7, 3_000) / 10,
        **{name: _chosen(8 + place, words) for place, (name, words) in enumerate(_WORDS.items())},
    }
    return spark.range(rows).select(*[made[name].alias(name) for name in COLUMNS])


def _drawn(seed: int, below: int) -> Column:
    from pyspark.sql import functions as F

    return F.pmod(F.xxhash64("id", F.lit(seed)), F.lit(below)).cast("int")


def _chosen(seed: int, words: list[str]) -> Column:
    from pyspark.sql import functions as F

    return F.get(F.array(*[F.lit(word) for word in words]), _drawn(seed, len(words)))
