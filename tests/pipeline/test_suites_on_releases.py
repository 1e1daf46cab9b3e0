"""``veilflow validate RELEASE --suite S``: any suite, on what was released, with one's own keys."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from veilflow.cli import main

from tests.pipeline.place import Place, people

pytestmark = pytest.mark.spark

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def shared_session(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands start and stop a session of their own; here they borrow that of all tests."""

    @contextmanager
    def session(*_: object, **__: object) -> Iterator[Any]:
        yield spark

    monkeypatch.setattr("veilflow.spark.session.session", session)


@pytest.fixture
def suites(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with ``expectations/suites/people.json``, compiled from the good policy."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "expectations" / "suites"
    folder.mkdir(parents=True)
    assert main(["suite", str(place.home / "good.yaml"), "--out", f"{folder}/people.json"]) == 0
    return folder


def validated(capsys: Output, *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of ``veilflow validate``."""
    capsys.readouterr()
    code = main(["validate", *[str(argument) for argument in arguments]])
    shown = capsys.readouterr()
    assert "p0001" not in shown.out + shown.err and "Zebedee" not in shown.out + shown.err
    return code, shown.out, shown.err


def plain(path: Path, *expectations: dict[str, Any], **parts: Any) -> Path:
    path.write_text(json.dumps({"name": "mine", "expectations": expectations, **parts}))
    return path


def test_a_compiled_suite_says_of_the_release_what_the_gate_said(
    place: Place, suites: Path, capsys: Output
) -> None:
    code, out, err = validated(capsys, "people", "--suite", "people", "--json")
    told = json.loads(out)
    assert (code, told["passed"], told["release"]) == (0, True, "good-1")
    assert {(one["name"], one["why"]) for one in told["not_judged"]} == {
        (
            "difference attack",
            "compares with the release before it in its series, and there is none",
        )
    }
    evidence = json.loads(place.store.get("releases/people/good-1/evidence.json").data)
    gate = [c for c in evidence["stages"][-1]["checks"] if c["name"] != "granularity"]
    assert [(c["name"], c["table"], c["observed"]) for c in told["checks"]] == [
        (c["name"], c["table"], c["observed"]) for c in gate
    ]


def test_a_run_that_nobody_published_and_its_output_alone(
    place: Place, suites: Path, capsys: Output
) -> None:
    run = place.pin(place.two_tables(name="good.yaml", publish=place.publication()), "made-only")
    uri = run.ref.uri
    code, _, err = validated(capsys, uri, "--suite", "people")
    assert (code, "stage protect hasn't finished; run it first" in err) == (1, True)
    place.stage(run, "protect")
    code, out, _ = validated(capsys, uri, "--suite", "people", "--output-only")
    assert code == 0
    assert out.splitlines()[0] == "people made-only (masked)"
    assert "passed: 8 of 8 checks passed" in out
    assert "not judged: needs the source, and only the output was looked at" in out
    assert run.evidence("validate") is None, "nobody's suite is the gate's verdict"


def test_a_suite_can_be_tightened_and_extended(suites: Path, capsys: Output) -> None:
    document = json.loads((suites / "people.json").read_text())
    view = next(s for s in document["suites"]["masked"] if s["name"] == "people: view")
    anonymous, _linkage = view["expectations"]
    anonymous["kwargs"]["k"] = 1000
    # On Spark a column of a view has a dot in its name, which Great Expectations wants quoted.
    view["expectations"].append(
        {"type": "expect_column_to_exist", "kwargs": {"column": "`people.sex`"}}
    )
    document["suites"]["masked"] = [view]
    (suites / "stricter.json").write_text(json.dumps(document))
    code, out, _ = validated(capsys, "people", "--suite", "stricter")
    assert code == 2
    assert "FAILED: k-anonymity on people: Every combination" in out
    assert out.splitlines()[-1] == "refused: 2 of 3 checks passed"
    anonymous["severity"] = "warning"
    (suites / "stricter.json").write_text(json.dumps(document))
    code, out, _ = validated(capsys, "people", "--suite", suites / "stricter.json")
    assert code == 0
    assert "warning: k-anonymity on people" in out


def test_plain_suites_of_great_expectations(tmp_path: Path, place: Place, capsys: Output) -> None:
    rows = {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 200}}
    colours = {
        "type": "expect_column_values_to_be_in_set",
        "kwargs": {"column": "colour", "value_set": ["red", "green"]},
    }
    file = plain(tmp_path / "rows.json", rows)
    assert validated(capsys, "people", "--suite", file, "--table", "people")[0] == 0
    code, _, err = validated(capsys, "people", "--suite", file)
    assert (code, "doesn't say which of people, visits it is about" in err) == (1, True)
    file = plain(tmp_path / "colours.json", colours, meta={"veilflow": {"table": "people"}})
    code, out, err = validated(capsys, "people", "--suite", file)
    assert code == 2
    assert "blue" not in out + err, "the values that failed are told to nobody"


def gone(place: Place) -> None:
    shutil.rmtree(place.data)


def changed(place: Place) -> None:
    place.write(people(199))


def forbidden(place: Place) -> None:
    os.access = lambda *_, **__: False  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (gone, "was there when the run was pinned and is gone"),
        (changed, "changed since the run was pinned"),
        (forbidden, "you may not read it"),
    ],
)
def test_without_the_source_it_could_not_be_judged(
    place: Place,
    suites: Path,
    capsys: Output,
    spoil: Any,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "access", os.access)
    kept = place.home / "kept"
    shutil.copytree(place.data, kept, copy_function=shutil.copy2)
    try:
        spoil(place)
        code, out, err = validated(capsys, "people", "--suite", "people")
    finally:
        shutil.rmtree(place.data, ignore_errors=True)
        shutil.copytree(kept, place.data, copy_function=shutil.copy2)
        shutil.rmtree(kept)
    assert (code, out) == (1, "")
    assert "expectations compare with the source" in err and why in err
    assert "--output-only judges the rest, and lists what was not judged" in err


def test_what_the_output_alone_tells(place: Place, suites: Path, capsys: Output) -> None:
    code, out, _ = validated(capsys, "people", "--suite", "people", "--output-only", "--json")
    told = json.loads(out)
    assert (code, told["passed"]) == (0, True)
    assert {c["name"] for c in told["checks"]} == {
        "columns as promised",
        "k-anonymity",
        "no personal data",
        "pseudonym form",
    }
    names = {one["name"] for one in told["not_judged"]}
    assert {"rows kept", "own raw values absent", "labels of the level"} <= names
    document = json.loads((suites / "people.json").read_text())
    values = next(suite for suite in document["suites"]["masked"] if suite["name"] == "visits")
    alone = {"no personal data", "pseudonym form"}
    values["expectations"] = [
        one for one in values["expectations"] if one["meta"]["veilflow"]["name"] not in alone
    ]
    (suites / "leaks.json").write_text(json.dumps({**document, "suites": {"masked": [values]}}))
    code, _, err = validated(capsys, "people", "--suite", "leaks", "--output-only")
    assert (code, "None of the suite's expectations could be judged" in err) == (1, True)


def suite(*expectations: object, **parts: object) -> dict[str, object]:
    return {"name": "people", "expectations": list(expectations), **parts}


EXISTS = {"type": "expect_column_to_exist", "kwargs": {"column": "sex"}}
COMPILED = {"format": 1, "dataset": "people", "suites": {"masked": []}}
BAD: dict[str, tuple[object, str]] = {
    "no JSON": ('{"name": "x",}', "isn't JSON: line 1, column 14"),
    "no object": ([1], "isn't a JSON object"),
    "no expectations": (suite(), "lists no expectations"),
    "expectations of another form": (suite("x"), "expectation 1 isn't a JSON object with a 'type'"),
    "an unknown expectation": (
        suite({"type": "expect_no_trouble", "kwargs": {"column": "Zebedee"}}),
        "there is no expectation 'expect_no_trouble'",
    ),
    "an unknown argument": (
        suite({"type": "expect_table_to_be_k_anonymous", "kwargs": {"sex": "Zebedee"}}),
        "can't be built",
    ),
    "arguments of another form": (suite({**EXISTS, "kwargs": [1]}), "kwargs isn't a JSON object"),
    "a table that isn't there": (
        suite(EXISTS, meta={"veilflow": {"table": "nurses"}}),
        "the release has no table 'nurses'; it has people, visits",
    ),
    "meta of another form": (suite(EXISTS, meta={"veilflow": 3}), "meta.veilflow isn't a JSON"),
    "a part nobody knows": (
        suite(EXISTS, meta={"veilflow": {"table": "people", "part": "everything"}}),
        "1 of 1 expectations could not be judged",
    ),
    "a column that isn't there": (
        suite({"type": "expect_column_null_share_to_be_below",
               "kwargs": {"column": "shoe", "max_share": 0}}),
        "could not be judged",
    ),
    "a reference that nobody knows": (
        suite({"type": "expect_column_values_to_not_appear_in_reference",
               "kwargs": {"column": "colour", "reference": "staff.email"}}),
        "no reference is registered as 'staff.email'",
    ),
    "another format": ({**COMPILED, "format": 2}, "isn't of format 1"),
    "another dataset": ({**COMPILED, "dataset": "staff"}, "for another dataset than people"),
    "no suites of the product": (COMPILED, "has no suite for masked data"),
    "suites of another form": ({**COMPILED, "suites": 3}, "don't list suites by product"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "said"), BAD.values(), ids=list(BAD))
def test_a_suite_that_cannot_be_run_says_why_and_passes_nothing(
    place: Place, tmp_path: Path, capsys: Output, document: object, said: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    code, out, err = validated(capsys, "people", "--suite", file)
    assert (code, out) == (1, "")
    assert said in err, err


def test_what_is_missing_is_named(place: Place, suites: Path, capsys: Output) -> None:
    code, _, err = validated(capsys, "people", "--suite", "persons")
    assert (code, "no such suite file; in expectations/suites/ there is people" in err) == (1, True)
    code, _, err = validated(capsys, "people")
    assert (code, "Name a suite with --suite" in err) == (1, True)
    code, _, err = validated(capsys, "people", "--release", "none", "--suite", "people")
    assert (code, "has no release 'none'" in err) == (1, True)
    code, _, err = validated(
        capsys,
        "people",
        "--suite",
        "people",
        "--output-only",
        "--keys",
        f"file://{place.home}/mine",
    )
    assert (code, "There is no keyring at" in err) == (1, True)


def test_a_run_record_of_another_policy_is_not_believed(
    place: Place, suites: Path, capsys: Output
) -> None:
    key = "runs/people/good-1/run.json"
    before = place.store.get(key).data
    record = json.loads(before)
    record["policy"]["anonymize"]["k"] = 2
    try:
        place.store.put(key, json.dumps(record).encode())
        code, _, err = validated(capsys, "people", "--suite", "people", "--output-only")
        assert (code, "holds another policy than the release was signed with" in err) == (1, True)
        place.store.delete(key)
        code, _, err = validated(capsys, "people", "--suite", "people")
        assert (code, "the record of the run that made it is gone" in err) == (1, True)
        code, out, _ = validated(capsys, "people", "--suite", "people", "--output-only")
        assert (code, "1 not judged: needs the run's policy" in out) == (0, True)
    finally:
        place.store.put(key, before)


def test_suite_writes_no_file_twice(place: Place, suites: Path, capsys: Output) -> None:
    policy = place.home / "good.yaml"
    capsys.readouterr()
    assert main(["suite", str(policy)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((suites / "people.json").read_text())
    assert main(["suite", str(policy), "--out", str(suites / "people.json")]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["suite", str(policy), "--root", "nurses"]) == 1
    assert "there is no table 'nurses' in the policy" in capsys.readouterr().err
