"""Encrypted tables alone: the hospital written and read through ``format("veilflow")``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Measurement
from benchmarks.hospital import Hospital
from benchmarks.meter import Meter

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["measure_encryption"]

_DATASET, _RELEASE = "bench", "tables"
_CLASS = "direct"


def measure_encryption(
    spark: SparkSession, meter: Meter, hospital: Hospital, scratch: Path
) -> Iterator[Measurement]:
    """The cost of writing every column of both tables encrypted, and of reading all back.

    The read checks each file's hash and decrypts every column, as a holder of all keys would.
    """
    from veilflow.keys import open_provider
    from veilflow.store.key_records import ensure_release_keys, release_key_ref
    from veilflow.store.object_store import open_store
    from veilflow.store.spark_source import read_table, write_table

    store, keys = f"file://{scratch}/store", f"file://{scratch}/keyring"
    ensure_release_keys(open_store(store), open_provider(keys), _DATASET, _RELEASE, {_CLASS})
    key_ref = release_key_ref(keys, store, _DATASET, _RELEASE)
    rows = sum(hospital.rows.values())
    commits = {}
    with meter.measure() as cost:
        for table in hospital.rows:
            frame = spark.read.parquet(str(hospital.root / table))
            commits[table] = write_table(
                frame,
                store=store,
                prefix=f"{_DATASET}/{_RELEASE}",
                table=table,
                key_ref=key_ref,
                classes=dict.fromkeys(frame.columns, _CLASS),
                commit_key=f"{_DATASET}/commits/{table}.json",
            )
    yield Measurement("encrypted write", rows, cost[0], floor="copy")
    with meter.measure() as cost:
        for commit in commits.values():
            back = read_table(spark, store=store, key_ref=key_ref, files=commit.files)
            back.write.format("noop").mode("overwrite").save()
    yield Measurement("encrypted read", rows, cost[0], floor="read")
