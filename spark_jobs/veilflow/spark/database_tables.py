"""Tables of a database through Spark and JDBC, for ``veilflow classify`` and ``veilflow draft``.

The user and the password come from the environment (``VEILFLOW_JDBC_USER``,
``VEILFLOW_JDBC_PASSWORD``) or from what the driver itself reads, such as PostgreSQL's password
file; an address that holds them is refused. The driver's jar isn't part of Veilflow. A table of
PostgreSQL is read in parts by the place of its rows, which needs no key; another database's tables,
and views, are read in one part. The parts are read in transactions of their own: a table that
changes meanwhile is seen as it was for each. There is no event log of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from veilflow.classify import (
    NO_TYPES,
    ColumnSample,
    ColumnVerdict,
    CustomTypes,
    classify_table,
)
from veilflow.errors import PrerequisiteMissing, SourceError, UsageError
from veilflow.spark.classify import classify_frame, sample_frame
from veilflow.spark.redaction import describe

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["block_ranges", "check_address", "look_at_tables", "read_database_table"]

Look = tuple[Sequence[ColumnSample], Sequence[ColumnVerdict]]
_SECRET = re.compile(r"user|passw|secret|token|credential|key", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*){0,2}")
_POSTGRES = "jdbc:postgresql:"
_SYSTEM = "('information_schema', 'pg_catalog', 'pg_toast', 'sys', 'mysql', 'performance_schema')"
_BLOCKS_A_PART = 4_096
_MOST_PARTS = 256
_FETCHED = "5000"
# A view that fails has the database quote a value in its message, and Spark writes why a task
# failed into its event log unredacted. Nothing of ours runs between the two.
_NO_EVENT_LOG = {"spark.eventLog.enabled": "false"}
_DRIVERS = {
    "postgresql": "org.postgresql.Driver",
    "mysql": "com.mysql.cj.jdbc.Driver",
    "mariadb": "org.mariadb.jdbc.Driver",
    "sqlserver": "com.microsoft.sqlserver.jdbc.SQLServerDriver",
    "oracle": "oracle.jdbc.OracleDriver",
    "db2": "com.ibm.db2.jcc.DB2Driver",
}
"""Spark finds a driver in a jar that it was given only by its class."""


def look_at_tables(
    address: str,
    tables: Sequence[str] = (),
    *,
    exhaustive: bool = False,
    with_samples: bool = True,
    jars: str | None = None,
    types: CustomTypes = NO_TYPES,
) -> Iterator[tuple[str, Look]]:
    """Name of each table, a sample of its columns and the verdicts: of ``tables``, or of all.

    Raises UsageError for an address with credentials, PrerequisiteMissing naming the remedy where
    Spark lacks the driver, and SourceError where the database or a table can't be read.
    """
    from veilflow.spark.session import session

    check_address(address)
    jars = jars or os.environ.get("VEILFLOW_JARS")
    with session("classify", extra=_NO_EVENT_LOG | ({"spark.jars": jars} if jars else {})) as spark:
        for name in tables or _every_table(spark, address):
            frame = read_database_table(spark, address, name)
            with _told(address, name):
                if exhaustive:
                    samples = sample_frame(frame) if with_samples else ()
                    verdicts = classify_frame(frame, exhaustive=True, types=types)
                else:
                    samples = sample_frame(frame)
                    verdicts = classify_table(samples, types)
            yield name, (samples, verdicts)


def check_address(address: str) -> None:
    """Raise UsageError, without quoting it, for an address that holds credentials."""
    before, _, query = address.partition("?")
    if "@" in before or _SECRET.search(query) or _SECRET.search(before.partition(";")[2]):
        raise UsageError(
            "The database's address holds a user or a password, which every user of this machine "
            "can list.",
            remedy="Set VEILFLOW_JDBC_USER and VEILFLOW_JDBC_PASSWORD in the environment, or "
            "PGPASSFILE.",
        )


def read_database_table(spark: SparkSession, address: str, name: str) -> DataFrame:
    """All columns of a table or view; nothing is read yet but its description."""
    if not _PLAIN.fullmatch(name):
        raise UsageError(
            f"--table {name!r}: isn't a plain name.",
            remedy="Write SCHEMA.TABLE, of letters, digits and '_'; make a view for another name.",
        )
    parts = _parts(spark, address, name)
    with _told(address, name):
        reader = spark.read.options(**_options(address))
        if not parts:
            return reader.format("jdbc").option("dbtable", name).load()
        return reader.jdbc(address, name, predicates=parts)


def _parts(spark: SparkSession, address: str, name: str) -> list[str]:
    """Conditions that part a PostgreSQL table by the blocks its rows lie in; none for a view."""
    if not address.startswith(_POSTGRES):
        return []
    found = _query(
        spark,
        address,
        "select case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) "
        "/ current_setting('block_size')::int else 0 end as blocks "
        f"from pg_class c where c.oid = to_regclass('{name}')",
    )
    if not found:
        raise SourceError(f"{name}: the database has no such table, or doesn't show it.")
    return block_ranges(int(found[0][0]))


def block_ranges(blocks: int, a_part: int = _BLOCKS_A_PART) -> list[str]:
    """Conditions that hold for each row of a PostgreSQL table once; none for a small table."""
    count = min(_MOST_PARTS, blocks // a_part + 1)
    if count < 2:
        return []
    edges = [blocks * part // count for part in range(1, count)]
    lower = ["", *[f"ctid >= '({edge},0)'::tid" for edge in edges]]
    upper = [*[f"ctid < '({edge},0)'::tid" for edge in edges], ""]
    return [" and ".join(filter(None, both)) for both in zip(lower, upper, strict=True)]


def _every_table(spark: SparkSession, address: str) -> list[str]:
    found = _query(
        spark,
        address,
        "select table_schema, table_name from information_schema.tables "
        f"where table_type = 'BASE TABLE' and table_schema not in {_SYSTEM}",
    )
    names = sorted(name if schema == "public" else f"{schema}.{name}" for schema, name in found)
    if not names:
        raise SourceError(
            f"{_shown(address)}: shows no table.",
            remedy="Name it by --table SCHEMA.TABLE, and check what its user may read.",
        )
    return names


def _query(spark: SparkSession, address: str, query: str) -> list[tuple[Any, ...]]:
    with _told(address, ""):
        reader = spark.read.format("jdbc").options(**_options(address)).option("query", query)
        return [tuple(row) for row in reader.load().collect()]


def _options(address: str) -> dict[str, str]:
    chosen = {"url": address, "fetchsize": _FETCHED}
    if known := _DRIVERS.get(address.split(":")[1]):
        chosen["driver"] = known
    for option, variable in (
        ("user", "VEILFLOW_JDBC_USER"),
        ("password", "VEILFLOW_JDBC_PASSWORD"),
        ("driver", "VEILFLOW_JDBC_DRIVER"),
    ):
        if value := os.environ.get(variable):
            chosen[option] = value
    return chosen


def _shown(address: str) -> str:
    return address.partition("?")[0].partition(";")[0]


@contextmanager
def _told(address: str, table: str) -> Iterator[None]:
    """Turn what Spark raises into an error of ours: a database's message may quote a value."""
    said, lacks_driver = "", False
    try:
        yield
    except (SourceError, UsageError):
        raise
    except Exception as error:  # noqa: BLE001
        text = str(error)
        lacks_driver = "No suitable driver" in text or "ClassNotFoundException" in text
        said = describe(error)
    if lacks_driver:
        raise PrerequisiteMissing(
            f"Spark has no JDBC driver for {_shown(address)}.",
            remedy="Give its jar by --jars FILE or VEILFLOW_JARS (Debian has PostgreSQL's in "
            "libpostgresql-jdbc-java: /usr/share/java/postgresql.jar), or set spark.jars.packages "
            "in spark-defaults.conf; VEILFLOW_JDBC_DRIVER names its class where it isn't found.",
        )
    if said:
        place = f"{_shown(address)}{f', table {table}' if table else ''}"
        raise SourceError(
            f"{place}: can't be read ({said}).",
            remedy="Check host, port, database and table, and VEILFLOW_JDBC_USER and "
            "VEILFLOW_JDBC_PASSWORD (or PGPASSFILE) in the environment.",
        )
