"""Which hierarchy a draft proposes for a quasi-identifier, by its type and by what it holds."""

from __future__ import annotations

import pytest
import yaml
from veilflow.classify import ColumnSample, ColumnVerdict
from veilflow.policy.draft import DraftTable, draft_policy


def proposed(kind: str, values: list[str | None], name: str = "c") -> object:
    sample = ColumnSample(name, values, "string", len(values), 0, len(set(values)))
    verdict = ColumnVerdict(name, kind, "quasi", 0.9, ("the name tells it",))
    text = draft_policy("d", "/data", "parquet", {"t": DraftTable("t", [sample], [verdict])})
    return yaml.safe_load(text)["tables"]["t"]["columns"][name]["hierarchy"]


@pytest.mark.parametrize(
    ("kind", "values", "hierarchy"),
    [
        pytest.param("age", ["39", "50"], {"intervals": [5, 10, 20], "lower": 0, "upper": 90},
                     id="a type with a rule"),
        pytest.param("date", ["09.03.1984"],
                     {"dates": ["month", "quarter", "year"], "formats": ["%d.%m.%Y"]},
                     id="a format that is found"),
        pytest.param("geo_coordinates", [f"{n / 10}" for n in range(400)], "auto", id="numbers"),
        pytest.param("education", [f"E{n:03}" for n in range(60)], "auto", id="codes"),
        pytest.param("city", [f"town number {n}" for n in range(60)], "redact", id="words"),
        pytest.param("gender", ["F", "M"], "redact", id="few words"),
        pytest.param("gender", [None, None], "redact", id="nothing"),
    ],
)  # fmt: skip
def test_a_draft_proposes(kind: str, values: list[str | None], hierarchy: object) -> None:
    assert proposed(kind, values) == hierarchy
