"""Retries, rivals and kills: nothing is doubled, mixed or half-published."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pytest
import yaml
from veilflow.errors import StoreUnavailable
from veilflow.keys import open_provider
from veilflow.pipeline import open_run, pin, publish
from veilflow.pipeline.audit import read_audit
from veilflow.pipeline.publisher import pinned_publisher
from veilflow.pipeline.state import Run
from veilflow.spark.jobs import SPARK_STAGES
from veilflow.store.manifest import load_manifest
from veilflow.store.object_store import (
    ObjectInfo,
    ObjectNotFound,
    ObjectStore,
    StoredObject,
)
from veilflow.store.verification import verify_release

from tests.pipeline.place import PEOPLE, Place, kill_group, people, wait_for

pytestmark = pytest.mark.spark


def assert_whole(place: Place, release: str, number: int) -> None:
    """The release verifies, holds nothing but what it lists, and has this number."""
    public_key = pinned_publisher("people")
    report = verify_release(place.store, "people", release, public_key)
    assert report.passed, report
    assert report.extra == ()
    manifest = load_manifest(place.store, "people", release, public_key)
    assert manifest.number == number
    for table in manifest.tables.values():
        assert len({file.path.split("/")[3] for file in table.files}) <= 1, "of one attempt"


def persons(place: Place, release: str, table: str = "people") -> set[str]:
    return {row["person"] for row in place.rows(release, table)}


def test_two_tables_of_one_attempt_join_on_the_pseudonym(place: Place) -> None:
    assert persons(place, "good-1") == persons(place, "good-1", "visits")
    assert len(persons(place, "good-1")) == 200
    assert_whole(place, "good-1", 1)


def test_a_finished_stage_is_not_done_again(empty_place: Place) -> None:
    place = empty_place
    run = place.pin(place.policy(publish=place.publication()))
    for stage in ("classify", "protect", "validate", "publish"):
        first = place.stage(run, stage)
        before = place.hashes("")
        assert place.stage(run, stage) == first
        assert place.hashes("") == before, stage


def test_two_runs_of_one_policy_at_once(empty_place: Place) -> None:
    place = empty_place
    policy = place.two_tables(publish=place.publication())
    processes = [place.start("run", str(policy), "--run", name) for name in ("one", "two")]
    try:
        said = [process.communicate(timeout=500) for process in processes]
    finally:
        for process in processes:
            kill_group(process)
    assert [process.returncode for process in processes] == [0, 0], said
    numbers = {
        name: load_manifest(place.store, "people", name, None).number for name in ("one", "two")
    }
    assert sorted(numbers.values()) == [1, 2]
    for name, number in numbers.items():
        assert_whole(place, name, number)
        assert len(place.rows(name)) == 200
    assert place.current() == next(item for item in numbers.items() if item[1] == 2)
    assert persons(place, "one") == persons(place, "two"), "both made one masking root"
    published = [record for record in read_audit(place.store) if record["action"] == "publish"]
    assert {record["subject"] for record in published} == {"people/one", "people/two"}


@pytest.mark.parametrize("meanwhile", ["protect", "publish"])
def test_two_attempts_of_one_stage_at_once(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """A slow attempt has written everything when it learns that a rival was first."""
    place = empty_place
    run = place.pin(place.policy(publish=place.publication()))
    place.stage(run, "classify")
    product, work = SPARK_STAGES["protect"]
    left_by_rival: dict[str, str] = {}

    def slow(*given: Any) -> Any:
        evidence = work(*given)
        with monkeypatch.context() as patch:
            patch.setitem(SPARK_STAGES, "protect", (product, work))
            stages = ["protect", "validate", "publish"]
            place.stage(run, *stages[: stages.index(meanwhile) + 1])
        left_by_rival.update(place.hashes(folder))
        return evidence

    folder = f"releases/people/{run.record.run}/"
    monkeypatch.setitem(SPARK_STAGES, "protect", (product, slow))
    told = place.stage(run, "protect")
    assert told == open_run(run.ref.uri).evidence("protect"), "told what the winner left"
    assert len({key.split("/")[5] for key in place.objects(commits(run))}) == 2, "both have written"
    listed = {file.path for file in told.files}
    assert {key for key in place.objects(folder) if key.endswith(".parquet")} == listed
    place.stage(run, "validate", "publish")
    assert_whole(place, run.record.run, 1)
    assert len(place.rows(run.record.run)) == 200
    if meanwhile == "publish":
        assert place.hashes(folder).items() <= left_by_rival.items(), "a release never changes"


def commits(run: Run) -> str:
    return f"runs/people/{run.record.run}/commits/"


def test_a_process_killed_in_mid_protect(empty_place: Place) -> None:
    place = empty_place
    run = place.pin(place.two_tables(publish=place.publication()))
    folder = f"releases/people/{run.record.run}/"
    place.stage(run, "classify")
    process = place.start("protect", run.ref.uri)
    try:
        wait_for(lambda: place.objects(folder), process)
    finally:
        kill_group(process)
    left = place.objects(folder)
    assert left, "the killed attempt had begun to write"
    assert open_run(run.ref.uri).evidence("protect") is None
    with pytest.raises(ObjectNotFound):
        load_manifest(place.store, "people", run.record.run, None)
    place.stage(run, "protect", "validate", "publish")
    assert_whole(place, run.record.run, 1)
    assert not set(left) & set(place.objects(folder)), "nothing of the killed attempt is left"
    assert len(place.rows(run.record.run)) == 200


# -- a publication that dies at any of its writes ----------------------------------------------


class Died(BaseException):
    """Not an Exception: nothing that tidies up after errors may run when a process dies."""


class MortalStore:
    """A store whose user dies at the change number ``life``, counted from 0."""

    def __init__(self, store: ObjectStore, life: int) -> None:
        self._store = store
        self._life = life
        self.changes: list[str] = []

    @property
    def uri(self) -> str:
        return self._store.uri

    def _change(self, what: str) -> None:
        if len(self.changes) == self._life:
            raise Died
        self.changes.append(what)

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> str:
        self._change(f"put {key}")
        return self._store.put(key, data, if_absent=if_absent, if_match=if_match)

    def delete(self, key: str) -> None:
        self._change(f"delete {key}")
        self._store.delete(key)

    def delete_prefix(self, prefix: str) -> int:
        self._change(f"delete {prefix}")
        return self._store.delete_prefix(prefix)

    def get(self, key: str) -> StoredObject:
        return self._store.get(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self._store.get_range(key, start, length)

    def head(self, key: str) -> ObjectInfo | None:
        return self._store.head(key)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return self._store.list(prefix)


def test_publishing_dies_at_each_of_its_writes(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = empty_place
    run = place.pin(place.policy(publish=place.publication()), "dying")
    place.stage(run, "classify", "protect", "validate")
    place.store.put("releases/people/dying/0badcafe/people/part-00000-killed.parquet", b"rest")
    kept = place.home / "kept"
    for name in ("store", "keyring"):
        shutil.copytree(place.home / name, kept / name)
    seen: list[str] = []
    for life in range(100):
        mortal = MortalStore(place.store, life)
        with monkeypatch.context() as patch:
            patch.setattr("veilflow.pipeline.state.open_store", lambda _, mortal=mortal: mortal)
            try:
                publish(run.ref.uri)
            except Died:
                pass
            else:
                break
        # Dying at write n leaves what the writes before it made: that and nothing more.
        seen = mortal.changes
        has_manifest = "put releases/people/dying/manifest.json" in seen
        if has_manifest:
            assert verify_release(place.store, "people", "dying", pinned_publisher("people")).passed
        else:
            with pytest.raises(ObjectNotFound):
                load_manifest(place.store, "people", "dying", None)
            assert place.current() is None
        publish(run.ref.uri)
        assert_whole(place, "dying", 1)
        assert place.current() == ("dying", 1)
        assert len(place.rows("dying")) == 200
        digests = [
            record["details"]["manifest_sha256"]
            for record in read_audit(place.store)
            if record["action"] == "publish"
        ]
        assert len(set(digests)) == 1, "one manifest, told at least once"
        assert len(digests) <= 2
        for name in ("store", "keyring"):
            shutil.rmtree(place.home / name)
            shutil.copytree(kept / name, place.home / name)
        shutil.rmtree(place.home / "publishers")
    assert [change.partition("people/")[2].rpartition("/")[2] for change in mortal.changes] == [
        "dying.json", "000001.json", "evidence.json", "report.html", "manifest.json",
        "part-00000-killed.parquet", "current.json", "", "publish.json",
    ], "a number, the evidence, then the release exists"  # fmt: skip


# -- one series, day by day --------------------------------------------------------------------


def test_the_next_day_makes_the_next_release_of_the_series(empty_place: Place) -> None:
    place = empty_place
    policy = place.policy(publish=place.publication())
    first = place.release(policy, "monday")
    place.write(people(220))
    place.release(policy, "tuesday")
    assert first.evidence("publish").released.number == 1
    assert_whole(place, "monday", 1)
    assert_whole(place, "tuesday", 2)
    assert place.current() == ("tuesday", 2)
    assert len(persons(place, "monday")) == 200
    assert persons(place, "monday") < persons(place, "tuesday"), "pseudonyms join over the days"
    settings = yaml.safe_load(policy.read_text())
    settings["purpose"]["recipients"] = ["somebody-else"]
    other = place.home / "other.yaml"
    other.write_text(yaml.safe_dump(settings, sort_keys=False))
    run = place.pin(other, "wednesday")
    place.stage(run, "classify", "protect", "validate", "publish")
    assert not persons(place, "wednesday") & persons(place, "tuesday"), (
        "another recipient's pseudonyms join with nobody's"
    )


def test_a_policy_edited_in_mid_run_changes_nothing_of_that_run(empty_place: Place) -> None:
    place = empty_place
    policy = place.policy(publish=place.publication())
    run = place.pin(policy, "steady")
    settings = yaml.safe_load(policy.read_text())
    settings["anonymize"]["k"] = 2
    settings["tables"]["people"]["columns"] = {**PEOPLE, "full_name": "redact", "colour": "drop"}
    settings["publish"]["series"] = "elsewhere"
    policy.write_text(yaml.safe_dump(settings, sort_keys=False))
    place.stage(run, "classify", "protect")
    assert pin(policy, "steady") == run.ref
    policy.write_text("dataset: [")
    place.stage(run, "validate", "publish")
    assert run.evidence("protect").anonymization.k == 5
    assert set(place.rows("steady")[0]) == {"person", "sex", "age", "colour"}
    manifest = load_manifest(place.store, "people", "steady", None)
    assert (manifest.series, manifest.policy_sha256) == ("default", run.record.policy_sha256)


# -- a store that takes nothing ----------------------------------------------------------------


def test_a_full_disk_is_named_and_the_stage_can_be_retried(
    empty_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = empty_place
    # Two tasks shuffle 2 MB each, below the limit; together they are stored as one file of 3 MB.
    together = "spark.sql.adaptive.coalescePartitions.parallelismFirst false\n"
    (tmp_path / "spark-defaults.conf").write_text(together)
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    for part in range(8):
        words = pa.array([secrets.token_urlsafe(15_000) for _ in range(25)])
        table = people().slice(part * 25, 25).set_column(4, "colour", words)
        place.write(table).rename(place.data / "people" / f"part-{part + 1}.parquet")
    run = place.pin(place.policy(publish=place.publication()))
    process = place.start("protect", run.ref.uri, largest_file=2_500_000)
    try:
        _, said = process.communicate(timeout=500)
    finally:
        kill_group(process)
    assert process.returncode == 1, said
    assert "error: Stage protect failed: writing table people: StoreUnavailable: " in said, said
    assert f"The store file://{place.home}/store could not write an object (EFBIG)" in said
    assert "Raise the limit on file size and retry." in said
    assert place.objects(f"releases/people/{run.record.run}/") == []
    assert open_run(run.ref.uri).evidence("protect") is None
    place.stage(run, "classify", "protect", "validate", "publish")
    assert_whole(place, run.record.run, 1)


def test_a_store_that_cannot_be_written(empty_place: Place) -> None:
    place = empty_place
    (place.home / "file").write_text("not a folder")
    publication = {"store": f"file://{place.home}/file/store", "keys": place.keys}
    with pytest.raises(StoreUnavailable) as failure:
        place.pin(place.policy(publish=publication))
    said = str(failure.value)
    assert f"The store file://{place.home}/file/store could not" in said
    assert "Remove the file or symbolic link where a folder is needed." in said
    assert not Path(place.home / "keyring").exists(), "no key was made"


def test_a_keyring_that_others_can_read_is_refused(empty_place: Place) -> None:
    place = empty_place
    run = place.pin(place.policy(publish=place.publication()))
    (place.home / "keyring").chmod(0o755)
    with pytest.raises(Exception, match="Others can read .*chmod 700"):
        place.stage(run, "protect")
    place.assert_never_began(run.record.run)
    (place.home / "keyring").chmod(0o700)
    open_provider(place.keys).probe()
