"""Finding a Java that Spark runs on."""

from __future__ import annotations

from pathlib import Path

import pytest
from veilflow.errors import PrerequisiteMissing
from veilflow.spark import java


def make_java(home: Path, release: str | None) -> Path:
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    if release is not None:
        (home / "release").write_text(release)
    return home


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ('JAVA_VERSION="17.0.15"\n', 17),
        ('IMPLEMENTOR="x"\nJAVA_VERSION="21"\n', 21),
        ('JAVA_VERSION="1.8.0_402"\n', 8),
        ('OTHER_JAVA_VERSION="17"\n', None),
        ("", None),
        (None, None),
    ],
)
def test_java_version(tmp_path: Path, release: str | None, version: int | None) -> None:
    assert java.java_version(make_java(tmp_path / "jdk", release)) == version


def test_java_home_wins_and_an_old_one_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_java(tmp_path / "old", 'JAVA_VERSION="11.0.2"')
    new = make_java(tmp_path / "installed" / "jdk-17", 'JAVA_VERSION="17.0.1"')
    newer = make_java(tmp_path / "newer", 'JAVA_VERSION="21.0.1"')
    monkeypatch.setattr(java, "_INSTALLED", tmp_path / "installed")
    named = {"JAVA_HOME": str(newer), "PATH": str(old / "bin")}
    assert java.find_java_home(named) == newer
    assert java.find_java_home({"JAVA_HOME": str(old), "PATH": str(newer / "bin")}) == newer
    assert java.find_java_home({"PATH": str(old / "bin")}) == new


def test_too_old_and_none_are_told_apart_with_the_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_java(tmp_path / "old", 'JAVA_VERSION="11.0.2"')
    monkeypatch.setattr(java, "_INSTALLED", tmp_path / "nothing")
    with pytest.raises(PrerequisiteMissing, match=r"only Java 11 was found.*openjdk-17"):
        java.find_java_home({"JAVA_HOME": str(old), "PATH": ""})
    with pytest.raises(PrerequisiteMissing, match=r"no Java was found.*openjdk-17"):
        java.find_java_home({"PATH": ""})


def test_a_session_needs_java_and_says_so_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from veilflow.spark.session import session

    monkeypatch.setattr(java, "_INSTALLED", tmp_path / "nothing")
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path / "old", 'JAVA_VERSION="11.0.2"')))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    with pytest.raises(PrerequisiteMissing, match="Install openjdk-17"), session("test"):
        pytest.fail("Spark was started")
