"""``python -m benchmarks``: measure, print each figure as it comes, write the table and JSON."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shlex
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.errors import UsageError, VeilflowError
from veilflow.pipeline.stages import MASKED_STAGES, SYNTHETIC_STAGES

from benchmarks.encryption import measure_encryption
from benchmarks.figures import Benchmark, Measurement, SizeResult
from benchmarks.floor import measure_floors, median_cost
from benchmarks.hospital import home, make_hospital
from benchmarks.meter import Meter
from benchmarks.stages import measure_stages, needed_stages
from benchmarks.surroundings import load, machine, settings, versions
from benchmarks.table import place, render

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PIPELINE = tuple(dict.fromkeys((*MASKED_STAGES, *SYNTHETIC_STAGES)))
WARM_UP_PATIENTS = 2_000
_TURNS = 2  # before the stages and again after them


def main(argv: Sequence[str] | None = None) -> int:
    """0: measured; otherwise what the error that ended it stands for."""
    arguments = _parser().parse_args(argv)
    try:
        benchmark = _run(arguments)
        place(arguments.out, render(benchmark))
    except VeilflowError as error:
        print(f"benchmarks: {type(error).__name__}: {error}", file=sys.stderr)
        return error.exit_code
    figures = arguments.out.with_suffix(".json")
    figures.write_text(json.dumps(benchmark.to_json(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {arguments.out} and {figures}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[100_000, 1_000_000], metavar="N",
        help="patients, one or more sizes (default: 100000 1000000)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("docs/benchmarks.md"),
        help="document that takes the table, with .json beside it (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--stages", nargs="+", choices=("encryption", *PIPELINE), metavar="STAGE",
        default=["encryption", *PIPELINE],
        help=f"some of encryption, {', '.join(PIPELINE)}; those before them run as well",
    )  # fmt: skip
    parser.add_argument("--master", help="Spark master (default: VEILFLOW_MASTER or local[*])")
    parser.add_argument(
        "--no-warm-up", dest="warm_up", action="store_false",
        help=f"don't run everything once on {WARM_UP_PATIENTS:,} patients first",
    )  # fmt: skip
    return parser


def _run(arguments: argparse.Namespace) -> Benchmark:
    if min(arguments.rows) < 1:
        raise UsageError("--rows: a size is at least 1.")
    from veilflow.spark.session import session

    began, busy = dt.datetime.now(dt.UTC), machine()
    with (
        tempfile.TemporaryDirectory(prefix="veilflow-bench-") as scratch,
        session("bench", arguments.master) as spark,
    ):
        if arguments.warm_up:
            _say(f"warming up on {WARM_UP_PATIENTS:,} patients")
            _measure(spark, Path(scratch) / "warm", WARM_UP_PATIENTS, arguments.stages, quiet=True)
        sizes = [
            _measure(spark, Path(scratch) / str(number), patients, arguments.stages)
            for number, patients in enumerate(arguments.rows)
        ]
        return Benchmark(
            when=f"{began:%Y-%m-%d %H:%M} UTC",
            command=shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
            machine=busy,
            versions=versions(spark),
            settings=settings(spark),
            sizes=tuple(sizes),
        )


def _measure(
    spark: SparkSession,
    folder: Path,
    patients: int,
    stages: Collection[str],
    *,
    quiet: bool = False,
) -> SizeResult:
    """One size, in ``folder``: the floors, everything asked for, the floors again."""
    meter, alone = Meter(spark), Meter()
    found: list[Measurement] = []

    def keep(measurement: Measurement) -> None:
        found.append(measurement)
        if not quiet:
            _say(_progress(measurement))

    with home(folder):
        if not quiet:
            _say(f"{patients:,} patients, load {load()}")
        with alone.measure() as cost:
            hospital = make_hospital(folder / "sample", patients)
        keep(Measurement("sample data", hospital.generated, cost[0]))
        floors = measure_floors(spark, meter, hospital, folder, _TURNS)
        if "encryption" in stages:
            for measurement in measure_encryption(spark, meter, hospital, folder / "encryption"):
                keep(measurement)
        pipeline = needed_stages([stage for stage in stages if stage != "encryption"])
        for measurement in measure_stages(spark, meter, hospital, pipeline):
            keep(measurement)
        again = measure_floors(spark, meter, hospital, folder, _TURNS)
    return SizeResult(
        patients=patients,
        tables=hospital.rows,
        source_bytes=hospital.source_bytes,
        floors={name: median_cost([*floors[name], *again[name]]) for name in floors},
        floor_turns=2 * _TURNS,
        measurements=tuple(found),
        notes=(f"Load average when it ended: {load()}.",),
    )


def _progress(found: Measurement) -> str:
    name = f"  {found.part_of}: {found.name}" if found.part_of else found.name
    speed = f"{found.rows / found.cost.seconds:,.0f} rows/s" if found.cost.seconds else ""
    return (
        f"{name:<34} {found.cost.seconds:8.1f} s {found.cost.cpu_seconds:8.1f} CPU s  {speed:>16}"
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
