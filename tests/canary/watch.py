"""Keep what a program deletes: hard links to every file that appears below watched folders.

A link keeps a file's content, also what is written after the link was made, when its name is
gone. The kernel tells of each new file at once (Linux's inotify); a file that is gone again before
it could be linked, which takes well under a millisecond, is missed.
"""

from __future__ import annotations

import ctypes
import os
import select
import stat
import struct
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Watcher"]

_CREATED, _MOVED_TO, _OVERFLOWED = 0x100, 0x80, 0x4000
_HEAD = struct.Struct("iIII")


class Watcher:
    """A context manager: while open, files that appear below ``folders`` are linked into ``kept``.

    ``kept`` has to be on the same file system and below none of ``folders``. What lies below
    ``without`` is left alone. ``names`` are the kept files' own paths.
    """

    def __init__(self, folders: Sequence[Path], kept: Path, without: Collection[Path] = ()) -> None:
        self.folders = [str(folder) for folder in folders]
        self.kept = kept
        self.without = {str(folder) for folder in without}
        self.names: list[str] = []
        self._watched: dict[int, str] = {}
        self._seen: set[tuple[int, str]] = set()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._events = -1
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self.kept.mkdir(parents=True, exist_ok=True)
        self._events = self._libc.inotify_init1(os.O_CLOEXEC)
        if self._events < 0:
            raise OSError(ctypes.get_errno(), "inotify isn't available")
        for folder in self.folders:
            self._enter(folder)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._events)
        self._watched.clear()
        for folder in self.folders:
            self._look(folder)

    def _watch(self) -> None:
        while not self._stop.is_set():
            if select.select([self._events], [], [], 0.1)[0]:
                self._read(os.read(self._events, 1 << 16))

    def _read(self, events: bytes) -> None:
        at = 0
        while at < len(events):
            watch, mask, _, length = _HEAD.unpack_from(events, at)
            name = events[at + _HEAD.size : at + _HEAD.size + length].rstrip(b"\x00")
            at += _HEAD.size + length
            if mask & _OVERFLOWED:
                for folder in self.folders:
                    self._enter(folder)
            elif watch in self._watched and name:
                self._found(os.path.join(self._watched[watch], os.fsdecode(name)))

    def _found(self, path: str) -> None:
        # Linking first: a folder can't be linked, and asking what it is takes time.
        if not self._keep(path) and os.path.isdir(path) and not os.path.islink(path):
            self._enter(path)

    def _enter(self, folder: str) -> None:
        """Watch ``folder`` and everything in it, and keep what was there before the watch."""
        if folder in self.without:
            return
        watch = self._libc.inotify_add_watch(
            self._events, os.fsencode(folder), _CREATED | _MOVED_TO
        )
        if watch >= 0:
            self._watched[watch] = folder
        self._look(folder)

    def _look(self, folder: str) -> None:
        try:
            entries = list(os.scandir(folder))
        except OSError:  # gone, or not ours to read
            return
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                self._keep(entry.path)
            elif entry.is_dir(follow_symlinks=False) and entry.path not in self.without:
                if self._watched:
                    self._enter(entry.path)
                else:
                    self._look(entry.path)

    def _keep(self, path: str) -> bool:
        name = f"{len(self.names):06d}-{os.path.basename(path)[-80:]}"
        try:
            os.link(path, self.kept / name, follow_symlinks=False)
        except OSError:
            return False
        link = os.lstat(self.kept / name)
        identity = (link.st_ino, path)
        if identity in self._seen or stat.S_ISLNK(link.st_mode):
            os.unlink(self.kept / name)
        else:
            self._seen.add(identity)
            self.names.append(path)
        return True
