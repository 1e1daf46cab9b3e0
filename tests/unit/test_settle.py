"""Hierarchies settled from files: the same ones from Parquet and CSV, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
import yaml
from veilflow.errors import PolicyError, SourceError
from veilflow.pipeline import settle as settling
from veilflow.pipeline.settle import settle
from veilflow.pipeline.source import table_columns
from veilflow.policy import Policy, load_policy, policy_sha256
from veilflow.policy.hierarchies import build_hierarchy

ROWS = 900
PEOPLE = pa.table(
    {
        "person": [f"p{n % 300}" for n in range(ROWS)],
        "age": pa.array([18 + n * 7 % 73 for n in range(ROWS)], pa.int64()),
        "born": [f"{n % 28 + 1:02}.{n % 12 + 1:02}.{1890 + n % 100}" for n in range(ROWS)],
        "zip": [f"{n * 101 % 100_000:05}" for n in range(ROWS)],
        "nothing": pa.array([None] * ROWS, pa.string()),
    }
)
AUTO = {"role": "quasi", "hierarchy": "auto"}


def policy(folder: Path, columns: dict, form: str = "parquet", **source) -> Policy:
    path = folder / "policy.yaml"
    said = {
        "dataset": "people",
        "purpose": {
            "purpose": "x", "legal_basis": "y", "owner": "z", "recipients": ["a"],
            "retention_days": 1,
        },
        "source": {"root": "data", "format": form, **source},
        "privacy_unit": "person",
        "tables": {
            "people": {
                "path": f"people.{form}",
                "columns": {"person": "pseudonym", **columns},
                "unlisted": "drop",
            }
        },
        "anonymize": {"k": 5},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(said, sort_keys=False))
    return load_policy(path)


def settled(folder: Path, policy: Policy) -> Policy:
    rules = policy.tables["people"]
    return settle(policy, (table_columns(folder / "data", "people", rules.path, policy.source),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    pq.write_table(PEOPLE, data / "people.parquet", row_group_size=100)
    pc.write_csv(PEOPLE, data / "people.csv")
    return tmp_path


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_policy_is_settled_from_its_source(folder: Path, form: str) -> None:
    columns = {
        "age": AUTO,
        "born": {"role": "quasi", "hierarchy": {"auto": True, "on_unknown": "top"}},
        "zip": AUTO,
        "nothing": AUTO,
    }
    said = policy(folder, columns, form)
    found = settled(folder, said)
    specs = {name: column.hierarchy for name, column in found.tables["people"].columns.items()}
    assert specs["age"].as_said() == "{intervals: [0, 5, 10, 20], lower: 20, upper: 90}"
    assert specs["born"].dates[0] == "day"
    assert (specs["born"].formats, specs["born"].on_unknown) == (("%d.%m.%Y",), "top")
    assert specs["zip"].prefix == (5, 4, 3, 2, 1)
    assert specs["nothing"].as_said() == "redact"
    assert policy_sha256(found) != policy_sha256(said), "what was chosen is part of the hash"
    assert settled(folder, found) is found
    assert policy_sha256(settled(folder, said)) == policy_sha256(found), "the same again"
    assert type(found).model_validate(found.to_json()) == found


def test_quantiles_become_bounds(folder: Path) -> None:
    quantiles = {"role": "quasi", "hierarchy": {"quantiles": 4}}
    found = settled(folder, policy(folder, {"age": quantiles}))
    spec = found.tables["people"].columns["age"].hierarchy
    assert spec.kind == "bounds"
    assert build_hierarchy(spec).level_names == ("4 groups", "2 groups", "any")


def test_the_type_that_a_policy_names_decides(folder: Path) -> None:
    digits = PEOPLE.set_column(3, "zip", pa.array([str(10_000 + n) for n in range(ROWS)]))
    pq.write_table(digits, folder / "data" / "people.parquet")
    plain = settled(folder, policy(folder, {"zip": AUTO})).tables["people"].columns["zip"]
    assert plain.hierarchy.kind == "intervals"
    typed = policy(folder, {"zip": {**AUTO, "type": "zipcode"}})
    assert settled(folder, typed).tables["people"].columns["zip"].hierarchy.kind == "prefix"


def test_null_values_of_the_source_are_nothing(folder: Path) -> None:
    texts = pa.array(["-" if n % 2 else str(18 + n % 73) for n in range(ROWS)])
    pq.write_table(PEOPLE.set_column(1, "age", texts), folder / "data" / "people.parquet")
    said = policy(folder, {"age": AUTO}, null_values=["-"])
    assert settled(folder, said).tables["people"].columns["age"].hierarchy.kind == "intervals"


def test_larger_tables_are_looked_at_in_even_steps(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = settled(folder, policy(folder, {"age": AUTO}))
    monkeypatch.setattr(settling, "ROWS_LOOKED_AT", 250)
    again = settled(folder, policy(folder, {"age": AUTO}))
    assert again == settled(folder, policy(folder, {"age": AUTO}))
    assert again.tables["people"].columns["age"].hierarchy.kind == "intervals"
    assert whole.tables["people"].columns["age"].hierarchy.intervals == (0, 5, 10, 20)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param(
            {"born": {"role": "quasi", "hierarchy": {"quantiles": 4}}},
            r"tables\.people\.columns\.born\.hierarchy: no bound has 10 people",
            id="quantiles of no numbers",
        ),
        pytest.param(
            {"age": {**AUTO, "max_level": 9}},
            r"tables\.people\.columns\.age\.max_level: the hierarchy's highest level is 4",
            id="levels that weren't chosen",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_column(folder: Path, columns: dict, message: str) -> None:
    with pytest.raises(PolicyError, match=message) as refused:
        settled(folder, policy(folder, columns))
    assert "1890" not in str(refused.value)


def test_a_broken_file_is_named_without_its_content(folder: Path) -> None:
    said = policy(folder, {"age": AUTO}, "csv")
    there = folder / "data" / "people.csv"
    pinned = table_columns(folder / "data", "people", "people.csv", said.source)
    there.write_bytes(b"person,age\nsecret,\xff\xfe\n")
    with pytest.raises(SourceError, match=r"people\.csv: column 'age' can't be read") as refused:
        settle(said, (pinned,))
    assert "secret" not in str(refused.value)
    assert refused.value.__context__ is None


def test_an_unsettled_hierarchy_is_never_applied(folder: Path) -> None:
    column = policy(folder, {"age": AUTO}).tables["people"].columns["age"]
    with pytest.raises(PolicyError, match="settled from the source"):
        build_hierarchy(column.hierarchy)
