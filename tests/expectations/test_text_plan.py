"""What a policy that releases free text asks of it, and what a policy has to say for that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from veilflow.errors import PolicyError
from veilflow.policy import Policy, load_policy
from veilflow_expectations.plan import plan_masked, plan_synthetic
from veilflow_expectations.suite import suites_document
from veilflow_expectations.text_plan import RECALL, TEXT, identifier_columns, recall_suites

POLICY = """
version: 1
dataset: d
purpose:
  {purpose: tests, legal_basis: none, owner: o@example.org, recipients: [us], retention_days: 1}
source: {root: .}
privacy_unit: id
tables:
  people:
    path: p
    columns: {id: pseudonym, name: drop, town: drop, mrn: {role: identifier, protect: redact}}
  notes:
    path: n
    columns:
      id: pseudonym
      town: keep
      text: {role: free_text, protect: "masks.of.mine:Redact"}
      draft: free_text
      scan: {role: free_text, protect: redact}
"""
JUDGED = "validate: {free_text: {min_recall: 0.9}}\n"


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", "masks.of.mine:Redact")


def policy(folder: Path, more: str = JUDGED, change: tuple[str, str] = ("", "")) -> Policy:
    path = folder / "policy.yaml"
    path.write_text(POLICY.replace(*change) + more if change[0] else POLICY + more)
    return load_policy(path)


def test_released_text_is_searched_and_its_detectors_are_measured(tmp_path: Path) -> None:
    suites = [s for s in plan_masked(policy(tmp_path), []) if s.part in (TEXT, RECALL)]
    assert [(s.table, s.part) for s in suites] == [("notes", TEXT), ("notes", RECALL)]
    checks = [check for suite in suites for check in suite.checks]
    assert [(check.name, check.column) for check in checks] == [
        ("known identifiers absent", "text"),
        ("detected entities absent", "text"),
        ("detector recall", "text"),
    ]
    assert all(check.blocking and check.kind == "text" for check in checks)
    assert checks[2].arguments["labels"] == "labels:notes.text"


def test_the_text_s_own_cells_may_stay_but_those_of_others_may_not(tmp_path: Path) -> None:
    """A note without anything to redact rightly stays as it was."""
    (values,) = [s for s in plan_masked(policy(tmp_path), [])
                 if (s.table, s.part) == ("notes", "values")]  # fmt: skip
    names = {check.name for check in values.checks if check.column == "text"}
    assert "own raw values absent" not in names and "raw identifiers absent" in names


def test_identifiers_that_are_kept_somewhere_are_not_looked_for(tmp_path: Path) -> None:
    assert identifier_columns(policy(tmp_path)) == {
        "people": ("id", "name", "mrn"),
        "notes": ("id",),
    }


def test_each_labelled_type_is_shown_and_does_not_block(tmp_path: Path) -> None:
    (suite,) = recall_suites(policy(tmp_path), {("notes", "text"): ("person_name", "ssn")})
    shown = {check.name: check.blocking for check in suite.checks}
    assert shown == {
        "detector recall": True,
        "detector recall, person name": False,
        "detector recall, ssn": False,
    }


def test_the_policy_s_words_reach_the_checks(tmp_path: Path) -> None:
    more = (
        "validate: {free_text: {min_recall: 0.99, detectors: [veilflow, 'presidio:en_core_web_lg'],"
        " entities: [person_name, city], min_score: 0.7}}\n"
    )
    suites = plan_masked(policy(tmp_path, more), [])
    checks = {c.name: c.arguments for s in suites for c in s.checks if c.kind == "text"}
    both = ["veilflow", "presidio:en_core_web_lg"]
    assert checks["detected entities absent"] == {
        "column": "text", "detectors": both, "types": ["person_name", "city"], "min_score": 0.7,
    }  # fmt: skip
    assert checks["detector recall"]["min_recall"] == 0.99
    assert checks["detector recall"]["detectors"] == both


def test_its_suites_can_be_written_down(tmp_path: Path) -> None:
    document = json.loads(json.dumps(suites_document(policy(tmp_path))))
    names = [suite["name"] for suite in document["suites"]["masked"]]
    assert names[-2:] == ["notes: text", "notes: labelled texts"]


def test_text_that_is_not_released_is_not_judged(tmp_path: Path) -> None:
    change = ('"masks.of.mine:Redact"', "nullify")
    for more in ("", JUDGED):
        suites = plan_masked(policy(tmp_path, more, change), [])
        assert not [suite for suite in suites if suite.part in (TEXT, RECALL)]


def test_synthetic_rows_have_no_text(tmp_path: Path) -> None:
    planned = plan_synthetic(policy(tmp_path, JUDGED + "synthesize: {tables: {notes: 10}}\n"))
    assert not [check for suite in planned for check in suite.checks if check.kind == "text"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "free text is released only if it is judged"),
        ("validate: {free_text: {}}\n", "min_recall"),
        ("validate: {free_text: {min_recall: 0}}\n", "min_recall"),
        ("validate: {free_text: {min_recall: 1.1}}\n", "min_recall"),
        ("validate: {free_text: {min_recall: 0.9, detectors: []}}\n", "detectors"),
        ("validate: {free_text: {min_recall: 0.9, detectors: [psychic]}}\n", "no detector"),
        ("validate: {free_text: {min_recall: 0.9, entities: [aura]}}\n", "no type of entity"),
        ("validate: {free_text: {min_recall: 0.9}, warn: [detector recall]}\n", "warn"),
    ],
)
def test_a_policy_that_does_not_say_how_text_is_judged_is_refused(
    more: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match=said):
        policy(tmp_path, more)


def test_free_text_can_not_be_kept_or_masked_by_a_built_in_transform(tmp_path: Path) -> None:
    for protect in ("keep", "pseudonym", "{partial: {keep_last: 2}}"):
        with pytest.raises(PolicyError, match="transform of your own"):
            policy(tmp_path, JUDGED, ('"masks.of.mine:Redact"', protect))
