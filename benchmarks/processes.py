"""CPU seconds of this process and everything below it, those that have ended meanwhile included.

Spark's Python daemon ignores its children's ends, so the system adds a dead worker's CPU time to
nobody's account: whoever only looks before and after loses it. This looks now and then.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["ProcessTree"]

_TICKS = os.sysconf("SC_CLK_TCK")
_Process = tuple[int, int]
"""A process id and when it started: ids are used again."""


class ProcessTree:
    """Watches the tree while it is open. What ends between two looks is lost since the last one.

    ``cpu_seconds`` is 0 where the system has no /proc.
    """

    def __init__(self, interval: float = 0.5) -> None:
        self._interval = interval
        self._before: dict[_Process, int] = {}
        self._last: dict[_Process, int] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._before = _tree_ticks(os.getpid())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self._last.update(_tree_ticks(os.getpid()))

    @property
    def cpu_seconds(self) -> float:
        """What the processes seen so far have used since the block was entered."""
        used = (ticks - self._before.get(which, 0) for which, ticks in list(self._last.items()))
        return round(sum(used) / _TICKS, 3)

    def _watch(self) -> None:
        while not self._done.wait(self._interval):
            self._last.update(_tree_ticks(os.getpid()))


def _tree_ticks(root: int) -> dict[_Process, int]:
    """User and system ticks of ``root`` and its descendants."""
    children: dict[int, list[int]] = {}
    found: dict[int, tuple[_Process, int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            pid = int(entry.parent.name)
            children.setdefault(int(fields[1]), []).append(pid)
            found[pid] = ((pid, int(fields[19])), int(fields[11]) + int(fields[12]))
    ticks: dict[_Process, int] = {}
    pending = [root]
    while pending:
        pid = pending.pop()
        if pid in found:
            which, used = found[pid]
            ticks[which] = used
        pending += children.get(pid, [])
    return ticks
