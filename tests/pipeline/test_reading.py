"""Reading and verifying a release: with all keys, with some, with none, and after tampering."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from veilflow.cli import main
from veilflow.pipeline.audit import read_audit
from veilflow.store.key_records import forget_keys
from veilflow.store.manifest import manifest_key

from tests.pipeline.place import Place

pytestmark = pytest.mark.spark

Output = pytest.CaptureFixture[str]


@pytest.fixture
def copied(good: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A copy of the good place's releases and keys, for tests that damage them."""
    for name in ("store", "keyring", "publishers"):
        shutil.copytree(good.home / name, tmp_path / name)
    monkeypatch.setenv("VEILFLOW_HOME", str(tmp_path))
    forget_keys()
    yield Place(tmp_path, good.judges, good.spark)
    forget_keys()


def command(*arguments: object) -> int:
    """The command line in this process, which must not remember keys."""
    forget_keys()
    return main([str(argument) for argument in arguments])


def read(capsys: Output, place: Place, *more: str) -> tuple[int, Any, str]:
    """Exit code, what --json printed, and what was said, of reading the current release."""
    keys = ("--keys", place.keys)
    code = command("read", "people", "--json", "--rows", 500, *keys, *more)
    shown = capsys.readouterr()
    return code, json.loads(shown.out), shown.err


def test_the_current_release_is_read_by_whoever_holds_the_keys(
    copied: Place, capsys: Output
) -> None:
    code, shown, said = read(capsys, copied)
    assert (code, said) == (0, "")
    assert set(shown) == {"people", "visits"}
    assert len(shown["people"]) == 200
    assert set(shown["people"][0]) == {"person", "sex", "age", "colour"}
    assert not {row["person"] for row in shown["people"]} & {f"p{n:04d}" for n in range(200)}


def test_a_read_into_a_file_only_its_owner_can_read(copied: Place, capsys: Output) -> None:
    import pyarrow.parquet as pq

    out = copied.home / "out.parquet"
    assert command("read", "people", "--keys", copied.keys, "--out", out) == 1
    assert "--out holds one table; choose one with --table: people, visits" in (
        capsys.readouterr().err
    )
    chosen = ("--table", "people", "--out", out)
    assert command("read", "people", "--keys", copied.keys, *chosen) == 0
    assert pq.read_table(out).num_rows == 200
    assert out.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in copied.home.glob("*.part")] == []


