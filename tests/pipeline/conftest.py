"""One good release that every test finds as it was, and places of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.place import JUDGES, Place, people, visits


@pytest.fixture(scope="session")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the module ``fixed_judges``."""
    folder = tmp_path_factory.mktemp("judges")
    (folder / "fixed_judges.py").write_text(JUDGES)
    return folder


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory, judges: Path, spark: Any) -> Iterator[Place]:
    """A place whose release ``good-1`` of people and visits is current, by the real judge."""
    place = Place(tmp_path_factory.mktemp("good"), judges, spark)
    place.write(people())
    place.write(visits(), "visits")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VEILFLOW_HOME", str(place.home))
        patch.delenv("VEILFLOW_JUDGE", raising=False)
        place.release(place.two_tables(name="good.yaml", publish=place.publication()), "good-1")
    yield place


@pytest.fixture
def place(good: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The good place, which ends as it began: its release is whole and still current."""
    monkeypatch.setenv("VEILFLOW_HOME", str(good.home))
    monkeypatch.delenv("VEILFLOW_JUDGE", raising=False)
    monkeypatch.syspath_prepend(str(good.judges))
    before = good.hashes("releases/people/good-1/")
    yield good
    assert good.hashes("releases/people/good-1/") == before
    assert len(before) >= 5


@pytest.fixture
def empty_place(tmp_path: Path, judges: Path, spark: Any, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place of the test's own, with the people and visits and no release."""
    monkeypatch.setenv("VEILFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("VEILFLOW_JUDGE", "fixed_judges:passes")
    monkeypatch.syspath_prepend(str(judges))
    found = Place(tmp_path, judges, spark)
    found.write(people())
    found.write(visits(), "visits")
    return found


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Choose who judges from now on: ``passes``, ``fails``, ``breaks`` or ``says_nothing``."""
    return lambda name: monkeypatch.setenv("VEILFLOW_JUDGE", f"fixed_judges:{name}")
