"""Where a cluster's shared secret comes from."""

from __future__ import annotations

import pytest
from veilflow.errors import PrerequisiteMissing
from veilflow.spark.cluster import cluster_secret

NOBODY_IS_TOLD = ("local", "local[2]", "local[*,4]", "yarn", "k8s://https://host:6443")


@pytest.fixture(autouse=True)
def no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("_SPARK_AUTH_SECRET", raising=False)


@pytest.mark.parametrize("master", NOBODY_IS_TOLD)
def test_spark_needs_none_or_makes_its_own(master: str) -> None:
    assert cluster_secret(master) is None


def test_a_cluster_of_ones_own_gets_a_new_one_each_time() -> None:
    first, second = (cluster_secret("local-cluster[2,1,1024]") for _ in range(2))
    assert first and second and first != second
    assert len(bytes.fromhex(first)) == 32


@pytest.mark.parametrize("master", ["spark://host:7077", "local-cluster[2,1,1024]"])
def test_the_environment_is_asked_first(master: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_SPARK_AUTH_SECRET", "hunter2")
    assert cluster_secret(master) == "hunter2"


def test_a_standalone_cluster_has_to_be_told() -> None:
    with pytest.raises(PrerequisiteMissing) as caught:
        cluster_secret("spark://host:7077")
    for part in ("spark://host:7077", "spark.authenticate.secret", "spark-defaults.conf", "0600"):
        assert part in str(caught.value)
