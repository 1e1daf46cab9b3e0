"""What becomes of values and keys that aren't as they should be: one defined outcome each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from veilflow.errors import KeyDestroyed, KeyNotFound, ReleaseRefused, VaultUnavailable
from veilflow.keys import open_provider
from veilflow.mask import DomainKey, KeyedTransform, Transform, create_transform
from veilflow.mask.fpe import Fpe
from veilflow.mask.vault_token import KeyedVaultToken
from veilflow.spark.keyed_transforms import keyed_transform
from veilflow.spark.redaction import WorkerFailed, guarded
from veilflow.store.key_records import (
    forget_keys,
    masking_key,
    masking_key_ref,
    masking_record_key,
)
from veilflow.store.object_store import open_store
from veilflow.vault.sqlite_vault import SqliteVault

KEY = DomainKey(bytes(range(32)), "people/default/team/unit", 1)
DAY = dt.date(2024, 2, 29)
# What a transform is given, beside a good value and a null, and why it can't treat it.
BAD: list[tuple[str, dict[str, Any], pa.Array, str]] = [
    ("fpe", {}, pa.array(["1234567", None, "12345six"]), "outside the alphabet"),
    ("fpe", {}, pa.array(["1234567", None, "12-34"]), "too few values"),
    ("fpe", {}, pa.array(["1234567", None, ""]), "too short"),
    ("fpe", {"luhn": True}, pa.array(["5500000000000004", None, "5500000000000005"]), "digit"),
    ("date_shift", {}, pa.array([DAY, None, dt.date(9999, 12, 31)]), "leave the calendar"),
    ("date_shift", {}, pa.array([DAY, None, dt.date(1, 1, 1)]), "leave the calendar"),
    ("hipaa_age", {}, pa.array([41, None, -1]), ""),
    ("round", {"to": 10}, pa.array([1.5, None, float("nan")]), "number"),
    ("hipaa_zip3", {}, pa.array(["89101", None, "8910"]), ""),
    ("email", {}, pa.array(["a@b.org", None, "nobody"]), "format"),
    ("phone", {}, pa.array(["+1 415 555 0103", None, "none"]), ""),
    ("url", {}, pa.array(["https://a.org/x", None, "a b"]), ""),
    ("ip", {}, pa.array(["192.0.2.7", None, "192.0.2.777"]), ""),
    ("ip_pseudonym", {}, pa.array(["192.0.2.7", None, "host"]), ""),
    ("email_pseudonym", {}, pa.array(["a@b.org", None, "a@"]), ""),
    ("json", {"paths": {"$.a": "keep"}}, pa.array(['{"a":1}', None, "{'a':1}"]), "format"),
]  # fmt: skip


def made(name: str, parameters: dict[str, Any]) -> Transform:
    transform = create_transform(name, parameters)
    return transform.bound(KEY) if isinstance(transform, KeyedTransform) else transform


@pytest.mark.parametrize(("name", "parameters", "values", "reason"), BAD)
def test_what_cannot_be_treated_is_refused_or_nulled_and_counted(
    name: str, parameters: dict[str, Any], values: pa.Array, reason: str
) -> None:
    bad = values[2].as_py()
    units = pa.array([f"p{n}" for n in range(40)])  # both ways out of the calendar
    column = pa.chunked_array([values] * 13 + [values.slice(2)]).combine_chunks()
    assert len(column) == len(units)
    needed = units if made(name, parameters).needs_unit else None
    with pytest.raises(ReleaseRefused, match=f"{name} can't treat a value: .*{reason}") as refused:
        made(name, parameters).apply_counted(column, needed)
    assert not isinstance(bad, str) or len(bad) < 4 or bad not in str(refused.value)
    assert "on_invalid" in str(refused.value), "and what to do about it"
    done = made(name, {**parameters, "on_invalid": "nullify"}).apply_counted(column, needed)
    shown = done.values.to_pylist()
    assert done.invalid is not None
    marks = done.invalid.to_pylist()
    assert [shown[n] for n in range(0, 39, 3)].count(None) == 0
    assert [shown[n] for n in range(1, 39, 3)] == [None] * 13 and not any(marks[1:39:3])
    if name == "date_shift":  # who is moved the other way stays inside
        assert {marks[n] for n in (*range(2, 39, 3), 39)} == {True, False}
        assert all((shown[n] is None) == marks[n] for n in (*range(2, 39, 3), 39))
    else:
        assert [shown[n] for n in (*range(2, 39, 3), 39)] == [None] * 14
        assert done.invalid_count == 14


def test_rows_of_nobody() -> None:
    days, nobody = pa.array([DAY, DAY, None]), pa.array(["p", None, None])
    with pytest.raises(ReleaseRefused, match="its row has no privacy unit"):
        made("date_shift", {}).apply_counted(days, nobody)
    done = made("date_shift", {"on_invalid": "nullify"}).apply_counted(days, nobody)
    assert done.values.is_null().to_pylist() == [False, True, True] and done.invalid_count == 1
    by_unit = made("fake", {"kind": "email", "by": "unit"})
    fakes = by_unit.apply_counted(pa.array(["a", "a", "b"]), nobody).values.to_pylist()
    assert len(set(fakes)) == 3, "a row of nobody's is faked by its value"


@pytest.mark.parametrize("name", ["pseudonym", "token", "fpe", "email_pseudonym", "ip_pseudonym"])
def test_a_missing_key_stays_missing(name: str) -> None:
    """Two rows without a foreign key mustn't be joined by what stands in its place."""
    assert made(name, {}).apply(pa.nulls(3, pa.string())).to_pylist() == [None] * 3


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.struct([("a", pa.int64())])])
@pytest.mark.parametrize("name", ["round", "top_code", "hipaa_age", "noise", "date_shift"])
def test_wrong_types_are_refused_before_a_value_is_read(name: str, kind: pa.DataType) -> None:
    given = {"round": {"to": 5}, "top_code": {"at": 5}, "noise": {"scale": 1}}.get(name, {})
    with pytest.raises(ValueError, match=r"needs|takes"):
        create_transform(name, given).output_type(kind)


