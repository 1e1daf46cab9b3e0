"""What the commands print: tables, JSON, and one line a stage while it runs."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

__all__ = ["print_json", "print_table", "stage_line"]


def print_json(data: Any) -> None:
    """``data`` as indented JSON on standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[object]], *, widest: int = 60
) -> None:
    """A plain table, columns as wide as their cells; cells of more than ``widest`` are cut."""
    cells = [[_cell(cell, widest) for cell in row] for row in rows]
    widths = [
        max([len(heading), *(len(row[i]) for row in cells)]) for i, heading in enumerate(headings)
    ]
    for line in [list(headings), ["-" * width for width in widths], *cells]:
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(shown.rstrip())


def _cell(value: object, widest: int) -> str:
    text = "" if value is None else str(value)
    text = "".join(char if char.isprintable() else "·" for char in text)
    return text if len(text) <= widest else text[: widest - 3] + "..."


@contextmanager
def stage_line(stage: str, *, quiet: bool = False) -> Iterator[None]:
    """Show on standard error that ``stage`` runs, and for how long; a terminal sees it count."""
    if quiet:
        yield
        return
    stop = threading.Event()
    begun = time.perf_counter()

    def tick() -> None:
        while not stop.wait(0.2):
            print(f"\r… {stage} {time.perf_counter() - begun:5.1f} s", end="", file=sys.stderr)

    shown = threading.Thread(target=tick, daemon=True) if sys.stderr.isatty() else None
    if shown is None:
        print(f"… {stage}", file=sys.stderr, flush=True)
    else:
        shown.start()
    try:
        yield
    finally:
        stop.set()
        if shown is not None:
            shown.join()
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