def test_reading_on_after_the_stated_time_is_noted(
    copied: Place, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    from veilflow.store.manifest import Manifest

    assert "retention_days" not in read(capsys, copied)[2]
    monkeypatch.setattr(Manifest, "has_expired", lambda manifest, now: now.tzinfo is not None)
    code, shown, said = read(capsys, copied)
    assert (code, len(shown["people"])) == (0, 200)
    assert "note: this release was to be used until 20" in said
    assert command("verify", "people") == 1


def destroy(place: Place, key: str) -> int:
    return command(
        "keys", "destroy", key, "--confirm", key, "--reason", "retention is over",
        "--keys", place.keys, "--store", place.store.uri,
    )  # fmt: skip


def test_a_destroyed_release_key_ends_all_reading(copied: Place, capsys: Output) -> None:
    assert destroy(copied, "people/release/good-1") == 0
    assert "destroyed" in capsys.readouterr().out
    code, shown, said = read(capsys, copied)
    assert code == 1
    assert shown["error"] == "KeyDestroyed"
    assert "Key 'people/release/good-1' was destroyed at " in shown["message"]
    assert "can't be read again" in said
    for column in ("colour", "person"):
        assert read(capsys, copied, "--table", "people", "--columns", column)[0] == 1
    # What was released can still be told from a forgery.
    assert command("verify", "people") == 0
    assert read_audit(copied.store)[-1]["details"] == {"reason": "retention is over"}


def test_a_destroyed_class_key_closes_its_columns_and_no_others(
    copied: Place, capsys: Output
) -> None:
    assert destroy(copied, "people/class/quasi") == 0
    capsys.readouterr()
    code, shown, said = read(capsys, copied)
    assert code == 0
    assert "people: no key for sex, age" in said
    assert "visits: no key" not in said
    assert set(shown["people"][0]) == {"person", "colour"}
    assert len(shown["people"]) == 200 and len(shown["visits"]) == 250
    code, shown, said = read(capsys, copied, "--table", "people", "--columns", "sex")
    assert code == 1
    assert "sex" in shown["message"] and "quasi" in shown["message"]


def test_destroying_needs_the_id_again_and_a_reason(copied: Place, capsys: Output) -> None:
    key, keys = "people/release/good-1", ("--keys", copied.keys)
    for more in ([], ["--confirm", key], ["--reason", "why"], ["--confirm", key, "--reason", " "],
                 ["--confirm", "people/release/good-2", "--reason", "why"]):  # fmt: skip
        assert command("keys", "destroy", key, *keys, *more) == 1
        said = capsys.readouterr().err
        assert "Destroying a key can't be undone." in said
        assert f"Add --confirm {key} and --reason 'why'." in said
    before = len(read_audit(copied.store))
    assert destroy(copied, "people/release/no-such") == 1
    assert "has no key 'people/release/no-such'" in capsys.readouterr().err
    assert len(read_audit(copied.store)) == before, "what didn't happen isn't in the log"
    assert command("keys", "describe", key, *keys, "--json") == 0
    assert json.loads(capsys.readouterr().out)["state"] == "enabled"
    assert read(capsys, copied)[0] == 0


def test_a_missing_release_is_named(copied: Place, capsys: Output) -> None:
    assert command("read", "people", "--release", "good-9") == 1
    said = capsys.readouterr().err
    assert "has no release 'good-9' of dataset 'people'" in said
    assert command("read", "nobody", "--public-key", copied.home / "publishers/people.pem") == 1
    said = capsys.readouterr().err
    assert "nobody: no current release in series default" in said and "veilflow run" in said
    (copied.home / "publishers/people.pem").unlink()
    assert command("read", "people") == 1
    assert "Name the publisher's PEM file with --public-key." in capsys.readouterr().err


# -- verify ------------------------------------------------------------------------------------


def verify(capsys: Output) -> tuple[int, dict[str, Any]]:
    code = command("verify", "people", "--json")
    return code, json.loads(capsys.readouterr().out)


def failed(report: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["detail"] for check in report["checks"] if not check["passed"]}


def test_a_good_release_verifies(copied: Place, capsys: Output) -> None:
    code, report = verify(capsys)
    assert (code, report["passed"], failed(report), report["extra"]) == (0, True, {}, [])
    assert {check["name"] for check in report["checks"]} >= {"manifest", "signature", "evidence"}
    assert command("verify", "people") == 0
    assert capsys.readouterr().out.rstrip().endswith("verified")


def first_file(place: Place) -> str:
    return next(key for key in place.objects("releases/people/good-1/") if key.endswith("parquet"))


def flip_a_byte(place: Place) -> str:
    key = first_file(place)
    data = bytearray(place.store.get(key).data)
    data[len(data) // 2] ^= 1
    place.store.put(key, bytes(data))
    return f"file {key}"


def remove_a_file(place: Place) -> str:
    key = first_file(place)
    place.store.delete(key)
    return f"file {key}"


def edit_the_evidence(place: Place) -> str:
    key = "releases/people/good-1/evidence.json"
    place.store.put(key, place.store.get(key).data.replace(b'"k": 5', b'"k": 9'))
    return "evidence"


def edit_the_manifest(place: Place) -> str:
    key = manifest_key("people", "good-1")
    document = json.loads(place.store.get(key).data)
    document["manifest"]["trial"] = True
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    place.store.put(key, text.encode())
    return "signature"


def another_signer(place: Place) -> str:
    from veilflow.keys import open_provider

    provider = open_provider(place.keys)
    provider.ensure("people/other", "signing")
    (place.home / "publishers/people.pem").write_bytes(provider.public_key("people/other"))
    return "signature"


TAMPERING: dict[str, tuple[Callable[[Place], str], str]] = {
    "a flipped byte": (flip_a_byte, "another content (SHA-256)"),
    "a missing file": (remove_a_file, "missing"),
    "edited evidence": (edit_the_evidence, "another content (SHA-256)"),
    "an edited manifest": (edit_the_manifest, "signature"),
    "another publisher": (another_signer, "signature"),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_is_found(copied: Place, capsys: Output, case: str) -> None:
    act, expected = TAMPERING[case]
    name = act(copied)
    code, report = verify(capsys)
    assert (code, report["passed"]) == (1, False)
    assert list(failed(report)) == [name]
    assert expected in failed(report)[name]
    assert command("verify", "people") == 1
    assert "NOT verified: don't use this release" in capsys.readouterr().out
    if case != "edited evidence":
        code, shown, _ = read(capsys, copied)
        assert (code, shown["error"]) == (1, "IntegrityError"), "nor is it read"


def test_another_releases_manifest_in_its_place_is_found(
    good: Place, copied: Place, capsys: Output
) -> None:
    store = copied.store
    data = store.get(manifest_key("people", "good-1")).data
    store.put(manifest_key("people", "good-2"), data)
    for release in ("good-2",):
        assert command("verify", "people", "--release", release, "--json") == 1
        (check,) = json.loads(capsys.readouterr().out)["checks"]
        assert (check["name"], check["passed"]) == ("manifest", False)
        assert "is that of another release" in check["detail"]
        assert command("read", "people", "--release", release) == 1
        assert "is that of another release" in capsys.readouterr().err


def test_what_no_manifest_lists_is_told_and_never_read(copied: Place, capsys: Output) -> None:
    key = "releases/people/good-1/0badcafe/people/part-00000-stray.parquet"
    copied.store.put(key, b"stray")
    code, report = verify(capsys)
    assert (code, report["extra"]) == (0, [key])
    assert command("verify", "people") == 0
    assert f"not listed in the manifest: {key}" in capsys.readouterr().out
    assert read(capsys, copied)[0] == 0
