"""The native and the pure form of every keyless transform give the same output."""

from __future__ import annotations

import datetime as dt
import random
import string
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from veilflow.mask import create_transform
from veilflow.spark.native_masks import has_native_form, native_invalid, native_mask

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

LETTERS = string.printable + "äßçñøłžαбшあ漢字🙂e\u0301\u00a0\u2028"
RANDOM = random.Random(7)


def mutations(*stems: str) -> list[str]:
    """Each text, and each with one character put in, taken out or replaced somewhere."""
    made = list(stems)
    for stem in stems:
        for _ in range(12):
            place = RANDOM.randint(0, len(stem))
            gone = RANDOM.randint(0, 1)
            new = RANDOM.choice(["", RANDOM.choice(LETTERS), RANDOM.choice("@.+-0/:\n\\")])
            made.append(stem[:place] + new + stem[place + gone :])
    return made


TEXTS = [
    None, "", " ", "a", "ab", "é", "e\u0301", "🙂🙂", "\x00x", "line\nbreak", "--", "$\\",
    *("".join(RANDOM.choices(LETTERS, k=RANDOM.randint(0, 40))) for _ in range(200)),
    *mutations(
        "078-05-1120", "4111 1111 1111 1111", "02139", "02139-4307", "03601", "893010000",
        "jane.doe+x@mail.example.co.uk", "JD@EXAMPLE.ORG", "a@b", "x@1.2.3.4", "ü@example.org",
        "+1 (555) 234-5678", "0049 30 1234567", "+49.30.123456", "555-0147", "+999 123 4567",
        "020 7946 0018", "+3531234567", "00", "+", "+1", "12345678901234567", "123456789012345678",
        "https://u:p@x.y.Example.co.uk:80/p?q#f", "http://localhost", "FTP://a_b.example.org",
        "http://192.0.2.1/x", "//example.org", "mailto:a@b.example", "https://jane.example.org?x=\n",
    ),
]  # fmt: skip
NUMBERS = [
    None, 0.0, -0.0, 0.5, 1.5, 2.5, -2.5, 49.9999, 50.0, 1e15, -1e15, 1e300, -1e300, 90.0,
    float("nan"), float("inf"), float("-inf"), 9.1e15,
    *(RANDOM.uniform(-1e6, 1e6) for _ in range(300)),
]  # fmt: skip
LONGS = [
    None, 0, 1, -1, 5, 15, -15, 25, 89, 90, 91, 2**63 - 1, -(2**63), 2**62, -(2**62),
    *(RANDOM.randint(-(2**63), 2**63 - 1) for _ in range(100)),
    *(RANDOM.randint(-300, 300) for _ in range(100)),
]  # fmt: skip
INTS = [None, *(n for n in LONGS if n is not None and abs(n) < 2**31), 2**31 - 1, -(2**31)]
DECIMALS = [
    None, *(Decimal(text) for text in ("0.000", "-0.001", "0.125", "-0.125", "9999999.999")),
    *(Decimal(RANDOM.randint(-(10**10) + 1, 10**10 - 1)).scaleb(-3) for _ in range(200)),
]  # fmt: skip
DAYS = [
    None, dt.date(1, 1, 1), dt.date(1899, 12, 31), dt.date(2024, 2, 29), dt.date(9999, 12, 31),
    *(dt.date(1900, 1, 1) + dt.timedelta(days=RANDOM.randint(0, 60_000)) for _ in range(100)),
]  # fmt: skip
COLUMNS: dict[str, list[Any]] = {
    "string": TEXTS,
    "double": NUMBERS,
    "bigint": LONGS,
    "int": INTS,
    "decimal(10,3)": DECIMALS,
    "date": DAYS,
}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("keep", {}, "string"),
    ("nullify", {}, "string"),
    ("redact", {}, "string"),
    ("constant", {"value": "x'y"}, "string"),
    ("partial", {"keep_last": 2}, "string"),
    ("partial", {"keep_first": 1, "keep_last": 1, "fill": "·"}, "string"),
    ("partial", {"keep_first": 3}, "string"),
    ("partial", {"keep_format": True}, "string"),
    ("partial", {"keep_format": True, "keep_last": 4, "fill": "$"}, "string"),
    ("partial", {"keep_format": True, "keep_first": 2, "keep_last": 3, "fill": "\\"}, "string"),
    ("truncate", {"length": 3}, "string"),
    ("truncate", {"to": "day"}, "date"),
    ("truncate", {"to": "month"}, "date"),
    ("truncate", {"to": "year"}, "date"),
    ("round", {"to": 100}, "double"),
    ("round", {"to": 0.5}, "double"),
    ("round", {"to": 10}, "bigint"),
    ("round", {"to": 7}, "int"),
    ("round", {"to": 0.25}, "decimal(10,3)"),
    ("round", {"to": 100000}, "decimal(10,3)"),
    ("bucket", {"width": 10}, "double"),
    ("bucket", {"width": 10}, "bigint"),
    ("bucket", {"width": 0.07}, "decimal(10,3)"),
    ("top_code", {"at": 90}, "double"),
    ("top_code", {"at": 90}, "bigint"),
    ("top_code", {"at": 90, "label": "90+"}, "int"),
    ("top_code", {"at": 0.125}, "decimal(10,3)"),
    ("bottom_code", {"at": -5, "label": "low"}, "bigint"),
    ("bottom_code", {"at": 1.5}, "double"),
    ("hipaa_zip3", {}, "string"),
    ("hipaa_age", {}, "int"),
    ("hipaa_age", {}, "bigint"),
    ("hipaa_birth_year", {"as_of": "2026-11-28"}, "date"),
    ("email", {"keep": "domain"}, "string"),
    ("email", {"keep": "tld"}, "string"),
    ("email", {"keep": "nothing"}, "string"),
    ("phone", {}, "string"),
    ("phone", {"area_digits": 3, "fill": "🙂"}, "string"),
    ("phone", {"country": False, "area_digits": 2}, "string"),
    ("url", {"keep": "host"}, "string"),
    ("url", {"keep": "site"}, "string"),
]


@pytest.mark.parametrize("data_type", COLUMNS)
def test_native_equals_pure(spark: SparkSession, data_type: str) -> None:
    import pyarrow as pa
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import to_arrow_type

    frame = spark.createDataFrame(list(enumerate(COLUMNS[data_type])), f"n int, v {data_type}")
    kind = frame.schema["v"].dataType
    cases = [(name, parameters) for name, parameters, taken in CASES if taken == data_type]
    columns = []
    for index, (name, parameters) in enumerate(cases):
        transform = create_transform(name, parameters)
        assert has_native_form(transform)
        invalid = native_invalid(transform, F.col("v"), kind)
        flag = F.lit(False) if invalid is None else invalid
        masked = F.when(~flag, native_mask(transform, F.col("v"), kind))
        columns += [masked.alias(f"m{index}"), flag.alias(f"x{index}")]
    rows = frame.orderBy("n").select(*columns).collect()
    values = pa.array(COLUMNS[data_type], to_arrow_type(kind))
    for index, (name, parameters) in enumerate(cases):
        can_fail = hasattr(create_transform(name, parameters), "on_invalid")
        given = {**parameters, "on_invalid": "nullify"} if can_fail else parameters
        pure = create_transform(name, given)
        outcome = pure.apply_counted(values)
        assert [row[f"m{index}"] for row in rows] == outcome.values.to_pylist(), (name, given)
        flags = [False] * len(values) if outcome.invalid is None else outcome.invalid.to_pylist()
        assert [row[f"x{index}"] for row in rows] == flags, (name, given)
        assert outcome.values.type == pure.output_type(values.type)
