"""The file keyring where things go wrong: loose modes, crashes, races, damage, other processes."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from veilflow.errors import (
    CapabilityMissing,
    IntegrityError,
    KeyDestroyed,
    KeyNotFound,
    KeyUnavailable,
    VeilflowError,
)
from veilflow.keys import private_directory
from veilflow.keys.file_keyring import FileKeyring

KEY = "patients/release/20261123T1"
CONTEXT = {"dataset": "patients", "release": "20261123T1", "class": "direct"}


@pytest.fixture
def keyring(tmp_path: Path) -> FileKeyring:
    ring = FileKeyring(str(tmp_path / "keyring"))
    ring.ensure(KEY, "encryption")
    return ring


def home(keyring: FileKeyring) -> Path:
    return keyring.path_of(KEY).parent


def material(keyring: FileKeyring) -> list[bytes]:
    document = json.loads(keyring.path_of(KEY).read_bytes())
    return [base64.b64decode(version["material"]) for version in document["versions"]]


def files_with(keyring: FileKeyring, secret: bytes) -> list[str]:
    spelling = base64.b64encode(secret)
    return [path.name for path in home(keyring).iterdir() if spelling in path.read_bytes()]


# -- modes -------------------------------------------------------------------------------------


def test_modes_are_private_whatever_the_umask(tmp_path: Path) -> None:
    for umask in (0o000, 0o022, 0o077):
        before = os.umask(umask)
        try:
            ring = FileKeyring(str(tmp_path / f"keyring{umask:o}"))
            ring.ensure(KEY, "encryption")
        finally:
            os.umask(before)
        assert stat.S_IMODE(home(ring).stat().st_mode) == 0o700
        for path in home(ring).iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o710, 0o777])
def test_a_directory_open_to_others_is_refused(keyring: FileKeyring, mode: int) -> None:
    home(keyring).chmod(mode)
    remedy = re.escape(f"chmod 700 {home(keyring)}")
    for use in (
        lambda: keyring.ensure(KEY, "encryption"),
        lambda: keyring.wrap(KEY, b"x", CONTEXT),
        lambda: keyring.destroy(KEY),
        lambda: keyring.probe(),
    ):
        with pytest.raises(CapabilityMissing, match=remedy):
            use()
    home(keyring).chmod(0o700)
    keyring.wrap(KEY, b"x", CONTEXT)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_open_to_others_is_refused(keyring: FileKeyring, mode: int) -> None:
    keyring.path_of(KEY).chmod(mode)
    remedy = re.escape(f"chmod 600 {shlex.quote(str(keyring.path_of(KEY)))}")
    with pytest.raises(CapabilityMissing, match=f"{mode:04o}.*{remedy}"):
        keyring.wrap(KEY, b"x", CONTEXT)


def test_a_read_only_keyring_can_be_read(keyring: FileKeyring) -> None:
    wrapped = keyring.wrap(KEY, b"secret", CONTEXT)
    keyring.path_of(KEY).chmod(0o400)
    (home(keyring) / ".lock").unlink()
    home(keyring).chmod(0o500)
    assert keyring.unwrap(KEY, wrapped, CONTEXT) == b"secret"
    assert keyring.ensure(KEY, "encryption").state == "enabled"
    assert not (home(keyring) / ".lock").exists()
    home(keyring).chmod(0o700)


def test_a_file_system_that_keeps_no_modes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on FAT or a share: the file was made with 0600, the system reports 0755."""
    real = os.fstat

    def as_on_fat(descriptor: int) -> os.stat_result | SimpleNamespace:
        found = real(descriptor)
        return SimpleNamespace(st_mode=stat.S_IFREG | 0o755, st_uid=found.st_uid, st_size=0)

    ring = FileKeyring(str(tmp_path / "keyring"))
    monkeypatch.setattr(private_directory.os, "fstat", as_on_fat)
    with pytest.raises(CapabilityMissing, match="doesn't keep file modes"):
        ring.ensure(KEY, "encryption")
    monkeypatch.undo()
    assert [path.name for path in home(ring).iterdir()] == [".lock"]


