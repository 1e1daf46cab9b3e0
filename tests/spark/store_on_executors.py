"""Run by test_store_format.py: writes and reads an encrypted table on separate executors."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.keys import open_provider
from veilflow.spark.redaction import describe
from veilflow.spark.session import session
from veilflow.store.key_records import ensure_release_keys, release_keks, release_key_ref
from veilflow.store.object_store import open_store

if TYPE_CHECKING:
    import pyarrow as pa


def main(folder: str) -> None:
    from veilflow.store.spark_source import read_table, write_table

    uri, provider = f"file://{folder}/store", open_provider(f"file://{folder}/ring")
    store = open_store(uri)
    ensure_release_keys(store, provider, "ds", "r1", ["identity"])
    ref = release_key_ref(provider.uri, uri, "ds", "r1")
    Path(folder, "keks").write_text("\n".join(kek.hex() for kek in release_keks(ref).values()))
    mark, killed = f"{folder}/died", f"{folder}/killed"

    def parent_of(process: int) -> int:
        """A worker's parent is PySpark's daemon, whose parent is the executor."""
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
        return int(after_name.split()[1])

    def die_once(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        for number, batch in enumerate(batches):
            context = TaskContext.get()
            if context and (context.partitionId(), context.attemptNumber(), number) == (1, 0, 1):
                Path(mark).write_bytes(b"")
                raise RuntimeError
            if context and context.partitionId() == 3 and number == 1 and not Path(killed).exists():
                Path(killed).write_bytes(b"")
                os.kill(parent_of(os.getppid()), signal.SIGKILL)
                time.sleep(60)
            yield batch

    with session("store-test", "local-cluster[2,1,1024]") as spark:
        frame = spark.range(0, 60_000, 1, 4).selectExpr("id", "'Unmistakable-' || id name")
        frame = frame.mapInArrow(die_once, frame.schema)
        commit = write_table(
            frame,
            store=uri,
            prefix="releases/ds/r1/a1",
            table="people",
            key_ref=ref,
            classes={"id": "identity", "name": "identity"},
            commit_key="commit.json",
        )
        back = read_table(spark, store=uri, key_ref=ref, files=commit.files)
        report = {
            "rows": back.count(),
            "distinct": back.select("id").distinct().count(),
            "executors": spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1,
            "retried": Path(mark).exists(),
            "killed": Path(killed).exists(),
        }
        broken = commit.files[-1]
        store.put(broken.path, store.get(commit.files[0].path).data)
        try:
            back.collect()
            report["tampered"] = ""
        except Exception as error:  # noqa: BLE001 - the text is what is under test
            report["tampered"] = describe(error)
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
