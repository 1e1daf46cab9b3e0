"""Find the Java that Spark can run on, without starting it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from veilflow.errors import PrerequisiteMissing

__all__ = ["OLDEST_JAVA", "find_java_home", "java_version"]

OLDEST_JAVA = 17
_INSTALLED = Path("/usr/lib/jvm")
_VERSION = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)


def find_java_home(environment: Mapping[str, str] = os.environ) -> Path:
    """The home of a Java of at least version 17: JAVA_HOME, the one on PATH, or an installed one.

    Raises PrerequisiteMissing, with the package to install, where there is none. A Java that
    doesn't state its version is trusted only if JAVA_HOME or PATH names it.
    """
    found: list[int] = []
    for home, is_named in _candidates(environment):
        version = java_version(home)
        if version is None:
            if is_named:
                return home
        elif version >= OLDEST_JAVA:
            return home
        else:
            found.append(version)
    seen = f"only Java {max(found)} was found" if found else "no Java was found"
    raise PrerequisiteMissing(
        f"Spark needs Java {OLDEST_JAVA} or newer; {seen}.",
        remedy="Install openjdk-17-jre-headless, or set JAVA_HOME.",
    )


def java_version(home: Path) -> int | None:
    """The feature version in ``home``'s release file, or None where it has none."""
    try:
        stated = _VERSION.search((home / "release").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return int(stated.group(1)) if stated else None


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[Path, bool]]:
    named = environment.get("JAVA_HOME")
    if named and os.access(Path(named, "bin", "java"), os.X_OK):
        yield Path(named), True
    on_path = shutil.which("java", path=environment.get("PATH"))
    if on_path:
        yield Path(on_path).resolve().parent.parent, True
    if _INSTALLED.is_dir():
        for home in sorted(_INSTALLED.iterdir(), reverse=True):
            if os.access(home / "bin" / "java", os.X_OK):
                yield home, False
