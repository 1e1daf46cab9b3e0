"""Bring ``.venv`` up to what setup.cfg and constraints.txt say, and say what is going on meanwhile.

    python3.11 .ci/environment.py demo,dev

Nothing is done when nothing changed. An interrupted installation is started over, because a
package that was cut off half-way can look installed; what was downloaded is in pip's cache. Two
runs at once don't meet: the second waits for the first. Only the standard library is used.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".veilflow.json"
UNFINISHED = VENV / ".veilflow-unfinished"
LOG = ROOT / ".veilflow-install.log"
CONSTRAINTS = ROOT / "constraints.txt"

# PyPI's torch for Linux brings some three gigabytes of CUDA libraries that nothing here uses.
CPU_TORCH_INDEX = os.environ.get("VEILFLOW_TORCH_INDEX", "https://download.pytorch.org/whl/cpu")

_DOWNLOADED = re.compile(r"Downloading \S+\.(?:whl|tar\.gz) \(([\d.]+) (kB|MB|GB)\)")
_MEGABYTES = {"kB": 0.001, "MB": 1.0, "GB": 1000.0}


class InstallFailed(Exception):
    """pip or venv ended with an error; the message is for the person at the terminal."""


def digest() -> str:
    """What the environment depends on, as one hash."""
    files = (ROOT / "setup.cfg", ROOT / "pyproject.toml", CONSTRAINTS)
    parts = [str(ROOT).encode(), *(path.read_bytes() for path in files)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def installed() -> tuple[str, set[str]]:
    """The hash and the extras of the last finished installation; empty if there was none."""
    try:
        stamp = json.loads(STAMP.read_text())
        return str(stamp["digest"]), {str(extra) for extra in stamp["extras"]}
    except (OSError, ValueError, KeyError, TypeError):
        return "", set()


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the installation lock; it goes with the process, however that ends."""
    with (ROOT / ".veilflow-install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another make is installing into .venv; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    print(f"veilflow: {text}", flush=True)


class Progress:
    """One line that is rewritten on a terminal, a line every fifteen seconds in a log."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._begun = time.monotonic()
        self._shown = self._begun if not self._terminal else 0.0
        self._packages: set[str] = set()
        self._megabytes = 0.0
        self._unpacking = False

    def see(self, line: str) -> None:
        if line.startswith("Collecting "):
            self._packages.add(re.split(r"[=<>!~\[ ;]", line[11:], maxsplit=1)[0])
        elif found := _DOWNLOADED.search(line):
            self._megabytes += float(found[1]) * _MEGABYTES[found[2]]
        elif line.startswith("Installing collected packages:"):
            self._unpacking = True
            self._show(f"unpacking {line.count(',') + 1} packages, a minute or two", now=True)
        if not self._unpacking:
            found_so_far = f"{len(self._packages)} packages found"
            self._show(f"{found_so_far}, {self._megabytes:.0f} MB downloaded")

    def _show(self, text: str, *, now: bool = False) -> None:
        moment = time.monotonic()
        if not now and moment - self._shown < (0.1 if self._terminal else 15):
            return
        self._shown = moment
        line = f"  {moment - self._begun:4.0f} s  {text}"
        print(f"\r{line}\033[K" if self._terminal else line, end="", flush=True)
        if not self._terminal:
            print(flush=True)

    def end(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", flush=True)


def pip(*arguments: str, log: IO[str]) -> int:
    """Run the environment's pip with its talk in the log and a count on the terminal."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    log.write(f"$ {' '.join(command)}\n")
    progress = Progress()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            log.flush()
            progress.see(line.strip())
    progress.end()
    return process.returncode


def wants_cpu_torch(extras: set[str]) -> bool:
    """Only where PyPI's build is the CUDA one and the user has no package source of their own."""
    if not extras & {"demo", "synthesis"} or platform.system() != "Linux":
        return False
    query = [str(PYTHON), "-m", "pip", "config", "list"]
    own = subprocess.run(query, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    return re.search(r"find.links|index.url|no.index", own) is None


def install_cpu_torch(log: IO[str]) -> None:
    """Take torch's CPU build first; PyPI's follows by itself where that can't be reached."""
    wanted = next(
        line for line in CONSTRAINTS.read_text().splitlines() if line.startswith("torch==")
    )
    if pip("install", "--no-deps", "--retries=1", "--index-url", CPU_TORCH_INDEX, wanted, log=log):
        say(f"PyTorch's CPU build is not to be had from {CPU_TORCH_INDEX};")
        say("PyPI's build follows, with about 3 GB of CUDA libraries.")


def make_venv() -> None:
    if UNFINISHED.exists():
        say("The last installation was cut off; starting over (downloads are in pip's cache).")
        shutil.rmtree(VENV)
    elif VENV.exists() and not fits():
        say("The Python of .venv is gone or isn't 3.11; making it anew.")
        shutil.rmtree(VENV)
    if not PYTHON.exists():
        say("Making a virtual environment in .venv.")
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdin=subprocess.DEVNULL)
        if made.returncode:
            raise InstallFailed("python -m venv .venv failed; its message is above.")


def fits() -> bool:
    """Does the environment's Python run, and is it of the version that runs this?"""
    try:
        answer = subprocess.run(
            [str(PYTHON), "-c", "import sys; print(*sys.version_info[:2])"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.split() == [
        str(part) for part in sys.version_info[:2]
    ]


def install(extras: set[str]) -> None:
    listed = ",".join(sorted(extras))
    say(f"Installing veilflow[{listed}] and what it needs, in the tested versions.")
    say("The first time that is about 230 packages, 1 GB to download and 3 GB on disk: 3 to 10")
    say(f"minutes, by the network. pip's own words are in {LOG.name}.")
    STAMP.unlink(missing_ok=True)
    UNFINISHED.touch()
    with LOG.open("w") as log:
        if wants_cpu_torch(extras):
            install_cpu_torch(log)
        failed = pip(
            "install",
            "--prefer-binary",
            "--progress-bar=off",
            "--constraint",
            str(CONSTRAINTS),
            "--editable",
            f".[{listed}]",
            log=log,
        )
    if failed:
        if "Installing collected packages:" not in LOG.read_text():
            UNFINISHED.unlink()  # nothing was written yet: what is installed is whole
        raise InstallFailed(f"pip could not install the packages:\n{last_words()}")


def last_words() -> str:
    """The lines of the log that say why, without pip's remarks about its configuration."""
    lines = [line for line in LOG.read_text().splitlines() if "is ignored: it is" not in line]
    errors = [line for line in lines if line.lstrip().startswith("ERROR")]
    return "\n".join(f"  {line}" for line in (errors or lines)[-8:])


def main() -> int:
    wanted = set(sys.argv[1].split(",")) if len(sys.argv) > 1 else {"demo", "dev"}
    with only_one():
        known, present = installed()
        if known == digest() and wanted <= present and not UNFINISHED.exists() and fits():
            return 0
        begun = time.monotonic()
        try:
            make_venv()
            install(wanted | present)
        except InstallFailed as error:
            say(str(error))
            say(
                f"More is in {LOG.name}. Check the network, the proxy and the free disk space, then"
            )
            say("run the same command again.")
            return 1
        except KeyboardInterrupt:
            say("Interrupted; the next run starts the installation over.")
            return 130
        pending = STAMP.with_suffix(".new")
        pending.write_text(json.dumps({"digest": digest(), "extras": sorted(wanted | present)}))
        pending.replace(STAMP)
        UNFINISHED.unlink(missing_ok=True)
        say(f"Installed in {time.monotonic() - begun:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
