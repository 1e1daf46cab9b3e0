"""The veilflow data source on a real Spark: what lands in the store, what readers get back."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from veilflow.keys import KeyProvider, open_provider
from veilflow.keys.key_ids import class_key_id
from veilflow.spark.redaction import describe
from veilflow.store.key_records import (
    ensure_release_keys,
    forget_keys,
    release_keks,
    release_key_ref,
    release_record_key,
)
from veilflow.store.manifest import (
    EvidenceRef,
    Manifest,
    ManifestColumn,
    ManifestFile,
    ManifestTable,
    publish_manifest,
)
from veilflow.store.object_store import ObjectStore, open_store
from veilflow.store.table_files import TableCommit, read_files

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

PEOPLE = """
    id, concat('Unmistakable-', id) name, array(id, id + 1) codes,
    named_struct('at', timestamp'2026-03-01 02:00:00', 'ward', 'W' || id % 7) visit,
    map('unmistakable-key', id) extras, cast(id as decimal(20, 3)) cost, date'1950-01-01' born,
    timestamp_ntz'2026-03-01 02:00:00' local, cast(null as int) nothing, cast('ab' as binary) raw,
    if(id % 3 = 0, null, id / 7) ratio
"""


@dataclass
class Place:
    """A store with the keys of one release."""

    uri: str
    provider: KeyProvider
    key_ref: str

    @property
    def store(self) -> ObjectStore:
        return open_store(self.uri)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    forget_keys()
    uri, provider = f"file://{tmp_path}/store", open_provider(f"file://{tmp_path}/ring")
    ensure_release_keys(open_store(uri), provider, "ds", "r1", ["identity", "clinical"])
    yield Place(uri, provider, release_key_ref(provider.uri, uri, "ds", "r1"))
    forget_keys()


def people(spark: SparkSession, rows: int = 3_000, parts: int = 3) -> DataFrame:
    return spark.range(0, rows, 1, parts).selectExpr(*split_columns(PEOPLE))


def split_columns(text: str) -> list[str]:
    columns, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            columns.append(text[start:at])
            start = at + 1
    return [*columns, text[start:]]


def classes_of(frame: DataFrame) -> dict[str, str]:
    return {name: "identity" if name == "name" else "clinical" for name in frame.columns}


def write(place: Place, frame: DataFrame, **more: Any) -> TableCommit:
    from veilflow.store.spark_source import write_table

    content = {
        "store": place.uri,
        "prefix": "releases/ds/r1/a1",
        "table": "people",
        "key_ref": place.key_ref,
        "classes": classes_of(frame),
        "commit_key": "runs/1/people.json",
        "attempt": "a1",
        **more,
    }
    return write_table(frame, **content)


def read(spark: SparkSession, place: Place, commit: TableCommit, **more: Any) -> DataFrame:
    from veilflow.store.spark_source import read_table

    return read_table(spark, store=place.uri, key_ref=place.key_ref, files=commit.files, **more)


def parquet_keys(place: Place) -> list[str]:
    return [info.key for info in place.store.list("releases/")]


def assert_silent(text: str, place: Place) -> None:
    assert "Unmistakable-" not in text
    for kek in release_keks(place.key_ref).values():
        for form in (kek.hex(), base64.b64encode(kek).decode(), repr(kek)):
            assert form not in text


# -- write and read ------------------------------------------------------------------------------


def test_a_table_comes_back_as_it_was(spark: SparkSession, place: Place) -> None:
    frame = people(spark)
    commit = write(place, frame)
    back = read(spark, place, commit)
    assert back.schema == frame.schema
    assert (
        sorted(back.toArrow().to_pylist(), key=lambda row: row["id"]) == frame.toArrow().to_pylist()
    )
    assert (commit.table, commit.attempt, commit.rows) == ("people", "a1", 3_000)
    assert [file.path for file in commit.files] == parquet_keys(place)
    assert [file.path[len("releases/ds/r1/a1/people/") :][:11] for file in commit.files] == [
        "part-00000-",
        "part-00001-",
        "part-00002-",
    ]
    for file in commit.files:
        data = place.store.get(file.path).data
        for plain in (b"Unmistakable", b"unmistakable-key", b"nothing", b"clinical"):
            assert plain not in data


def test_readers_without_spark_see_the_same(spark: SparkSession, place: Place) -> None:
    frame = people(spark, 50)
    commit = write(place, frame)
    rows = [
        row
        for table in read_files(place.store, commit.files, release_keks(place.key_ref), ["name"])
        for row in table.to_pylist()
    ]
    assert sorted(row["name"] for row in rows) == sorted(f"Unmistakable-{n}" for n in range(50))


def test_batches_are_gathered_into_one_row_group(spark: SparkSession, place: Place) -> None:
    from veilflow.store.parquet_crypto import EncryptedFile

    commit = write(place, spark.range(0, 45_000, 1, 1).toDF("id"))
    (file,) = commit.files
    data = place.store.get(file.path).data
    opened = EncryptedFile.open(data, release_keks(place.key_ref), context=file.path)
    assert opened._file.metadata.num_row_groups == 1
    assert read(spark, place, commit).where("id = 44999").count() == 1


def test_columns_are_chosen_by_name(spark: SparkSession, place: Place) -> None:
    commit = write(place, people(spark, 30))
    assert read(spark, place, commit, columns=["born", "id"]).columns == ["born", "id"]
    chosen = (
        spark.read.format("veilflow")
        .schema("ratio double, name string")
        .options(store=place.uri, key_ref=place.key_ref, commit="runs/1/people.json")
        .load()
    )
    assert chosen.columns == ["ratio", "name"]
    assert chosen.where("name = 'Unmistakable-7'").collect() == [(1.0, "Unmistakable-7")]


def test_a_reader_gets_the_columns_that_its_keys_open(spark: SparkSession, place: Place) -> None:
    commit = write(place, people(spark, 30))
    place.provider.destroy(class_key_id("ds", "identity"))
    # A record of its own, as the workers of this session may hold the first one's keys.
    limited = Place(place.uri, place.provider, place.key_ref.replace(":///", "://localhost/"))
    back = read(spark, limited, commit)
    assert "name" not in back.columns and len(back.columns) == 10
    assert back.count() == 30
    with pytest.raises(Exception) as refused:
        read(spark, limited, commit, columns=["id", "name"]).collect()
    assert "KeyUnavailable: No key at hand opens 'name'" in describe(refused.value)


def test_empty_tables_and_empty_parts(spark: SparkSession, place: Place) -> None:
    frame = people(spark, 2, 4)
    assert write(place, frame, commit_key="c1").rows == 2
    empty = write(place, frame.where("id < 0"), commit_key="c2")
    assert empty.rows == 0
    back = read(spark, place, empty)
    assert back.count() == 0 and back.schema == frame.schema


# -- attempts ------------------------------------------------------------------------------------


def test_only_the_winning_attempt_counts(spark: SparkSession, place: Place) -> None:
    first = write(place, people(spark, 30))
    second = write(place, people(spark, 40), attempt="a2", prefix="releases/ds/r1/a2")
    assert second == first
    assert parquet_keys(place) == [file.path for file in first.files]


def test_a_write_that_fails_leaves_no_commit(spark: SparkSession, place: Place) -> None:
    """A task that Spark didn't wait for may still put its file; publishing removes it."""
    broken = spark.range(0, 40_000, 1, 2).selectExpr(
        "id", "cast(if(id = 39999, 'Unmistakable-cast', '1') as int) name"
    )
    with pytest.raises(Exception) as failed:
        write(place, broken)
    assert "CAST_INVALID_INPUT" in str(failed.value)
    assert list(place.store.list("runs/")) == []
    for key in parquet_keys(place):
        assert key.startswith("releases/ds/r1/a1/people/")
        assert place.store.get(key).data.startswith(b"PARE"), "encrypted, footer and all"


