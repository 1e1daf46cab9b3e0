"""Whatever a file holds: classified or reported, never crashed, never slow.

Each case goes through the command line, on a sample and on all rows. CPU time is bounded with a
wide margin, so that only what grows without bounds is told.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from veilflow.cli import main

BIG = "word and " * 1_200_000
WORDS = ("Anna", "Berlin", "x1", "2020-01-01", "jo@example.org", "12", "F")
COLUMNS = 5_000
PEOPLE = ["Anna Meyer", "José Núñez", "محمد علي", "Øyvind Berg", "王伟"]

Make = Callable[[Path], Path]


def text(ending: str, content: str) -> Make:
    return raw(ending, content.encode())


def raw(ending: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / f"t.{ending}").write_bytes(content)
        return folder / f"t.{ending}"

    return make


def parquet(*columns: Any, names: list[str] | None = None) -> Make:
    def make(folder: Path) -> Path:
        named = names or [f"c{place}" for place in range(len(columns))]
        arrays = [
            column if isinstance(column, pa.Array) else pa.array(column) for column in columns
        ]
        pq.write_table(pa.Table.from_arrays(arrays, names=named), folder / "t.parquet")
        return folder / "t.parquet"

    return make


def invalid(*cells: bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.string(), len(cells), pa.array(cells, pa.binary()).buffers())


def damaged(cut: int | None, flipped: int) -> Make:
    def make(folder: Path) -> Path:
        path = parquet(["jo@example.org"] * 50)(folder)
        content = bytearray(path.read_bytes()[:cut])
        for place in range(4, 4 + flipped):
            content[place] ^= 0xFF
        path.write_bytes(content)
        return path

    return make


def wide(folder: Path) -> Path:
    header = ",".join(f"column_{n}" for n in range(COLUMNS))
    rows = [",".join(WORDS[(n + row) % 7] for n in range(COLUMNS)) for row in range(10)]
    return text("csv", "\n".join([header, *rows]))(folder)


RANDOM = bytes(random.Random(7).randrange(256) for _ in range(100_000))
CLASSIFIED: dict[str, tuple[Make, tuple[str | None, ...]]] = {
    "bytes": (parquet(pa.array([b"\xff\x00"] * 30, pa.binary())), ("binary_content",)),
    "a cell of 10 MB": (parquet([BIG] * 2, ["F", "M"]), ("free_text", None)),
    "one in CSV": (text("csv", f'a,b\n"{BIG}",1\n'), ("free_text", None)),
    "one in JSON, twice": (text("jsonl", json.dumps({"a": BIG, "b": {"c": BIG}})), (None, None)),
    "ten million digits": (text("csv", f'a,b\n"{"1" * 10_000_000}",1\n'), (None, None)),
    "half an address, often": (text("csv", f'a,b\n"{"a@" * 5_000_000}",1\n'), (None, None)),
    "half a phone number, often": (text("csv", f'a,b\n"{"+1 (" * 500_000}",1\n'), (None, None)),
    "one value only": (parquet(["same"] * 99, ["jo@example.org"] * 99), ("none", "email_address")),
    "nothing but nulls": (parquet(pa.nulls(9), pa.nulls(9, pa.string()), names=["x", "email"]),
                          ("none", "email_address")),
    "null-like texts": (parquet(["N/A", "", "null", "-"] * 5, names=["phone"]), ("phone_number",)),
    "no rows": (parquet(pa.array([], pa.string()), names=["email"]), ("email_address",)),
    "names twice": (text("csv", "x,x\njo@example.org,F\na@example.org,M\n"),
                    ("email_address", None)),
    "names twice in Parquet": (parquet(["jo@example.org"] * 3, ["F"] * 3, names=["x", "x"]),
                               ("email_address", None)),
    "no name": (text("csv", ",b\njo@example.org,F\n"), ("email_address", None)),
    "right to left": (
        text("csv", "\u202ename\n" + "\n".join(f"\u202b{n}\u202c" for n in PEOPLE * 4)),
        ("person_name",)),
    "combining accents": (text("csv", "name\n" + "jo\u0301@example.org\n" * 3), ("email_address",)),
    "Latin-1": (raw("csv", "email,Straße\njo@example.org,Königsweg 2\n".encode("latin-1")),
                ("email_address", None)),
    "invalid UTF-8 in Parquet": (parquet(invalid(b"M\xfcller", b"jo@example.org"), names=["email"]),
                                 (None,)),
    "and in a struct": (parquet(pa.StructArray.from_arrays([invalid(b"M\xfc", b"x")], ["a"])),
                        (None,)),
    "random bytes": (raw("csv", b"a\n" + RANDOM), (None,)),
    "JSON nine hundred deep": (text("jsonl", '{"a":' * 900 + "1" + "}" * 900), (None,)),
    "half a surrogate": (text("jsonl", '{"a": "\\ud800 jo@example.org"}\n{"a": "x"}'), (None,)),
    "numbers that are none": (parquet([1.5, None, float("nan"), float("inf"), -0.0]), (None,)),
    "types that texts have no word for": (
        parquet(pa.array([1, None], pa.duration("s")), pa.array([1, 2], pa.time64("us")),
                pa.nulls(2, pa.decimal128(38, 10)), pa.array(["x", "y"], pa.large_string()),
                pa.array(["x", "y"], pa.string_view()), pa.array([{"a": [b"\xff"]}, None])),
        (None,) * 6),
}  # fmt: skip
REPORTED: dict[str, tuple[Make, str]] = {
    "an empty CSV": (text("csv", ""), "holds no columns"),
    "blank lines": (text("csv", "\n\n"), "holds no columns"),
    "empty JSON lines": (text("jsonl", ""), "holds no columns"),
    "an empty Parquet file": (text("parquet", ""), "can't be read as parquet"),
    "half a Parquet file": (damaged(200, 0), "can't be read as parquet"),
    "a Parquet file with flipped bits": (damaged(None, 60), "can't be read as parquet"),
    "JSON a hundred thousand deep": (text("jsonl", "[" * 100_000), "can't be read as json"),
    "random bytes as Parquet": (raw("parquet", RANDOM), "can't be read as parquet"),
    "random bytes, packed": (raw("csv.gz", RANDOM), "can't be read as csv"),
}


def classified(capsys: pytest.CaptureFixture[str], path: Path, *more: str) -> tuple[int, Any]:
    begun = time.process_time()
    code = main(["classify", str(path), "--json", *more])
    assert time.process_time() - begun < 30
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("more", [(), ("--exhaustive",)], ids=["sample", "all rows"])
@pytest.mark.parametrize("case", CLASSIFIED)
def test_classified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str, more: tuple[str, ...]
) -> None:
    make, types = CLASSIFIED[case]
    code, found = classified(capsys, make(tmp_path), *more)
    assert code == 0, found
    told = [column["type"] for column in found["columns"]]
    assert told == [
        was if was is not None else is_now for was, is_now in zip(types, told, strict=True)
    ]


@pytest.mark.parametrize("more", [(), ("--exhaustive",)], ids=["sample", "all rows"])
@pytest.mark.parametrize("case", REPORTED)
def test_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str, more: tuple[str, ...]
) -> None:
    make, said = REPORTED[case]
    code, found = classified(capsys, make(tmp_path), *more)
    assert (code, found["error"]) == (1, "SourceError")
    assert said in found["message"] and "example" not in found["message"]


@pytest.mark.parametrize("more", [(), ("--exhaustive",)], ids=["sample", "all rows"])
def test_five_thousand_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    code, found = classified(capsys, wide(tmp_path), *more)
    assert (code, len(found["columns"])) == (0, COLUMNS)
