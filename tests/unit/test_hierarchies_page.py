"""Every example on the page about hierarchies is what comes out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import TypeAdapter
from veilflow.hierarchy import CsvHierarchy
from veilflow.hierarchy.postcodes import COUNTRIES
from veilflow.policy.hierarchies import HierarchyPolicy, HierarchySpec, build_hierarchy
from veilflow.policy.schema import schema_text

PAGE = Path(__file__).parents[2] / "docs" / "hierarchies.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPEC = TypeAdapter(HierarchySpec)


def blocks(language: str) -> list[tuple[str, str]]:
    text = PAGE.read_text(encoding="utf-8")
    return [(name, body) for found, name, body in BLOCK.findall(text) if found == language]


@pytest.mark.parametrize("body", [body for _, body in blocks("yaml")])
def test_examples(body: str, tmp_path: Path) -> None:
    files = dict(blocks("csv"))
    spec = SPEC.validate_python(yaml.safe_load(body)["hierarchy"])
    if spec.csv is not None:
        (tmp_path / spec.csv).write_text(files[spec.csv])
        hierarchy = CsvHierarchy.from_csv(tmp_path / spec.csv, spec.delimiter)
    else:
        hierarchy = build_hierarchy(spec)
    shown = re.findall(r"^# (.*?) -> (.*)$", body, re.MULTILINE)
    assert shown
    for value, labels in shown:
        found = [hierarchy.generalize([value], level)[0] for level in range(hierarchy.levels)]
        assert " | ".join(map(str, found)) == labels


def test_the_table_names_every_kind_and_each_loads() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| --- |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| \[`(\w+)`\]\(#([a-z0-9-]+)\) \|.*\| `(.*)` \|$", table, re.MULTILINE)
    kinds = {"redact", "csv", "dates", "prefix", "intervals", "bounds", "order", "icd10"}
    assert {kind for kind, _, _ in rows} == kinds | {"postcode", "quantiles", "auto"}
    headings = re.findall(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    for kind, anchor, said in rows:
        assert anchor in anchors
        assert SPEC.validate_python(yaml.safe_load(said)).kind == kind


def test_the_page_names_every_country() -> None:
    assert f"`{' '.join(sorted(COUNTRIES))}`" == "`{}`".format(
        " ".join(sorted(re.search(r"country: `([a-z ]+)`", PAGE.read_text())[1].split()))
    )


def test_as_said_reads_back() -> None:
    for _, body in blocks("yaml"):
        spec = SPEC.validate_python(yaml.safe_load(body)["hierarchy"])
        assert SPEC.validate_python(yaml.safe_load(spec.as_said())) == spec
    assert isinstance(SPEC.validate_python("auto"), HierarchyPolicy)


def test_the_schema_takes_every_example() -> None:
    schema = json.loads(schema_text())
    column = {"$defs": schema["$defs"], "$ref": "#/$defs/ColumnPolicy"}
    kinds = [yaml.safe_load(body)["hierarchy"] for _, body in blocks("yaml")]
    for said in [*kinds, "auto", {"quantiles": 8}, {"quantiles": [16, 4]}]:
        jsonschema.validate({"role": "quasi", "hierarchy": said}, column)
    jsonschema.validate({"role": "quasi", "microaggregate": "geometric_mean"}, column)
    for wrong in ("words", {"quantiles": "8"}, {"icd10": ["letters"]}, {"ordered": ["a"]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"role": "quasi", "hierarchy": wrong}, column)
