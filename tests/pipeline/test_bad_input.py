"""Input as it shouldn't be: refused with what, where and what to do, or released as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from veilflow.errors import PolicyError, ReleaseRefused, SourceError, StageFailed
from veilflow.pipeline.state import Run

from tests.pipeline.place import PEOPLE, Place, people

pytestmark = pytest.mark.spark

GOOD = ("good-1", 1)
PLAIN = {"person": "pseudonym", "colour": "keep"}


@pytest.fixture
def folder(place: Place, tmp_path: Path) -> Path:
    """A source folder of the test's own, with the folder of the table ``people`` in it."""
    (tmp_path / "people").mkdir()
    return tmp_path


def pinned(place: Place, folder: Path, columns: Any = None, **changes: Any) -> Run:
    source = {"root": str(folder), **changes.pop("source", {})}
    if columns is not None and not any("quasi" in str(rule) for rule in columns.values()):
        changes.setdefault("anonymize", None)
    if columns is not None and "person" not in columns:
        changes.setdefault("privacy_unit", None)
    return place.pin(place.policy(columns, source=source, **changes))


def message(error: type[Exception], act: Callable[[], object]) -> str:
    with pytest.raises(error) as raised:
        act()
    return str(raised.value)


# -- seen when the run is pinned ---------------------------------------------------------------


def corrupt(kind: str, path: Path) -> None:
    pq.write_table(people(), path)
    data = path.read_bytes()
    path.write_bytes({"cut off": data[:-9], "empty": b"", "text": b"person,colour\n"}[kind])


@pytest.mark.parametrize("kind", ["cut off", "empty", "text"])
def test_a_file_that_is_no_parquet(place: Place, folder: Path, kind: str) -> None:
    pq.write_table(people(), folder / "people" / "part-0.parquet")
    corrupt(kind, folder / "people" / "part-1.parquet")
    said = message(SourceError, lambda: pinned(place, folder))
    assert f"{folder}/people/part-1.parquet: not a readable Parquet file" in said
    assert "Write it again" in said
    assert place.current() == GOOD


MISSING = {
    "no folder": (lambda folder: folder.rmdir(), "no parquet file at {folder}/people"),
    "no file": (lambda folder: None, "no parquet file at {folder}/people"),
    "hidden files only": (
        lambda folder: pq.write_table(people(), folder / "_part-0.parquet"),
        "no parquet file at {folder}/people",
    ),
    "another format": (
        lambda folder: (folder / "people.csv").write_text("a\n1\n"),
        "no parquet file at {folder}/people",
    ),
}


@pytest.mark.parametrize("case", MISSING)
def test_missing_files(place: Place, folder: Path, case: str) -> None:
    act, expected = MISSING[case]
    act(folder / "people")
    said = message(SourceError, lambda: pinned(place, folder))
    assert f"tables.people.path: {expected.format(folder=folder)}." in said
    assert "Check 'path', 'source.root' and 'source.format'." in said


def test_a_missing_root(place: Place, folder: Path) -> None:
    said = message(SourceError, lambda: pinned(place, folder / "nowhere"))
    assert f"source.root: there is no folder {folder}/nowhere." in said
    assert "mend the policy" in said


def test_parts_that_differ(place: Place, folder: Path) -> None:
    pq.write_table(people(), folder / "people" / "part-0.parquet")
    ages = people()["age"].cast(pa.string())
    pq.write_table(people().set_column(3, "age", ages), folder / "people" / "part-1.parquet")
    said = message(SourceError, lambda: pinned(place, folder))
    assert "part-1.parquet: its columns or types differ from part-0.parquet of table people" in said


HEADERS = {
    "twice": (["person", "colour", "colour"], "columns 2 and 3 have the same name; rename it"),
    "in two cases": (["person", "colour", "Colour"], "two columns differ in case only"),
    "nameless": (["person", "colour", ""], "column 3 has no name; rename it"),
    "reserved": (["person", "colour", "__unit"], "'__unit': names that begin with two underscores"),
}


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
@pytest.mark.parametrize("case", HEADERS)
def test_column_names_that_cannot_be(
    place: Place, folder: Path, case: str, file_format: str
) -> None:
    names, expected = HEADERS[case]
    path = folder / "people" / f"part-0.{file_format}"
    if file_format == "csv":
        path.write_text(",".join(names) + "\n1,2,3\n")
    else:
        pq.write_table(pa.table([["1"], ["2"], ["3"]], names=names), path)
    columns = {name: "keep" for name in names if name and name != "Colour"}
    said = message(
        SourceError,
        lambda: pinned(
            place, folder, {**columns, "person": "pseudonym"}, source={"format": file_format}
        ),
    )
    assert expected in said
    assert "people" in said


