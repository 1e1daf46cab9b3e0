"""The script that checks a machine before anything starts, run on machines that lack something.

Each machine is a PATH of its own: the real shell tools, and a Python and a Java that are real
programs saying what another version would say.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "prerequisites"
TOOLS = ("sh", "awk", "cat", "cut", "df", "dirname", "grep", "head", "sed", "uname")

JAVA_17 = 'openjdk version "17.0.15" 2025-04-15'
MODULES = "java.base@17\njdk.incubator.vector@17"


@dataclass(frozen=True)
class Machine:
    """A PATH, a clone of the script and the environment it runs with."""

    root: Path
    environment: dict[str, str]

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    def program(self, name: str, body: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def java(self, version_line: str, modules: str = MODULES, name: str = "java") -> None:
        self.program(
            name,
            f"case $1 in --list-modules) cat <<'E'\n{modules}\nE\n;;\n"
            f"*) cat >&2 <<'E'\n{version_line}\nOpenJDK Runtime Environment\nE\n;; esac",
        )

    def without(self, *names: str) -> None:
        for name in names:
            (self.bin / name).unlink(missing_ok=True)

    def space(self, kilobytes: int) -> None:
        self.program("df", f"echo Filesystem\necho disk 99999999 1 {kilobytes} 1% /")

    def check(self, goal: str = "demo") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / "sh"), str(self.root / ".ci" / "prerequisites"), goal],
            env={"PATH": str(self.bin), **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path, {"VEILFLOW_DEMO_PORT": str(free_port())})
    made.bin.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found is not None:
            (made.bin / tool).symlink_to(found)
    made.program("python3.11", f'exec "{sys.executable}" "$@"')
    made.java(JAVA_17)
    made.space(10 * 1024 * 1024)
    (tmp_path / ".ci").mkdir()
    shutil.copy(SCRIPT, tmp_path / ".ci" / "prerequisites")
    return made


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def python_says(version: str) -> str:
    return f'case $1 in --version) echo "Python {version}.4" ;; *) echo {version} ;; esac'


def only_python(version: str) -> Callable[[Machine], None]:
    def change(machine: Machine) -> None:
        machine.without("python3.11")
        machine.program("python3", python_says(version))

    return change


def python_that_fails_on(module: str) -> Callable[[Machine], None]:
    def change(machine: Machine) -> None:
        machine.program(
            "python3.11",
            f'case "$2" in *"import "*{module}*) exit 1 ;; esac\nexec "{sys.executable}" "$@"',
        )

    return change


def pyenv_shim(machine: Machine) -> None:
    machine.program("python3.11", "echo 'pyenv: python3.11: command not found' >&2; exit 127")


def macos_java(machine: Machine) -> None:
    machine.program("java", "echo 'Unable to locate a Java Runtime.' >&2; exit 1")


def wrong_java_home(machine: Machine) -> None:
    machine.environment["JAVA_HOME"] = "/nowhere/jdk"


def old_java_home(machine: Machine) -> None:
    # PATH has Java 17, but Spark would start the one that JAVA_HOME names.
    machine.java('openjdk version "11.0.2" 2019-01-15', name="jdk11/bin/java")
    machine.environment["JAVA_HOME"] = str(machine.bin / "jdk11")


APT_PYTHON = "apt-get install python3.11 python3.11-venv"
APT_JAVA = "apt-get install openjdk-17-jre-headless"
GIGABYTE = 1024 * 1024

LACKING: list[tuple[str, Callable[[Machine], None], tuple[str, ...]]] = [
    ("no python", lambda m: m.without("python3.11"), ("found no Python", APT_PYTHON, "brew")),
    ("python 3.10", only_python("3.10"), ("found Python 3.10.4", APT_PYTHON)),
    ("python 3.12", only_python("3.12"), ("found Python 3.12.4", APT_PYTHON)),
    ("a pyenv shim with nothing behind", pyenv_shim, ("Python 3.11 is needed", APT_PYTHON)),
    ("no ensurepip", python_that_fails_on("ensurepip"), ("apt-get install python3.11-venv",)),
    ("no sqlite", python_that_fails_on("sqlite3"), ("without sqlite3",)),
    ("no java", lambda m: m.without("java"), ("Java 17 or newer", "found none", APT_JAVA, "brew")),
    ("java 11", lambda m: m.java('openjdk version "11.0.2" 2019-01-15'), ("found Java 11",)),
    ("java 8", lambda m: m.java('java version "1.8.0_302"'), ("found Java 8", APT_JAVA)),
    ("macOS's placeholder for java", macos_java, ("does not run", APT_JAVA)),
    ("JAVA_HOME leads nowhere", wrong_java_home, ("JAVA_HOME is /nowhere/jdk", "unset it")),
    ("JAVA_HOME is an older Java", old_java_home, ("found Java 11", "check JAVA_HOME")),
    (
        "a Java runtime without the vector module",
        lambda m: m.java(JAVA_17, modules="java.base@17"),
        ("jdk.incubator.vector", APT_JAVA),
    ),
    ("a full disk", lambda m: m.space(5 * GIGABYTE), ("5120 MB free, 6 GB are needed",)),
]


def test_a_complete_machine_passes_and_names_its_python(machine: Machine) -> None:
    result = machine.check()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.strip() == str(machine.bin / "python3.11")


@pytest.mark.parametrize(
    ("change", "said"),
    [case[1:] for case in LACKING],
    ids=[case[0] for case in LACKING],
)
def test_one_line_with_the_remedy(
    machine: Machine, change: Callable[[Machine], None], said: tuple[str, ...]
) -> None:
    change(machine)
    result = machine.check()
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for part in said:
        assert part in result.stderr


@pytest.mark.parametrize("version", ["17", "17-ea", "17.0.1", "21.0.7", "25"])
def test_java_17_and_newer_is_enough(machine: Machine, version: str) -> None:
    machine.java(f'openjdk version "{version}" 2026-01-01')
    assert machine.check().returncode == 0


def test_another_name_for_python_311_is_enough(machine: Machine) -> None:
    machine.without("python3.11")
    machine.program("python3", f'exec "{sys.executable}" "$@"')
    assert machine.check().stdout.strip() == str(machine.bin / "python3")


def test_everything_that_is_missing_is_said_at_once(machine: Machine) -> None:
    machine.without("python3.11", "java")
    machine.space(1024)
    assert len(machine.check().stderr.splitlines()) == 4


def test_a_taken_port_stops_the_demo_and_nothing_else(machine: Machine) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        machine.environment["VEILFLOW_DEMO_PORT"] = str(port)
        refused = machine.check("demo")
        assert refused.returncode == 1
        assert f"port {port} on 127.0.0.1 is taken" in refused.stderr
        assert f"VEILFLOW_DEMO_PORT={port + 1} make demo" in refused.stderr
        assert machine.check("test").returncode == 0


@pytest.mark.parametrize("port", ["http", "99999", "0"])
def test_a_port_that_is_none_is_refused(machine: Machine, port: str) -> None:
    machine.environment["VEILFLOW_DEMO_PORT"] = port
    refused = machine.check("demo")
    assert refused.returncode == 1
    assert "a port is a number" in refused.stderr
    assert "VEILFLOW_DEMO_PORT=8081 make demo" in refused.stderr


def test_an_installed_environment_needs_little_more_space(machine: Machine) -> None:
    machine.space(2 * GIGABYTE)
    assert machine.check().returncode == 1
    (machine.root / ".venv").mkdir()
    (machine.root / ".venv" / ".veilflow.json").write_text("{}")
    assert machine.check().returncode == 0
