"""Files of sample data: the same bytes again, whole files only, nobody else's folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from veilflow.errors import UsageError
from veilflow.sample_data import HospitalSummary, write, write_hospital
from veilflow.sample_data.hospital import SCHEMAS
from veilflow.sample_data.identifiers import MAX_DISTINCT


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def read_parquet(root: Path, table: str) -> pa.Table:
    return pa.concat_tables(
        [pa.parquet.read_table(path) for path in sorted((root / table).glob("*.parquet"))]
    )


def read_csv(root: Path, table: str) -> pa.Table:
    types = {field.name: field.type for field in SCHEMAS[table]}
    options = pa.csv.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    parsing = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.concat_tables(
        [
            pa.csv.read_csv(path, convert_options=options, parse_options=parsing)
            for path in sorted((root / table).glob("*.csv"))
        ]
    )


@pytest.fixture
def one_block_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many parts without many patients."""
    monkeypatch.setattr(write, "_BLOCKS_IN_PART", 1)


# --- what is written


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_the_same_arguments_make_the_same_bytes(tmp_path: Path, file_format: Any) -> None:
    summaries = [write_hospital(tmp_path / name, 300, 5, file_format=file_format) for name in "ab"]
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert first == second
    assert sorted(first) == [
        "_sample.json",
        f"encounters/part-00000.{file_format}",
        f"notes/part-00000.{file_format}",
        f"patients/part-00000.{file_format}",
    ]
    sizes = [len(data) for name, data in first.items() if name != "_sample.json"]
    assert [summary.bytes for summary in summaries] == [sum(sizes)] * 2


def test_another_seed_makes_other_bytes(tmp_path: Path) -> None:
    write_hospital(tmp_path / "a", 300, 5)
    write_hospital(tmp_path / "b", 300, 6)
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())


def test_both_formats_read_back_equal(tmp_path: Path) -> None:
    summary = write_hospital(tmp_path / "p", 2000, 5)
    write_hospital(tmp_path / "c", 2000, 5, file_format="csv")
    for table, schema in SCHEMAS.items():
        parquet, csv = read_parquet(tmp_path / "p", table), read_csv(tmp_path / "c", table)
        assert parquet.schema == schema
        assert len(parquet) == getattr(summary, table) > 0
        assert csv.cast(schema).combine_chunks().equals(parquet.combine_chunks())
    notes = read_parquet(tmp_path / "p", "notes")["text"].to_pylist()
    assert any("\n" in text and "," in text for text in notes)  # what a CSV writer gets wrong
    assert any('"' in text for text in notes)


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_no_rows_make_empty_tables_with_their_columns(tmp_path: Path, file_format: Any) -> None:
    summary = write_hospital(tmp_path, 0, 5, file_format=file_format)
    assert (summary.patients, summary.encounters, summary.notes) == (0, 0, 0)
    for table, schema in SCHEMAS.items():
        read = (read_csv if file_format == "csv" else read_parquet)(tmp_path, table)
        assert len(read) == 0
        assert read.column_names == schema.names
        assert read.schema.types == schema.types


