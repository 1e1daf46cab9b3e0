"""What ``veilflow plan`` shows of a policy, without a JVM."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from veilflow.cli import main

POLICY = """\
dataset: wards
purpose:
  purpose: Beds
  legal_basis: GDPR Art. 6(1)(e)
  owner: dpo@example.org
  recipients: [research, planning]
  retention_days: 30
source: {root: data, format: csv, null_values: [unknown, "-"]}
tables:
  t:
    path: t.csv
    columns: {sex: {role: quasi, hierarchy: redact}, ill: sensitive}
anonymize: {k: 2}
validate:
  t_closeness: {t: 0.5, distance: hierarchical, hierarchy: {csv: ills.csv}}
  small_cells: {threshold: 3, tables: {t: [ill]}}
  expectations:
    t:
      - type: expect_column_values_to_be_in_set
        kwargs: {column: ill, value_set: [flu, gout]}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text("sex,ill\nf,flu\nf,gout\n")
    (tmp_path / "ills.csv").write_text("flu;lung;*\ngout;joint;*\n")
    path = tmp_path / "wards.yaml"
    path.write_text(POLICY)
    return path


def test_every_setting_can_be_shown(policy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lists of words, and of what isn't words: expectations, and a hierarchy's rows, left out."""
    assert main(["plan", str(policy), "--json"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    shown = {row["setting"]: (row["value"], row["from"]) for row in settings}
    assert shown["purpose.recipients"] == ("research, planning", "wards.yaml:6")
    assert shown["source.null_values"] == ("unknown, -", "wards.yaml:8")
    assert shown["validate.t_closeness.hierarchy.csv"] == ("ills.csv", "wards.yaml:15")
    assert shown["validate.small_cells.tables.t"] == ("ill", "wards.yaml:16")
    expectation = json.loads(shown["validate.expectations.t"][0])
    assert expectation["kwargs"] == {"column": "ill", "value_set": ["flu", "gout"]}
    assert not [name for name in shown if name.endswith(".rows")]


def test_the_plan_can_be_read(policy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(policy)]) == 0
    out = capsys.readouterr().out
    assert "every column of the source is settled" in out
    assert "generalize: value > any" in out
    assert "t.sex\n      a label of its hierarchy; together with the other quasi-identifiers" in out
    assert "t.ill\n      released as it is" in out
