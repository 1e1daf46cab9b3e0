"""The figures as Markdown, and where in a document they go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from veilflow.errors import UsageError

from benchmarks.figures import Benchmark, Cost, Measurement, SizeResult

__all__ = ["BEGIN", "END", "place", "render"]

BEGIN = "<!-- benchmarks: begin; written by 'make bench' -->"
END = "<!-- benchmarks: end -->"

_HEADER = (
    "| | rows/s | time, floor = 1 | CPU, floor = 1 | CPU µs/row | reads of the source | Spark jobs "
    "| peak MB, Python + JVM |\n|---|--:|--:|--:|--:|--:|--:|--:|"
)


def place(document: Path, table: str, begin: str = BEGIN, end: str = END) -> None:
    """Write ``table`` between two lines of ``document``, which is made if it doesn't exist.

    Raises UsageError if it exists and has no markers: nothing else of it is ever overwritten.
    """
    text = f"{begin}\n{end}\n"
    if document.exists():
        text = document.read_text(encoding="utf-8")
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise UsageError(
            f"{document}: has no place for the figures.",
            remedy=f"Put the lines '{begin}' and '{end}' where they belong, or name a new file.",
        )
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(f"{before}{begin}\n{table.rstrip()}\n{end}{after}", encoding="utf-8")


def render(benchmark: Benchmark) -> str:
    """Where and with what, then one table a size."""
    return "\n".join([*_surroundings(benchmark), *map(_size, benchmark.sizes)])


def _surroundings(benchmark: Benchmark) -> Iterator[str]:
    machine = benchmark.machine
    versions = ", ".join(f"{name} {version}" for name, version in benchmark.versions.items())
    settings = ", ".join(f"{name}={value}" for name, value in benchmark.settings.items())
    yield f"Measured on {benchmark.when} by `{benchmark.command}`."
    yield ""
    yield (
        f"- Machine: {machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, "
        f"{machine['system']}; load average before the start {machine['load_before']}"
    )
    yield f"- Versions: {versions}"
    yield f"- Session: {settings}"


def _size(size: SizeResult) -> str:
    tables = " and ".join(f"{rows:,} {table}" for table, rows in size.tables.items())
    lines = ["", f"### {size.patients:,} patients", ""]
    lines.append(
        f"{tables}, {size.source_bytes / 1e6:,.1f} MB of Parquet. Floors are medians of "
        f"{size.floor_turns} turns."
    )
    lines += [f"{note}" for note in size.notes]
    lines += ["", _HEADER]
    every = sum(size.tables.values())
    for name, cost in size.floors.items():
        rows = size.tables["patients"] if name.endswith("patients") else every
        lines.append(_line(f"*floor: {_floor_text(name)}*", rows, cost, cost))
    for found in size.measurements:
        floor = size.floors[found.floor] if found.floor else None
        lines.append(_line(_label(found), found.rows, found.cost, floor))
    return "\n".join(lines)


def _label(found: Measurement) -> str:
    return f"– {found.name}" if found.part_of else f"**{found.name}**"


def _floor_text(name: str) -> str:
    return {
        "copy": "plain Parquet copy",
        "copy patients": "plain copy of patients only",
        "read": "plain Parquet read",
    }[name]


def _line(label: str, rows: int, cost: Cost, floor: Cost | None) -> str:
    cells = [
        label,
        f"{rows / cost.seconds:,.0f}" if cost.seconds else "",
        _ratio(cost.seconds, floor.seconds if floor else 0),
        _ratio(cost.cpu_seconds, floor.cpu_seconds if floor else 0),
        f"{cost.cpu_seconds / rows * 1e6:,.1f}" if rows else "",
        f"{cost.rows_read / rows:.1f}" if cost.rows_read and rows else "",
        f"{cost.jobs}" if cost.jobs else "",
        f"{cost.python_peak_mb:,} + {cost.jvm_peak_mb:,}" if cost.python_peak_mb else "",
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(figure: float, floor: float) -> str:
    return f"{figure / floor:.1f}" if floor else ""
