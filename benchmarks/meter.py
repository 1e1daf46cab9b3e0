"""Measures a block of work: wall, CPU, Spark's jobs and scans, and the peak of memory."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veilflow.pipeline.measure import StageClock

from benchmarks.figures import Cost
from benchmarks.processes import ProcessTree

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["Meter", "MeteredClock"]


class Meter:
    """Measures what happens in a session, or without one (then no job is counted)."""

    def __init__(self, spark: SparkSession | None = None) -> None:
        self._spark = spark
        self._jvm = 0 if spark is None else _jvm_pid(spark)

    @contextmanager
    def measure(self) -> Iterator[list[Cost]]:
        """Append to the list that it yields what the block cost."""
        result: list[Cost] = []
        with self._running(peaks=True) as running:
            yield result
        result.append(running.cost)

    @contextmanager
    def step(self) -> Iterator[_Running]:
        """Measure a part of what :meth:`measure` measures: its ``cost`` is known afterwards."""
        with self._running(peaks=False) as running:
            yield running

    @contextmanager
    def _running(self, *, peaks: bool) -> Iterator[_Running]:
        """``peaks`` starts the peaks of memory anew: not inside a block that wants its own."""
        jobs, stages = self._activity()
        if peaks:
            _reset_peak(os.getpid())
            _reset_peak(self._jvm)
        running, begun = _Running(), time.perf_counter()
        tree = ProcessTree()
        try:
            with tree:
                yield running
        finally:
            seconds = round(time.perf_counter() - begun, 3)
            jobs_after, stages_after = self._activity()
            running.cost = Cost(
                seconds=seconds,
                cpu_seconds=tree.cpu_seconds,
                jobs=jobs_after - jobs,
                rows_read=sum(n for stage, n in stages_after.items() if stage not in stages),
                python_peak_mb=_peak_mb(os.getpid()) if peaks else 0,
                jvm_peak_mb=_peak_mb(self._jvm) if peaks else 0,
            )

    def _activity(self) -> tuple[int, dict[tuple[int, int], int]]:
        """The number of jobs so far, and the rows that each attempt of a stage scanned.

        From the session's status store, which is kept with the UI off; it is fed asynchronously.
        """
        if self._spark is None:
            return 0, {}
        context: Any = self._spark.sparkContext
        scala = context._jsc.sc()
        scala.listenerBus().waitUntilEmpty()
        store = scala.statusStore()
        no_quantiles = context._gateway.new_array(context._jvm.double, 0)
        found = store.stageList(None, False, False, no_quantiles, None)
        stages = [found.apply(index) for index in range(found.size())]
        scanned = {(s.stageId(), s.attemptId()): s.inputRecords() for s in stages}
        return store.jobsList(None).size(), scanned


@dataclass
class _Running:
    cost: Cost = Cost(0.0, 0.0)


class MeteredClock(StageClock):
    """A stage's clock that also keeps the cost of each phase in ``costs``."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self.costs: dict[str, Cost] = {}
        self._meter = meter

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        with self._meter._running(peaks=False) as running, super().phase(name):
            yield
        self.costs[name] = running.cost


def _jvm_pid(spark: SparkSession) -> int:
    jvm: Any = spark.sparkContext._jvm
    return int(jvm.java.lang.ProcessHandle.current().pid())


def _reset_peak(pid: int) -> None:
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak_mb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return 0
