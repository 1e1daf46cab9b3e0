"""Samples of local files, the broken ones too."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from veilflow.classify import ColumnSample, classify_table, read_sample
from veilflow.classify.values import MAX_CELL
from veilflow.errors import SourceError, UsageError


def columns(path: Path, **options: object) -> dict[str, list[str | None]]:
    read = read_sample(path, **options)  # type: ignore[arg-type]
    return {sample.name: list(sample.values) for sample in read}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n3,\n", {"a": ["1", "3"], "b": ["2", None]}),
        ("a;b\n1,5;2\n3,5;4\n", {"a": ["1,5", "3,5"], "b": ["2", "4"]}),
        ("a\tb\n1\t2\n", {"a": ["1"], "b": ["2"]}),
        ("a|b\n1|2\n", {"a": ["1"], "b": ["2"]}),
        ("a\n007\n", {"a": ["007"]}),
        ('a,b\n"x, ""y""\nz",2\n', {"a": ['x, "y"\nz'], "b": ["2"]}),
        ("a,b\n1\n1,2,3\n\n4,5\n", {"a": ["1", "1", "4"], "b": [None, "2", "5"]}),
        ("\ufeffa,b\r\n1,2\r\n", {"a": ["1"], "b": ["2"]}),
        ("a,b\n", {"a": [], "b": []}),
        ("a,b\n1,x\0y\n", {"a": ["1"], "b": ["xy"]}),
        ("", {}),
    ],
)
def test_csv(tmp_path: Path, text: str, expected: dict[str, list[str | None]]) -> None:
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8", newline="")
    assert columns(file) == expected


def test_csv_with_a_given_delimiter(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a^b\n1,2^3\n")
    assert columns(tmp_path / "t.csv", delimiter="^") == {"a": ["1,2"], "b": ["3"]}


def test_csv_encodings_and_compression(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("n,b\nJosé,1\n".encode("latin-1"))
    assert columns(tmp_path / "latin.csv")["b"] == ["1"]
    (tmp_path / "wide.csv").write_bytes("n,b\nJosé,1\n".encode("utf-16"))
    assert columns(tmp_path / "wide.csv")["n"] == ["José"]
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert columns(tmp_path / "t.csv.gz") == {"a": ["1"], "b": ["2"]}


def test_duplicate_names_stay_two_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,a,\n1,2,3\n")
    read = read_sample(tmp_path / "t.csv")
    assert [(s.name, list(s.values)) for s in read] == [("a", ["1"]), ("a", ["2"]), ("", ["3"])]


def test_a_file_without_a_header_is_refused_without_quoting_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("ann@example.org,1\nbob@example.org,2\n")
    with pytest.raises(SourceError) as caught:
        read_sample(tmp_path / "t.csv")
    assert "ann" not in str(caught.value)
    assert "line with the column names" in str(caught.value)


def test_json_lines(tmp_path: Path) -> None:
    records = [{"a": 1, "b": {"c": ["x", "y"]}}, {"a": None, "d": True}, {"a": 3, "b": "é"}]
    text = "\n".join(json.dumps(record) for record in records)
    (tmp_path / "t.jsonl").write_text(text + "\n\n")
    read = {sample.name: sample for sample in read_sample(tmp_path / "t.jsonl")}
    assert list(read["a"].values) == ["1", None, "3"]
    assert (read["a"].physical_type, read["d"].physical_type) == ("int64", "boolean")
    assert list(read["b"].values) == ['{"c":["x","y"]}', None, "é"]
    assert (read["a"].rows, read["a"].nulls, read["a"].distinct) == (3, 1, 2)


def test_a_json_array_of_records_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[{"a": 1}, {"a": 2}]')
    assert columns(tmp_path / "t.json") == {"a": ["1", "2"]}


def test_parquet_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": pa.array([1, None, 3], pa.int32()),
            "t": pa.array([0, 1, 2], pa.timestamp("us", "UTC")),
            "b": pa.array([b"\xff\x00", None, b"x"], pa.binary()),
            "d": pa.array(["u", "v", "u"]).dictionary_encode(),
            "s": pa.array([{"x": "1", "y": [2]}, None, {"x": "é", "y": []}]),
            "m": pa.array([[("k", "v")], [], None], pa.map_(pa.string(), pa.string())),
            "f": pa.array([94107.0, 2139.0, None]),
            "o": pa.array([True, None, False]),
            "z": pa.nulls(3),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    read = {sample.name: sample for sample in read_sample(tmp_path / "t.parquet")}
    assert list(read["n"].values) == ["1", None, "3"]
    assert list(read["t"].values)[0] == "1970-01-01 00:00:00.000000Z"
    assert list(read["b"].values) == ["binary", None, "binary"]
    assert list(read["d"].values) == ["u", "v", "u"]
    assert list(read["s"].values) == ['{"x":"1","y":[2]}', None, '{"x":"é","y":[]}']
    assert list(read["f"].values) == ["94107.0", "2139.0", None]
    assert list(read["o"].values) == ["true", None, "false"]
    assert read["z"].nulls == 3
    assert [verdict.type for verdict in classify_table(read.values())].count("binary_content") == 1


def test_a_limit_is_kept_and_spread(tmp_path: Path) -> None:
    table = pa.table({"a": [str(index) for index in range(1000)]})
    pq.write_table(table, tmp_path / "part-0.parquet", row_group_size=100)
    pq.write_table(table, tmp_path / "part-1.parquet", row_group_size=100)
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / ".hidden.parquet").write_text("junk")
    (read,) = read_sample(tmp_path, 40)
    assert read.rows == 40
    numbers = [int(value) for value in read.values if value]
    assert max(numbers) >= 800
    assert [sample.rows for sample in read_sample(tmp_path, 1)] == [2]  # at least one row a file


def test_columns_that_only_some_files_have(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,2\n")
    (tmp_path / "2.csv").write_text("a,c\n3,4\n")
    assert columns(tmp_path) == {"a": ["1", "3"], "b": ["2", None], "c": [None, "4"]}


def test_a_huge_cell_is_cut(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n"' + "x" * 10_000_000 + '",1\n')
    (value,) = columns(tmp_path / "t.csv")["a"]
    assert value is not None
    assert len(value) == MAX_CELL


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.parquet", b"PAR1 secretvalue"),
        ("t.jsonl", b'{"a": secretvalue}\n'),
        ("t.jsonl", b'["secretvalue"]\n[1]\n'),
        ("t.jsonl", b"[" * 100_000),
        ("t.csv.gz", b"secretvalue"),
    ],
)
def test_a_broken_file_is_refused_without_quoting_it(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_sample(tmp_path / name)
    assert "secretvalue" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.remedy


def test_what_is_not_there_or_not_one_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        read_sample(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="holds no"):
        read_sample(tmp_path)
    (tmp_path / "1.csv").write_text("a\n1\n")
    with pytest.raises(UsageError):
        read_sample(tmp_path, 0)
    (tmp_path / "2.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(SourceError, match="mixes"):
        read_sample(tmp_path)


def test_a_small_file_is_classified_in_two_seconds_without_spark(tmp_path: Path) -> None:
    table = pa.table({f"c{index}": [f"v{row}" for row in range(500)] for index in range(20)})
    pq.write_table(table, tmp_path / "t.parquet")
    code = (
        "import sys; from veilflow.classify import *; "
        f"v = classify_table(read_sample({str(tmp_path / 't.parquet')!r})); "
        "assert len(v) == 20; assert 'pyspark' not in sys.modules and 'pandas' not in sys.modules"
    )
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    # The promise is two seconds on an idle machine; tests share theirs.
    assert time.perf_counter() - start < 6


def test_importing_classify_loads_nothing_heavy() -> None:
    code = (
        "import sys, veilflow.classify; heavy = {'pyarrow', 'numpy', 'pandas', 'pyspark'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_sample_of_samples_is_a_column_sample(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    assert all(isinstance(sample, ColumnSample) for sample in read_sample(tmp_path / "t.csv"))
