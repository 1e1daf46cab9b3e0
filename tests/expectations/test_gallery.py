"""The gallery page is executed: every example passes or fails as it says, on both engines."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import veilflow_expectations

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = (DOCS / "expectations.md", *sorted((DOCS / "expectations").glob("*.md")))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Section:
    """One expectation's part of a page."""

    name: str
    page: Path
    text: str
    code: list[str] = field(default_factory=list)
    table: str = ""
    suites: list[dict[str, Any]] = field(default_factory=list)


def sections() -> list[Section]:
    found = []
    parts = [
        (page, part)
        for page in PAGES
        for part in re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]
    for page, part in parts:
        section = Section(part.partition("\n")[0], page, part)
        for language, body in FENCE.findall(part):
            if language == "python":
                section.code.append(body)
            elif language == "csv":
                section.table = body
            else:
                section.suites.append(json.loads(body))
        if section.name.startswith("Expect"):
            found.append(section)
    return found


@pytest.fixture(params=["pandas", pytest.param("spark", marks=pytest.mark.spark)])
def as_frame(request: pytest.FixtureRequest) -> Any:
    if request.param == "pandas":
        return lambda frame: frame
    spark = request.getfixturevalue("spark")
    return lambda frame: spark.createDataFrame(frame.astype(object).where(frame.notna(), None))


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    veilflow_expectations.forget_references()


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.name)
def test_the_examples_do_what_they_say(section: Section, as_frame: Any) -> None:
    from veilflow_expectations.suite import load_suite

    for code in section.code:
        exec(compile(code, str(section.page), "exec"), {})
    frame = as_frame(pd.read_csv(io.StringIO(section.table)))
    passing, failing = (
        veilflow_expectations.run_suite(frame, load_suite(suite)) for suite in section.suites
    )
    assert [check.passed for check in passing.checks] == [True]
    assert [check.passed for check in failing.checks] == [False]


def test_every_expectation_is_on_the_page() -> None:
    exported = {n for n in veilflow_expectations.__all__ if n.startswith("Expect")}
    assert {section.name for section in sections()} == exported


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.name)
def test_every_parameter_is_explained(section: Section) -> None:
    expectation = getattr(veilflow_expectations, section.name)
    for parameter in expectation.success_keys:
        assert f"| `{parameter}` |" in section.text


def test_the_page_s_first_lines_run() -> None:
    page = PAGES[0]
    start = page.read_text(encoding="utf-8").partition("\n## ")[0]
    scope: dict[str, Any] = {}
    for language, body in FENCE.findall(start):
        assert language == "python"
        exec(compile(body, str(page), "exec"), scope)
    assert scope["suite"].name == "released"
