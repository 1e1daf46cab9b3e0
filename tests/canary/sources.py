"""The canary's tables on an S3 server and in a database, and commands that read them there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.canary.forms import Needle, text_needle
from tests.canary.sample import Sample
from tests.integration.moto_server import moto_server
from tests.integration.postgres_server import Postgres, postgres_server

__all__ = ["JAR", "Sources", "serve"]

JAR = Path("/usr/share/java/postgresql.jar")
_BUCKET = "s3://clinic"
_ALL = ("--exhaustive", "--dataset", "elsewhere")


@dataclass
class Sources:
    """Commands by name, the code that each must end with, and the credentials that they use."""

    commands: dict[str, list[str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    secrets: list[Needle] = field(default_factory=list)

    def add(self, name: str, code: str, *arguments: str) -> None:
        self.commands[name], self.codes[name] = list(arguments), code


@contextmanager
def serve(sample: Sample, log: Path) -> Iterator[Sources]:
    """Both servers while the commands are run; credentials are in this process's environment."""
    sources = Sources()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        url = stack.enter_context(moto_server(log))
        keys = {
            "AWS_ACCESS_KEY_ID": f"AKIA{sample.stem[6:].upper()}",
            "AWS_SECRET_ACCESS_KEY": f"{sample.stem[6:]}/of+the+bucket",
        }
        for name, value in {**keys, "AWS_ENDPOINT_URL_S3": url}.items():
            patch.setenv(name, value)
        sources.secrets += [text_needle(name, value) for name, value in keys.items()]
        _fill_bucket(sample)
        sources.add("draft-s3", "0", "draft", f"{_BUCKET}/people", "--spark", *_ALL)
        sources.add("sample-s3", "0", "draft", f"{_BUCKET}/people", "--spark", *_ALL[1:])
        sources.add("torn-s3", "1", "classify", f"{_BUCKET}/torn", "--spark", _ALL[0])
        if JAR.exists() and shutil.which("psql"):
            server = stack.enter_context(postgres_server())
            password = server.passfile.read_text().strip().rpartition(":")[2]
            patch.setenv("VEILFLOW_JDBC_USER", "veilflow")
            patch.setenv("VEILFLOW_JDBC_PASSWORD", password)
            sources.secrets.append(text_needle("password of the database", password))
            _fill_database(sample, server)
            address = f"jdbc:postgresql://127.0.0.1:{server.port}/postgres"
            sources.add("draft-jdbc", "0", "draft", address, "--table", "people", *_ALL)
            sources.add("torn-jdbc", "1", "classify", address, "--table", "torn", _ALL[0])
        yield sources


def _fill_bucket(sample: Sample) -> None:
    import boto3

    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="clinic")
    whole = (sample.raw / "people/part-0.parquet").read_bytes()
    torn = whole[: len(whole) // 2] + whole[-2_000:]
    for key, body in {
        "people/part-0.parquet": whole,
        "people/part-1.parquet": whole,
        "torn/part-0.parquet": whole,
        "torn/part-1.parquet": torn,
    }.items():
        client.put_object(Bucket="clinic", Key=key, Body=body)


def _fill_database(sample: Sample, server: Postgres) -> None:
    """A table of texts, and a view that PostgreSQL refuses to read with a value in its message."""
    import psycopg2
    import pyarrow.parquet as pq

    people = pq.read_table(sample.raw / "people/part-0.parquet").to_pylist()
    rows = [(row["full_name"], row["note"], row["account"]) for row in people]
    connection = psycopg2.connect(server.uri, passfile=str(server.passfile))
    with connection, connection.cursor() as cursor:
        cursor.execute("create table people (full_name text, note text, account bigint)")
        cursor.executemany("insert into people values (%s, %s, %s)", rows)
        cursor.execute("create view torn as select full_name::int as n from people")
    connection.close()
