"""Run the checks and the tests part by part, and end with what each took and how many passed.

    .venv/bin/python .ci/check.py [--servers] [--jobs N] [PART ...]

A part is ``lint``, ``types``, ``imports`` or a folder of tests/. Without a name all of them run,
so a new folder of tests needs no entry here. Tests marked ``server`` start real server processes
and run with ``--servers`` only. A failing part doesn't stop the others. With more than one job a
part's output is shown when it has ended.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# The longest first, so that no long one is left to run alone at the end.
LONGEST_FIRST = (
    "expectations", "canary", "pipeline", "unit", "airflow", "spark", "packaging", "integration",
)  # fmt: skip
# Makes what all JVMs of the tests start faster with; runs beside the checks, which start none.
PREPARE = [sys.executable, "tests/jvm.py"]
# A part keeps about this many cores busy.
JOB_CORES = 1
CHECKS = {
    "lint": [str(BIN / "ruff"), "check", "--output-format=concise", "."],
    "types": [sys.executable, "-m", "mypy"],
    "imports": [str(BIN / "lint-imports")],
}


@dataclass(frozen=True)
class Outcome:
    part: str
    passed: bool
    seconds: float
    tests: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.tests[kind]} {kind}" for kind in self.tests)
        verdict = "passed" if self.passed else "FAILED"
        return f"  {self.part:<14} {verdict:<7} {self.seconds:7.1f} s  {counts}"


def test_parts() -> list[str]:
    """Folders of tests/ that hold tests, long ones first."""
    found = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    names = {path.relative_to(ROOT / "tests").parts[0] for path in found if path != ROOT / "tests"}
    return sorted(names, key=lambda name: (*(kind != name for kind in LONGEST_FIRST), name))


def run(command: list[str], output: BinaryIO | None) -> int:
    # Airflow and Spark start programs by bare name, and these live beside this Python.
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment.setdefault("PYSPARK_PYTHON", sys.executable)
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
    ).returncode


def run_check(part: str, output: BinaryIO | None) -> Outcome:
    begun = time.monotonic()
    return Outcome(part, run(CHECKS[part], output) == 0, time.monotonic() - begun)


def run_tests(part: str, output: BinaryIO | None, *, servers: bool) -> Outcome:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", f"tests/{part}", "-q", f"--junitxml={report}"]
        if not servers:
            command += ["-m", "not server"]
        code = run(command, output)
        tests = counted(report)
    if code == 5 and not servers:
        code = 0  # every test of this folder needs a server
    return Outcome(part, code == 0, time.monotonic() - begun, tests)


def counted(report: Path) -> Counter[str]:
    """Tests by outcome; empty when pytest ended before it could report."""
    tests: Counter[str] = Counter()
    if not report.exists():
        return tests
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        tests["passed"] += int(suite.get("tests", 0)) - failed - skipped
        tests["failed"] += failed
        tests["skipped"] += skipped
    return tests


def prepare() -> None:
    """Only ever saves time, so nothing is said of it."""
    with tempfile.TemporaryFile() as output:
        run(PREPARE, output)


def run_part(part: str, *, servers: bool, alone: bool) -> Outcome:
    """Run one part; its output goes to the terminal at once, or else when it has ended."""
    with tempfile.TemporaryFile() as file:
        output = None if alone else file
        print(f"\n=== {part} ===" if alone else f"started {part}", flush=True)
        if part in CHECKS:
            outcome = run_check(part, output)
        else:
            outcome = run_tests(part, output, servers=servers)
        file.seek(0)
        said = file.read().decode(errors="replace")
    if not alone:
        print(f"\n=== {part} ===\n{said}", flush=True)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--servers", action="store_true", help="run tests marked server too")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    parser.add_argument(
        "--jobs",
        type=int,
        default=max(1, cores // JOB_CORES),
        metavar="N",
        help="how many parts run at once",
    )
    parser.add_argument("parts", nargs="*", metavar="PART")
    arguments = parser.parse_args()
    known = [*CHECKS, *test_parts()]
    if unknown := set(arguments.parts) - set(known):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(known)}")

    parts = arguments.parts or known
    begun = time.monotonic()
    alone = arguments.jobs == 1 or len(parts) == 1
    with ThreadPoolExecutor(arguments.jobs) as pool:
        if not arguments.parts:
            pool.submit(prepare)
        running = [
            pool.submit(run_part, part, servers=arguments.servers, alone=alone) for part in parts
        ]
        outcomes = [done.result() for done in as_completed(running)]

    print("\n=== summary ===")
    print(*outcomes, sep="\n")
    total = sum((outcome.tests for outcome in outcomes), Counter[str]())
    failed = [outcome.part for outcome in outcomes if not outcome.passed]
    print(f"  {'in all':<22} {time.monotonic() - begun:7.1f} s")
    print(f"failed: {', '.join(failed)}" if failed else "All parts passed.")
    if total:
        print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
