"""Keep what a program deletes: hard links to every file that appears below watched folders.

A link keeps a file's content, also what is written after the link was made, when its name is
gone. A file that lives for less than a round of looking (a few milliseconds) may be missed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Watcher"]


class Watcher:
    """A context manager: while open, files that appear below ``folders`` are linked into ``kept``.

    ``kept`` has to be on the same file system and below none of ``folders``.
    """

    def __init__(self, folders: Sequence[Path], kept: Path) -> None:
        self.folders = [str(folder) for folder in folders]
        self.kept = kept
        self.names: list[str] = []
        self._seen: set[tuple[int, int]] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self.kept.mkdir(parents=True, exist_ok=True)
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
        self._look()

    def _watch(self) -> None:
        while not self._stop.wait(0.002):
            self._look()

    def _look(self) -> None:
        pending = list(self.folders)
        while pending:
            try:
                with os.scandir(pending.pop()) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            pending.append(entry.path)
                        elif entry.is_file(follow_symlinks=False):
                            self._keep(entry)
            except OSError:  # gone, or not ours to read
                continue

    def _keep(self, entry: os.DirEntry[str]) -> None:
        # An inode's number may come back for another file once nobody links it; ours stay linked.
        identity = (entry.inode(), hash(entry.path))
        if identity in self._seen:
            return
        try:
            os.link(entry.path, self.kept / f"{len(self.names):06d}-{entry.name[-80:]}")
        except OSError:
            return
        self._seen.add(identity)
        self.names.append(entry.path)