@pytest.mark.usefixtures("one_block_a_part")
def test_parts_follow_one_another_without_gap_or_overlap(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    summary = write_hospital(
        tmp_path, 20_001, 5, progress=lambda done, rows: calls.append((done, rows))
    )
    assert calls == [(10_000, 20_001), (20_000, 20_001), (20_001, 20_001)]
    for table in SCHEMAS:
        assert [path.name for path in sorted((tmp_path / table).iterdir())] == [
            f"part-{number:05d}.parquet" for number in range(3)
        ]
        read = read_parquet(tmp_path, table)
        ids = [int(text[1:]) for text in read[0].to_pylist()]
        assert ids == list(range(1, getattr(summary, table) + 1))


def test_exactly_full_parts_leave_no_empty_one_behind(
    tmp_path: Path, one_block_a_part: None
) -> None:
    write_hospital(tmp_path, 20_000, 5)
    assert len(list((tmp_path / "patients").iterdir())) == 2


@pytest.mark.usefixtures("one_block_a_part")
def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    used: list[int] = []
    write_hospital(tmp_path, 80_000, 5, progress=lambda *_: used.append(pa.total_allocated_bytes()))
    assert len(used) == 8
    assert max(used[4:]) < 1.2 * max(used[:4])


# --- folders


def test_a_finished_folder_is_left_alone(tmp_path: Path) -> None:
    first = write_hospital(tmp_path, 300, 5)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    calls: list[int] = []
    second = write_hospital(tmp_path, 300, 5, progress=lambda done, _: calls.append(done))
    assert (first.reused, second.reused) == (False, True)
    assert (first.patients, first.encounters, first.notes, first.bytes) == (
        second.patients,
        second.encounters,
        second.notes,
        second.bytes,
    )
    assert calls == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == times


def _other_files(root: Path) -> None:
    (root / "mine.txt").write_text("mine")


def _other_rows(root: Path) -> None:
    write_hospital(root, 20, 5)


def _other_seed(root: Path) -> None:
    write_hospital(root, 10, 6)


def _other_format(root: Path) -> None:
    write_hospital(root, 10, 5, file_format="csv")


def _other_version(root: Path) -> None:
    write_hospital(root, 10, 5)
    record = json.loads((root / "_sample.json").read_text())
    (root / "_sample.json").write_text(json.dumps({**record, "generator_version": 0}))


def _a_file_gone(root: Path) -> None:
    write_hospital(root, 10, 5)
    (root / "notes" / "part-00000.parquet").unlink()


def _a_file_cut(root: Path) -> None:
    write_hospital(root, 10, 5)
    path = root / "notes" / "part-00000.parquet"
    path.write_bytes(path.read_bytes()[:-1])


def _a_broken_record(root: Path) -> None:
    (root / "_sample.json").write_text("[1, 2")


def _a_record_without_files(root: Path) -> None:
    write_hospital(root, 10, 5)
    record = json.loads((root / "_sample.json").read_text())
    del record["files"]
    (root / "_sample.json").write_text(json.dumps(record))


def _another_interrupted_run(root: Path) -> None:
    with pytest.raises(_Stop):
        write_hospital(root, 20, 5, progress=_stop)


@pytest.mark.parametrize(
    ("prepare", "problem"),
    [
        (_other_files, "isn't empty"),
        (_other_rows, "other parameters"),
        (_other_seed, "other parameters"),
        (_other_format, "other parameters"),
        (_other_version, "other parameters"),
        (_a_file_gone, "lacks some of its files"),
        (_a_file_cut, "was changed"),
        (_a_broken_record, "unreadable _sample.json"),
        (_a_record_without_files, "lacks some of its files"),
        (_another_interrupted_run, "interrupted run of other parameters"),
    ],
)
def test_a_folder_with_anything_else_is_refused_and_untouched(
    tmp_path: Path, prepare: Any, problem: str
) -> None:
    prepare(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=problem) as refusal:
        write_hospital(tmp_path, 10, 5)
    assert str(tmp_path) in str(refusal.value)
    assert "Name another folder" in refusal.value.remedy
    assert contents(tmp_path) == before


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        write_hospital(tmp_path / "taken", 10, 5)


def test_missing_parent_folders_are_made(tmp_path: Path) -> None:
    assert write_hospital(str(tmp_path / "a" / "b"), 10, 5).patients == 10


def test_two_runs_at_once_do_not_share_a_folder(tmp_path: Path) -> None:
    refusals: list[str] = []

    def second_run(*_: int) -> None:
        with pytest.raises(UsageError) as refusal:
            write_hospital(tmp_path, 10, 5)
        refusals.append(str(refusal.value))

    write_hospital(tmp_path, 10, 5, progress=second_run)
    assert len(refusals) == 1
    assert "being written by another run" in refusals[0]
    assert write_hospital(tmp_path, 10, 5).reused


# --- interrupted


class _Stop(Exception):
    pass


def _stop(done: int, rows: int) -> None:
    raise _Stop


@pytest.mark.usefixtures("one_block_a_part")
def test_an_interrupted_run_leaves_whole_files_and_may_be_repeated(tmp_path: Path) -> None:
    with pytest.raises(_Stop):
        write_hospital(tmp_path / "broken", 20_000, 5, progress=_stop)
    left = contents(tmp_path / "broken")
    assert "_sample.json" not in left
    assert "patients/part-00000.parquet" in left
    assert "patients/part-00001.parquet" not in left
    assert not [name for name in left if name.endswith(".tmp")]
    assert not write_hospital(tmp_path / "broken", 20_000, 5).reused
    write_hospital(tmp_path / "whole", 20_000, 5)
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")


_KILLED = """
import os, signal, sys, threading
from veilflow.sample_data import write

def die(table, path, file_format, write_table=write._write_table):
    write_table(table, path, file_format)
    if path.parent.name == "encounters":
        with open(path, "r+b") as half:
            half.truncate(100)
        os.kill(os.getpid(), signal.SIGKILL)

write._write_table = die
write.write_hospital(sys.argv[1], 200, 5)
"""


def test_a_killed_run_leaves_half_a_file_under_no_name_that_readers_see(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path / "k")], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = contents(tmp_path / "k")
    assert [name for name in left if not name.endswith(".tmp")] == [
        "_unfinished.json",
        "patients/part-00000.parquet",
    ]
    assert "encounters/.part-00000.parquet.tmp" in left
    write_hospital(tmp_path / "k", 200, 5)
    write_hospital(tmp_path / "whole", 200, 5)
    assert contents(tmp_path / "k") == contents(tmp_path / "whole")


