"""The benchmarks run on few rows as `make bench` runs them; nothing is held against a clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from veilflow.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))  # as `python -m benchmarks` finds it

from benchmarks.figures import Benchmark, Cost, Measurement, SizeResult  # noqa: E402
from benchmarks.floor import median_cost  # noqa: E402
from benchmarks.processes import ProcessTree  # noqa: E402
from benchmarks.stages import needed_stages  # noqa: E402
from benchmarks.table import BEGIN, END, place, render  # noqa: E402

FLOOR = Cost(seconds=2.0, cpu_seconds=3.0, jobs=4, rows_read=30)
RESULT = Benchmark(
    when="2026-01-01 00:00 UTC",
    command="python -m benchmarks",
    machine={"system": "Linux", "processor": "p", "cores": 2, "memory_gb": 8, "load_before": 0.1},
    versions={"veilflow": "0"},
    settings={"spark.master": "local[2]"},
    sizes=(
        SizeResult(
            patients=10,
            tables={"patients": 10, "encounters": 20},
            source_bytes=5_000_000,
            floors={"copy": FLOOR},
            floor_turns=3,
            measurements=(
                Measurement("sample data", 50, Cost(seconds=0.5, cpu_seconds=0.5)),
                Measurement("protect", 30, Cost(5.0, 12.0, 7, 150, 100, 900), "copy"),
                Measurement("search", 30, Cost(1.0, 1.5, 3, 60), "copy", part_of="protect"),
            ),
        ),
    ),
)


@pytest.mark.spark
@pytest.mark.slow
def test_a_run_on_few_rows(tmp_path: Path) -> None:
    out = tmp_path / "figures.md"
    command = [sys.executable, "-m", "benchmarks", "--rows", "500", "--no-warm-up"]
    command += ["--stages", "encryption", "protect", "--out", str(out)]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (size,) = json.loads(out.with_suffix(".json").read_text())["sizes"]
    rows = size["tables"]
    assert rows["patients"] == 500
    found = {(one["part_of"], one["name"]): one for one in size["measurements"]}
    for name in ("sample data", "encrypted write", "encrypted read", "pin", "classify", "protect"):
        assert found[None, name]["cost"]["seconds"] > 0
    phases = {name for stage, name in found if stage == "protect"}
    assert phases == {"read", "search", "risk before", "write"}
    assert found[None, "protect"]["cost"]["rows_read"] >= 2 * sum(rows.values())
    assert size["floors"]["copy"]["rows_read"] == sum(rows.values()), "a copy reads each row once"
    assert "| **protect** |" in out.read_text()
    assert not list(tmp_path.glob("veilflow-bench-*")), "raw and released data are gone"


def test_an_unknown_stage_and_an_empty_size_are_refused(tmp_path: Path) -> None:
    for arguments in (["--stages", "protcet"], ["--rows", "0"]):
        command = [sys.executable, "-m", "benchmarks", *arguments, "--out", str(tmp_path / "x.md")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode != 0
        assert arguments[0] in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_table_divides_by_the_floor() -> None:
    lines = render(RESULT).splitlines()
    (protect,) = [line for line in lines if line.startswith("| **protect**")]
    assert protect == "| **protect** | 6 | 2.5 | 4.0 | 400,000.0 | 5.0 | 7 | 100 + 900 |"
    (search,) = [line for line in lines if line.startswith("| – search")]
    assert search == "| – search | 30 | 0.5 | 0.5 | 50,000.0 | 2.0 | 3 |  |"
    (sample,) = [line for line in lines if line.startswith("| **sample data**")]
    assert sample == "| **sample data** | 100 |  |  | 10,000.0 |  |  |  |"


def test_the_table_replaces_only_what_is_between_the_markers(tmp_path: Path) -> None:
    document = tmp_path / "docs" / "figures.md"
    place(document, "first")
    assert document.read_text() == f"{BEGIN}\nfirst\n{END}\n"
    document.write_text(f"# Title\n\n{BEGIN}\nold\n{END}\nWhat limits each stage.\n")
    place(document, "new\n")
    assert document.read_text() == f"# Title\n\n{BEGIN}\nnew\n{END}\nWhat limits each stage.\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Somebody's document\n",
        f"{BEGIN}\nbut no end\n",
        f"{END}\nthe wrong way round\n{BEGIN}",
    ],
    ids=["empty", "no markers", "no end", "reversed"],
)
def test_a_document_without_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    document = tmp_path / "README.md"
    document.write_text(text)
    with pytest.raises(UsageError, match="no place"):
        place(document, "figures")
    assert document.read_text() == text


def test_stages_bring_along_what_they_need() -> None:
    assert needed_stages(["validate"]) == ("pin", "classify", "protect", "validate")
    assert needed_stages(["synthesize"]) == ("pin", "classify", "synthesize")
    assert needed_stages(["protect", "synthesize"]) == ("pin", "classify", "protect", "synthesize")
    assert needed_stages([]) == ()


def test_one_odd_turn_does_not_move_the_floor() -> None:
    turns = [replace(FLOOR, seconds=seconds) for seconds in (2.1, 90.0, 2.0)]
    assert median_cost(turns).seconds == 2.1


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="CPU seconds come from /proc")
def test_the_time_of_a_worker_that_nobody_waits_for_is_counted() -> None:
    """A parent that ignores its children's ends, as Spark's Python daemon does."""
    spin = "import time\nwhile time.process_time() < 1.5: pass"
    parent = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        f"child = subprocess.Popen([sys.executable, '-c', {spin!r}])\n"
        "while os.path.exists(f'/proc/{child.pid}'): time.sleep(0.05)\n"
    )
    with ProcessTree(interval=0.05) as tree:
        subprocess.run([sys.executable, "-c", parent], check=True)
    assert tree.cpu_seconds > 1.0


def test_enlarged_adult_is_the_same_each_time_and_of_the_size_asked(
    reference_data: Path, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    from benchmarks.enlarged_adult import QI8, adult, write_enlarged

    source = adult(reference_data / "adult")
    for name in ("one", "other"):
        write_enlarged(source, 1_200, tmp_path / name)
    made = pq.read_table(tmp_path / "one")
    assert made.num_rows == 1_200
    assert made.equals(pq.read_table(tmp_path / "other"))
    assert made.schema.equals(source.schema)
    for name in set(QI8) - {"age"}:
        assert set(made.column(name).to_pylist()) <= set(source.column(name).to_pylist())
