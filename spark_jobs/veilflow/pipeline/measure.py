"""How long a stage took, on the wall and on the processors."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["StageClock"]

_TICKS = os.sysconf("SC_CLK_TCK")


class StageClock:
    """Started when made. ``phase`` times a part; ``seconds`` and ``cpu_seconds`` are so far.

    CPU seconds are those of this process, its parents up to the Spark launcher, and everything
    they started: the driver's JVM and, in local mode, the Python workers. Executors on other
    machines are not in it. Zero where the system has no /proc.
    """

    def __init__(self) -> None:
        self.started = dt.datetime.now(dt.UTC)
        self.phases: dict[str, float] = {}
        self._wall = time.perf_counter()
        self._cpu = _tree_cpu_seconds()

    @property
    def seconds(self) -> float:
        """Wall seconds since the clock was made."""
        return round(time.perf_counter() - self._wall, 3)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds since the clock was made."""
        return round(max(0.0, _tree_cpu_seconds() - self._cpu), 3)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time of the block to ``phases[name]``."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - begun
            self.phases[name] = round(self.phases.get(name, 0.0) + spent, 3)


def _tree_cpu_seconds() -> float:
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:
            continue
        pid = int(entry.parent.name)
        names[pid] = text[text.index("(") + 1 : text.rindex(")")]
        fields = text[text.rindex(")") + 2 :].split()
        children.setdefault(int(fields[1]), []).append(pid)
        used[pid] = sum(int(field) for field in fields[11:15]) / _TICKS
    root = os.getpid()
    # Under spark-submit the driver's JVM is this process's parent.
    parent = os.getppid()
    if names.get(parent) == "java":
        root = parent
    total, pending = 0.0, [root]
    while pending:
        pid = pending.pop()
        total += used.get(pid, 0.0)
        pending += children.get(pid, [])
    return total
