"""``veilflow explore``: against ARX's results, what it shows, and the point that it takes over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from veilflow.cli import main

from tests.unit.test_cli_anonymize import COLUMNS, GOLDEN, WARDS, TestAgainstArx, write_policy

Output = pytest.CaptureFixture[str]


def ran(capsys: Output, *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["explore", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def told(capsys: Output, *arguments: object) -> dict[str, Any]:
    code, shown, said = ran(capsys, *arguments, "--json")
    assert code == 0, said
    found: dict[str, Any] = json.loads(shown)
    return found


def test_the_points_of_adult_are_those_of_arx(
    reference_data: Path, tmp_path: Path, capsys: Output
) -> None:
    policy = TestAgainstArx().policy(reference_data, tmp_path, {"k": 5, "suppression_limit": 0.02})
    adult = reference_data / "adult" / "adult.csv"
    found = told(capsys, adult, "--policy", policy, "--k", "5,10", "--limits", "0.02,0.05,1")
    by_limit = {
        limit: point for point in found["points"] if point["k"] == 5 for limit in point["limits"]
    }
    for run in GOLDEN["runs"]:
        if "distinct_l" not in run:
            point = by_limit[run["suppression_limit"]]
            assert point["levels"] == run["levels"]
            assert point["loss"] == pytest.approx(run["loss"], abs=1e-9, rel=0)
            assert point["suppressed"] == run["suppressed_rows"]
            assert point["suppressed_share"] == pytest.approx(run["suppressed_rows"] / 30_162)
            assert (point["classes"], point["optimal"]) == (run["classes"], True)
            assert point["discernibility"] == run["discernibility"]
            assert point["max_risk"] == 0.2
    here = found["points"][found["policy"]["point"] - 1]
    assert (here["k"], here["suppression_limit"]) == (5, 0.02)
    costs = {column["column"]: column for column in found["columns"]}
    assert list(costs) == GOLDEN["quasi_identifiers"]
    assert sum(cost["part_of_loss"] for cost in costs.values()) == pytest.approx(1)
    # Released at its root, marital-status tells nothing: without it nothing changes.
    assert costs["marital-status"]["lost"] == 1
    assert costs["marital-status"]["gain_if_left_out"] == pytest.approx(0)
    assert costs["race"]["gain_if_left_out"] == max(c["gain_if_left_out"] for c in costs.values())


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    lines = [f"p{n},{ward},{n}.4,note {n}" for n, ward in enumerate(WARDS * 3)]
    path.write_text("\n".join(["id,ward,stay,note", *lines]) + "\n")
    return path


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return write_policy(tmp_path, COLUMNS, {"k": 12, "suppression_limit": 0.2})


def test_no_value_and_no_small_count_is_shown(
    people: Path, policy: Path, tmp_path: Path, capsys: Output
) -> None:
    page = tmp_path / "explore.html"
    code, shown, said = ran(capsys, people, "--policy", policy, "--out", page)
    assert (code, said) == (0, "")
    document = page.read_text()
    found = told(capsys, people, "--policy", policy)
    for text in (shown, document, json.dumps(found)):
        assert "canary" not in text.replace(str(tmp_path), "")
    (lone,) = [p for p in found["points"] if p["k"] == 12 and 0.2 in p["limits"]]
    assert (lone["suppressed"], lone["suppressed_share"]) == ("fewer than 10", None)
    assert "<10 rows" in shown
    assert "under 10 rows" in document
    assert max(map(len, shown.splitlines())) <= 100


def test_the_page_needs_nothing_else(
    people: Path, policy: Path, tmp_path: Path, capsys: Output
) -> None:
    page = tmp_path / "explore.html"
    assert ran(capsys, people, "--policy", policy, "--out", page)[0] == 0
    document = page.read_text()
    assert "<script" not in document
    assert "http://" not in document
    assert "https://" not in document
    assert "default-src &#x27;none&#x27;" in document
    for words in ("k, suppression and loss", "Which column costs most", "the policy"):
        assert words in document


def test_a_point_is_taken_over_by_its_number(people: Path, policy: Path, capsys: Output) -> None:
    before = policy.read_text()
    points = told(capsys, people, "--policy", policy)["points"]
    wanted = next(p for p in points if p["k"] == 3 and p["suppression_limit"] == 0)
    code, shown, _ = ran(capsys, people, "--policy", policy, "--choose", wanted["number"])
    assert code == 0
    after = before.replace("k: 12", "k: 3").replace("limit: 0.2", "limit: 0.0")
    assert policy.read_text() == after
    for line in ("-  k: 12", "+  k: 3", "-  suppression_limit: 0.2", "+  suppression_limit: 0.0"):
        assert line in shown.splitlines()


def test_a_point_is_taken_over_by_k_and_limit(people: Path, policy: Path, capsys: Output) -> None:
    found = told(capsys, people, "--policy", policy, "--choose", "k=11, limit=0.15")
    assert "+  k: 11" in found["diff"]
    assert "suppression_limit: 0.15" in policy.read_text()


@pytest.mark.parametrize(
    ("choice", "code", "says"),
    [
        ("k=13,limit=0.05", 2, "k = 13 can't be met at a suppression limit of 0.05"),
        ("k=13,limit=0.05", 2, "The least limit of the grid that will do is 1"),
        ("k=0,limit=0.05", 1, "--choose is a point's number"),
        ("k=5", 1, "--choose is a point's number"),
        ("k=5,limit=1.5", 1, "--choose is a point's number"),
        ("99", 1, "there are points 1 to"),
        ("0", 1, "there are points 1 to"),
    ],
)
def test_what_cannot_be_chosen_leaves_the_policy(
    people: Path, policy: Path, capsys: Output, choice: str, code: int, says: str
) -> None:
    before = policy.read_bytes()
    found, _, said = ran(capsys, people, "--policy", policy, "--choose", choice)
    assert (found, says in said) == (code, True), said
    assert policy.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [("--k", "x"), ("--k", "0"), ("--k", "2.5"), ("--limits", "2"), ("--delimiter", "ab")],
)
def test_mistyped_grids(people: Path, policy: Path, capsys: Output, arguments: Any) -> None:
    assert ran(capsys, people, "--policy", policy, *arguments)[0] == 1


def test_the_policys_own_point_may_be_impossible(
    people: Path, tmp_path: Path, capsys: Output
) -> None:
    policy = write_policy(tmp_path, COLUMNS, {"k": 20, "suppression_limit": 0.1})
    found = told(capsys, people, "--policy", policy, "--out", tmp_path / "explore.html")
    assert (found["policy"]["point"], found["columns"]) == (None, [])
    assert {"k": 20, "suppression_limit": 0.1} in found["impossible"]
    assert "k = 20 up to a limit of 20%" in (tmp_path / "explore.html").read_text()
