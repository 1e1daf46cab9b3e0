"""Commands that look at a file or folder without a policy, without a JVM."""

from __future__ import annotations

from pathlib import Path

import pytest
from veilflow.cli import main


@pytest.mark.parametrize("verb", ["classify", "draft"])
def test_a_file_without_columns_is_no_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    (tmp_path / "people.csv").touch()
    (tmp_path / "visits.csv").write_text("id,sex\n")
    assert main([verb, str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert (shown.out, "people.csv: holds no columns" in shown.err) == ("", True)
    (tmp_path / "people.csv").write_text("id,sex\n")
    assert main([verb, str(tmp_path)]) == 0, "a table without rows is one"
