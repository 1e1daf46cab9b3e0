"""What is measured, as frozen records that become JSON and a table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Benchmark", "Cost", "Measurement", "SizeResult"]


@dataclass(frozen=True)
class Cost:
    """What one piece of work took.

    ``cpu_seconds`` is that of the driver, its JVM and the Python workers together. ``jobs`` and
    ``rows_read`` are Spark's: rows that its scans returned, so ``rows_read`` over the table's rows
    is how often the source was read. Peaks are resident megabytes of the driver's Python and JVM;
    0 where the system doesn't tell.
    """

    seconds: float
    cpu_seconds: float
    jobs: int = 0
    rows_read: int = 0
    python_peak_mb: int = 0
    jvm_peak_mb: int = 0


@dataclass(frozen=True)
class Measurement:
    """One line of the table: a stage, or (``part_of`` names it) a phase of one.

    ``rows`` is what the work is divided by; ``floor`` names the floor that it is compared with,
    None where there is nothing to compare it with.
    """

    name: str
    rows: int
    cost: Cost
    floor: str | None = None
    part_of: str | None = None


@dataclass(frozen=True)
class SizeResult:
    """Everything measured for one size. ``floors`` are medians of several turns."""

    patients: int
    tables: dict[str, int]
    source_bytes: int
    floors: dict[str, Cost]
    floor_turns: int
    measurements: tuple[Measurement, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Benchmark:
    """One run of the benchmarks: where, with what, and the results of each size."""

    when: str
    command: str
    machine: dict[str, Any]
    versions: dict[str, str]
    settings: dict[str, str]
    sizes: tuple[SizeResult, ...] = ()
    format: int = field(default=1)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)
