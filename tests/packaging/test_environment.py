"""The script that makes .venv, run for real on a project whose installation takes no network.

The project has its own build backend, so pip installs it from the folder alone; everything else
(virtual environment, lock, stamp, starting over) is what `make demo` and `make test` run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "environment.py"

BACKEND = """
import os, time, zipfile

METADATA = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n"
EXTRAS = "Provides-Extra: demo\\nProvides-Extra: dev\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def build_editable(folder, config_settings=None, metadata_directory=None):
    time.sleep(float(os.environ.get("SLOW_BUILD", "0")))
    info = "tiny-1.0.dist-info"
    with zipfile.ZipFile(os.path.join(folder, "tiny-1.0-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr(f"{info}/METADATA", METADATA + EXTRAS + open("needs.txt").read())
        wheel.writestr(f"{info}/WHEEL", WHEEL)
        wheel.writestr(f"{info}/RECORD", "".join(f"{name},,\\n" for name in wheel.namelist()))
    return "tiny-1.0-py3-none-any.whl"

def get_requires_for_build_editable(config_settings=None):
    return []
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / ".ci")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "backend.py").write_text(BACKEND)
    (tmp_path / "setup.cfg").write_text("")
    (tmp_path / "needs.txt").write_text("")
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n")
    return tmp_path


@pytest.fixture(scope="module")
def empty_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder


@pytest.fixture
def project_with_venv(project: Path, empty_venv: Path) -> Path:
    """For tests that aren't about making one, which takes pip seconds."""
    shutil.copytree(empty_venv, project / ".venv", symlinks=True)
    return project


def command(project: Path, extras: str) -> list[str]:
    return [sys.executable, str(project / ".ci" / "environment.py"), extras]


def variables(**changes: str) -> dict[str, str]:
    # A package source of the user's own, and an empty one: nothing here may use the network.
    return os.environ | {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull} | changes


def install(
    project: Path, extras: str = "demo", **changes: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(project, extras),
        env=variables(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def stamp(project: Path) -> dict[str, object]:
    content = json.loads((project / ".venv" / ".veilflow.json").read_text())
    assert isinstance(content, dict)
    return content


def imports_tiny(project: Path) -> bool:
    python = project / ".venv" / "bin" / "python"
    return subprocess.run([python, "-c", "import tiny"], capture_output=True).returncode == 0


def test_installs_once_then_adds_what_another_target_needs(project: Path) -> None:
    first = install(project)
    assert first.returncode == 0, first.stdout
    assert "Making a virtual environment" in first.stdout
    assert "1 GB to download" in first.stdout
    assert imports_tiny(project)
    assert stamp(project)["extras"] == ["demo"]

    second = install(project)
    assert (second.returncode, second.stdout) == (0, "")

    both = install(project, "demo,dev")
    assert "Making a virtual environment" not in both.stdout
    assert stamp(project)["extras"] == ["demo", "dev"]

    # What is there is enough for the smaller target, in either order.
    assert install(project, "demo").stdout == ""

    (project / "setup.cfg").write_text("[metadata]\n")
    assert "Installing veilflow[demo,dev]" in install(project, "demo").stdout


def test_an_installation_that_was_killed_is_started_over(project: Path) -> None:
    slow = subprocess.Popen(
        command(project, "demo"),
        env=variables(SLOW_BUILD="60"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    unfinished = project / ".venv" / ".veilflow-unfinished"
    wait_until(unfinished.exists)
    os.killpg(slow.pid, 9)
    slow.wait()
    (project / ".venv" / "half-written").write_text("")

    again = install(project)
    assert again.returncode == 0, again.stdout
    assert "cut off; starting over" in again.stdout
    assert not (project / ".venv" / "half-written").exists()
    assert imports_tiny(project)
    assert not unfinished.exists()


def test_two_at_once_install_once(project_with_venv: Path) -> None:
    project = project_with_venv
    together = [
        subprocess.Popen(
            command(project, "demo"),
            env=variables(SLOW_BUILD="3"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300)[0] for process in together]
    assert [process.returncode for process in together] == [0, 0], said
    waited = [text for text in said if "waiting for it" in text]
    worked = [text for text in said if "Installed in" in text]
    assert (len(waited), len(worked)) == (1, 1), said
    assert waited[0].count("\n") == 1


def test_a_failure_says_why_without_a_traceback(project_with_venv: Path) -> None:
    project = project_with_venv
    (project / "needs.txt").write_text("Requires-Dist: nowhere-to-be-found==1.0\n")
    result = install(project)
    assert result.returncode == 1
    assert "nowhere-to-be-found" in result.stdout
    assert ".veilflow-install.log" in result.stdout
    assert "run the same command again" in result.stdout
    assert "Traceback" not in result.stdout
    assert not (project / ".venv" / ".veilflow.json").exists()

    # Nothing was unpacked yet, so the environment is taken up as it is.
    (project / "needs.txt").write_text("")
    again = install(project)
    assert again.returncode == 0
    assert "starting over" not in again.stdout


def test_an_environment_whose_python_is_gone_is_made_anew(project_with_venv: Path) -> None:
    project = project_with_venv
    python = project / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    again = install(project)
    assert again.returncode == 0, again.stdout
    assert "making it anew" in again.stdout


def own_sources_removed(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return kept | {"PIP_CONFIG_FILE": os.devnull} | changes


def install_without_own_sources(project: Path, index: Path) -> str:
    result = subprocess.run(
        command(project, "demo"),
        env=own_sources_removed(VEILFLOW_TORCH_INDEX=index.as_uri()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyPI's torch is the CPU build")
def test_torch_comes_from_the_index_of_cpu_builds(project_with_venv: Path) -> None:
    index = project_with_venv / "index"
    (index / "torch").mkdir(parents=True)
    info = "torch-2.13.0+cpu.dist-info"
    with zipfile.ZipFile(index / "torch" / "torch-2.13.0+cpu-py3-none-any.whl", "w") as wheel:
        wheel.writestr("torch.py", "")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.13.0+cpu\n"
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    (index / "torch" / "index.html").write_text(
        '<a href="torch-2.13.0+cpu-py3-none-any.whl">torch-2.13.0+cpu-py3-none-any.whl</a>'
    )
    (project_with_venv / "needs.txt").write_text("Requires-Dist: torch\n")
    said = install_without_own_sources(project_with_venv, index)
    assert "CUDA" not in said
    python = project_with_venv / ".venv" / "bin" / "python"
    assert subprocess.run([python, "-c", "import torch"]).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyPI's torch is the CPU build")
def test_an_index_that_cannot_be_reached_is_said_and_not_the_end(project_with_venv: Path) -> None:
    said = install_without_own_sources(project_with_venv, project_with_venv / "nowhere")
    assert "with about 3 GB of CUDA libraries" in said
    assert imports_tiny(project_with_venv)


def wait_until(true: object, seconds: float = 60) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)
