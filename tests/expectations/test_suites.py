"""Suites of a policy as files: complete, readable, current, and free of values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from veilflow.policy import load_policy
from veilflow_expectations import run_suite
from veilflow_expectations.given_suites import (
    expectations_of,
    given_suites,
    needs_source,
    split_by_need,
)
from veilflow_expectations.plan import plan_masked
from veilflow_expectations.suite import build_suite, load_suite, main, suites_document

ROOT = Path(__file__).resolve().parents[2]
PATIENTS = ROOT / "dags" / "policies" / "patients.yaml"
FILE = ROOT / "expectations" / "suites" / "patients.json"


def test_the_file_of_the_demo_s_suites_is_current() -> None:
    current = suites_document(load_policy(PATIENTS))
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(current)), (
        "run: python -m veilflow_expectations.suite dags/policies/patients.yaml "
        "> expectations/suites/patients.json"
    )


def test_a_suite_says_the_same_after_a_round_trip() -> None:
    for planned in plan_masked(load_policy(PATIENTS), ["patients"]):
        built = build_suite(planned)
        again = load_suite(json.loads(json.dumps(built.to_json_dict())))
        assert again.to_json_dict() == built.to_json_dict()
        assert len(again.expectations) == len(planned.checks)
        described = [expectation.description for expectation in again.expectations]
        assert described == [check.sentence for check in planned.checks]


def test_a_suite_from_a_file_can_be_run_and_extended(references: Any) -> None:
    documents = json.loads(FILE.read_text(encoding="utf-8"))["suites"]["masked"]
    document = next(d for d in documents if d["name"] == "encounters: view")
    # Attacks want to know the source.
    document["expectations"] = document["expectations"][:1]
    document["expectations"].append(
        {"type": "expect_column_to_exist", "kwargs": {"column": "patients.sex"}}
    )
    names = document["expectations"][0]["kwargs"]["quasi_identifiers"]
    frame = pd.DataFrame({name: ["*"] * 5 for name in names})
    frame["encounters.patient_id"] = range(5)
    assert [check.passed for check in run_suite(frame, load_suite(document)).checks] == [True] * 2
    frame["encounters.patient_id"] = [0, 1, 2, 3, 3]
    anonymous, exists = run_suite(frame, load_suite(document)).checks
    assert (anonymous.passed, anonymous.observed, anonymous.name) == (False, 4, "k-anonymity")
    assert (exists.passed, exists.table, exists.column) == (True, "encounters", "patients.sex")


def test_the_command_writes_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(PATIENTS), "--root", "patients"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["dataset"], document["roots"]) == ("patients", ["patients"])
    assert set(document["suites"]) == {"masked", "synthetic"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([str(PATIENTS), "--root", "nurses"], 1, "no table 'nurses'"),
        (["nowhere.yaml"], 2, "no such file"),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert said in capsys.readouterr().err


def test_the_suite_of_one_s_own_that_the_page_shows_runs() -> None:
    page = (ROOT / "docs" / "suites.md").read_text(encoding="utf-8")
    (shown,) = [part.partition("```")[0] for part in page.split("```json\n")[1:]]
    (planned,) = given_suites(
        json.loads(shown), dataset="patients", product="masked", tables=["patients", "encounters"]
    )
    assert (planned.table, planned.part) == ("encounters", "values")
    frame = pd.DataFrame({"department": ["A"] * 10 + ["B"] * 10, "patient_id": [*range(10)] * 2})
    full, cells = run_suite(frame, build_suite(planned)).checks
    assert (full.passed, cells.passed, cells.blocking) == (True, True, False)
    full, cells = run_suite(frame.iloc[1:], build_suite(planned)).checks
    assert (full.passed, cells.passed) == (True, False)


def test_what_needs_the_source_is_told_from_what_does_not() -> None:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    given = given_suites(
        document, dataset="patients", product="masked", tables=["patients", "encounters"]
    )
    alone, with_source = split_by_need(given)
    assert {planned.part for planned in alone} == {"columns", "values", "view"}
    for planned in alone:
        asked = json.dumps(planned.document)
        assert "$PARAMETER" not in asked and '"reference"' not in asked
    total = sum(len(expectations_of(planned)) for planned in given)
    assert total == len(with_source) + sum(len(expectations_of(planned)) for planned in alone)
    assert any("$PARAMETER" in json.dumps(one) for _, one in with_source)


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        ({"column": "ward"}, False),
        ({"column": "ward", "value_set": ["A1", "B: x", "10:30"]}, False),
        ({"column": "ward", "regex": "^[a-z]+:"}, False),
        ({"reference": "staff.email"}, True),
        ({"reference": ["raw:people.name", "raw:people.born on"]}, True),
        ({"split": "split:people"}, True),
        ({"labels": "labels:people.note"}, True),
        ({"max_value": {"$PARAMETER": "rows_most"}}, True),
        ({"nested": [{"deep": {"$PARAMETER": "x"}}]}, True),
        ({}, False),
        (None, False),
    ],
)
def test_what_an_expectation_needs(arguments: Any, needs: bool) -> None:
    assert needs_source({"type": "expect_x", "kwargs": arguments}) is needs
