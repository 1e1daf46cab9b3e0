"""A vault in a PostgreSQL database: for workers on many machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from veilflow.errors import PrerequisiteMissing
from veilflow.vault.entry import VaultEntry
from veilflow.vault.failing import fail

__all__ = ["PostgresVault"]

_TABLE = """
create table if not exists veilflow_tokens (
    fingerprint bytea primary key,
    token text not null unique,
    domain text not null,
    version integer not null,
    sealed bytea not null
)
"""
_LOCK = 0x5EA1ED  # any number that only this statement uses
_SECONDS = 10
_DISK_FULL = "53100"


@dataclass(frozen=True)
class PostgresVault:
    """A :class:`~veilflow.vault.TokenVault` in the table ``veilflow_tokens``.

    A worker's role needs SELECT and INSERT on it and nothing else; whoever starts runs may create
    it. Whatever libpq understands (PGPASSFILE, PGSSLMODE, ...) applies.
    """

    uri: str

    def prepare(self) -> None:
        with self._connected() as cursor:
            cursor.execute("select to_regclass('veilflow_tokens') is not null")
            if not cursor.fetchone()[0]:
                # "if not exists" of two at once can still collide in the catalogue.
                cursor.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
                cursor.execute(_TABLE)
            cursor.execute(
                "select has_table_privilege('veilflow_tokens', 'select') "
                "and has_table_privilege('veilflow_tokens', 'insert')"
            )
            allowed = cursor.fetchone()[0]
        if not allowed:
            fail(self.uri, "no right to SELECT and INSERT")

    def find(self, fingerprints: Sequence[bytes]) -> Mapping[bytes, str]:
        with self._connected() as cursor:
            return _found(cursor, fingerprints)

    def add(self, entries: Sequence[VaultEntry]) -> Mapping[bytes, str]:
        # In one order for everybody: two who add the same values must not wait for each other.
        ordered = sorted(entries, key=lambda entry: entry.fingerprint)
        with self._connected(len(entries)) as cursor:
            cursor.execute(
                "insert into veilflow_tokens (fingerprint, token, domain, version, sealed) "
                "select * from unnest(%s::bytea[], %s::text[], %s::text[], %s::integer[], "
                "%s::bytea[]) on conflict (fingerprint) do nothing",
                (
                    [entry.fingerprint for entry in ordered],
                    [entry.token for entry in ordered],
                    [entry.domain for entry in ordered],
                    [entry.version for entry in ordered],
                    [entry.sealed for entry in ordered],
                ),
            )
            found = _found(cursor, [entry.fingerprint for entry in ordered])
        return found

    def entries(self, tokens: Sequence[str]) -> Mapping[str, VaultEntry]:
        with self._connected() as cursor:
            cursor.execute(
                "select fingerprint, token, domain, version, sealed from veilflow_tokens "
                "where token = any(%s)",
                (list(tokens),),
            )
            return {
                token: VaultEntry(bytes(fingerprint), token, domain, version, bytes(sealed))
                for fingerprint, token, domain, version, sealed in cursor
            }

    @contextmanager
    def _connected(self, entries: int = 0) -> Iterator[Any]:
        """A cursor in a transaction that is committed when the block ends well.

        PostgreSQL's messages hold rows, so errors are told by their SQLSTATE alone.
        """
        try:
            import psycopg2
        except ImportError:
            raise PrerequisiteMissing(
                "A vault in PostgreSQL needs psycopg2 on the driver and on every worker.",
                remedy="pip install 'veilflow[postgres]'",
            ) from None
        kind = state = ""
        try:
            # A connection for each batch: a worker that Spark forks can't inherit one.
            with closing(psycopg2.connect(self.uri, connect_timeout=_SECONDS)) as connection:
                with connection, connection.cursor() as cursor:
                    yield cursor
        except psycopg2.Error as error:
            state = error.pgcode or ""
            kind = f"{type(error).__name__} {state}".strip()
        if kind:
            fail(self.uri, kind, entries, is_full=state == _DISK_FULL)


def _found(cursor: Any, fingerprints: Sequence[bytes]) -> dict[bytes, str]:
    cursor.execute(
        "select fingerprint, token from veilflow_tokens where fingerprint = any(%s::bytea[])",
        (list(fingerprints),),
    )
    return {bytes(fingerprint): token for fingerprint, token in cursor}
