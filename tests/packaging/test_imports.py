"""Importing defines things and starts nothing, and no file of ours takes another's name."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HEAVY = ("boto3", "great_expectations", "pandas", "presidio_analyzer", "pyspark", "sdv", "torch")

IMPORT_ALL = """
import importlib, json, pkgutil, sys

package, extent, heavy, but = sys.argv[1], *(each.split(",") for each in sys.argv[2:])
imported_by = {}

class Watch:
    def find_spec(name, path=None, target=None):
        if name in heavy:
            frame = sys._getframe()
            while frame and not frame.f_globals["__name__"].startswith(package):
                frame = frame.f_back
            imported_by.setdefault(name, frame.f_globals["__name__"] if frame else "?")

sys.meta_path.insert(0, Watch)
root = importlib.import_module(package)
names = [m.name for m in pkgutil.walk_packages(root.__path__, f"{package}.")]
for name in names if extent == ["all"] else ():
    if not name.endswith("__main__") and name not in but:
        importlib.import_module(name)
print(json.dumps(imported_by))
"""


@pytest.mark.parametrize(
    ("package", "extent"),
    [("veilflow", "all"), ("veilflow_airflow", "root"), ("veilflow_expectations", "root")],
)
def test_no_heavy_library_is_imported(
    run: Callable[..., str],
    need_spark: frozenset[str],
    tmp_path: Path,
    package: str,
    extent: str,
) -> None:
    arguments = (package, extent, ",".join(HEAVY), ",".join(need_spark))
    said = run(sys.executable, "-c", IMPORT_ALL, *arguments, cwd=tmp_path)
    assert json.loads(said.splitlines()[-1]) == {}


def test_the_check_of_heavy_libraries_sees_one(run: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "greedy").mkdir()
    (tmp_path / "greedy" / "__init__.py").write_text("")
    (tmp_path / "greedy" / "inner.py").write_text("import pandas")
    arguments = ("greedy", "all", ",".join(HEAVY), "")
    said = run(sys.executable, "-c", IMPORT_ALL, *arguments, cwd=tmp_path)
    assert json.loads(said) == {"pandas": "greedy.inner"}


def test_no_module_that_spark_s_workers_import_needs_great_expectations(
    root: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    """Each worker would take seconds to import it, and some more after every task to visit it."""
    folder = root / "expectations" / "veilflow_expectations"
    sent = re.compile(r"\b(mapInArrow|applyInArrow|arrow_udf)\(")
    names = [path.stem for path in folder.glob("*.py") if sent.search(path.read_text())]
    imports = "; ".join(f"import veilflow_expectations.{name}" for name in sorted(names))
    told = "import sys; print([m for m in sys.modules if m.startswith('great_expectations.')])"
    # What only the driver does with them stays there: metrics call functions of other modules.
    assert {"column_findings", "spark_digests", "table_profile"} <= set(names)
    assert run(sys.executable, "-c", f"{imports}; {told}", cwd=tmp_path).strip() == "[]"


@pytest.mark.parametrize("folder", ["dags", "plugins", "spark_jobs", "expectations"])
def test_no_file_takes_the_name_of_another_module(root: Path, folder: str) -> None:
    """These folders are put on sys.path, and Airflow imports a plugin by its bare file name."""
    installed = {
        "airflow",
        "numpy",
        "pandas",
        "pyarrow",
        "pyspark",
        "pydantic",
        "yaml",
        "packaging",
    }
    taken = sys.stdlib_module_names | installed
    names = {path.stem for path in (root / folder).iterdir() if path.suffix == ".py"}
    names |= {path.name for path in (root / folder).iterdir() if path.is_dir()}
    assert names & taken == set()


def test_airflow_is_told_to_leave_the_plugin_package_alone(root: Path) -> None:
    ignored = (root / "plugins" / ".airflowignore").read_text().split()
    assert any(pattern.startswith("veilflow_airflow") for pattern in ignored)
