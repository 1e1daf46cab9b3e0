"""The native and the pure form of every keyless transform give the same output."""

from __future__ import annotations

import datetime as dt
import random
import string
from typing import TYPE_CHECKING, Any

import pytest
from veilflow.mask import create_transform
from veilflow.spark.native_masks import native_mask

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LETTERS = string.printable + "äßçñøłžαбшあ漢字🙂e\u0301"
RANDOM = random.Random(7)
TEXTS = [
    None, "", " ", "a", "ab", "é", "e\u0301", "🙂🙂", "\x00x", "line\nbreak",
    *("".join(RANDOM.choices(LETTERS, k=RANDOM.randint(0, 40))) for _ in range(300)),
]  # fmt: skip
NUMBERS = [
    None, 0.0, -0.0, 0.5, 1.5, 2.5, -2.5, 49.9999, 50.0, 1e15, -1e15,
    *(RANDOM.uniform(-1e6, 1e6) for _ in range(300)),
]  # fmt: skip
DAYS = [
    None, dt.date(1, 1, 1), dt.date(1899, 12, 31), dt.date(2024, 2, 29), dt.date(9999, 12, 31),
    *(dt.date(1900, 1, 1) + dt.timedelta(days=RANDOM.randint(0, 60_000)) for _ in range(100)),
]  # fmt: skip

CASES: list[tuple[str, dict[str, Any], str, list[Any]]] = [
    ("keep", {}, "string", TEXTS),
    ("nullify", {}, "string", TEXTS),
    ("redact", {}, "string", TEXTS),
    ("constant", {"value": "x'y"}, "string", TEXTS),
    ("partial", {"keep_last": 2}, "string", TEXTS),
    ("partial", {"keep_first": 1, "keep_last": 1, "fill": "·"}, "string", TEXTS),
    ("partial", {"keep_first": 3}, "string", TEXTS),
    ("truncate", {"length": 3}, "string", TEXTS),
    ("truncate", {"to": "day"}, "date", DAYS),
    ("truncate", {"to": "month"}, "date", DAYS),
    ("truncate", {"to": "year"}, "date", DAYS),
    ("round", {"to": 100}, "double", NUMBERS),
    ("round", {"to": 0.5}, "double", NUMBERS),
    ("bucket", {"width": 10}, "double", NUMBERS),
]


@pytest.mark.parametrize(
    ("name", "parameters", "data_type", "values"),
    CASES,
    ids=[f"{name}-{'-'.join(map(str, p.values()))}" for name, p, _, _ in CASES],
)
def test_native_equals_pure(
    spark: SparkSession, name: str, parameters: dict[str, Any], data_type: str, values: list[Any]
) -> None:
    import pyarrow as pa
    from pyspark.sql import functions as F

    transform = create_transform(name, parameters)
    frame = spark.createDataFrame(list(enumerate(values)), f"n int, v {data_type}")
    native = native_mask(transform, F.col("v"), frame.schema["v"].dataType)
    masked = [row[0] for row in frame.orderBy("n").select(native.alias("m")).collect()]
    types = {"string": pa.string(), "date": pa.date32(), "double": pa.float64()}
    pure = transform.apply(pa.array(values, types[data_type])).to_pylist()
    assert masked == pure
