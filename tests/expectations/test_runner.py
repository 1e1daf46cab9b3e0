"""Running suites: nothing of the data gets out, and what can't be judged hasn't passed."""

from __future__ import annotations

import json
import logging
import socket
import traceback
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import veilflow_expectations
from veilflow.errors import StageFailed, UsageError
from veilflow_expectations.planned import PlannedCheck, PlannedSuite
from veilflow_expectations.runner import RESULT_FORMAT, run_suite
from veilflow_expectations.suite import build_suite, load_suite

CANARY = "CANARY-9f3b"


def suite(*expectations: dict[str, Any]) -> Any:
    return load_suite({"name": "suite", "expectations": list(expectations)})


def asked(kind: str, **kwargs: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs}


# Great Expectations' own, each of which shows cells by default, or quotes them in an error.
TELLING = [
    asked("expect_column_values_to_be_in_set", column="name", value_set=["nobody"]),
    asked("expect_column_values_to_match_regex", column="name", regex="^$"),
    asked("expect_column_distinct_values_to_be_in_set", column="name", value_set=["nobody"]),
    asked("expect_column_most_common_value_to_be_in_set", column="name", value_set=["nobody"]),
    asked("expect_column_max_to_be_between", column="age", min_value=0, max_value=1),
    asked("expect_column_values_to_be_unique", column="town"),
    asked("expect_column_value_lengths_to_be_between", column="name", max_value=1),
    asked("expect_column_values_to_be_of_type", column="name", type_="int64"),
    asked("expect_column_values_to_not_be_null", column="name"),
]
RAISING = [
    asked("expect_column_mean_to_be_between", column="name", min_value=0, max_value=1),
    asked("expect_column_values_to_be_between", column="name", min_value=0, max_value=1),
    asked("expect_column_sum_to_be_between", column="gone", min_value=0, max_value=1),
    asked("expect_column_values_to_match_strftime_format", column="age", strftime_format="%Y"),
    asked("expect_column_values_to_not_appear_in_reference", column="list", reference="names"),
]


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [CANARY, CANARY, f"{CANARY} again", None],
            "town": [f"{CANARY} town"] * 4,
            "age": [770077, 12, 12, 12],
            "list": [[CANARY], [CANARY], [], []],
        }
    )


@pytest.fixture(autouse=True)
def names(references: Any) -> None:
    references.add("names", [CANARY])


