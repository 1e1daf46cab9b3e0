"""A vault in one SQLite file: the embedded default, for the processes of one machine."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from veilflow.vault.entry import VaultEntry
from veilflow.vault.failing import fail

__all__ = ["SqliteVault"]

_TABLE = """
create table if not exists veilflow_tokens (
    fingerprint blob primary key,
    token text not null unique,
    domain text not null,
    version integer not null,
    sealed blob not null
) without rowid
"""
_SECONDS = 60.0  # how long a writer waits for the other writers
_AT_ONCE = 10_000  # SQLite allows 32,766 parameters in a statement
T = TypeVar("T")


@dataclass(frozen=True)
class SqliteVault:
    """A :class:`~veilflow.vault.TokenVault` in the file ``path``, mode 0600.

    Put it on a local file system and back it up: without it its tokens can't be revealed, and the
    next run gives every value another one.
    """

    path: Path

    @property
    def uri(self) -> str:
        return self.path.as_uri().replace("file://", "sqlite://", 1)

    def prepare(self) -> None:
        with self._errors():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with self._alone(), closing(self._connected()) as connection:
                connection.execute("pragma journal_mode = wal")
                connection.execute(_TABLE)
                connection.execute("begin immediate")
                connection.execute("rollback")

    def find(self, fingerprints: Sequence[bytes]) -> Mapping[bytes, str]:
        with self._errors(), closing(self._connected()) as connection:
            return _found(connection, fingerprints)

    def add(self, entries: Sequence[VaultEntry]) -> Mapping[bytes, str]:
        rows = [(e.fingerprint, e.token, e.domain, e.version, e.sealed) for e in entries]
        with self._errors(len(entries)), closing(self._connected()) as connection:
            connection.execute("begin immediate")
            connection.executemany(
                "insert into veilflow_tokens values (?, ?, ?, ?, ?) "
                "on conflict (fingerprint) do nothing",
                rows,
            )
            connection.execute("commit")
            return _found(connection, [entry.fingerprint for entry in entries])

    def entries(self, tokens: Sequence[str]) -> Mapping[str, VaultEntry]:
        found: dict[str, VaultEntry] = {}
        with self._errors(), closing(self._connected()) as connection:
            for part in _parts(tokens):
                rows = connection.execute(
                    "select fingerprint, token, domain, version, sealed from veilflow_tokens "
                    f"where token in ({_marks(part)})",
                    part,
                )
                found.update((row[1], VaultEntry(*row)) for row in rows)
        return found

    def _connected(self) -> sqlite3.Connection:
        # A connection for each call: it costs a tenth of a millisecond, and a worker that Spark
        # forks can't inherit one. Only prepare creates the file: one that went isn't a new vault.
        address = f"{self.path.as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=_SECONDS, isolation_level=None)
        connection.execute("pragma synchronous = full")
        return connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time: SQLite doesn't wait for another that sets the journal's mode."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    @contextmanager
    def _errors(self, entries: int = 0) -> Iterator[None]:
        """SQLite's and the system's errors as ours, told by their kind alone."""
        kind = ""
        try:
            yield
        except sqlite3.Error as error:
            kind = getattr(error, "sqlite_errorname", "") or type(error).__name__
        except OSError as error:
            kind = type(error).__name__
        if kind:
            fail(self.uri, kind, entries, is_full=kind == "SQLITE_FULL")


def _found(connection: sqlite3.Connection, fingerprints: Sequence[bytes]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for part in _parts(fingerprints):
        found.update(
            connection.execute(
                "select fingerprint, token from veilflow_tokens "
                f"where fingerprint in ({_marks(part)})",
                part,
            )
        )
    return found


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _marks(items: Sequence[object]) -> str:
    return ", ".join("?" * len(items))