_FULL = """
import resource, signal, sys
from veilflow.errors import StageFailed
from veilflow.sample_data import write_hospital

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_hospital(sys.argv[1], 5_000, 5)
except StageFailed as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_a_disk_that_takes_no_more_is_one_clear_line_and_no_half_file(tmp_path: Path) -> None:
    root = tmp_path / "full"
    full = subprocess.run(
        [sys.executable, "-c", _FULL, str(root)], capture_output=True, text=True, check=False
    )
    assert full.returncode == 1, full.stderr
    assert full.stdout.startswith(f"The sample data can't be written under {root}: ")
    assert "File too large" in full.stdout
    assert "Make room or name another folder" in full.stdout
    assert list(contents(root)) == ["_unfinished.json"]
    assert not write_hospital(root, 5_000, 5).reused


# --- arguments


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"rows": -1}, "rows must be a whole number from 0 on"),
        ({"rows": 1.5}, "rows must be a whole number from 0 on"),
        ({"rows": "10"}, "rows must be a whole number from 0 on"),
        ({"rows": True}, "rows must be a whole number from 0 on"),
        ({"rows": MAX_DISTINCT + 1}, "more than the 48,995,100 social security numbers"),
        ({"seed": -1}, "seed must be a whole number from 0 on"),
        ({"seed": None}, "seed must be a whole number from 0 on"),
        ({"file_format": "json"}, "the format must be one of parquet, csv"),
    ],
)
def test_a_bad_argument_is_named_before_anything_is_written(
    tmp_path: Path, arguments: dict[str, Any], problem: str
) -> None:
    good = {"rows": 10, "seed": 5, "file_format": "parquet"}
    with pytest.raises(UsageError, match=problem):
        write_hospital(tmp_path / "new", **{**good, **arguments})
    assert not os.path.exists(tmp_path / "new")


def test_the_summary_is_frozen(tmp_path: Path) -> None:
    summary = write_hospital(tmp_path, 1, 2**80)
    assert isinstance(summary, HospitalSummary)
    with pytest.raises(AttributeError):
        summary.patients = 2  # type: ignore[misc]
