"""Airflow's processes: started together, ended together, with nothing left behind.

Airflow puts every task into a process group of its own, so ending the group of the scheduler
would leave a Spark driver running. On Linux this process therefore adopts orphaned descendants
(``PR_SET_CHILD_SUBREAPER``): whatever happens to the parents in between, everything that the
demo started stays below it and can be found.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from veilflow.errors import StageFailed

__all__ = ["AirflowProcesses", "adopt_orphans", "last_lines"]

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
COMPONENTS = ("api-server", "scheduler", "dag-processor")


class AirflowProcesses:
    """The components of one Airflow. Use as a context manager; leaving it ends them all."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = dict(environment)
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> AirflowProcesses:
        adopt_orphans()
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start ``airflow ARGUMENTS`` in a session of its own, output in a log file."""
        name = arguments[0]
        with self.log_file(name).open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "airflow", *arguments],
                env=self._environment,
                cwd=self._logs,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self._running[name] = process
        return process

    def finish(self, name: str) -> None:
        """Forget a process that was meant to end. Raises StageFailed if it ended badly."""
        code = self._running.pop(name).wait()
        if code:
            raise self._died(name, code)

    def check(self) -> None:
        """Raise StageFailed, with the last lines of its log, if a component has ended."""
        for name, process in self._running.items():
            code = process.poll()
            if code is not None:
                raise self._died(name, code)

    def log_file(self, name: str) -> Path:
        """Where the component's output goes."""
        return self._logs / f"{name}.log"

    def stop(self, patience: float = 4.0) -> None:
        """End every process that descends from this one: asked first, then killed."""
        # All are asked, not only the components: the scheduler would wait for its tasks.
        for member in _descendants():
            _signal(member.terminate)
        _wait_until_gone(patience)
        for _ in range(15):
            left = _descendants()
            if not left:
                break
            for member in left:
                _signal(member.kill)
            _wait_until_gone(1.0)
        self._running.clear()

    def _died(self, name: str, code: int) -> StageFailed:
        file = self.log_file(name)
        shown = "\n".join(f"    {line}" for line in last_lines(file))
        return StageFailed(f"airflow {name} ended with code {code}. Its log is {file}:\n{shown}")


def adopt_orphans() -> None:
    """Become the parent of descendants whose parents die. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def last_lines(file: Path, count: int = 15) -> list[str]:
    """The end of a log, without blank lines."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line[:300] for line in text.splitlines() if line.strip()][-count:]


def _end_with_parent() -> None:
    # If the demo itself is killed outright, nobody is left to end Airflow.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def _descendants() -> list[Any]:
    import psutil  # type: ignore[import-untyped]

    _reap()
    found: list[Any] = psutil.Process().children(recursive=True)
    return found


def _signal(send: Callable[[], None]) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        send()


def _wait_until_gone(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _descendants() and time.monotonic() < deadline:
        time.sleep(0.1)


def _reap() -> None:
    """Collect the children that have ended, adopted ones included."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
