"""Progress in the terminal: one line per finished stage, and on a terminal what runs now."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["TOLD", "Progress", "StageLine", "stage_line"]

# States that are worth a line; "running" only where no line is redrawn.
TOLD = frozenset({"success", "failed", "skipped", "upstream_failed", "removed", "up_for_retry"})
_WORDS = {
    "running": "runs",
    "success": "done",
    "up_for_retry": "will be retried",
    "upstream_failed": "not run",
}


@dataclass(frozen=True)
class StageLine:
    """What is told about one stage: its state in a word, seconds, and rows per table."""

    stage: str
    word: str
    seconds: float | None
    rows: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """The line, in columns."""
        seconds = "" if self.seconds is None else f"{self.seconds:.1f} s"
        rows = ", ".join(f"{table} {count:,} rows" for table, count in self.rows.items())
        return f"  {self.stage:<20} {self.word:<16} {seconds:>9}   {rows}".rstrip()


def stage_line(task: dict[str, Any], told: dict[str, Any] | None) -> StageLine:
    """The line of a task instance; ``told`` is the evidence summary that it left, if any."""
    state = str(task.get("state") or "waiting")
    rows = (told or {}).get("rows") or {}
    seconds = None if state == "running" else seconds_of(task)
    return StageLine(str(task["task_id"]), _WORDS.get(state, state), seconds, dict(rows))


def seconds_of(task: dict[str, Any]) -> float | None:
    """How long a task took, or has run until now."""
    if task.get("duration") is not None:
        return float(task["duration"])
    if task.get("start_date") and not task.get("end_date"):
        start = dt.datetime.fromisoformat(str(task["start_date"]))
        return (dt.datetime.now(dt.UTC) - start).total_seconds()
    return None


class Progress:
    """Prints to ``console``. Where that isn't a terminal every line stays, none is redrawn."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, text: str = "") -> None:
        """A line that stays. A terminal that was closed is no reason to stop half way."""
        with suppress(OSError):
            self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step with a beginning and an end, such as starting Airflow; tells its seconds."""
        started = time.monotonic()
        with self.watching(title) as step:
            yield step
        self.say(f"{title}: done in {time.monotonic() - started:.0f} s")

    @contextmanager
    def watching(self, title: str) -> Iterator[Step]:
        """Something that goes on for a while and says by itself how it ends."""
        if self.console.is_terminal:
            with self.console.status(f"{title} ...") as status:
                yield Step(self, status, title)
        else:
            self.say(f"{title} ...")
            yield Step(self, None, title)


class Step:
    """A running step that may say what it waits for."""

    def __init__(self, progress: Progress, status: Any, title: str) -> None:
        self._progress = progress
        self._status = status
        self._title = title
        self._last = ""

    def update(self, detail: str) -> None:
        """Show ``detail``; a repeated one is shown once."""
        if detail == self._last:
            return
        self._last = detail
        if self._status is not None:
            self._status.update(f"{self._title} ... {detail}")
        else:
            self._progress.say(f"  {detail}")

    @property
    def is_redrawn(self) -> bool:
        """True on a terminal, where what runs now is shown in one line."""
        return self._status is not None

    def tick(self, detail: str) -> None:
        """Show a detail that changes every second; on a terminal only."""
        if self._status is not None:
            self._status.update(detail)
