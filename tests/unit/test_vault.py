"""A vault: one token a value, nothing readable in it, and nothing given out where it fails."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import IntegrityError, UsageError, VaultUnavailable
from veilflow.mask.domain_key import DomainKey
from veilflow.mask.vault_token import KeyedVaultToken, VaultToken
from veilflow.vault import DomainSeal, ThrowAwayVault, open_vault
from veilflow.vault.seal import vault_token_version
from veilflow.vault.sqlite_vault import SqliteVault

from tests.vault_processes import KEY, tokens_of_processes


@pytest.fixture
def vault(tmp_path: Path) -> SqliteVault:
    found = SqliteVault(tmp_path / "vault" / "vault.db")
    found.prepare()
    return found


def column(vault: SqliteVault, key: DomainKey = KEY, prefix: str = "") -> KeyedVaultToken:
    return KeyedVaultToken(key, vault, prefix)


def test_one_token_a_value_and_back(vault: SqliteVault) -> None:
    values = pa.array(["Ann", None, "", "Ann", "Zoë", "x" * 100])
    tokens = column(vault, prefix="p-").apply(values)
    assert tokens[0] == tokens[3] and tokens.null_count == 1
    assert len(set(tokens.to_pylist())) == 5
    assert {vault_token_version(t, "p-") for t in tokens.drop_null().to_pylist()} == {1}
    again = column(vault, prefix="p-")
    assert again.apply(values) == tokens
    assert again.reveal(tokens).to_pylist() == values.to_pylist()
    assert column(vault).reveal(pa.array(["Ann", None, "r1." + "0" * 26])).null_count == 3


def test_other_domains_versions_and_keys_have_other_tokens(vault: SqliteVault) -> None:
    mine = column(vault).apply(pa.array(["Ann"]))
    others = (
        replace(KEY, material=bytes(32), domain="people/default/research/unit"),
        replace(KEY, material=b"2" * 32, version=2),
    )
    for other in others:
        theirs = column(vault, other).apply(pa.array(["Ann"]))
        assert theirs != mine
        assert column(vault, other).reveal(mine).to_pylist() == [None]
        assert column(vault).reveal(theirs).to_pylist() == [None]
    with pytest.raises(IntegrityError, match="made with another key"):
        column(vault, replace(KEY, material=b"3" * 32)).reveal(mine)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_entry_opens_and_its_token_tells_nothing(value: str) -> None:
    seal = DomainSeal(KEY.material, KEY.domain, KEY.version)
    entry, other = (seal.new_entry(value, seal.fingerprint(value)) for _ in range(2))
    assert seal.open(entry) == seal.open(other) == value
    assert entry.fingerprint == other.fingerprint
    assert entry.token not in (value, other.token) and entry.sealed != other.sealed
    assert len(entry.token) == 29


def test_nothing_readable_is_in_the_file(vault: SqliteVault) -> None:
    names = [f"Zebedee Quux {n}" for n in range(50)]
    column(vault).apply(pa.array(names))
    files = list(vault.path.parent.iterdir())
    assert files and all(file.stat().st_mode & 0o077 == 0 for file in files)
    found = b"".join(file.read_bytes() for file in files)
    assert b"Quux" not in found and KEY.material not in found
    with sqlite3.connect(vault.path) as connection:
        rows = connection.execute("select * from veilflow_tokens").fetchall()
    assert len(rows) == 50 and len({len(row[-1]) for row in rows}) == 1


TAMPERED = {
    "the values of two tokens swapped":
        "update veilflow_tokens set sealed = (select sealed from veilflow_tokens order by token "
        "desc limit 1) where token = (select min(token) from veilflow_tokens)",
    "a value cut": "update veilflow_tokens set sealed = substr(sealed, 1, 20)",
    "a value emptied": "update veilflow_tokens set sealed = x''",
    "a fingerprint changed": "update veilflow_tokens set fingerprint = randomblob(32)",
}  # fmt: skip


@pytest.mark.parametrize("way", TAMPERED)
def test_a_changed_entry_is_noticed(vault: SqliteVault, way: str) -> None:
    tokens = column(vault).apply(pa.array(["Ann", "Bob"]))
    with sqlite3.connect(vault.path) as connection:
        connection.execute(TAMPERED[way])
    with pytest.raises(IntegrityError, match="was changed"):
        column(vault).reveal(tokens)


def test_processes_that_meet_a_new_value_at_once_get_one_token(tmp_path: Path) -> None:
    names = [f"p{n}" for n in range(3000)]
    vault = SqliteVault(tmp_path / "new" / "vault.db")
    found = tokens_of_processes(vault.uri, names)
    assert column(vault).apply(pa.array(names)).to_pylist() == list(map(found.get, names))


def test_a_vault_that_went_is_not_a_new_one(vault: SqliteVault) -> None:
    vault.path.unlink()
    with pytest.raises(VaultUnavailable, match="can't be used [(]SQLITE_CANTOPEN[)]"):
        column(vault).apply(pa.array(["Ann"]))
    assert not vault.path.exists()


def test_a_full_vault_gives_out_nothing(
    vault: SqliteVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = column(vault).apply(pa.array(["Ann"]))
    connected = SqliteVault._connected

    def limited(self: SqliteVault) -> sqlite3.Connection:
        connection = connected(self)
        connection.execute("pragma max_page_count = 8")
        return connection

    monkeypatch.setattr(SqliteVault, "_connected", limited)
    names = [f"Zebedee {n}" for n in range(1234)]
    with pytest.raises(VaultUnavailable, match="is full") as raised:
        column(vault).apply(pa.array(names))
    assert "1,234 new values got no token" in str(raised.value)
    assert "Zebedee" not in str(raised.value) and raised.value.__context__ is None
    with sqlite3.connect(vault.path) as connection:
        assert connection.execute("select count(*) from veilflow_tokens").fetchone() == (1,)
    assert column(vault).apply(pa.array(["Ann"])) == kept


def test_small_counts_stay_untold(vault: SqliteVault) -> None:
    with sqlite3.connect(vault.path) as connection:
        connection.execute("drop table veilflow_tokens")
    with pytest.raises(VaultUnavailable) as raised:
        vault.add([DomainSeal(KEY.material, "d", 1).new_entry("Ann", b"f")])
    assert "fewer than 10 new values" in str(raised.value) and "Ann" not in str(raised.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite:///a/vault.db", ""),
        ("postgresql://veilflow@db.example:5432/vault", ""),
        ("sqlite:vault.db", "Known: sqlite"),
        ("sqlite://host/vault.db", "Known: sqlite"),
        ("mysql://host/vault", "Known: sqlite"),
        ("postgresql://host", "Known: sqlite"),
        ("postgresql://me:sesame@host/vault", "holds a password"),
        ("postgresql://me@host/vault?password=sesame", "holds a password"),
    ],
)
def test_addresses(address: str, said: str) -> None:
    if not said:
        assert open_vault(address).uri == address
        return
    with pytest.raises(UsageError, match=said) as raised:
        open_vault(address)
    assert "sesame" not in str(raised.value)


def test_keys_show_in_no_repr(vault: SqliteVault) -> None:
    seal = DomainSeal(KEY.material, KEY.domain, 1)
    for shown in (repr(seal), repr(column(vault)), repr(seal.new_entry("Ann", b"f"))):
        assert repr(KEY.material)[2:-1] not in shown and "material" not in shown


def test_a_throw_away_vault_shows_tokens_and_keeps_nothing(tmp_path: Path) -> None:
    vault, other = ThrowAwayVault.new(), ThrowAwayVault.new()
    values = pa.array(["Ann", None, "Bob", "Ann"])
    rules = VaultToken("p-").bound(KEY)
    shown = rules.opened({"vault": vault.uri}).apply(values)
    assert shown.null_count == 1 and shown[0] == shown[3] != shown[2]
    assert {vault_token_version(one, "p-") for one in shown.drop_null().to_pylist()} == {1}
    # Another worker shows the same, another preview something else; nobody can go back.
    assert rules.opened({"vault": vault.uri}).apply(values) == shown
    assert rules.opened({"vault": other.uri}).apply(values)[0] != shown[0]
    assert rules.opened({"vault": vault.uri}).reveal(shown).null_count == 4
    with pytest.raises(UsageError, match="No vault has an address like this"):
        open_vault(vault.uri)
