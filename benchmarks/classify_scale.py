"""``python -m benchmarks.classify_scale``: classifying a table on Spark beside a plain scan of it.

The table has 20 columns of made-up people and is written as Parquet first. A plain scan reads every
column of every row and throws it away (Spark's ``noop`` sink). They run once to warm up, then take
turns; the ratio is of the medians. ``--exhaustive`` looks at all rows too, and at whether what was
planted in one row of each of four columns is found: an e-mail address in a note, a social security
number among cities, an access key among jobs, a card in JSON.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.spark.classify import SAMPLE_ROWS, classify_frame
from veilflow.spark.session import session

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["main"]

BOUND = 3.0


def people(spark: SparkSession, rows: int) -> DataFrame:
    """``rows`` rows of 20 columns: names, contacts, dates, categories, codes, amounts, notes."""
    from pyspark.sql import functions as F

    number = F.col("id")
    mixed = F.pmod(F.xxhash64(number), F.lit(10**9))

    def one_of(words: str, salt: int) -> Column:
        options = F.array(*[F.lit(word) for word in words.split()])
        return F.element_at(
            options, (F.pmod(mixed + salt, F.lit(len(words.split()))) + 1).cast("int")
        )

    given = one_of("Anna Peter Maria Hans Fatima Wei Olga Kwame Priya Jose Yuki Lars", 1)
    family = one_of("Meyer Smith Rossi Novak Khan Chen Petrova Mensah Patel Garcia Sato Berg", 7)
    return spark.range(rows).select(
        number.alias("patient_id"),
        given.alias("first_name"),
        family.alias("last_name"),
        F.concat(F.lower(given), number.cast("string"), F.lit("@example.org")).alias("email"),
        F.concat(F.lit("+1 212 555 "), F.lpad(mixed % 10_000, 4, "0")).alias("phone"),
        F.date_add(F.lit("1940-01-01").cast("date"), (mixed % 25_000).cast("int")).alias("born"),
        one_of("F M", 3).alias("sex"),
        F.lpad(mixed % 100_000, 5, "0").alias("zip"),
        one_of("Berlin Paris Rome Madrid Vienna Oslo", 5).alias("city"),
        one_of("DE FR IT ES AT NO", 5).alias("country"),
        one_of("E11.9 I10 J45.0 K21.9 M54.5 F32.1", 2).alias("icd10"),
        (mixed % 90_000 / 100).alias("amount"),
        (mixed % 200).cast("int").alias("score"),
        F.concat(F.lit("C"), F.lpad(number, 9, "0")).alias("case_no"),
        F.concat(F.lit("10."), mixed % 256, F.lit("."), mixed % 199, F.lit(".7")).alias("ip"),
        one_of("single married divorced widowed", 4).alias("marital"),
        one_of("nurse teacher clerk driver cook farmer", 6).alias("job"),
        F.timestamp_seconds(1_600_000_000 + mixed % 10**7).alias("seen_at"),
        F.when(mixed % 3 == 0, one_of("yes no", 8)).alias("smoker"),
        F.concat(F.lit("Patient seen on ward "), mixed % 40, F.lit(", no new findings today."))
        .alias("note"),
    )  # fmt: skip


PLANTED = {
    "note": ("Write to jo.doe@example.org about the results, please.", "e-mail address"),
    "city": ("219-09-9999", "U.S. social security number"),
    "job": ("AKIAIOSFODNN7EXAMPLE", "password, key or access token"),
    "icd10": ('{"paid": {"card": "4111 1111 1111 1111"}}', "payment card number"),
}


def planted(frame: DataFrame, rows: int) -> DataFrame:
    """The people, with one value each of ``PLANTED`` in a row of its own."""
    from pyspark.sql import functions as F

    changed = {
        name: F.when(F.col("patient_id") == rows * (place + 1) // 7, F.lit(value)).otherwise(
            F.col(name)
        )
        for place, (name, (value, _)) in enumerate(PLANTED.items())
    }
    return frame.withColumns(changed)


def missed(frame: DataFrame) -> list[str]:
    """The columns whose planted value the exhaustive classification doesn't tell."""
    told = {v.name: " ".join(v.evidence) for v in classify_frame(frame, exhaustive=True)}
    return [name for name, (_, phrase) in PLANTED.items() if phrase not in told[name]]


def main(argv: Sequence[str] | None = None) -> int:
    """Print both times and the ratio; 1 if it is over the bound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify_scale")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--exhaustive", action="store_true", help="look at all rows as well")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch, session("classify-scale") as spark:
        place = Path(scratch).as_uri() + "/people"
        planted(people(spark, arguments.rows), arguments.rows).write.parquet(place)
        frame = spark.read.parquet(place)
        work: dict[str, Callable[[], object]] = {
            "plain scan": lambda: frame.write.format("noop").mode("overwrite").save(),
            "classify": lambda: classify_frame(frame),
        }
        if arguments.exhaustive:
            work["all rows"] = lambda: unseen.extend(missed(frame))
        unseen: list[str] = []
        seconds: dict[str, list[float]] = {name: [] for name in work}
        for turn in range(arguments.turns + 1):
            for name, act in work.items():
                begun = time.perf_counter()
                act()
                if turn:
                    seconds[name].append(time.perf_counter() - begun)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    scan, classified = medians["plain scan"], medians["classify"]
    ratio = classified / scan
    print(
        f"{arguments.rows:,} rows x 20 columns, {SAMPLE_ROWS:,} sampled: scan {scan:.2f} s, "
        f"classify {classified:.2f} s, {ratio:.1f} times (bound {BOUND:g})"
    )
    if arguments.exhaustive:
        print(
            f"all rows: {medians['all rows']:.2f} s, {medians['all rows'] / scan:.1f} times; "
            f"{'unseen: ' + ', '.join(unseen) if unseen else 'every planted value was found'}"
        )
    return int(ratio > BOUND or bool(unseen))


if __name__ == "__main__":
    raise SystemExit(main())