def test_a_csv_file_without_a_header(place: Place, folder: Path) -> None:
    (folder / "people" / "part-0.csv").write_text("")
    said = message(SourceError, lambda: pinned(place, folder, PLAIN, source={"format": "csv"}))
    assert "part-0.csv: is empty; a CSV file needs a header line" in said


# -- seen when the data is read ----------------------------------------------------------------


def test_a_parquet_file_with_damaged_pages(place: Place, folder: Path) -> None:
    path = folder / "people" / "part-0.parquet"
    pq.write_table(people(), path, use_dictionary=False, compression="gzip")
    data = bytearray(path.read_bytes())
    data[60:380] = b"Zebedee " * 40
    path.write_bytes(data)
    run = pinned(place, folder)
    for stage in ("classify", "protect"):
        said = message(StageFailed, lambda stage=stage: place.stage(run, stage))
        assert f"Stage {stage} failed" in said and "Nothing was released" in said
        assert "Zebedee" not in said
    place.assert_never_began(run.record.run)


def csv_run(place: Place, folder: Path, text: str, columns: Any, **source: Any) -> Run:
    (folder / "people" / "part-0.csv").write_text(text, encoding="utf-8")
    return pinned(place, folder, columns, source={"format": "csv", **source})


@pytest.mark.parametrize(("torn", "told"), [(3, "fewer than 10 lines"), (12, "12 lines")])
def test_torn_lines_of_csv(place: Place, folder: Path, torn: int, told: str) -> None:
    lines = [f"p{n},red" for n in range(20)]
    lines[4 : 4 + torn] = [f"p{n},Zebedee,one,two" for n in range(torn)]
    run = csv_run(place, folder, "person,colour\n" + "\n".join(lines) + "\n", PLAIN)
    said = message(SourceError, lambda: place.stage(run, "protect"))
    assert f"table people: {told} aren't CSV as the header and source.delimiter say" in said
    assert "Mend the file, or set source.delimiter and source.encoding." in said
    assert "Zebedee" not in said
    place.assert_never_began(run.record.run)


def test_quoted_cells_may_hold_anything(place: Place, folder: Path, judge: Any) -> None:
    judge("passes")
    odd = 'a "quoted", torn\ncell; ünï 🎉'
    text = "\ufeffperson,colour\n" + 'p1,"a ""quoted"", torn\ncell; ünï 🎉"\n' + "p2,\np3,red\n"
    run = csv_run(place, folder, text, PLAIN)
    place.stage(run, "classify", "protect", "validate", "publish")
    kept = {row["colour"] for row in place.rows(run.record.run)}
    assert kept == {odd, None, "red"}


SCORES = "person,score\n" + "".join(
    f"p{n},{('Zebedee', '1.5')[n % 2] if n < 12 else n}\n" for n in range(30)
)


def test_a_value_that_cannot_be_cast(place: Place, folder: Path) -> None:
    columns = {"person": "pseudonym", "score": {"role": "insensitive", "as": "integer"}}
    run = csv_run(place, folder, SCORES, columns)
    said = message(ReleaseRefused, lambda: place.stage(run, "protect"))
    assert "tables.people.columns.score: 12 values can't be cast to integer" in said
    assert "add 'on_cast_error: nullify' to the column" in said
    assert "Zebedee" not in said
    place.assert_never_began(run.record.run)
    assert message(ReleaseRefused, lambda: place.stage(run, "publish")) == said


def test_a_value_that_cannot_be_cast_becomes_null_on_request(
    place: Place, folder: Path, judge: Any
) -> None:
    judge("passes")
    rule = {"role": "insensitive", "as": "integer", "on_cast_error": "nullify"}
    run = csv_run(place, folder, SCORES, {"person": "pseudonym", "score": rule})
    place.stage(run, "classify", "protect", "validate", "publish")
    scores = [row["score"] for row in place.rows(run.record.run)]
    assert sorted(score for score in scores if score is not None) == list(range(12, 30))
    assert scores.count(None) == 12


