"""Anonymising one table in memory: against ARX's result, and what is refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest
from veilflow.anonymize import recoding_of, solve
from veilflow.anonymize.tables import cast_table, problem_of
from veilflow.errors import ReleaseRefused, UsageError
from veilflow.policy import Policy

PURPOSE = {
    "purpose": "test", "legal_basis": "test", "owner": "test",
    "recipients": ["test"], "retention_days": 1,
}  # fmt: skip
QUASI = {"role": "quasi", "hierarchy": "redact"}


def policy(columns: dict[str, Any], k: int = 2, limit: float = 0.0, **more: Any) -> Policy:
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": PURPOSE,
            "source": {"root": ".", **more.pop("source", {})},
            "tables": {"people": {"path": "people", "columns": columns, **more.pop("table", {})}},
            "anonymize": {"k": k, "suppression_limit": limit, **more.pop("asked", {})},
            **more,
        }
    )


def anonymised(rules: Policy, table: pa.Table) -> pa.Table:
    table = cast_table(rules, table)
    found = problem_of(rules, table)
    solution = solve(found.problem)
    return found.apply(recoding_of(found.problem, solution, "people"), table)


class TestAgainstArx:
    """The Adult extract by the path that a file takes."""

    golden = json.loads((Path(__file__).parents[1] / "golden" / "adult.json").read_text())

    @pytest.mark.parametrize("run", golden["runs"], ids=str)
    def test_the_output_has_the_same_classes(self, reference_data: Path, run: Any) -> None:
        folder = reference_data / "adult"
        names = self.golden["quasi_identifiers"]
        options = pyarrow.csv.ParseOptions(delimiter=";")
        table = pyarrow.csv.read_csv(folder / "adult.csv", parse_options=options)
        columns: dict[str, Any] = {
            name: {"role": "quasi", "hierarchy": {"csv": f"{name}.csv", "rows": rows(folder, name)}}
            for name in names
        }
        ell = run.get("distinct_l")
        asked = {} if ell is None else {"l_diversity": ell}
        columns["occupation"] = "sensitive"
        rules = policy(columns, run["k"], run["suppression_limit"], asked=asked)
        output = anonymised(rules, table)
        classes = Counter(zip(*(output.column(name).to_pylist() for name in names), strict=True))
        assert table.num_rows - output.num_rows == run["suppressed_rows"]
        assert len(classes) == run["classes"]
        assert min(classes.values()) >= run["k"]
        squares = sum(size**2 for size in classes.values())
        assert squares + run["suppressed_rows"] * table.num_rows == run["discernibility"]


def rows(folder: Path, name: str) -> list[tuple[str, ...]]:
    lines = (folder / f"adult_hierarchy_{name}.csv").read_text().splitlines()
    return [tuple(line.split(";")) for line in lines]


def test_rows_keep_their_order_and_other_columns() -> None:
    table = pa.table({"ward": ["A", "B", "A", "C"], "stay": [1, 2, 3, 4]})
    output = anonymised(policy({"ward": QUASI, "stay": "keep"}, limit=0.5), table)
    assert output.to_pydict() == {"ward": ["A", "A"], "stay": [1, 3]}


def test_people_count_where_the_policy_names_them() -> None:
    table = pa.table({"who": ["p", "p", "q", "r", None], "ward": ["A", "A", "B", "B", "A"]})
    rules = policy({"who": "keep", "ward": QUASI}, limit=0.6, privacy_unit="who")
    output = anonymised(rules, table)
    assert output.to_pydict() == {"who": ["q", "r"], "ward": ["B", "B"]}


def test_one_row_a_person_needs_no_pairs() -> None:
    table = pa.table({"who": ["p", "q", "r", None], "ward": ["A", "A", "B", "B"]})
    rules = policy({"who": "keep", "ward": QUASI}, limit=0.5, privacy_unit="who")
    units = problem_of(rules, table).problem.views[0].units
    assert units is not None
    assert (units.single.tolist(), units.pair_unit.size) == ([2, 1], 0)


def test_values_that_share_the_finest_label_are_one_combination() -> None:
    ages = {"role": "quasi", "hierarchy": {"intervals": [10, 20]}}
    table = pa.table({"age": [1, 9, 12, 15, None]})
    found = problem_of(policy({"age": ages}), table)
    assert found.problem.views[0].rows.tolist() == [2, 2, 1]
    assert found.combo.tolist() == [0, 0, 1, 1, 2]


def test_the_order_of_rows_changes_nothing() -> None:
    columns = {"ward": QUASI, "sex": QUASI}
    table = pa.table({"ward": list("ABACBA"), "sex": list("FMFFMM")})
    one = problem_of(policy(columns), table)
    other = problem_of(policy(columns), table.take([5, 3, 1, 0, 2, 4]))
    assert (one.problem.views[0].codes == other.problem.views[0].codes).all()
    assert (one.problem.views[0].rows == other.problem.views[0].rows).all()


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a value that no hierarchy has": (
        {"age": {"role": "quasi", "hierarchy": {"intervals": [10]}}},
        {},
        "table people, column 'age': fewer than 10 distinct values are no numbers",
    ),
    "a value that can't be cast": (
        {"age": {"role": "quasi", "hierarchy": "redact", "as": "integer"}},
        {},
        "tables.people.columns.age: fewer than 10 values can't be cast to integer",
    ),
    "a column that nobody decided about": (
        {},
        {},
        "table people: column age isn't listed",
    ),
    "a column that isn't there": (
        {"age": "keep", "weight": "keep"},
        {},
        "tables.people.columns.weight: the source has no such column",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_name_the_place_and_no_value(case: str) -> None:
    columns, more, sentence = REFUSED[case]
    table = pa.table({"sex": ["F", "M", "F"], "age": ["12", "1", "secret"]})
    with pytest.raises(ReleaseRefused) as refused:
        anonymised(policy({"sex": QUASI, **columns}, **more), table)
    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


def test_what_the_policy_allows_is_no_refusal() -> None:
    columns = {
        "sex": QUASI,
        "age": {"role": "quasi", "hierarchy": "redact", "as": "integer",
                "on_cast_error": "nullify"},
    }  # fmt: skip
    table = pa.table({"sex": ["F", "F", "F"], "age": ["12", "none", "n/a"], "more": [1, 2, 3]})
    rules = policy(columns, limit=0.4, table={"unlisted": "drop"}, source={"null_values": ["n/a"]})
    assert anonymised(rules, table).to_pydict() == {"sex": ["F", "F"], "age": [None, None]}


def test_another_table_is_not_recoded() -> None:
    rules = policy({"ward": QUASI})
    table = pa.table({"ward": ["A", "A"]})
    found = problem_of(rules, table)
    recoding = recoding_of(found.problem, solve(found.problem), "people")
    with pytest.raises(UsageError):
        found.apply(recoding, table.slice(1))


SICK = pa.table(
    {
        "ward": ["A"] * 4 + ["B"] * 4 + ["C"] * 4,
        "ill": ["flu", "flu", "cold", "gout"] + ["flu"] * 4 + ["flu", "cold", "cold", None],
    }
)


@pytest.mark.parametrize(
    ("asked", "wards"),
    [
        ({}, "ABC"),
        ({"l_diversity": 2}, "AC"),
        ({"l_diversity": {"l": 3, "kind": "entropy"}}, ""),
        ({"l_diversity": {"l": 2, "kind": "recursive", "c": 1.5}}, "AC"),
        ({"t_closeness": 0.2}, "A"),
        ({"beta_likeness": {"beta": 1.0, "kind": "basic"}}, "B"),
        ({"delta_disclosure": 1.0}, "B"),
    ],
    ids=str,
)
def test_classes_hold_the_models_that_the_policy_asks_for(
    asked: dict[str, Any], wards: str
) -> None:
    columns = {"ward": QUASI | {"max_level": 0}, "ill": "sensitive"}
    rules = policy(columns, limit=1.0, asked=asked)
    assert "".join(sorted(set(anonymised(rules, SICK).column("ward").to_pylist()))) == wards


def test_values_count_as_they_are_released() -> None:
    # All diseases are one where the column is emptied.
    columns = {"ward": QUASI, "ill": {"role": "sensitive", "protect": "nullify"}}
    rules = policy(columns, limit=1.0, asked={"l_diversity": 2})
    with pytest.raises(ReleaseRefused, match="fewer than 2 values"):
        anonymised(rules, SICK)


def with_population(asked: dict[str, Any], others: list[str]) -> pa.Table:
    columns = {"ward": QUASI | {"max_level": 0}, "ill": "sensitive"}
    asked = {"population": {"path": "all"}, **asked}
    rules = policy(columns, limit=1.0, asked=asked)
    everybody = pa.table({"ward": SICK.column("ward").to_pylist() + others})
    found = problem_of(rules, cast_table(rules, SICK), everybody)
    return found.apply(recoding_of(found.problem, solve(found.problem), "people"), SICK)


def test_the_population_hides_people() -> None:
    output = with_population({"k_map": 6}, ["A"] * 2 + ["B"] + ["D"] * 9)
    assert set(output.column("ward").to_pylist()) == {"A"}


def test_presence_is_bounded_by_the_population() -> None:
    output = with_population({"delta_presence": 0.5}, ["A"] * 4 + ["B"] * 3 + ["C"] * 5)
    assert set(output.column("ward").to_pylist()) == {"A", "C"}


def test_a_population_without_the_people_of_the_source_is_refused() -> None:
    columns = {"ward": QUASI, "ill": "sensitive"}
    rules = policy(columns, asked={"population": {"path": "all"}, "k_map": 2})
    with pytest.raises(ReleaseRefused, match="lacks people of table people"):
        problem_of(rules, cast_table(rules, SICK), pa.table({"ward": ["A"] * 9}))
    with pytest.raises(ReleaseRefused, match="has no column ward"):
        problem_of(rules, cast_table(rules, SICK), pa.table({"room": ["A"] * 9}))
