"""What setup.cfg asks for, what constraints.txt pins, what is installed and what is imported."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

SETUP = Path(__file__).resolve().parents[2] / "setup.cfg"
OURS = {"veilflow", "veilflow_airflow", "veilflow_expectations"}

# Packages that are the other half of a declared one and pinned by it.
PART_OF = {"airflow": "apache-airflow", "botocore": "boto3"}
# Packages that nothing asks for: who installs one gets what it adds, and nobody else misses it.
USED_IF_INSTALLED = {
    "ff3",
    "presidio_analyzer",
    "presidio_anonymizer",
    "presidio_structured",
    "spacy",
}


def requirements() -> dict[str, list[Requirement]]:
    """Requirements by extra; the base is the empty extra."""
    setup = configparser.ConfigParser()
    setup.read(SETUP)
    groups = {"": setup["options"]["install_requires"], **setup["options.extras_require"]}
    return {
        extra: [Requirement(line) for line in text.split("\n") if line and not line.startswith("#")]
        for extra, text in groups.items()
    }


def pins() -> dict[str, str]:
    lines = (SETUP.parent / "constraints.txt").read_text().splitlines()
    found = {}
    for line in lines:
        if not line.startswith("#"):
            name, _, version = line.partition("==")
            found[name] = version
    return found


def every_requirement() -> list[tuple[str, Requirement]]:
    return [
        (extra, requirement)
        for extra, group in requirements().items()
        for requirement in group
        if requirement.name != "veilflow"
    ]


def test_constraints_are_exact_sorted_and_normalised() -> None:
    names = list(pins())
    assert names == sorted(names)
    assert names == [canonicalize_name(name) for name in names]
    assert all(re.fullmatch(r"\d[\w.]*", version) for version in pins().values())


@pytest.mark.parametrize(
    ("extra", "requirement"),
    every_requirement(),
    ids=lambda value: str(value) or "base",
)
def test_a_pinned_version_satisfies_each_requirement(extra: str, requirement: Requirement) -> None:
    pinned = pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pinned), f"{extra or 'base'}: {requirement}, {pinned}"


def test_what_is_installed_is_what_is_pinned() -> None:
    pinned = pins()
    other = {}
    for distribution in metadata.distributions():
        name = canonicalize_name(distribution.metadata["Name"])
        version = distribution.version.partition("+")[0]  # torch 2.13.0+cpu is torch 2.13.0
        if name in pinned and version != pinned[name]:
            other[name] = (version, pinned[name])
    assert other == {}


def test_pinned_versions_install_on_the_oldest_python() -> None:
    """Debian 12 has Python 3.11.2, and pip refuses what asks for a later one."""
    oldest = "3.11.2"
    newer = {
        distribution.metadata["Name"]
        for distribution in metadata.distributions()
        if not SpecifierSet(distribution.metadata["Requires-Python"] or "").contains(oldest)
    }
    assert newer == set()


def test_everything_that_is_installed_is_pinned() -> None:
    tools = {"pip", "veilflow"}
    names = {canonicalize_name(each.metadata["Name"]) for each in metadata.distributions()}
    assert names - set(pins()) - tools == set()


def test_installed_packages_agree_with_each_other(run: Callable[..., str]) -> None:
    assert "No broken requirements found" in run(sys.executable, "-m", "pip", "check")


def test_pyspark_and_its_client_are_one_version() -> None:
    assert metadata.version("pyspark") == metadata.version("pyspark-client")


def test_every_import_is_declared() -> None:
    """A package that is here by chance, as a dependency of a dependency, may leave by chance."""
    providers = metadata.packages_distributions()
    declared = {canonicalize_name(requirement.name) for _, requirement in every_requirement()}
    undeclared = set()
    for path, module in third_party_imports():
        first = module.split(".")[0]
        if first in USED_IF_INSTALLED:
            continue
        owners = {canonicalize_name(name) for name in providers.get(first, ())}
        if not (owners | {PART_OF.get(first, "")}) & declared:
            undeclared.add(f"{path}: {module}")
    assert undeclared == set()


def third_party_imports() -> Iterator[tuple[str, str]]:
    root = SETUP.parent
    for source in ("spark_jobs", "plugins", "expectations", "dags", "benchmarks"):
        for path in (root / source).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [node.module]
                for name in names:
                    first = name.split(".")[0]
                    if first not in sys.stdlib_module_names | OURS | {"benchmarks"}:
                        yield str(path.relative_to(root)), name
