"""The documentation page of a DAG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from veilflow.policy import load_policy
from veilflow_airflow.policy_page import broken_policy_page, policy_page


def test_the_page_says_who_why_for_whom_and_what_happens(
    tmp_path: Path, policy_text: Callable[..., str]
) -> None:
    (tmp_path / "people.yaml").write_text(policy_text())
    page = policy_page(load_policy(tmp_path / "people.yaml"), "people.yaml")
    for line in (
        "| Purpose | Show what a policy \\| does |",
        "| Owner | privacy-office |",
        "| Recipients | research, audit |",
        "| Who is protected | each distinct `id` |",
        "| k-anonymity | k = 5, at most 2.0% of the rows suppressed |",
        "| Synthetic data | none |",
        "| `id` | identifier | replaced by a keyed pseudonym |",
        "| `full_name` | identifier | dropped |",
        "| `age` | quasi | generalised along its hierarchy |",
        "| `diagnosis` | sensitive | kept as it is |",
        "A column that isn't listed refuses the run.",
    ):
        assert line in page.splitlines(), line


def test_the_page_of_a_broken_policy_lists_its_problems_without_markup() -> None:
    page = broken_policy_page("a_b.yaml", ("a_b.yaml:3: k: <script>alert(1)</script>",))
    assert "a\\_b.yaml:3: k: &lt;script>" in page
    assert "<script" not in page
