"""``python -m benchmarks.masking``: masking against a scan, a copy, and what else there is.

Ratios of one run are what counts: FF1 against the ``ff3`` package, one core; keyed columns on Spark
against a worker that hands the column back (an identity Arrow UDF); a table of 20 columns against a
plain copy of it; and a slice of that table by Presidio's anonymizer and by pandas with Faker. The
packages ``ff3``, ``pycryptodome`` and ``presidio-anonymizer`` are optional: what isn't installed is
left out, and says so.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Cost
from benchmarks.floor import median_cost
from benchmarks.masked_table import TABLE, make_table, policy_of
from benchmarks.masking_peers import measure_peers
from benchmarks.meter import Meter
from benchmarks.surroundings import load, machine, settings, versions
from benchmarks.table import place

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BEGIN = "<!-- masking: begin; written by 'python -m benchmarks.masking' -->"
END = "<!-- masking: end -->"
_SLICE = 100_000
_KEY = bytes(range(32))


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write the figures between the markers of a document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.masking", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the table")
    parser.add_argument("--values", type=int, default=1_000_000, help="values of a single column")
    parser.add_argument("--turns", type=int, default=3, help="how often each is done; default: 3")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks.md"))
    parser.add_argument("--master", help="Spark master (default: VEILFLOW_MASTER or local[*])")
    arguments = parser.parse_args(argv)
    lines = []
    for line in _measure(arguments):
        print(line, file=sys.stderr, flush=True)
        lines.append(line)
    place(arguments.out, "\n".join(lines), BEGIN, END)
    return 0


def _measure(arguments: argparse.Namespace) -> Iterator[str]:
    from veilflow.spark.session import session

    with (
        tempfile.TemporaryDirectory(prefix="veilflow-bench-") as scratch,
        session("bench", arguments.master) as spark,
    ):
        folder = Path(scratch)
        command = " ".join(["python", "-m", "benchmarks.masking", *sys.argv[1:]])
        yield f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC by `{command}`; load"
        yield f"average {load()}, {machine()['cores']} cores, {settings(spark)},"
        yield f"commit {versions(None).get('commit', 'unknown')}."
        yield from _head("one core", ("values a CPU second", ""))
        yield from _ciphers(arguments.values)
        key_ref = _masking_root(folder)
        heads = ("s", "CPU s", "throughput, identity = 1", "by CPU")
        yield from _head(f"{arguments.values:,} values on Spark", heads)
        yield from _columns(spark, arguments.values, key_ref, folder, arguments.turns)
        heads = ("s", "CPU s", "time, copy = 1", "CPU, copy = 1", "peak MB, Python + JVM")
        yield from _head(f"{arguments.rows:,} rows of 20 columns", heads)
        yield from _table(spark, arguments.rows, key_ref, folder, arguments.turns)
        yield from _head(f"a slice of {_SLICE:,} rows", ("CPU s", "rows a CPU second"))
        made = make_table(spark, _SLICE).toArrow()
        for name, seconds in measure_peers(made, _KEY):
            told = f"{seconds:.2f} | {_SLICE / seconds:,.0f}" if seconds else "not installed |"
            yield f"| {name} | {told} |"


def _head(first: str, others: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"| {first} | {' | '.join(others)} |"
    yield f"|---|{'--:|' * len(others)}"


def _ciphers(values: int) -> Iterator[str]:
    """CPU time of 16 digits each; the package's own loop gets 3,000 of them."""
    import numpy as np
    import pyarrow as pa
    from veilflow.mask import create_transform

    digits = np.random.default_rng(1).integers(0, 10**16, values)
    column = pa.array([f"{number:016}" for number in digits.tolist()])
    batches = [column.slice(at, 10_000) for at in range(0, values, 10_000)]
    rates = {}
    for name, transform in (
        ("FF1, 16 digits", create_transform("fpe", {})),
        ("FF1, cards: bank and check digit kept", create_transform("fpe", {"keep_first": 6})),
        ("HMAC pseudonym, all distinct", create_transform("pseudonym", {})),
    ):
        bound = transform.keyed(_KEY)  # type: ignore[attr-defined]
        rates[name] = values / _cpu(lambda bound=bound: [bound.apply(one) for one in batches])
        yield f"| {name} | {rates[name]:,.0f} | |"
    rate = _ff3(column.slice(0, 3_000).to_pylist())
    ours = rates["FF1, 16 digits"]
    said = (
        "not installed | |"
        if rate is None
        else f"{rate:,.0f} | FF1 is {ours / rate:,.0f} times as fast |"
    )
    yield f"| the `ff3` package (FF3-1), 16 digits | {said}"