@pytest.fixture
def watched(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Any:
    """Everything that a run may have left behind, as one text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    caught = warnings.catch_warnings(record=True)
    recorded = caught.__enter__()
    warnings.simplefilter("always")

    def everything(*more: object) -> str:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        out, err = capfd.readouterr()
        parts = [caplog.text, out, err, *(str(w.message) for w in recorded or ())]
        parts += [path.read_text(errors="replace") for path in files]
        parts += [str(path) for path in tmp_path.rglob("*")]
        return "\n".join([*parts, *map(str, more)])

    yield everything
    caught.__exit__(None, None, None)


@pytest.mark.parametrize("expectation", TELLING, ids=lambda e: e["type"])
def test_no_value_of_a_failing_expectation_gets_out(
    frame: pd.DataFrame, watched: Any, expectation: dict[str, Any]
) -> None:
    (check,) = run_suite(frame, suite(expectation)).checks
    assert not check.passed
    seen = watched(check, repr(check), json.dumps(check.to_json()))
    assert CANARY not in seen
    assert "770077" not in seen


@pytest.mark.parametrize("expectation", RAISING, ids=lambda e: e["type"])
def test_what_raises_could_not_be_judged_and_shows_nothing(
    frame: pd.DataFrame, watched: Any, expectation: dict[str, Any]
) -> None:
    with pytest.raises(StageFailed, match="could not be judged") as caught:
        run_suite(frame, suite(asked("expect_column_to_exist", column="age"), expectation))
    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    seen = watched(error, "".join(traceback.format_exception(error)))
    assert CANARY not in seen
    assert "770077" not in seen


def test_great_expectations_itself_shows_them(frame: pd.DataFrame) -> None:
    """The control: were the runner to leave the result format alone, values would be out."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("frame")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    batch = whole.get_batch({"dataframe": frame})
    result = batch.validate(suite(TELLING[0]))
    assert CANARY in json.dumps(result.to_json_dict())
    result = batch.validate(suite(TELLING[0]), result_format=RESULT_FORMAT)
    assert CANARY not in json.dumps(result.to_json_dict())


def test_the_verdicts_are_great_expectations_own(frame: pd.DataFrame, references: Any) -> None:
    """A checkpoint that runs our expectations comes to the same verdicts as the runner."""
    import great_expectations as gx

    references.add("towns", [f"{CANARY} town"])
    asking = suite(
        *TELLING,
        asked("expect_table_to_be_k_anonymous", quasi_identifiers=["town"], k=4),
        asked("expect_table_to_be_k_anonymous", quasi_identifiers=["town"], k=5),
        asked("expect_column_values_to_not_appear_in_reference", column="name", reference="names"),
        asked("expect_column_values_to_appear_in_reference", column="town", reference="towns"),
        asked("expect_column_values_to_be_pseudonyms", column="name"),
        asked("expect_column_null_share_to_be_below", column="name", max_share=0.25),
    )
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("frame")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    theirs = whole.get_batch({"dataframe": frame}).validate(asking, result_format=RESULT_FORMAT)
    by_kind = sorted(
        (str(result.expectation_config.type), bool(result.success)) for result in theirs.results
    )
    kinds = [configuration.type for configuration in asking.expectation_configurations]
    checks = run_suite(frame, asking).checks
    ours = sorted((kind, c.passed) for kind, c in zip(kinds, checks, strict=True))
    assert ours == by_kind


def test_no_network_and_no_files(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    run_suite(frame, suite(*TELLING))
    assert list(tmp_path.iterdir()) == []


def test_only_counts_and_shares_are_shown_as_observed(frame: pd.DataFrame) -> None:
    checks = run_suite(
        frame,
        suite(
            asked("expect_table_row_count_to_be_between", min_value=1, max_value=9),
            asked("expect_column_max_to_be_between", column="age", min_value=0),
        ),
    ).checks
    assert [check.observed for check in checks] == [4, None]


def test_the_log_of_great_expectations_speaks_again_afterwards(frame: pd.DataFrame) -> None:
    log = logging.getLogger("great_expectations")
    before = (log.handlers[:], log.propagate)
    run_suite(frame, suite(*TELLING))
    with pytest.raises(StageFailed):
        run_suite(frame, suite(RAISING[0]))
    assert (log.handlers, log.propagate) == before


def test_names_sentences_and_places_come_from_the_suite(frame: pd.DataFrame) -> None:
    planned = PlannedSuite(
        "people: values",
        "people",
        "values",
        (
            PlannedCheck(
                "own raw values absent",
                "expect_column_values_to_not_appear_in_reference",
                {"column": "name", "reference": "names"},
                "No value is a raw value.",
                "name",
                raw_side=True,
            ),
            PlannedCheck(
                "rows kept",
                "expect_table_row_count_to_be_between",
                {"min_value": {"$PARAMETER": "least"}},
                "Enough rows are left.",
                shows_figures=False,
            ),
        ),
    )
    leak, rows = run_suite(frame, build_suite(planned), {"least": 5}).checks
    assert (leak.name, leak.table, leak.column) == ("own raw values absent", "people", "name")
    # How few rows leaked would say something about the raw side.
    assert (leak.passed, leak.observed, leak.bound) == (False, None, None)
    assert leak.sentence == "No value is a raw value. Found: fewer than 10 rows."
    assert (rows.passed, rows.observed, rows.bound, rows.column) == (False, None, None, None)


def test_ten_leaked_rows_are_counted() -> None:
    planned = PlannedCheck(
        "own raw values absent",
        "expect_column_values_to_not_appear_in_reference",
        {"column": "name", "reference": "names"},
        "No value is a raw value.",
        raw_side=True,
    )
    frame = pd.DataFrame({"name": [CANARY] * 10})
    (check,) = run_suite(frame, build_suite(PlannedSuite("s", "t", "values", (planned,)))).checks
    assert (check.observed, check.bound) == (10, 0)


def test_a_missing_suite_parameter_cant_be_judged(frame: pd.DataFrame) -> None:
    asking = suite(asked("expect_table_row_count_to_be_between", min_value={"$PARAMETER": "least"}))
    with pytest.raises(StageFailed, match=r"lacks a suite parameter.*It needs least"):
        run_suite(frame, asking, {"most": 5})


@pytest.mark.parametrize(
    "expectation",
    [
        asked("expect_table_to_be_k_anonymous", quasi_identifiers=[], k=3),
        asked("expect_table_to_be_k_anonymous", quasi_identifiers=["a"]),
        asked("expect_table_to_be_wonderful", column="a"),
        asked("expect_column_values_to_be_pseudonyms", column="a", lenght=3),
        asked("expect_column_max_to_be_between", column="a", min_value=CANARY, colour="red"),
        {"kwargs": {}},
    ],
)
def test_a_suite_with_an_expectation_that_cant_be_built_is_refused(
    expectation: dict[str, Any],
) -> None:
    with pytest.raises(UsageError, match="can't be built") as caught:
        suite(asked("expect_column_to_exist", column="age"), expectation)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_an_empty_suite_has_no_checks(frame: pd.DataFrame) -> None:
    assert run_suite(frame, suite()).checks == ()


def test_importing_the_package_is_cheap() -> None:
    import subprocess
    import sys

    code = (
        "import sys, veilflow_expectations; veilflow_expectations.register_reference;"
        "print([m for m in ('great_expectations', 'pandas', 'pyspark') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_unknown_names_of_the_package_are_unknown() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        veilflow_expectations.nothing  # noqa: B018 - looking it up is the test