def test_another_users_keyring_is_refused(
    keyring: FileKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = os.geteuid()
    monkeypatch.setattr(private_directory.os, "geteuid", lambda: me + 1)
    with pytest.raises(CapabilityMissing, match=f"belongs to user id {me}"):
        keyring.wrap(KEY, b"x", CONTEXT)


def test_links_and_other_things_in_the_way(keyring: FileKeyring, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    keyring.path_of(KEY).rename(target)
    keyring.path_of(KEY).symlink_to(target)
    with pytest.raises(KeyUnavailable, match="symbolic link"):
        keyring.wrap(KEY, b"x", CONTEXT)
    file = tmp_path / "file"
    file.write_text("x")
    for use in (
        lambda: FileKeyring(str(file)).ensure(KEY, "encryption"),
        lambda: FileKeyring(str(file)).describe(KEY),
        lambda: FileKeyring(str(tmp_path / "gone")).destroy(KEY),
    ):
        with pytest.raises(KeyUnavailable, match=str(tmp_path)):
            use()


# -- damage ------------------------------------------------------------------------------------


def _flip(data: bytes) -> bytes:
    at = data.index(b'"material": "') + 20
    return data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:100], id="cut"),
        pytest.param(lambda data: os.urandom(len(data)), id="random"),
        pytest.param(lambda data: b"[]", id="another JSON"),
        pytest.param(lambda data: b"[" * 100_000, id="deep JSON"),
        pytest.param(_flip, id="one letter of the key changed"),
        pytest.param(lambda data: data.replace(b"veilflow-key/1", b"veilflow-key/2"), id="format"),
    ],
)
def test_a_damaged_file_is_named_and_can_be_destroyed(
    keyring: FileKeyring, damage: Callable[[bytes], bytes]
) -> None:
    path = keyring.path_of(KEY)
    path.write_bytes(damage(path.read_bytes()))
    for use in (
        lambda: keyring.wrap(KEY, b"x", CONTEXT),
        lambda: keyring.describe(KEY),
        lambda: keyring.ensure(KEY, "encryption"),
        lambda: keyring.rotate(KEY),
    ):
        with pytest.raises(IntegrityError, match=re.escape(str(path))):
            use()
    assert keyring.destroy(KEY).state == keyring.describe(KEY).state == "destroyed"


# -- crashes -----------------------------------------------------------------------------------


class Crash(BaseException):
    """The process dies here."""


def crash_at(step: int, monkeypatch: pytest.MonkeyPatch, run: Callable[[], object]) -> bool:
    """Run, dying before the ``step``-th change to the disk; False once there are fewer."""
    left = step

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Crash
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("open", "fsync", "replace", "unlink", "pwrite"):
            patch.setattr(private_directory.os, name, dying(getattr(os, name)))
        try:
            run()
        except Crash:
            return True
    return False


def test_destruction_survives_a_crash_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = []
    for step in range(100):
        ring = FileKeyring(str(tmp_path / f"keyring{step}"))
        ring.ensure(KEY, "encryption")
        wrapped = ring.wrap(KEY, b"secret", CONTEXT)
        [secret] = material(ring)
        # Seen through this, the old file is still there after its name is gone.
        with ring.path_of(KEY).open("rb") as old:
            crashed = crash_at(step, monkeypatch, lambda ring=ring: ring.destroy(KEY))
            left_on_disk = old.read()
        state = ring.describe(KEY).state
        states.append(state)
        if state == "enabled":
            assert ring.unwrap(KEY, wrapped, CONTEXT) == b"secret"
        elif state == "disabled":
            with pytest.raises(KeyUnavailable, match="veilflow keys destroy"):
                ring.unwrap(KEY, wrapped, CONTEXT)
            with pytest.raises(KeyUnavailable):
                ring.ensure(KEY, "encryption")
        else:
            # Nothing may be claimed while the key is still there.
            assert files_with(ring, secret) == []
            assert base64.b64encode(secret) not in left_on_disk
        assert ring.destroy(KEY).state == "destroyed"
        assert files_with(ring, secret) == []
        with pytest.raises(KeyDestroyed):
            ring.unwrap(KEY, wrapped, CONTEXT)
        if not crashed:
            break
    assert set(states) == {"enabled", "disabled", "destroyed"} and not crashed
    assert states == sorted(states, key=["enabled", "disabled", "destroyed"].index)


def test_rotation_survives_a_crash_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(100):
        ring = FileKeyring(str(tmp_path / f"keyring{step}"))
        ring.ensure(KEY, "encryption")
        wrapped = ring.wrap(KEY, b"secret", CONTEXT)
        crashed = crash_at(step, monkeypatch, lambda ring=ring: ring.rotate(KEY))
        assert ring.unwrap(KEY, wrapped, CONTEXT) == b"secret"
        assert ring.describe(KEY).versions in (1, 2)
        ring.rotate(KEY)
        assert ring.unwrap(KEY, wrapped, CONTEXT) == b"secret"
        secrets = material(ring)
        ring.destroy(KEY)
        assert not any(files_with(ring, secret) for secret in secrets)
        if not crashed:
            break
    assert not crashed


