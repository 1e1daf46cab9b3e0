"""Writing k and the suppression limit into a policy: what changes, and that nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from veilflow.errors import PolicyError, UsageError
from veilflow.policy import load_policy
from veilflow.study.policy_edit import edited

HEAD = """\
# A policy, with words of its own.
dataset: wards   # called so since 2020
purpose: {purpose: p, legal_basis: "é", owner: o, recipients: [r], retention_days: 1}
source: {root: data}
tables:
  t:
    path: t.parquet
    columns: {sex: {role: quasi, hierarchy: redact}}
"""
CASES = {
    "block": (
        "anonymize:\n  k: 5  # five\n  suppression_limit: 0.02   # two\n  weights: {sex: 2}\n",
        "anonymize:\n  k: 10  # five\n  suppression_limit: 0.05   # two\n  weights: {sex: 2}\n",
    ),
    "flow": (
        "anonymize: {k: 5, suppression_limit: 2.0e-2 }   # here\n",
        "anonymize: {k: 10, suppression_limit: 0.05 }   # here\n",
    ),
    "limit left to its default": (
        "anonymize: {k: 5}\n",
        "anonymize: {suppression_limit: 0.05, k: 10}\n",
    ),
    "limit left to its default, in a block": (
        "anonymize:\n    # why\n    k: 5\nschedule: {cron: '0 1 * * *'}\n",
        "anonymize:\n    # why\n    suppression_limit: 0.05\n    k: 10\n"
        "schedule: {cron: '0 1 * * *'}\n",
    ),
    "no newline at the end": ("anonymize: {k: 5, suppression_limit: 0}", None),
    "quoted keys": (
        "\"anonymize\":\n  'k': 5\n  'suppression_limit': 0.1\n",
        "\"anonymize\":\n  'k': 10\n  'suppression_limit': 0.05\n",
    ),
}


def write(folder: Path, text: str) -> Path:
    path = folder / "wards.yaml"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_two_values_change(
    tmp_path: Path, before: str, after: str | None, newline: str
) -> None:
    path = write(tmp_path, (HEAD + before).replace("\n", newline))
    path.chmod(0o640)
    edit = edited(path, path.read_bytes(), 10, 0.05)
    edit.write()
    if after is not None:
        assert path.read_bytes() == (HEAD + after).replace("\n", newline).encode()
    asked = load_policy(path).anonymize
    assert asked is not None
    assert (asked.k, asked.suppression_limit) == (10, 0.05)
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["wards.yaml"]
    changed = [line for line in edit.diff().splitlines() if line[:1] in "+-"][2:]
    assert all("k" in line or "limit" in line for line in changed)
    assert 2 <= len(changed) <= 4


def test_what_a_preset_says_is_added_to_the_file(tmp_path: Path) -> None:
    text = HEAD.replace("dataset", "extends: external_research\ndataset")
    path = write(tmp_path, text)
    edited(path, path.read_bytes(), 20, 0.0).write()
    assert path.read_text() == text + "anonymize:\n  k: 20\n  suppression_limit: 0.0\n"
    asked = load_policy(path).anonymize
    assert asked is not None
    assert (asked.k, asked.suppression_limit) == (20, 0)


def test_the_same_values_change_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "anonymize: {k: 10, suppression_limit: 0.05}\n")
    assert edited(path, path.read_bytes(), 10, 0.05).diff() == ""


def test_a_value_that_another_line_shares_is_left_alone(tmp_path: Path) -> None:
    text = HEAD.replace("retention_days: 1", "retention_days: &five 5")
    path = write(tmp_path, text + "anonymize: {k: *five, suppression_limit: 0.02}\n")
    with pytest.raises(PolicyError, match=r"by hand: 'k: 10' and 'suppression_limit: 0\.05'"):
        edited(path, path.read_bytes(), 10, 0.05)


def test_a_file_that_changed_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "anonymize: {k: 5}\n")
    edit = edited(path, path.read_bytes(), 10, 0.05)
    path.write_text(HEAD + "anonymize: {k: 7}\n")
    with pytest.raises(UsageError, match="was changed meanwhile"):
        edit.write()
    assert path.read_text() == HEAD + "anonymize: {k: 7}\n"
    assert os.listdir(tmp_path) == ["wards.yaml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "anonymize: {k: 5}\n")
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    edited(link, link.read_bytes(), 10, 0.05).write()
    assert link.is_symlink()
    assert "k: 10" in path.read_text()