def _ff3(values: list[str]) -> float | None:
    try:
        from ff3 import FF3Cipher
    except ImportError:
        return None
    cipher = FF3Cipher(_KEY.hex(), "D8E7920AFA330A")
    return len(values) / _cpu(lambda: [cipher.encrypt(value) for value in values])


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _masking_root(folder: Path) -> str:
    from veilflow.keys import open_provider
    from veilflow.store.key_records import ensure_masking_root, masking_key_ref
    from veilflow.store.object_store import open_store

    keys, store = f"file://{folder}/keyring", f"file://{folder}/store"
    ensure_masking_root(open_store(store), open_provider(keys), "bench", "masking")
    return masking_key_ref(keys, store, "bench")


def _columns(
    spark: SparkSession, values: int, key_ref: str, folder: Path, turns: int
) -> Iterator[str]:
    """Single columns read from Parquet, through a worker, to nowhere."""
    from pyspark.sql import functions as F

    number = F.pmod(F.xxhash64("id"), F.lit(10**16)).cast("string")
    columns = {
        "digits": F.lpad(number, 16, "0"),
        "few": F.lpad(F.pmod(F.xxhash64("id"), F.lit(10_000)).cast("string"), 16, "0"),
    }
    made = spark.range(0, values, 1, 4).select(*[c.alias(name) for name, c in columns.items()])
    made.write.parquet(str(folder / "columns"))

    def pseudonym(frame: DataFrame) -> DataFrame:
        return _masked(frame, "pseudonym", key_ref)

    works: dict[str, tuple[str, Callable[[DataFrame], DataFrame]]] = {
        "identity, all distinct": ("digits", _identity),
        "FF1": ("digits", lambda frame: _masked(frame, "fpe", key_ref)),
        "HMAC pseudonym, all distinct": ("digits", pseudonym),
        "identity, 10,000 distinct": ("few", _identity),
        "HMAC pseudonym, 10,000 distinct": ("few", pseudonym),
    }  # fmt: skip
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    meter = Meter(spark)
    for turn in range(turns + 1):
        for name, (column, work) in works.items():
            frame = spark.read.parquet(str(folder / "columns")).select(F.col(column).alias("value"))
            with meter.measure() as cost:
                work(frame).write.format("noop").mode("overwrite").save()
            costs[name] += cost if turn else []  # the first warms up
    for name, (column, _) in works.items():
        same = "identity, all distinct" if column == "digits" else "identity, 10,000 distinct"
        yield _ratio_line(name, costs[name], costs[same])


def _ratio_line(name: str, costs: list[Cost], floor: list[Cost]) -> str:
    cost = median_cost(costs)
    pairs = list(zip(costs, floor, strict=True))
    wall = median(other.seconds / own.seconds for own, other in pairs)
    cpu = median(other.cpu_seconds / own.cpu_seconds for own, other in pairs)
    return f"| {name} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {wall:.2f} | {cpu:.2f} |"


def _identity(frame: DataFrame) -> DataFrame:
    import warnings

    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        same: Any = arrow_udf(
            lambda column: column, returnType="string", functionType=ArrowUDFType.SCALAR
        )
    return frame.select(same("value"))


def _masked(frame: DataFrame, name: str, key_ref: str) -> DataFrame:
    from veilflow.spark.masking import mask_table

    policy = policy_of({"value": {"role": "identifier", "protect": name}})
    return mask_table(frame, TABLE, policy, {}, key_ref).output()


def _table(spark: SparkSession, rows: int, key_ref: str, folder: Path, turns: int) -> Iterator[str]:
    from veilflow.spark.masking import mask_table

    source, target = str(folder / "table"), folder / "copy"
    make_table(spark, rows).write.parquet(source)
    policy = policy_of()
    meter = Meter(spark)
    costs: dict[str, list[Cost]] = {"plain copy": [], "masked": []}
    for _ in range(turns):
        for name, found in costs.items():
            frame = spark.read.parquet(source)
            made = (
                frame
                if name == "plain copy"
                else mask_table(frame, TABLE, policy, {}, key_ref).output()
            )
            with meter.measure() as cost:
                made.write.parquet(str(target))
            found += cost
            shutil.rmtree(target)
    floor = median_cost(costs["plain copy"])
    for name, found in costs.items():
        cost = median_cost(found)
        yield (
            f"| {name} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} "
            f"| {cost.seconds / floor.seconds:.2f} | {cost.cpu_seconds / floor.cpu_seconds:.2f} "
            f"| {cost.python_peak_mb:,} + {cost.jvm_peak_mb:,} |"
        )


if __name__ == "__main__":
    sys.exit(main())
