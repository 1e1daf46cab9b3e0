"""What a vault must do, and how to open one by its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl, unquote, urlsplit

from veilflow.errors import UsageError
from veilflow.vault.entry import VaultEntry

__all__ = ["TokenVault", "open_vault"]

_KNOWN = "Known: sqlite:///absolute/path/vault.db, postgresql://user@host:port/database."


@runtime_checkable
class TokenVault(Protocol):
    """A store of tokens. Every method raises ``VaultUnavailable`` where it can't be done.

    A vault that is down, full or read-only gives no token that it hasn't stored: what ``add``
    returns has been committed and survives a crash of the vault's server.
    """

    @property
    def uri(self) -> str:
        """Opens the same vault again, in another process too. Holds no credential."""

    def prepare(self) -> None:
        """Make the table where there is none, and see that the vault can be written."""

    def find(self, fingerprints: Sequence[bytes]) -> Mapping[bytes, str]:
        """The tokens that are there, by fingerprint."""

    def add(self, entries: Sequence[VaultEntry]) -> Mapping[bytes, str]:
        """Put each entry if its fingerprint is absent; the tokens there now, by fingerprint.

        Of two processes that add the same value at once one wins, and both get its token.
        """

    def entries(self, tokens: Sequence[str]) -> Mapping[str, VaultEntry]:
        """The entries of those tokens that are there."""


def open_vault(uri: str) -> TokenVault:
    """The vault that ``uri`` names; nothing is contacted or created yet.

    ``sqlite:///absolute/path`` is a file, for the processes of one machine.
    ``postgresql://user@host:port/database`` is a PostgreSQL database, for workers anywhere. Its
    password comes from PGPASSFILE, PGSERVICEFILE, PGPASSWORD or a certificate, never the address.
    """
    parts = urlsplit(uri)
    if parts.scheme == "sqlite" and not parts.netloc and not parts.query:
        from veilflow.vault.sqlite_vault import SqliteVault

        path = Path(unquote(parts.path))
        if path.is_absolute() and path.name:
            return SqliteVault(path)
    if parts.scheme == "postgresql" and parts.path.strip("/"):
        options = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        if parts.password is not None or options & {"password", "passfile", "sslpassword"}:
            raise UsageError(
                "The vault's address holds a password; an address shows in plans and logs.",
                remedy="Put the password into PGPASSFILE (mode 0600) on every machine.",
            )
        from veilflow.vault.postgres_vault import PostgresVault

        return PostgresVault(uri)
    raise UsageError(f"No vault has an address like this ({parts.scheme}:).", remedy=_KNOWN)
