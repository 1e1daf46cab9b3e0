"""Fixtures that all tests share: one Spark session for all, and where the reference data lies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.jvm import short_lived

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPOSITORY = Path(__file__).resolve().parent.parent
# spark-submit gives these options to drivers; executors are told by the tests that start them.
os.environ.setdefault("SPARK_SUBMIT_OPTS", short_lived())
# A busy machine is no reason for a property to fail.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of reference data beside the checkout; tests that need it skip without it."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the reference data folder ../shared/data is absent")
    return folder


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """One hardened session on two cores for the whole test run: UTC, ANSI, few partitions."""
    from veilflow.spark.session import session

    settings = {"spark.sql.shuffle.partitions": "2", "spark.default.parallelism": "2"}
    with session("tests", "local[2]", settings) as session_for_all:
        yield session_for_all


@pytest.fixture
def masking_ref(tmp_path: Path) -> str:
    """A reference to a real masking root in a keyring and a store of the test's own."""
    from veilflow.keys import open_provider
    from veilflow.store.key_records import ensure_masking_root, masking_key_ref
    from veilflow.store.object_store import open_store

    keys, store = f"file://{tmp_path}/keyring", f"file://{tmp_path}/store"
    ensure_masking_root(open_store(store), open_provider(keys), "people", "masking")
    return masking_key_ref(keys, store, "people")
