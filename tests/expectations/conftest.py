"""What the tests of expectations share: each case on pandas and, with a JVM, on Spark."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.frames import spark_frame

Make = Callable[[dict[str, list[Any]], str], Any]


@pytest.fixture(params=["pandas", pytest.param("spark", marks=pytest.mark.spark)])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes a frame of one engine from columns and a Spark schema."""
    if request.param == "pandas":
        import pandas as pd

        return lambda columns, schema: pd.DataFrame(columns)
    from pyspark.sql.types import _parse_datatype_string

    spark = request.getfixturevalue("spark")

    def build(columns: dict[str, list[Any]], schema: str) -> Any:
        return spark_frame(spark, columns, _parse_datatype_string(schema))

    return build


@pytest.fixture
def references() -> Iterator[Any]:
    """References of one test, under a key of its own."""
    from veilflow_expectations.references import References, use_references

    with use_references(References(b"a key for tests only, 32 bytes!!")) as fresh:
        yield fresh


@pytest.fixture
def check_all() -> Callable[..., Any]:
    """The checks that come of several expectations on one frame: one pass where that can be."""
    import veilflow_expectations
    from great_expectations import ExpectationSuite
    from veilflow_expectations.runner import run_suite

    veilflow_expectations.register_expectations()

    def judge(frame: Any, expectations: list[Any], **parameters: Any) -> Any:
        suite = ExpectationSuite("suite", expectations=expectations)
        return run_suite(frame, suite, parameters).checks

    return judge


@pytest.fixture
def check(check_all: Callable[..., Any]) -> Callable[..., Any]:
    """The check that comes of one expectation on one frame."""

    def judge(frame: Any, expectation: Any, **parameters: Any) -> Any:
        (found,) = check_all(frame, [expectation], **parameters)
        return found

    return judge


@pytest.fixture(scope="session")
def clinic() -> Any:
    """The module beside this one: a clinic, its policy and an output that keeps it."""
    path = Path(__file__).parent / "clinic.py"
    spec = importlib.util.spec_from_file_location("clinic", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