def test_creation_survives_a_crash_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(100):
        ring = FileKeyring(str(tmp_path / f"keyring{step}"))
        crashed = crash_at(step, monkeypatch, lambda ring=ring: ring.ensure(KEY, "encryption"))
        assert ring.ensure(KEY, "encryption").versions == 1
        assert sorted(path.name for path in home(ring).iterdir()) == [
            ".lock",
            ring.path_of(KEY).name,
        ]
        if not crashed:
            break
    assert not crashed


@pytest.mark.parametrize("change", ["rotate", "destroy"])
def test_the_bytes_that_a_file_held_are_overwritten(keyring: FileKeyring, change: str) -> None:
    """Seen through a descriptor that keeps the replaced file alive."""
    [secret] = material(keyring)
    with keyring.path_of(KEY).open("rb") as old:
        assert base64.b64encode(secret) in old.read()
        getattr(keyring, change)(KEY)
        old.seek(0)
        assert base64.b64encode(secret) not in old.read()


# -- other processes ---------------------------------------------------------------------------

_RACER = """
import sys, time
from pathlib import Path
from veilflow.keys.file_keyring import FileKeyring
path, me = sys.argv[1:]
context = {"who": me}
ring = FileKeyring(path)
Path(f"{path}.ready.{me}").touch()
while not Path(f"{path}.go").exists():
    time.sleep(0.001)
for number in range(20):
    ring.ensure(f"key/{number}", "encryption")
    Path(f"{path}.{me}.{number}").write_bytes(ring.wrap(f"key/{number}", b"secret", context))
"""


def test_two_processes_that_create_one_key_agree(tmp_path: Path) -> None:
    path = tmp_path / "keyring"
    racers = [
        subprocess.Popen([sys.executable, "-c", _RACER, str(path), me]) for me in ("one", "two")
    ]
    while not all(Path(f"{path}.ready.{me}").exists() for me in ("one", "two")):
        assert all(racer.poll() is None for racer in racers)
        time.sleep(0.01)
    Path(f"{path}.go").touch()
    assert [racer.wait(60) for racer in racers] == [0, 0]
    ring = FileKeyring(str(path))
    for number in range(20):
        assert ring.describe(f"key/{number}").versions == 1
        for me in ("one", "two"):
            wrapped = Path(f"{path}.{me}.{number}").read_bytes()
            assert ring.unwrap(f"key/{number}", wrapped, {"who": me}) == b"secret"


_ROTATOR = """
import sys
from veilflow.keys.file_keyring import FileKeyring
for _ in range(40):
    FileKeyring(sys.argv[1]).rotate(sys.argv[2])
"""


def test_readers_never_see_a_file_in_between(keyring: FileKeyring) -> None:
    wrapped = keyring.wrap(KEY, b"secret", CONTEXT)
    writers = [
        subprocess.Popen([sys.executable, "-c", _ROTATOR, str(home(keyring)), KEY])
        for _ in range(2)
    ]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        assert keyring.unwrap(KEY, wrapped, CONTEXT) == b"secret"
        reads += 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert keyring.describe(KEY).versions == 81 and reads > 40


def test_a_destruction_is_seen_by_readers_at_once(keyring: FileKeyring) -> None:
    wrapped = keyring.wrap(KEY, b"secret", CONTEXT)
    ends: list[VeilflowError] = []

    def read() -> None:
        try:
            while True:
                assert keyring.unwrap(KEY, wrapped, CONTEXT) == b"secret"
        except VeilflowError as end:
            ends.append(end)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    time.sleep(0.1)
    keyring.destroy(KEY)
    for reader in readers:
        reader.join(10)
    # Half-way is a refusal too, but never "damaged" and never a wrong key.
    assert len(ends) == 2
    assert all(type(end) in (KeyDestroyed, KeyUnavailable) for end in ends), ends


def test_a_held_lock_is_reported(keyring: FileKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_directory, "_LOCK_SECONDS", 0.05)
    directory = private_directory.PrivateDirectory(str(home(keyring)))
    with directory.locked(), pytest.raises(KeyUnavailable, match="fuser"):
        keyring.rotate(KEY)
    keyring.rotate(KEY)


def test_a_missing_keyring_is_not_a_missing_key(tmp_path: Path) -> None:
    """A volume that isn't mounted must not read as 'this reader has no such key'."""
    with pytest.raises(KeyUnavailable) as refusal:
        FileKeyring(str(tmp_path / "unmounted")).unwrap(KEY, b"", CONTEXT)
    assert not isinstance(refusal.value, KeyNotFound)
