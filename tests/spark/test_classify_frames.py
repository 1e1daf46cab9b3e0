"""Columns of all kinds on Spark: a sample and all rows, the same answers as without Spark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from veilflow.classify import ColumnVerdict, classify_table, read_sample
from veilflow.classify.local_scan import scan_table
from veilflow.spark import classify
from veilflow.spark.classify import classify_frame, sample_frame

ROWS = 3_000
PLANTED = 1_234
NAMES = ["Anna Meyer", "Peter Novak", "Maria Rossi", "Olga Petrova", "Hans Berg"]
MAILS = [f"person{n}@example.org" for n in range(ROWS)]
PLAIN = [f"ward {n % 40}" for n in range(ROWS)]


def planted(value: str) -> list[str]:
    return [*PLAIN[:PLANTED], value, *PLAIN[PLANTED + 1 :]]


def table() -> pa.Table:
    """Columns by what they should be taken for, with all rows looked at."""
    contacts = [{"mail": mail, "tags": [n % 3]} for n, mail in enumerate(MAILS)]
    wards = [{"ward": ward, "beds": [{"no": n % 9}]} for n, ward in enumerate(planted("a@b.org"))]
    halves = [mail if n % 2 else f"C{n:06d}" for n, mail in enumerate(MAILS)]
    invalid = pa.array([b"M\xfcller" if n % 2 else b"Meyer" for n in range(ROWS)], pa.binary())
    return pa.table(
        {
            "struct": contacts,
            "deep": wards,
            "list": [[mail, "x"] for mail in MAILS],
            "map": pa.array([[("k", mail)] for mail in MAILS], pa.map_(pa.string(), pa.string())),
            "json": [json.dumps({"who": {"mail": mail}}) for mail in MAILS],
            "mixed": halves,
            "mail": planted("jo@example.org"),
            "secret": planted("ghp_" + "a1B2" * 9),
            "note": planted("The patient asked to be called back at (212) 555-0187 this evening."),
            "card": pa.array(
                [4111111111111111.0 if n == PLANTED else 0.5 + n for n in range(ROWS)]
            ),
            "surname": pa.Array.from_buffers(pa.string(), ROWS, invalid.buffers()),
            "bytes": pa.array([b"\xff\x00"] * ROWS, pa.binary()),
            "nothing": pa.nulls(ROWS, pa.string()),
            "one": ["same"] * ROWS,
            "name `with` ticks": [NAMES[n % 5] for n in range(ROWS)],
            "\u202eright to left": ["\u0645\u062d\u0645\u062f e\u0301"] * ROWS,
        }
    )


EXPECTED = {
    "struct": "email_address", "deep": "email_address", "list": "email_address",
    "map": "email_address", "json": "email_address", "mixed": "email_address",
    "mail": "email_address", "secret": "secret", "note": "phone_number",
    "card": "credit_card_number", "surname": "person_name", "bytes": "binary_content",
    "nothing": "none", "one": "none", "name `with` ticks": "person_name",
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames") / "t"
    folder.mkdir()
    pq.write_table(table(), folder / "part-0.parquet", row_group_size=1_000)
    return folder


def by_name(verdicts: tuple[ColumnVerdict, ...]) -> dict[str, tuple[str, float]]:
    return {verdict.name: (verdict.type, round(verdict.score, 2)) for verdict in verdicts}


def test_all_rows_give_the_same_answers_however_they_are_partitioned(
    spark: Any, place: Path
) -> None:
    frame = spark.read.parquet(str(place))
    whole = classify_frame(frame.coalesce(1), exhaustive=True)
    assert classify_frame(frame.repartition(5), exhaustive=True) == whole
    found = by_name(whole)
    assert {name: found[name][0] for name in EXPECTED} == EXPECTED
    assert all(verdict.evidence[-1] == "all 3,000 rows were looked at" for verdict in whole)
    assert by_name(scan_table(place)[1]) == found, "without Spark"


def test_a_sample_gives_the_same_answers_with_and_without_spark(spark: Any, place: Path) -> None:
    frame = spark.read.parquet(str(place))
    assert by_name(classify_frame(frame)) == by_name(classify_table(read_sample(place, ROWS)))


def test_a_frame_without_rows_has_verdicts_by_name(spark: Any) -> None:
    frame = spark.createDataFrame([], "email string, n bigint")
    found = by_name(classify_frame(frame, exhaustive=True))
    assert found == by_name(classify_frame(frame))
    assert found["email"][0] == "email_address"


def test_a_sample_is_one_job(spark: Any, place: Path) -> None:
    context = spark.sparkContext
    frame = spark.read.parquet(str(place))
    context.setJobGroup("sampling", "one pass")
    sample = sample_frame(frame)
    context.setLocalProperty("spark.jobGroup.id", None)
    assert len(context.statusTracker().getJobIdsForGroup("sampling")) == 1
    assert {(one.rows, one.nulls) for one in sample} == {(ROWS, 0), (ROWS, ROWS)}


@pytest.mark.parametrize("share", [1e-6, 0.3, 1.0])
def test_a_wrong_guess_costs_time_and_changes_no_sample(
    spark: Any, place: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    frame = spark.read.parquet(str(place)).select("mail", "mixed")
    monkeypatch.setattr(classify, "SAMPLE_ROWS", 40)
    expected = sample_frame(frame)
    monkeypatch.setattr(classify, "_guessed_share", lambda frame: share)
    sample = sample_frame(frame)
    assert sample == expected
    assert [list(one.values) for one in sample] == [list(one.values) for one in expected]
    assert (sample[0].rows, len(sample[0].values)) == (ROWS, 40)
