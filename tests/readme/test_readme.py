"""Everything the README shows is executed here, or by the test that is named here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = [pytest.mark.spark, pytest.mark.slow]

# Commands that can't run inside a test run, and what runs them.
ELSEWHERE = {
    "make demo": "tests/airflow/test_demo.py",
    "make test": ".ci/run",
    "source .venv/bin/activate": ".ci/setup",
}
# Blocks of plain text show commands for machines that a test has not: they are checked by hand in
# tests/packaging/test_executors.py, which does the same on a cluster of processes.
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(repository: Path, language: str) -> list[str]:
    text = (repository / "README.md").read_text(encoding="utf-8")
    return [body for found, body in BLOCK.findall(text) if found == language]


def commands(repository: Path) -> list[str]:
    return [line for body in blocks(repository, "bash") for line in body.splitlines() if line]


def test_what_runs_elsewhere_really_does(repository: Path) -> None:
    for command, where in ELSEWHERE.items():
        assert command in commands(repository)
        assert (repository / where).is_file(), f"{command} is said to be run by {where}"


def test_the_first_policy_works_as_shown(repository: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "VEILFLOW_HOME": str(tmp_path / ".veilflow"),
    }
    for variable in ("VEILFLOW_JUDGE", "PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"):
        environment.pop(variable, None)
    shown: dict[str, str] = {}
    for command in commands(repository):
        if command in ELSEWHERE:
            continue
        if command.startswith("veilflow plan"):
            fill_in(tmp_path / command.split()[-1], blocks(repository, "yaml")[0])
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        shown[command] = done.stdout
    assert "date_of_birth" in shown["veilflow classify hospital/patients"]
    assert "verified" in shown["veilflow verify patients"]
    assert (tmp_path / "patients.parquet").stat().st_mode & 0o777 == 0o600


def fill_in(policy: Path, purpose: str) -> None:
    """Put the three lines that the README shows in place of the draft's empty ones."""
    text = policy.read_text()
    for key, value in yaml.safe_load(purpose)["purpose"].items():
        text, count = re.subn(rf"^  {key}: ''.*$", f"  {key}: {value}", text, flags=re.MULTILINE)
        assert count == 1, key
    policy.write_text(text)


def test_the_two_lines_for_s3_and_a_kms_load(repository: Path) -> None:
    from veilflow.policy.model import PublishPolicy

    shown = yaml.safe_load(blocks(repository, "yaml")[1])
    assert list(shown["publish"]) == ["store", "keys"]
    assert PublishPolicy.model_validate(shown["publish"]).keys == "aws-kms://veilflow"


def test_the_transform_of_ones_own(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa
    from veilflow.mask import create_transform

    (tmp_path / "shop_masks.py").write_text(blocks(repository, "python")[0])
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("VEILFLOW_ALLOWED_TRANSFORMS", "shop_masks:Initial")
    masked = create_transform("shop_masks:Initial", {}).apply(pa.array(["Zoë", None]))
    assert masked.to_pylist() == ["Z", None]


def test_every_link_leads_somewhere(repository: Path) -> None:
    for page in [repository / "README.md", *(repository / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
