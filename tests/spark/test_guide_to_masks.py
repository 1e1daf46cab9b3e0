"""docs/extending-masks.md: its own code, named from its own policy, on real executors."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from veilflow.mask import ALLOW_LIST

NAME = "shop_masks:Initials"


@pytest.fixture
def guide(repository: Path, tmp_path: Path) -> dict[str, list[str]]:
    """The guide's blocks of code by language; the first is a module in ``tmp_path``."""
    text = (repository / "docs" / "extending-masks.md").read_text(encoding="utf-8")
    found = {
        language: re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
        for language in ("python", "yaml")
    }
    (tmp_path / "shop_masks.py").write_text(found["python"][0], encoding="utf-8")
    return found


def test_the_masker_takes_fewer_than_ten_lines(guide: dict[str, list[str]]) -> None:
    assert len([line for line in guide["python"][0].splitlines() if line.strip()]) < 10


def test_it_keeps_the_rules_and_loads_from_the_allow_list_alone(
    guide: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa
    from veilflow.errors import PolicyError
    from veilflow.mask import create_transform
    from veilflow.policy.columns import ColumnPolicy

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "shop_masks", raising=False)
    scope: dict[str, object] = {}
    exec(guide["python"][1], scope)
    check = scope["test_initials"]
    assert callable(check)
    check()
    column = ColumnPolicy.model_validate(yaml.safe_load(guide["yaml"][0])["name"])
    assert column.protect is not None
    assert column.protect.name == NAME
    with pytest.raises(PolicyError, match=ALLOW_LIST):
        create_transform(NAME, column.protect.parameters)
    monkeypatch.setenv(ALLOW_LIST, NAME)
    made = create_transform(NAME, column.protect.parameters)
    assert made.apply(pa.array(["Ann Lee", None])).to_pylist() == ["An Le", None]


@pytest.mark.spark
@pytest.mark.slow
def test_it_runs_on_real_executors(guide: dict[str, list[str]], tmp_path: Path) -> None:
    spec = find_spec("pyspark")
    assert spec is not None and spec.origin is not None
    home = tmp_path / "spark"
    home.mkdir()
    for part in Path(spec.origin).parent.iterdir():
        (home / part.name).symlink_to(part)
    settings = tmp_path / "conf" / "spark-defaults.conf"
    settings.parent.mkdir()
    settings.touch(mode=0o600)
    settings.write_text(f"spark.authenticate.secret {secrets.token_hex(32)}\n")
    environment = {
        **os.environ,
        ALLOW_LIST: NAME,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(settings.parent),
        "PYSPARK_PYTHON": sys.executable,
    }
    script = Path(__file__).with_name("masks_on_executors.py")
    done = subprocess.run(
        [sys.executable, str(script), guide["yaml"][0]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.strip().splitlines()[-1])
    assert report["names"] == ["", "", "An Le", "Zo"]
    assert report["nulls"] == 1
    assert report["driver"] not in report["workers"]
    assert all(folder.startswith(str(home / "work")) for folder in report["folders"])
