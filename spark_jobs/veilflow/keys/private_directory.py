"""A directory that nobody but its owner can read: modes checked, writes atomic, old bytes scrubbed.

POSIX only. Not promised: anything against the machine's administrator, backups, snapshots, or what
copy-on-write file systems and SSDs keep of overwritten blocks (docs/keys.md).
"""

from __future__ import annotations

import fcntl
import os
import shlex
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from veilflow.errors import CapabilityMissing, KeyUnavailable

__all__ = ["PrivateDirectory"]

_LOCK_NAME = ".lock"
_LOCK_SECONDS = 10.0
_TEMPORARY = ".tmp"


class PrivateDirectory:
    """Small files in one directory of mode 0700, each of mode 0600, all owned by this user."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def create(self) -> None:
        """Make the directory if it isn't there; refuse one that others can enter."""
        with self._readable_errors():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.check()

    def check(self) -> None:
        """Refuse a directory that is missing, foreign or open to others."""
        with self._readable_errors():
            found = self.path.stat()
        if not stat.S_ISDIR(found.st_mode):
            raise KeyUnavailable(
                f"The keyring {self.path} is not a directory.", remedy="Name another path."
            )
        _refuse_loose(self.path, found, 0o700)

    def read(self, name: str) -> bytes | None:
        """The file's bytes, None if there is no such file; refuse one that others can read."""
        self.check()
        path = self.path / name
        with self._readable_errors():
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                _refuse_loose(path, os.fstat(descriptor), 0o600)
                return file.read()

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""
        with self._readable_errors():
            return os.path.lexists(self.path / name)

    def write(self, name: str, data: bytes) -> None:
        """Replace the file in one step; the bytes it held before are overwritten.

        Call it under :meth:`locked`. After a crash the file is the old one or the new one, and
        what the next write finds left over it scrubs.
        """
        temporary = self.path / (name + _TEMPORARY)
        with self._readable_errors():
            self.scrub(temporary.name)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(temporary, flags, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                self._refuse_modes_not_kept(temporary, descriptor)
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            self.replace(temporary.name, name)

    def replace(self, source: str, name: str) -> None:
        """Rename ``source`` over ``name``, make it durable, then scrub what ``name`` held."""
        with self._readable_errors():
            old = self._open_for_scrubbing(name)
            try:
                os.replace(self.path / source, self.path / name)
                self._sync()
                if old is not None:
                    _overwrite(old)
            finally:
                if old is not None:
                    os.close(old)

    def overwrite(self, name: str) -> None:
        """Overwrite the file's bytes in place with random ones; it stays."""
        with self._readable_errors():
            descriptor = self._open_for_scrubbing(name)
            if descriptor is not None:
                try:
                    _overwrite(descriptor)
                finally:
                    os.close(descriptor)

    def scrub(self, name: str) -> None:
        """Overwrite the file's bytes and remove it, if it is there."""
        self.overwrite(name)
        with self._readable_errors():
            try:
                os.unlink(self.path / name)
            except FileNotFoundError:
                return
            self._sync()

    def scrub_leftovers(self, name: str) -> None:
        """Scrub what a crashed :meth:`write` of this file left behind."""
        self.scrub(name + _TEMPORARY)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory's only lock: against other processes and other threads."""
        self.check()
        with self._readable_errors():
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.path / _LOCK_NAME, flags, 0o600)
        try:
            self._acquire(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _acquire(self, descriptor: int) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.01)
        raise KeyUnavailable(
            f"The keyring {self.path} has been locked by another process for {_LOCK_SECONDS:g} s.",
            remedy=f"See who holds it: fuser {shlex.quote(str(self.path / _LOCK_NAME))}",
        )

    def _open_for_scrubbing(self, name: str) -> int | None:
        try:
            return os.open(self.path / name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None

    def _refuse_modes_not_kept(self, path: Path, descriptor: int) -> None:
        os.fchmod(descriptor, 0o600)
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != 0o600:
            os.unlink(path)
            raise CapabilityMissing(
                f"The file system of {self.path} doesn't keep file modes, so others could read "
                "the keys.",
                remedy="Put the keyring on a local POSIX file system (not FAT, not a share).",
            )

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        problem: OSError | None = None
        try:
            yield
        except OSError as error:
            problem = error
        if isinstance(problem, FileNotFoundError):
            raise KeyUnavailable(
                f"There is no keyring at {self.path}.",
                remedy="Mount or restore it, or correct the file:// URI in the policy.",
            )
        if problem is not None:
            raise KeyUnavailable(
                f"The keyring {self.path} can't be used: {problem.strerror}.",
                remedy="It needs a directory that this user owns, with room for small files.",
            )


def _refuse_loose(path: Path, found: os.stat_result, wanted: int) -> None:
    quoted = shlex.quote(str(path))
    if found.st_uid != os.geteuid():
        raise CapabilityMissing(
            f"{path} belongs to user id {found.st_uid}, not to {os.geteuid()}, who is asking.",
            remedy="Run as its owner, or, if the keys in it are yours: "
            f"sudo chown -R {os.geteuid()} {quoted}",
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise CapabilityMissing(
            f"Others can read {path} (mode {stat.S_IMODE(found.st_mode):04o}).",
            remedy=f"Run: chmod {wanted:o} {quoted} . If that changes nothing, its file system "
            "doesn't keep modes: put the keyring on a local POSIX one.",
        )


def _overwrite(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    os.pwrite(descriptor, os.urandom(size), 0)
    os.fsync(descriptor)
