"""A small installation of a test's own: sources, policies, a store, a keyring, and what tests do.

The dataset is two tables of 200 invented people. Judges with a fixed verdict stand by, for tests
that need a verdict and not an opinion.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from veilflow.errors import KeyDestroyed
from veilflow.evidence import StageEvidence
from veilflow.pipeline import RunParameters, open_run, pin, publish
from veilflow.pipeline.state import Run
from veilflow.store.key_records import forget_keys, opened_release, release_key_ref
from veilflow.store.manifest import load_manifest
from veilflow.store.object_store import ObjectNotFound, ObjectStore, open_store
from veilflow.store.series import current
from veilflow.store.table_files import read_files

JUDGES = '''\
"""Judges that look at nothing: where a test needs a verdict, not an opinion."""
from veilflow.errors import StageFailed
from veilflow.evidence import Check
from veilflow.spark.judging import Judgement


def _verdict(passed):
    check = Check(name="k-anonymity", table="people", passed=passed, observed=4.0, bound=5.0,
                  sentence="Every class holds at least five people.")
    return Judgement(checks=(check,))


def passes(spark, request):
    return _verdict(True)


def fails(spark, request):
    return _verdict(False)


def breaks(spark, request):
    raise ValueError("found the value Zebedee in row 7")


def says_nothing(spark, request):
    return Judgement(checks=())
'''

PURPOSE = {
    "purpose": "capacity planning", "legal_basis": "test", "owner": "test",
    "recipients": ["planning"], "retention_days": 30,
}  # fmt: skip
QUASI_SEX = {"role": "quasi", "hierarchy": "redact"}
QUASI_AGE = {"role": "quasi", "hierarchy": {"intervals": [10, 20], "lower": 0, "upper": 90}}
PEOPLE = {
    "person": "pseudonym", "full_name": "drop", "sex": QUASI_SEX, "age": QUASI_AGE,
    "colour": "keep",
}  # fmt: skip
VISITS = {"person": "pseudonym", "ward": "sensitive"}


def people(rows: int = 200) -> pa.Table:
    """Invented people; every class of sex and decade of age holds about thirteen of them."""
    return pa.table(
        {
            "person": [f"p{n:04d}" for n in range(rows)],
            "full_name": [f"Zebedee Quux{n:04d}" for n in range(rows)],
            "sex": ["F" if n % 2 else "M" for n in range(rows)],
            "age": pa.array([20 + (n * 3) % 70 for n in range(rows)], pa.int64()),
            "colour": [("red", "green", "blue")[n % 3] for n in range(rows)],
        }
    )


def visits(rows: int = 200) -> pa.Table:
    """One visit a person and a second one for every fourth."""
    persons = [f"p{n:04d}" for n in range(rows)] + [f"p{n:04d}" for n in range(0, rows, 4)]
    wards = [f"ward {len(name) + n % 5}" for n, name in enumerate(persons)]
    return pa.table({"person": persons, "ward": wards})


@dataclass
class Place:
    """Everything of one installation below ``home``, and what tests do with it."""

    home: Path
    judges: Path
    spark: Any = None
    used: int = field(default=0)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def store(self) -> ObjectStore:
        return open_store(f"file://{self.home}/store")

    @property
    def keys(self) -> str:
        return f"file://{self.home}/keyring"

    def write(self, table: pa.Table, name: str = "people", folder: str = "data") -> Path:
        """``table`` as Parquet at ``folder/name/part-0.parquet``."""
        path = self.home / folder / name / "part-0.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        return path

    def policy(
        self, columns: Mapping[str, Any] | None = None, name: str = "", **changes: Any
    ) -> Path:
        """A policy file of the people alone, with a series of its own.

        ``changes`` replace whole sections; None leaves one out.
        """
        self.used += 1
        policy: dict[str, Any] = {
            "dataset": "people",
            "purpose": PURPOSE,
            "source": {"root": str(self.data)},
            "privacy_unit": "person",
            "tables": {"people": {"path": "people", "columns": dict(columns or PEOPLE)}},
            "anonymize": {"k": 5, "suppression_limit": 0.02},
            "publish": self.publication(f"series-{self.used}"),
        }
        policy = {key: value for key, value in {**policy, **changes}.items() if value is not None}
        path = self.home / (name or f"policy-{self.used}.yaml")
        path.write_text(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True))
        return path

    def publication(self, series: str = "default") -> dict[str, str]:
        """The section ``publish`` with this place's store and keyring."""
        return {"store": f"file://{self.home}/store", "keys": self.keys, "series": series}

    def two_tables(self, **changes: Any) -> Path:
        """A policy of people and their visits."""
        tables = {
            "people": {"path": "people", "columns": dict(PEOPLE)},
            "visits": {"path": "visits", "columns": dict(VISITS)},
        }
        return self.policy(**{"tables": tables, **changes})

    def pin(self, policy: Path, run: str = "", **parameters: Any) -> Run:
        """A pinned run; without ``run`` under an id of its own."""
        self.used += 1
        reference = pin(policy, run or f"run-{self.used}", RunParameters(**parameters))
        return open_run(reference.uri)

    def stage(self, run: Run, *stages: str) -> StageEvidence:
        """Run ``stages`` of ``run`` as a new process would see it; the last one's evidence."""
        from veilflow.spark.jobs import run_stage

        for stage in stages:
            again = open_run(run.ref.uri)
            if stage.startswith("publish"):
                evidence = StageEvidence.from_json(publish(again.ref.uri))
            else:
                evidence = run_stage(self.spark, again, stage)
        return evidence

    def release(self, policy: Path, run: str = "", **parameters: Any) -> Run:
        """A run of every stage up to publication."""
        pinned = self.pin(policy, run, **parameters)
        self.stage(pinned, "classify", "protect", "validate", "publish")
        return pinned

    def current(self) -> tuple[str, int] | None:
        """Release and number that ``current`` points to."""
        found = current(self.store, "people", "default")
        return None if found is None else (found.release, found.number)

    def objects(self, prefix: str) -> list[str]:
        """The keys below ``prefix``."""
        return [info.key for info in self.store.list(prefix)]

    def hashes(self, prefix: str) -> dict[str, str]:
        """SHA-256 of every object below ``prefix``."""
        return {
            key: hashlib.sha256(self.store.get(key).data).hexdigest()
            for key in self.objects(prefix)
        }

    def rows(
        self, release: str, table: str = "people", dataset: str = "people"
    ) -> list[dict[str, Any]]:
        """A release's rows as whoever holds the keys reads them now."""
        forget_keys()
        manifest = load_manifest(self.store, dataset, release, None)
        opened = opened_release(release_key_ref(self.keys, self.store.uri, dataset, release))
        found = read_files(self.store, manifest.table(table).refs, opened.keks)
        return [row for part in found for row in part.to_pylist()]

    def assert_gone(self, release: str) -> None:
        """Nothing of ``release`` can be read: no manifest, no object, and its key is destroyed."""
        with pytest.raises(ObjectNotFound):
            load_manifest(self.store, "people", release, None)
        assert self.objects(f"releases/people/{release}/") == []
        forget_keys()
        with pytest.raises(KeyDestroyed):
            opened_release(release_key_ref(self.keys, self.store.uri, "people", release))

    def assert_never_began(self, release: str) -> None:
        """No object and no key was ever made for ``release``."""
        assert self.objects(f"releases/people/{release}/") == []
        assert self.objects(f"keys/people/{release}") == []

    def environment(self, judge: str = "passes") -> dict[str, str]:
        """What a process needs to be the same installation."""
        return {
            **os.environ,
            "VEILFLOW_HOME": str(self.home),
            "VEILFLOW_JUDGE": f"fixed_judges:{judge}",
            "VEILFLOW_MASTER": "local[2]",
            "PYTHONPATH": os.pathsep.join([str(self.judges), os.environ.get("PYTHONPATH", "")]),
        }

    def start(
        self, *arguments: str, judge: str = "passes", largest_file: int | None = None
    ) -> subprocess.Popen[str]:
        """The command line in a process group of its own, whose files can be limited in size."""
        limits = (largest_file or resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        return subprocess.Popen(
            [sys.executable, "-m", "veilflow.cli", *arguments],
            env=self.environment(judge),
            cwd=self.home,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
        )


def kill_group(process: subprocess.Popen[str]) -> None:
    """End ``process`` and whatever it started in its group, at once and without a word."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until ``condition`` holds while ``process`` runs."""
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.002)