WRONG = {
    "rounding text": (
        {"role": "sensitive", "protect": {"round": {"to": 10}}},
        PolicyError,
        "tables.people.columns.colour: round needs numbers, and the column is string; "
        "add 'as: number'",
    ),
    "cutting text to months": (
        {"role": "sensitive", "protect": {"truncate": {"to": "month"}}},
        PolicyError,
        "tables.people.columns.colour: truncate to month needs dates, and the column is string; "
        "add 'as: date' or 'as: timestamp'",
    ),
    "intervals of text": (
        {"role": "quasi", "hierarchy": {"intervals": [5], "lower": 0, "upper": 90}},
        ReleaseRefused,
        "table people, column 'colour': fewer than 10 distinct values are no numbers that its "
        "hierarchy can read. Clean them (a missing number has to be null), or choose another "
        "hierarchy. Or set `on_unknown: top` in the column's hierarchy, which generalises them to "
        "its root. Then start a new run.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_types(place: Place, case: str) -> None:
    rule, error, expected = WRONG[case]
    columns = {**PEOPLE, "colour": rule}
    run = place.pin(place.policy(columns))
    said = message(error, lambda: place.stage(run, "protect"))
    assert expected in said
    assert "green" not in said
    place.assert_never_began(run.record.run)
    assert place.current() == GOOD


def test_nested_columns_are_refused_at_once(place: Place, folder: Path, judge: Any) -> None:
    table = pa.table(
        {
            "person": ["p1"], "colour": ["red"], "struct: in": [{"deep": {"er": 1}}],
            "list": [[1]], "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
            "dropped": [[2]],
        }
    )  # fmt: skip
    pq.write_table(table, folder / "people" / "part-0.parquet")
    columns = {**PLAIN, "struct: in": "keep", "list": "sensitive", "map": "redact"}
    said = message(PolicyError, lambda: pinned(place, folder, {**columns, "dropped": "drop"}))
    for kind in ("struct", "list", "map"):
        assert f" holds {kind}s, which this version can't judge as a whole" in said
    assert """say '"struct: in": drop'.""" in said and "dropped" not in said


# -- released as it is -------------------------------------------------------------------------

STRANGE = (
    "a.b", "two words", " edge ", 'say "x"', "it's", "back`tick", "🎉", "姓名", "ünï",
    "a/b", "c\\d", "semi;colon", "[0]", "{x}", "100%", "select", "mid\nbreak", "tab\t", "$h", "#",
    "x" * 300,
)  # fmt: skip


def test_strange_column_names(place: Place, folder: Path) -> None:
    rows = 24
    named = {name: [f"{n % 2} of {i}" for n in range(rows)] for i, name in enumerate(STRANGE)}
    table = pa.table({"person 🧑.`id`": [f"person {n}" for n in range(rows)], **named})
    pq.write_table(table, folder / "people" / "part[0] {a}*.parquet")
    columns: dict[str, Any] = {"person 🧑.`id`": "pseudonym"}
    treatments = ("keep", {"role": "quasi", "hierarchy": "redact"}, "sensitive", "pseudonym",
                  {"role": "sensitive", "protect": {"partial": {"keep_first": 1}}}, "redact",
                  "nullify")  # fmt: skip
    for i, name in enumerate(STRANGE):
        columns[name] = treatments[i % len(treatments)]
    run = pinned(place, folder, columns, privacy_unit="person 🧑.`id`", anonymize={"k": 5})
    place.stage(run, "classify", "protect", "validate", "publish")
    found = place.rows(run.record.run)
    assert list(found[0]) == list(columns)
    assert len(found) == rows
    assert {row["a.b"] for row in found} == {"0 of 0", "1 of 0"}
    assert {row["two words"] for row in found} == {"0 of 1", "1 of 1"}
    evidence = run.evidence("protect").anonymization
    assert evidence.levels["people.ünï"] == 0


def test_nulls_giants_and_every_type(place: Place, folder: Path) -> None:
    rows = 20
    giant = "Zebedee" * 150_000
    table = pa.table(
        {
            "person": [giant, *[f"p{n}" for n in range(1, rows)]],
            "sex": pa.array([None] * rows, pa.string()),
            "void": pa.nulls(rows),
            "text": ["ß" * (1 << 19), *["short"] * (rows - 1)],
            "raw": [bytes([n, 0, 255]) for n in range(rows)],
            "cost": [Decimal("12.340")] * rows,
            "day": [dt.date(1900, 1, 1)] * rows,
            "moment": pa.array([1774751400_000_000] * rows, pa.timestamp("us", "UTC")),
            "flag": [True, False] * (rows // 2),
            "tiny": pa.array([-128] * rows, pa.int8()),
            "code": pa.array(["a", "b"] * (rows // 2)).dictionary_encode(),
            "share": [float("nan"), float("inf"), -0.0, *[0.5] * (rows - 3)],
        }
    )
    pq.write_table(table, folder / "people" / "part-0.parquet")
    kept = dict.fromkeys(table.column_names[2:], "sensitive")
    columns = {"person": "pseudonym", "sex": {"role": "quasi", "hierarchy": "redact"}, **kept}
    run = pinned(place, folder, columns, anonymize={"k": 5})
    place.stage(run, "classify", "protect", "validate", "publish")
    found = place.rows(run.record.run)
    assert {len(row["person"]) for row in found} == {26}
    assert {row["void"] for row in found} == {None}
    assert sorted(len(row["text"]) for row in found)[-2:] == [5, 1 << 19]
    assert {row["raw"] for row in found} == {bytes([n, 0, 255]) for n in range(rows)}
    assert {row["cost"] for row in found} == {Decimal("12.340")}
    assert {row["moment"].isoformat() for row in found} == {"2026-03-29T02:30:00+00:00"}
    assert {row["code"] for row in found} == {"a", "b"}


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_a_table_without_rows(place: Place, folder: Path, file_format: str) -> None:
    if file_format == "csv":
        (folder / "people" / "part-0.csv").write_text("person,full_name,sex,age,colour\n")
    else:
        pq.write_table(people(0), folder / "people" / "part-0.parquet")
    run = pinned(place, folder, source={"format": file_format})
    place.stage(run, "classify", "protect", "validate", "publish")
    assert place.rows(run.record.run) == []
    (table,) = run.evidence("protect").tables
    assert (table.rows_in, table.rows_out, table.columns_out) == (0, 0, 4)


def test_a_table_of_one_row_hides_nobody(place: Place, folder: Path) -> None:
    pq.write_table(people(1), folder / "people" / "part-0.parquet")
    run = pinned(place, folder)
    said = message(ReleaseRefused, lambda: place.stage(run, "protect"))
    assert "View 'people' has fewer than k = 5 privacy units in all" in said


def test_a_table_of_one_row_without_quasi_identifiers(
    place: Place, folder: Path, judge: Any
) -> None:
    judge("passes")
    pq.write_table(people(1).select(["person", "colour"]), folder / "people" / "part-0.parquet")
    run = pinned(place, folder, PLAIN)
    place.stage(run, "classify", "protect", "validate", "publish")
    (row,) = place.rows(run.record.run)
    assert row["colour"] == "red"


def test_files_are_read_by_their_very_names(place: Place, folder: Path) -> None:
    """To Spark a path is a pattern: this one would also be that of its neighbour."""
    pq.write_table(people(40), folder / "people" / "part[0].parquet")
    pq.write_table(people(30), folder / "people" / "_part0.parquet")
    run = pinned(place, folder, {**PEOPLE, "sex": "drop", "age": "drop"}, anonymize=None)
    place.stage(run, "protect")
    (table,) = run.evidence("protect").tables
    assert table.rows_out == 40


def test_a_policy_that_yaml_cannot_read(place: Place) -> None:
    path = place.policy()
    path.write_text(path.read_text() + "\ntables: {}\n")
    said = message(PolicyError, lambda: place.pin(path))
    line = len(path.read_text().splitlines())
    assert f"{path}:{line}: " in said and "tables" in said
    assert yaml.safe_load(path.read_text())["tables"] == {}, "YAML itself would take the last one"
