"""A person's decision in the policy wins in every place that looks at columns, however strong the
evidence; what a decision doesn't cover is told in all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from veilflow.classify import ColumnSample, ColumnVerdict, contradiction
from veilflow.classify.drift import retyped
from veilflow.classify.taxonomy import TAXONOMY
from veilflow.policy import load_policy
from veilflow.policy.draft import DraftTable
from veilflow.policy.draft_update import update_policy
from veilflow.policy.review import review
from veilflow_expectations.content_plan import allowed_types

POLICY = """\
version: 1
dataset: d
purpose: {{purpose: t, legal_basis: t, owner: t, recipients: [t], retention_days: 1}}
source: {{root: .}}
tables:
  people:
    path: p
    columns:
      # decided by the board
      c: {column}
      other: keep
"""
KEPT = "{role: insensitive, type: TYPE, reason: the board's, protect: keep}"
LEARNT = "{role: sensitive, type: TYPE, reason: the board's, protect: keep}"
SEEN = "{role: quasi, type: TYPE, reason: the board's, hierarchy: auto}"
CASES = [
    # the decision, what the column was, what it strongly looks like now, whether that is settled
    ("overruled", KEPT, "none", "gender", "person_name", True),
    ("overruled, a special category", KEPT, "none", "gender", "religion", True),
    ("overruled as sensitive", LEARNT, "none", "religion", "person_name", True),
    ("declared as found", LEARNT, "religion", "gender", "religion", True),
    ("declared as found, kept", KEPT, "religion", "gender", "religion", True),
    ("declared as found, generalised", SEEN, "city", "gender", "city", True),
    ("never settled", KEPT, "none", "gender", "email_address", False),
    ("never settled, a secret", LEARNT, "secret", "gender", "secret", False),
    ("another decision", LEARNT, "religion", "religion", "person_name", False),
]


@pytest.mark.parametrize(
    ("column", "declared", "was", "found", "settled"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_decision_wins_everywhere(
    column: str, declared: str, was: str, found: str, settled: bool, tmp_path: Path
) -> None:
    path = tmp_path / "p.yaml"
    more = "anonymize: {k: 5}\n" if column == SEEN else ""
    path.write_text(POLICY.format(column=column.replace("TYPE", declared)) + more)
    policy = load_policy(path)
    said = policy.tables["people"].columns["c"]
    verdict = ColumnVerdict("c", found, TAXONOMY[found].role, 0.99, ("the values fit",))
    nothing = ColumnVerdict("other", "none", "insensitive", 0.0, ("nothing",))
    table = DraftTable(
        "p",
        [ColumnSample(name, ["a", "b"], "string", 2, 0, 2) for name in ("c", "other")],
        [verdict, nothing],
    )
    update = update_policy(path.read_text(), policy, {"people": table})
    classified = contradiction(verdict, said.role, said.type, said.treatment)
    drifted = retyped(was, 0.99, verdict, said.type, said.treatment)

    if settled:
        assert classified is None and drifted is None
        assert update.text == path.read_text() and update.changes == ()
        # Nothing is opened again, and nothing is hidden: the find stands beside the reason.
        overruled = contradiction(verdict, said.role, None, said.treatment) is not None
        told = [(found, "the board's")] if overruled else []
        assert [(one.found, one.reason) for one in update.settled] == told
        assert found in allowed_types(said)
        assert not [item for item in review({"people": table}, decided={"people": policy})
                    if item.column == "c"]  # fmt: skip
    else:
        assert classified is not None
        assert [change.change for change in update.changes] == ["re-typed"]
        assert "      # decided by the board\n" in update.text
        assert found not in allowed_types(said)
        (item,) = [one for one in review({"people": table}, decided={"people": policy})
                   if one.column == "c"]  # fmt: skip
        assert item.why.startswith("decided already, and runs refuse it now")