@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(9, 2), pa.string()])
def test_fractions_are_no_ages(kind: pa.DataType) -> None:
    """A column of them is refused as a whole, one inside JSON where it stands."""
    with pytest.raises(ValueError, match="hipaa_age needs integers"):
        create_transform("hipaa_age", {}).output_type(kind)
    values = pa.array(['{"a":41}', '{"a":41.5}'])
    with pytest.raises(ReleaseRefused, match="hipaa_age can't treat a value: it has another type"):
        made("json", {"paths": {"$.a": "hipaa_age"}}).apply(values)
    nullified = {"paths": {"$.a": {"hipaa_age": {"on_invalid": "nullify"}}}}
    done = made("json", nullified).apply_counted(values)
    assert done.values.to_pylist() == ['{"a":41}', '{"a":null}'] and done.invalid_count == 1


# -- keys --------------------------------------------------------------------------------------


def gone(masking_ref: str, folder: Path) -> str:
    open_provider(f"file://{folder}/keyring").destroy("people/masking")
    return masking_ref


def record_gone(masking_ref: str, folder: Path) -> str:
    open_store(f"file://{folder}/store").delete(masking_record_key("people", "masking"))
    return masking_ref


def version_gone(masking_ref: str, folder: Path) -> str:
    return masking_key_ref(f"file://{folder}/keyring", f"file://{folder}/store", "people",
                           "masking", 7)  # fmt: skip


def other_keyring(masking_ref: str, folder: Path) -> str:
    (folder / "other").mkdir(mode=0o700)
    return masking_key_ref(f"file://{folder}/other", f"file://{folder}/store", "people")


KEYS: dict[str, tuple[Callable[[str, Path], str], type[Exception], str]] = {
    "the masking key was destroyed": (gone, KeyDestroyed, "'people/masking' was destroyed"),
    "the root's record is gone": (record_gone, KeyNotFound, "no key record 'keys/people/masking/"),
    "the version isn't there": (version_gone, KeyNotFound, "masking-7.json"),
    "the keyring lacks the key": (other_keyring, KeyNotFound, "no key 'people/masking'"),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_that_is_not_there_ends_the_work_and_is_named(
    case: str, masking_ref: str, tmp_path: Path
) -> None:
    lose, error, said = KEYS[case]
    reference = lose(masking_ref, tmp_path)
    forget_keys()
    with pytest.raises(error, match=said) as raised:
        masking_key(reference, "people/default/team/unit", "fpe")
    assert getattr(raised.value, "remedy", ""), "and what to do about it"

    def work(values: pa.Array) -> pa.Array:
        return keyed_transform(Fpe(), reference, KEY.domain, {}, {}).apply(values)

    with pytest.raises(WorkerFailed, match=f"table t, column c: {error.__name__}: .*") as failed:
        guarded("table t, column c", work)(pa.array(["5550147"]))
    assert said in str(failed.value) and "5550147" not in str(failed.value)


# -- vaults ------------------------------------------------------------------------------------


def test_a_read_only_vault_gives_out_what_it_has_and_nothing_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = SqliteVault(tmp_path / "vault.db")
    vault.prepare()
    kept = KeyedVaultToken(KEY, vault).apply(pa.array(["Ann"]))
    connected = SqliteVault._connected

    def read_only(self: SqliteVault) -> Any:
        connection = connected(self)
        connection.execute("pragma query_only = on")
        return connection

    monkeypatch.setattr(SqliteVault, "_connected", read_only)
    assert (
        KeyedVaultToken(KEY, vault).apply(pa.array(["Ann", "Ann"])).to_pylist()
        == [kept[0].as_py()] * 2
    )
    with pytest.raises(VaultUnavailable, match="can't be used [(]SQLITE_READONLY") as raised:
        KeyedVaultToken(KEY, vault).apply(pa.array(["Ann", "Zebedee"]))
    assert "Zebedee" not in str(raised.value) and "fewer than 10 new values" in str(raised.value)
