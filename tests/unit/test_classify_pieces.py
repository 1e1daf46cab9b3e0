"""A table's files in pieces: every row is in one, and the answer doesn't depend on how they lie."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.classify import pieces as cutting
from veilflow.classify.data_files import DataFile
from veilflow.classify.full_scan import LONGEST_CELL
from veilflow.classify.local_scan import scan_table
from veilflow.classify.pieces import Piece, dealt, pieces_of, read_piece
from veilflow.classify.table_scan import TableScan, judged
from veilflow.cli.tables import Asked, is_for_spark
from veilflow.errors import SourceChanged, SourceError

MB = 1024 * 1024


@given(st.lists(st.integers(0, 1_000), max_size=40), st.integers(1, 12))
def test_every_piece_is_dealt_once_and_no_lot_is_far_above_the_others(
    sizes: list[int], count: int
) -> None:
    pieces = [Piece(DataFile(f"/{n}", (), size), n, "", size) for n, size in enumerate(sizes)]
    lots = dealt(pieces, count)
    positions = [piece.position for lot in lots for piece in lot]
    assert sorted(positions) == list(range(len(sizes))) and len(lots) <= count
    assert all(lot == sorted(lot, key=lambda piece: piece.position) for lot in lots)
    held = [sum(piece.size for piece in lot) for lot in lots]
    assert max(held) - min(held) <= max(sizes, default=0)


def test_large_parquet_files_go_into_parts_and_others_stay_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "_SMALLEST_PART", 1)
    pq.write_table(pa.table({"n": range(1_000)}), tmp_path / "t.parquet", row_group_size=100)
    (tmp_path / "t.csv").write_text("n\n" + "1\n" * 1_000)
    assert [p.groups for p in pieces_of(tmp_path / "t.csv", 5)] == [None]
    assert [p.groups for p in pieces_of(tmp_path / "t.parquet")] == [None]
    parts = pieces_of(tmp_path / "t.parquet", 5)
    assert 3 < len(parts) <= 10
    assert [n for part in parts for n in part.groups or ()] == list(range(10))


@pytest.mark.parametrize("lots", [1, 2, 3, 7])
def test_the_answer_is_the_same_however_the_pieces_are_dealt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lots: int
) -> None:
    monkeypatch.setattr(cutting, "_SMALLEST_PART", 1)
    mails = [f"person{n}@example.org" for n in range(600)]
    for number, columns in enumerate(
        [
            {"n": list(range(600)), "mail": mails},
            {"n": [n / 2 for n in range(600)], "more": mails},
            {"n": ["219-09-9999", *map(str, range(599))], "mail": mails, "empty": pa.nulls(600)},
            {"empty": list(range(600)), "mail": mails},
        ]
    ):
        pq.write_table(pa.table(columns), tmp_path / f"{number}.parquet", row_group_size=150)
    whole = scan_table(tmp_path)
    scans = []
    for lot in dealt(pieces_of(tmp_path, lots), lots):
        scans.append(TableScan())
        for piece in lot:
            for batch in read_piece(piece, LONGEST_CELL):
                scans[-1].add(piece, batch)
    rows = sum(scan.rows for scan in scans)
    parts = [part for scan in reversed(scans) for part in scan.parts()]
    keys = {part.key: min(p.order for p in parts if p.key == part.key) for part in parts}
    found = [
        judged([part for part in parts if part.key == key], rows)
        for key in sorted(keys, key=keys.__getitem__)
    ]
    assert tuple(verdict for _, verdict in found) == whole[1]
    assert tuple(sample for sample, _ in found) == whole[0]
    assert {v.name: v.type for v in whole[1]} == {
        "n": "ssn", "mail": "email_address", "more": "email_address", "empty": "generic_id",
    }  # fmt: skip
    (differs,) = [line for line in whole[1][0].evidence if "differs" in line]
    assert f"int64 in {tmp_path}/0.parquet" in differs
    assert f"string in {tmp_path}/2.parquet" in differs
    assert not any("differs" in line for v in whole[1][1:] for line in v.evidence)


def test_numbers_before_texts_in_one_json_file_hide_nothing(tmp_path: Path) -> None:
    records = [{"n": n} for n in range(10_000)] + [{"n": "jo@example.org"}]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, records)))
    (verdict,) = scan_table(tmp_path / "t.jsonl")[1]
    assert verdict.type == "email_address"


def test_a_file_that_is_written_meanwhile_is_told(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("ward\nfirst\n")
    (piece,) = pieces_of(file)
    file.write_text("ward\nsecond\n")
    with pytest.raises(SourceChanged, match=r"t\.csv was written anew.*Look again"):
        list(read_piece(piece, 10))
    file.unlink()
    with pytest.raises(SourceError, match="every worker"):
        list(read_piece(piece, 10))


@pytest.mark.parametrize(
    ("sizes", "ending", "asked", "expected"),
    [
        ([1], "csv", Asked(10, exhaustive=True), False),
        ([1], "csv", Asked(10, spark=True), True),
        ([300, 300], "csv", Asked(10, exhaustive=True, spark=False), False),
        ([300, 300], "csv", Asked(10), False),
        ([300, 300], "csv", Asked(10, exhaustive=True), True),
        ([600], "csv", Asked(10, exhaustive=True), False),
        ([600, 1], "csv", Asked(10, exhaustive=True), False),
        ([60, 60], "csv.gz", Asked(10, exhaustive=True), True),
        ([100], "parquet", Asked(10, exhaustive=True), True),
        ([60], "parquet", Asked(10, exhaustive=True), False),
    ],
)
def test_spark_is_for_what_takes_longer_without_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sizes: list[int],
    ending: str,
    asked: Asked,
    expected: bool,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.delenv("VEILFLOW_MASTER", raising=False)
    for number, size in enumerate(sizes):
        with (tmp_path / f"{number}.{ending}").open("wb") as file:
            file.truncate(size * MB)
    assert is_for_spark(tmp_path, asked) is expected
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert is_for_spark(tmp_path, asked) is bool(asked.spark)