# -- refusals ------------------------------------------------------------------------------------


def refused_write(spark: SparkSession, place: Place, **changes: Any) -> str:
    with pytest.raises(Exception) as refused:
        write(place, people(spark, 30), **changes)
    assert_silent(str(refused.value), place)
    assert parquet_keys(place) == []
    return describe(refused.value)


def test_writes_that_are_refused(spark: SparkSession, place: Place) -> None:
    said = refused_write(spark, place, classes={"id": "clinical"})
    assert "UsageError: No sensitivity class is given for 'name'" in said
    frame = people(spark, 1)
    said = refused_write(spark, place, classes=dict.fromkeys(frame.columns, "secret"))
    assert "KeyUnavailable: The key of class 'secret'" in said
    said = refused_write(spark, place, key_ref=place.key_ref.replace("r1", "r9"))
    assert "KeyNotFound" in said and "keys/ds/r9.json" in said
    blocked = place.store.uri.removeprefix("file://") + "/blocked"
    Path(blocked).write_bytes(b"")
    said = refused_write(spark, place, prefix="blocked/x")
    assert "StoreUnavailable" in said


def test_tables_are_never_overwritten(spark: SparkSession, place: Place) -> None:
    from veilflow.store.spark_source import register

    register(spark)
    options = {"store": place.uri, "key_ref": place.key_ref, "table": "t", "classes": "{}"}
    with pytest.raises(Exception) as refused:
        spark.range(1).write.format("veilflow").mode("overwrite").options(**options).save()
    assert "never overwritten" in describe(refused.value)


def test_files_that_are_not_the_listed_ones_are_refused(spark: SparkSession, place: Place) -> None:
    commit = write(place, people(spark, 30, 2))
    one, two = commit.files
    place.store.put(one.path, place.store.get(two.path).data)
    with pytest.raises(Exception) as refused:
        (
            spark.read.format("veilflow")
            .schema("id long")
            .options(store=place.uri, key_ref=place.key_ref, commit="runs/1/people.json")
            .load()
            .collect()
        )
    assert "IntegrityError" in describe(refused.value)
    assert "SHA-256 differs" in describe(refused.value)
    assert_silent(str(refused.value), place)
    with pytest.raises(Exception) as refused:
        spark.read.format("veilflow").options(
            store=place.uri,
            key_ref=place.key_ref,
            files=json.dumps([{"path": one.path, "sha256": two.sha256}]),
        ).load()
    assert "belongs elsewhere" in describe(refused.value)


