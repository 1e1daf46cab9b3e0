"""The built wheel holds what is on disk, and works without the source tree beside it."""

from __future__ import annotations

import configparser
import subprocess
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path

import pytest

Run = Callable[..., str]

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
import veilflow

def not_swallowed(name):
    raise

found = pkgutil.walk_packages(veilflow.__path__, "veilflow.", onerror=not_swallowed)
names = [module.name for module in found]
for name in names:
    if not name.endswith("__main__") and name not in sys.argv[1].split(","):
        importlib.import_module(name)
print(len(names), veilflow.__file__)
"""


@pytest.fixture(scope="session")
def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="session")
def base_environment(environment_with: Callable[..., Path], wheel: Path) -> Path:
    return environment_with(*base_requirements(), wheel=wheel)


def base_requirements() -> list[str]:
    setup = configparser.ConfigParser()
    setup.read(Path(__file__).resolve().parents[2] / "setup.cfg")
    return setup["options"]["install_requires"].split()


def test_wheel_holds_every_file_of_the_packages(
    wheel_names: set[str], package_files: frozenset[str]
) -> None:
    missing = sorted(package_files - wheel_names)
    assert not missing, f"add to packages or package_data in setup.cfg: {missing}"


def test_wheel_holds_nothing_else(wheel_names: set[str], package_files: frozenset[str]) -> None:
    assert sorted(wheel_names - package_files) == []


def test_a_file_that_setup_cfg_forgets_is_noticed(
    wheel_names: set[str], package_files: frozenset[str]
) -> None:
    # The comparison above, seen failing: a subpackage that exists on disk only.
    assert (package_files | {"veilflow/forgotten/__init__.py"}) - wheel_names


def test_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
        licences = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert len(licences) == 1
    extras = set(metadata.get_all("Provides-Extra", []))
    assert {"airflow", "aws", "demo", "dev", "expectations", "spark", "synthesis"} <= extras


def test_every_module_imports_with_the_base_dependencies_alone(
    run: Run, base_environment: Path, need_spark: frozenset[str]
) -> None:
    but = ",".join(need_spark)
    count, file = run(base_environment, "-I", "-c", IMPORT_EVERYTHING, but).split()
    assert int(count) > 10
    assert Path(file).is_relative_to(base_environment.parents[1])


def test_the_base_environment_lacks_what_is_not_base(base_environment: Path) -> None:
    for module in ("pyspark", "airflow", "pandas", "boto3", "torch", "great_expectations"):
        command = [str(base_environment), "-I", "-c", f"import {module}"]
        result = subprocess.run(command, capture_output=True, text=True)
        assert "ModuleNotFoundError" in result.stderr, module


def test_console_script(run: Run, base_environment: Path) -> None:
    said = run(base_environment.with_name("veilflow"), "--help")
    assert "veilflow" in said
    assert "plan" in said


def test_wheel_can_be_imported_as_a_zip(
    run: Run,
    zipped_wheel: Path,
    base_environment: Path,
    need_spark: frozenset[str],
    tmp_path: Path,
) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[2])\n" + IMPORT_EVERYTHING
    but = ",".join(need_spark)
    said = run(base_environment, "-I", "-c", code, but, zipped_wheel, cwd=tmp_path)
    assert said.split()[1].startswith(str(zipped_wheel))
