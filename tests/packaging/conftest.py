"""The built wheel, and virtual environments that hold exactly the packages one asks for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("spark_jobs/veilflow", "plugins/veilflow_airflow", "expectations/veilflow_expectations")
LEFTOVERS = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")

# Workers find these classes by module and name, so their base class, Spark's, is needed at import.
NEED_SPARK = frozenset({"veilflow.store.spark_source"})

EnvironmentMaker = Callable[..., Path]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def need_spark() -> frozenset[str]:
    return NEED_SPARK


@pytest.fixture(scope="session", name="run")
def run_fixture() -> Callable[..., str]:
    return run


@pytest.fixture(scope="session")
def package_files() -> frozenset[str]:
    """Every file of the three packages on disk, by its path inside a wheel."""
    found = set()
    for source in SOURCES:
        folder = ROOT / source
        for path in folder.rglob("*"):
            inside = path.relative_to(folder.parent)
            if path.is_file() and "__pycache__" not in inside.parts:
                found.add(inside.as_posix())
    return frozenset(found)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools would mix in what an earlier build left behind."""
    copy = tmp_path_factory.mktemp("source")
    for source in SOURCES:
        shutil.copytree(ROOT / source, copy / source, ignore=LEFTOVERS)
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy)
    built = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, cwd=copy)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def zipped_wheel(wheel: Path) -> Path:
    """The same bytes named .zip: what spark-submit's --py-files puts on a worker's path."""
    return Path(shutil.copy(wheel, wheel.with_name("veilflow.zip")))


@pytest.fixture(scope="session")
def environment_with(tmp_path_factory: pytest.TempPathFactory) -> EnvironmentMaker:
    """Make a virtual environment with the named distributions and what they need.

    The packages are links into this environment, so it takes a second and no network; the
    editable installation of Veilflow is never among them.
    """

    def make(*requirements: str, wheel: Path | None = None) -> Path:
        folder = tmp_path_factory.mktemp("venv")
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        python = folder / "bin" / "python"
        site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))
        installed = Path(sysconfig.get_path("purelib"))
        for entry in top_level_entries(closure(requirements)):
            if (installed / entry).exists():
                (site / entry).symlink_to(installed / entry)
        if wheel is not None:
            arguments = ["install", "--quiet", "--no-deps", "--no-index", wheel]
            run(sys.executable, "-m", "pip", "--python", python, *arguments)
        return python

    return make


def run(*command: object, cwd: Path | None = None) -> str:
    """Run to the end and return what it printed; a failure shows what it said."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}"
    return result.stdout


def closure(requirements: Iterable[str]) -> set[str]:
    """Names of the installed distributions that the requirements pull in."""
    from packaging.requirements import Requirement

    found: set[tuple[str, str]] = set()
    pending = [Requirement(text) for text in requirements]
    while pending:
        requirement = pending.pop()
        name = normalised(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in found:
                continue
            found.add((name, extra))
            for text in metadata.requires(name) or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    pending.append(needed)
    return {name for name, _ in found}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def top_level_entries(names: Iterable[str]) -> set[str]:
    """First path components, below site-packages, of everything the distributions installed."""
    entries = set()
    for name in names:
        for path in metadata.files(name) or ():
            first = path.parts[0]
            if first not in ("..", "__pycache__") and not first.startswith("__editable__"):
                entries.add(first)
    return entries
