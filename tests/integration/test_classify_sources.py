"""``veilflow classify`` and ``draft`` on an S3 server and on PostgreSQL, both real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from veilflow.cli import main
from veilflow.errors import PrerequisiteMissing, SourceError, UsageError
from veilflow.spark.database_tables import block_ranges, check_address, read_database_table

from tests.integration.moto_server import moto_server
from tests.integration.postgres_server import Postgres, postgres_server

pytestmark = pytest.mark.server

JAR = Path("/usr/share/java/postgresql.jar")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAUNMISTAKABLE0000", "AWS_SECRET_ACCESS_KEY": "unmistakable/secret"}
ROWS = 2_000
WARDS = [f"ward {n % 40}" for n in range(ROWS)]
RARE = [*WARDS[:-1], "jo@example.org"]
BORN = [f"19{n % 80 + 10}-03-{n % 27 + 1:02d}" for n in range(ROWS)]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bucket with tables of three formats; the environment says how it is reached."""
    import boto3

    folder = tmp_path_factory.mktemp("moto")
    table = pa.table({"ward": RARE, "date_of_birth": BORN})
    pq.write_table(table, folder / "t.parquet", row_group_size=500)
    lines = [json.dumps({"ward": w, "date_of_birth": b}) for w, b in zip(RARE, BORN, strict=True)]
    cells = [f"{ward},{born}" for ward, born in zip(RARE, BORN, strict=True)]
    with moto_server(folder / "log") as url, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in {**KEYS, "AWS_ENDPOINT_URL_S3": url}.items():
            patch.setenv(name, value)
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
        client.create_bucket(Bucket="clinic")
        for key, body in {
            "parquet/t/part-0.parquet": (folder / "t.parquet").read_bytes(),
            "parquet/t/part-1.parquet": (folder / "t.parquet").read_bytes(),
            "parquet/t/_SUCCESS": b"",
            "parquet/years/year=2024/part-0.parquet": (folder / "t.parquet").read_bytes(),
            "t.csv": "\n".join(["ward,date_of_birth", *cells]).encode(),
            "t.jsonl": "\n".join(lines).encode(),
            "broken/t.parquet": b"PAR1 jo@example.org",
        }.items():
            client.put_object(Bucket="clinic", Key=key, Body=body)
        yield "clinic"


def classified(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code = main(["classify", *arguments, "--json"])
    shown = capsys.readouterr()
    assert not any(value in shown.out + shown.err for value in (*KEYS.values(), "jo@example"))
    return code, json.loads(shown.out)


@pytest.mark.parametrize("place", ["parquet/t", "parquet/t/part-0.parquet", "t.csv", "t.jsonl"])
def test_tables_on_s3(bucket: str, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"s3://{bucket}/{place}"
    code, found = classified(capsys, address)
    assert (code, [c["name"] for c in found["columns"]]) == (0, ["ward", "date_of_birth"])
    assert found["columns"][1]["type"] == "date_of_birth"
    code, found = classified(capsys, address, "--exhaustive")
    assert [c["type"] for c in found["columns"]] == ["email_address", "date_of_birth"]
    assert "rows were looked at" in found["columns"][0]["evidence"][-1]


def test_folders_on_s3_are_tables(bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = classified(capsys, f"s3://{bucket}/parquet/")
    assert {column["table"] for column in found["columns"]} == {"t", "years"}


def test_a_draft_from_s3(bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", f"s3://{bucket}/parquet", "--exhaustive"]) == 0
    text = capsys.readouterr().out
    assert "fill in: the folder of a copy" in text and 'path: "t"' in text
    assert f'# as in: aws s3 sync "s3://{bucket}/parquet" FOLDER' in text
    assert "email_address" in text and "jo@example" not in text
    assert yaml.safe_load(text)["source"]["root"] == "fill in: the folder of a copy"


@pytest.mark.parametrize(
    "address", ["s3://clinic/absent", "s3://absent-bucket/t.csv", "s3://clinic/broken/t.parquet"]
)
def test_what_cannot_be_read_on_s3(
    bucket: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = classified(capsys, address)
    assert (code, said["error"]) == (1, "SourceError")
    assert "Check" in said["message"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    import psycopg2

    with postgres_server() as server:
        connection = psycopg2.connect(server.uri, passfile=str(server.passfile))
        with connection, connection.cursor() as cursor:
            cursor.execute("create table people (ward text, date_of_birth date, doc jsonb)")
            cursor.execute(
                "insert into people select 'ward ' || n % 40, date '1950-01-01' + n, "
                """'{"n": 1}'::jsonb from generate_series(1, 20000) n"""
            )
            cursor.execute(
                """update people set ward = 'jo@example.org', doc = '{"no": "219-09-9999"}' """
                "where date_of_birth = date '1950-01-01' + 7777"
            )
            cursor.execute("create view grown as select ward from people")
        connection.close()
        yield server


@pytest.mark.skipif(not JAR.exists(), reason="Debian: apt-get install libpostgresql-jdbc-java")
def test_tables_of_a_database(postgres: Postgres) -> None:
    address = f"jdbc:postgresql://127.0.0.1:{postgres.port}/postgres"
    environment = {
        **os.environ,
        "VEILFLOW_JDBC_USER": "veilflow",
        "PGPASSFILE": str(postgres.passfile),
        "VEILFLOW_MASTER": "local[2]",
    }
    command = [sys.executable, "-m", "veilflow.cli", "classify", address, "--json", "--exhaustive"]
    done = subprocess.run(
        [*command, "--jars", str(JAR), "--table", "people", "--table", "grown"],
        env=environment, text=True, capture_output=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["columns"]
    assert [(c["table"], c["name"], c["type"]) for c in found] == [
        ("people", "ward", "email_address"),
        ("people", "date_of_birth", "date_of_birth"),
        ("people", "doc", "ssn"),
        ("grown", "ward", "email_address"),
    ]
    assert all(c["evidence"][-1] == "all 20,000 rows were looked at" for c in found)
    assert not any(text in done.stdout + done.stderr for text in ("jo@example", "219-09", "sesame"))


def test_every_row_of_a_table_is_in_one_part(postgres: Postgres) -> None:
    import psycopg2

    connection = psycopg2.connect(postgres.uri, passfile=str(postgres.passfile))
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_relation_size('people') / 8192")
        parts = block_ranges(cursor.fetchone()[0], 50)
        counts = []
        for part in parts:
            cursor.execute(f"select count(*) from people where {part}")
            counts.append(cursor.fetchone()[0])
    connection.close()
    assert len(parts) >= 2 and min(counts) > 0
    assert sum(counts) == 20_000
    assert block_ranges(100) == []


def test_a_database_without_its_driver_says_what_to_do(spark: Any) -> None:
    with pytest.raises(PrerequisiteMissing, match="--jars FILE or VEILFLOW_JARS"):
        read_database_table(spark, "jdbc:nosuch://127.0.0.1/x", "people")


@pytest.mark.parametrize(
    "address",
    [
        "jdbc:postgresql://ann:sesame@host/db", "jdbc:postgresql://host/db?user=ann",
        "jdbc:postgresql://host/db?ssl=true&password=sesame", "jdbc:sqlserver://host;password=sesame",
    ],
)  # fmt: skip
def test_credentials_in_an_address_are_refused(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_address(address)
    assert "sesame" not in str(refused.value) and "VEILFLOW_JDBC_PASSWORD" in str(refused.value)


def test_a_table_name_is_no_query(spark: Any) -> None:
    with pytest.raises((UsageError, SourceError), match="plain name"):
        read_database_table(spark, "jdbc:postgresql://127.0.0.1/x", "(select 1) t")