READS_REFUSED = {
    "no files named": ({}, "names its files once"),
    "named twice": ({"files": "[]", "commit": "c"}, "names its files once"),
    "no JSON": ({"files": "["}, "isn't the JSON"),
    "no paths": ({"files": "[1]"}, "no list of objects"),
    "no files": ({"files": "[]"}, "has no file"),
    "absent commit": ({"commit": "c"}, "ObjectNotFound"),
    "release without a pinned key": ({"release": "ds/r1", "table": "t"}, "'public_key' is missing"),
}


@pytest.mark.parametrize(("options", "said"), READS_REFUSED.values(), ids=READS_REFUSED.keys())
def test_reads_that_are_refused(
    spark: SparkSession, place: Place, options: dict[str, str], said: str
) -> None:
    from veilflow.store.spark_source import register

    register(spark)
    with pytest.raises(Exception) as refused:
        spark.read.format("veilflow").options(
            store=place.uri, key_ref=place.key_ref, **options
        ).load()
    assert said in describe(refused.value)


# -- a published release ---------------------------------------------------------------------------


def test_a_release_is_read_by_its_signed_manifest(spark: SparkSession, place: Place) -> None:
    frame = people(spark, 30)
    commit = write(place, frame)
    place.store.put("evidence.json", b"{}")
    place.provider.ensure("publisher", "signing")
    columns = tuple(
        ManifestColumn(
            name=field.name,
            type=field.dataType.simpleString(),
            sensitivity_class=classes_of(frame)[field.name],
        )
        for field in frame.schema
    )
    files = tuple(
        ManifestFile(path=file.path, sha256=file.sha256, bytes=file.bytes, rows=file.rows)
        for file in commit.files
    )
    manifest = Manifest(
        dataset="ds",
        release="r1",
        series="nightly",
        number=1,
        product="masked",
        created=datetime(2026, 3, 1, tzinfo=UTC),
        trial=False,
        policy_sha256="0" * 64,
        tables={"people": ManifestTable(columns=columns, rows=30, files=files)},
        evidence=EvidenceRef(path="evidence.json", sha256="0" * 64),
        key_record=release_record_key("ds", "r1"),
        provider=place.provider.uri,
    )
    publish_manifest(place.store, manifest, place.provider, "publisher")

    def load(public_key: bytes) -> DataFrame:
        return (
            spark.read.format("veilflow")
            .options(store=place.uri, key_ref=place.key_ref, release="ds/r1", table="people")
            .option("public_key", public_key.decode())
            .load()
        )

    assert load(place.provider.public_key("publisher")).count() == 30
    place.provider.ensure("forger", "signing")
    with pytest.raises(Exception) as refused:
        load(place.provider.public_key("forger"))
    assert "IntegrityError: The signature doesn't fit" in describe(refused.value)


# -- where keys and values may not be -------------------------------------------------------------


def test_plans_hold_no_key(spark: SparkSession, place: Place) -> None:
    commit = write(place, people(spark, 30))
    frame = read(spark, place, commit)
    plan = frame._jdf.queryExecution().toString()
    for kek in release_keks(place.key_ref).values():
        assert kek.hex().lower() not in plan.lower()
        assert base64.b64encode(kek).decode() not in plan


@pytest.mark.slow
def test_real_executors(tmp_path: Path) -> None:
    """Two executors in processes of their own; one task dies half-way, and so does one executor."""
    import pyspark

    home = tmp_path / "spark-home"
    home.mkdir()
    for entry in Path(pyspark.__file__).parent.iterdir():
        (home / entry.name).symlink_to(entry)
    # A standalone driver takes the shared secret from its configuration alone; an argument would
    # show in the process list.
    settings = home / "conf" / "spark-defaults.conf"
    settings.parent.mkdir()
    settings.touch(mode=0o600)
    settings.write_text(f"spark.authenticate.secret {secrets.token_hex(32)}\n")
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),  # local-cluster writes into SPARK_HOME/work
        "SPARK_CONF_DIR": str(settings.parent),
        "PYSPARK_PYTHON": sys.executable,
    }
    script = Path(__file__).with_name("store_on_executors.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.strip().splitlines()[-1])
    assert report["rows"] == report["distinct"] == 60_000
    assert report["executors"] in (1, 2), "a killed one may not be replaced yet"
    assert report["retried"] and report["killed"]
    assert "SHA-256 differs" in report["tampered"]
    logs = [path for path in (home / "work").rglob("*") if path.is_file()]
    assert {"stderr", "stdout"} <= {path.name for path in logs}
    keys = [bytes.fromhex(text) for text in (tmp_path / "keks").read_text().split()]
    for path in logs:
        text = path.read_bytes()
        for secret in (b"Unmistakable-", *keys):
            for form in (secret, secret.hex().encode(), base64.b64encode(secret).rstrip(b"=")[:-1]):
                assert form not in text, path
