"""A token vault in a real PostgreSQL: processes that meet, rights, a full disk, a server down."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from veilflow.errors import VaultUnavailable
from veilflow.mask.vault_token import KeyedVaultToken
from veilflow.vault import open_vault

from tests.integration.postgres_server import Postgres, postgres_server
from tests.vault_processes import KEY, tokens_of_processes

psycopg2 = pytest.importorskip("psycopg2", reason="pip install 'veilflow[postgres]'")
pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres_server() as found:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGPASSFILE", str(found.passfile))
            yield found


def column(uri: str) -> KeyedVaultToken:
    return KeyedVaultToken(KEY, open_vault(uri))


def statement(server: Postgres, text: str) -> None:
    connection = psycopg2.connect(server.uri)
    with connection, connection.cursor() as cursor:
        cursor.execute(text)
    connection.close()


def test_processes_that_meet_a_new_value_at_once_get_one_token(server: Postgres) -> None:
    names = [f"Zebedee Quux {n}" for n in range(3000)]
    found = tokens_of_processes(server.uri, names)
    tokens = pa.array([found[name] for name in names])
    assert column(server.uri).reveal(tokens).to_pylist() == names
    assert column(server.uri).reveal(pa.array(["r1." + "0" * 26])).to_pylist() == [None]


def test_what_goes_wrong_gives_out_nothing_and_tells_no_value(server: Postgres) -> None:
    open_vault(server.uri).prepare()
    kept = column(server.uri).apply(pa.array(["Ann"]))
    new = pa.array([f"Zebedee Quux new {n}" for n in range(1234)])

    statement(server, "create function full_disk() returns trigger language plpgsql as $$ begin "
              "raise exception 'no space for %', new.token using errcode = 'disk_full'; end $$;"
              "create trigger full_disk before insert on veilflow_tokens "
              "for each row execute function full_disk()")  # fmt: skip
    with pytest.raises(VaultUnavailable, match="is full [(]DiskFull 53100[)]") as raised:
        column(server.uri).apply(new)
    assert "1,234 new values" in str(raised.value) and raised.value.__context__ is None
    assert column(server.uri).apply(pa.array(["Ann"])) == kept
    statement(server, "drop trigger full_disk on veilflow_tokens")

    statement(server, "create role reader login password 'sesame-7f3a';"
              "grant select on veilflow_tokens to reader")  # fmt: skip
    as_reader = server.uri.replace("veilflow@", "reader@")
    with pytest.raises(VaultUnavailable, match="no right to SELECT and INSERT"):
        open_vault(as_reader).prepare()
    with pytest.raises(VaultUnavailable, match="InsufficientPrivilege 42501"):
        column(as_reader).apply(new)

    server.stop()
    for ask in (open_vault(server.uri).prepare, lambda: column(server.uri).apply(new)):
        with pytest.raises(
            VaultUnavailable, match="can't be used [(]OperationalError[)]"
        ) as raised:
            ask()
        assert "Zebedee" not in str(raised.value) and "sesame" not in str(raised.value)
    server.start()
    assert column(server.uri).apply(pa.array(["Ann"])) == kept
    assert len(set(column(server.uri).apply(new).to_pylist())) == 1234
