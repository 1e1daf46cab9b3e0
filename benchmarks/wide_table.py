"""One table of any number of people, raw and as the demo's policy would release it, encrypted.

Both sides are made by Spark from row numbers, so that ten million rows cost seconds and no stage
has to run first: what is measured is the judge. Identifiers are unique, ``birth_date`` is a day of
sixty years, other columns have a few values, as the hospital's have.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.hospital import POLICY

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from veilflow.policy import Policy

__all__ = ["LEVELS", "WideTable", "make_wide_table", "policy_of_one_table"]

TABLE = "patients"
LEVELS = {"birth_date": 2, "sex": 0, "zip_code": 3, "ethnicity": 0}
_DAYS = 60 * 365
_FIRST_DAY = dt.date(1940, 1, 1)
_ZIPS = [f"{number:05d}" for number in range(10_000, 99_000, 89)]
_SHARED = {
    "sex": ["female", "male"],
    "city": [f"Town {number}" for number in range(400)],
    "ethnicity": ["Asian", "Black", "Hispanic", "White", "Other"],
    "insurance": ["private", "public", "none", "military"],
    "blood_type": ["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"],
    "smoker": ["never", "former", "current"],
}


@dataclass(frozen=True)
class WideTable:
    """The raw table, and how the encrypted one is read."""

    rows: int
    source: DataFrame
    store: str
    key_ref: str
    commit: str

    def release(self, spark: SparkSession) -> DataFrame:
        """The released table, read anew from its encrypted objects."""
        from veilflow.store.object_store import open_store
        from veilflow.store.spark_source import read_table
        from veilflow.store.table_files import load_commit

        files = load_commit(open_store(self.store), self.commit).files
        return read_table(spark, store=self.store, key_ref=self.key_ref, files=files)


def policy_of_one_table() -> Policy:
    """The demo's policy without its other tables and without synthetic data."""
    from veilflow.policy import load_policy

    policy = load_policy(POLICY)
    tables = {TABLE: policy.tables[TABLE]}
    return policy.model_copy(update={"tables": tables, "synthesize": None})


def make_wide_table(spark: SparkSession, folder: Path, rows: int) -> WideTable:
    """Write both sides to ``folder``: the raw table as plain Parquet, the release encrypted."""
    from veilflow.keys import open_provider
    from veilflow.store.key_records import ensure_release_keys, release_key_ref
    from veilflow.store.object_store import open_store
    from veilflow.store.spark_source import write_table

    policy = policy_of_one_table()
    raw = str(folder / "raw")
    _raw(spark, rows).write.parquet(raw)
    store, keys = f"file://{folder}/store", f"file://{folder}/keyring"
    classes = {name: c.sensitivity_class for name, c in policy.tables[TABLE].released.items()}
    provider = open_provider(keys)
    ensure_release_keys(open_store(store), provider, "bench", "wide", set(classes.values()))
    key_ref = release_key_ref(keys, store, "bench", "wide")
    commit = "bench/commits/wide.json"
    write_table(
        _released(spark, rows, policy),
        store=store,
        prefix="bench/wide",
        table=TABLE,
        key_ref=key_ref,
        classes=classes,
        commit_key=commit,
    )
    return WideTable(rows, spark.read.parquet(raw), store, key_ref, commit)


def _raw(spark: SparkSession, rows: int) -> DataFrame:
    from pyspark.sql import functions as F

    number = F.col("id").cast("string")
    person = F.substring(F.md5(F.concat(F.lit("name"), number)), 1, 12)
    columns = {
        "patient_id": F.concat(F.lit("P-"), F.lpad(number, 10, "0")),
        "mrn": F.concat(F.lit("MRN"), F.lpad(number, 9, "0")),
        "full_name": F.concat(F.lit("Given "), person),
        "email": F.concat(person, F.lit("@Mail.example")),
        "phone": F.concat(F.lit("555-"), F.lpad(number, 10, "0")),
        "ssn": F.concat(F.lit("9"), F.lpad(number, 9, "0")),
        "birth_date": _chosen(1, [str(day) for day in _days()]),
        "zip_code": _chosen(3, _ZIPS),
        **{
            name: _chosen(5 + place, values) for place, (name, values) in enumerate(_SHARED.items())
        },
    }
    return _in_order(spark.range(rows), columns)


def _released(spark: SparkSession, rows: int, policy: Policy) -> DataFrame:
    """The same people in another order, with their quasi-identifiers at :data:`LEVELS`."""
    from pyspark.sql import functions as F
    from veilflow.policy.hierarchies import build_hierarchy

    rules = policy.tables[TABLE].columns
    raw = {"birth_date": [str(day) for day in _days()], "zip_code": _ZIPS, **_SHARED}
    places = {"birth_date": 1, "zip_code": 3} | {n: 5 + at for at, n in enumerate(_SHARED)}
    columns = {"patient_id": F.substring(F.md5(F.concat(F.lit("p"), "id")), 1, 26)}
    for name, values in raw.items():
        labels: list[str | None] = list(values)
        if name in LEVELS:
            hierarchy = build_hierarchy(rules[name].hierarchy)
            labels = hierarchy.generalize(labels, LEVELS[name], column=name)
        columns[name] = _chosen(places[name], labels)
    released = {name: columns[name] for name in policy.tables[TABLE].released}
    return _in_order(spark.range(rows).orderBy(F.xxhash64("id")), released)


def _days() -> list[dt.date]:
    return [_FIRST_DAY + dt.timedelta(days=number) for number in range(_DAYS)]


def _chosen(seed: int, values: list[str] | list[str | None]) -> Column:
    """One of ``values``, by the row's number: the same on both sides."""
    from pyspark.sql import functions as F

    place = F.pmod(F.xxhash64("id", F.lit(seed)), F.lit(len(values))).cast("int")
    return F.get(F.array(*[F.lit(value) for value in values]), place)


def _in_order(numbers: DataFrame, columns: dict[str, Column]) -> DataFrame:
    return numbers.select(*[column.alias(name) for name, column in columns.items()])
